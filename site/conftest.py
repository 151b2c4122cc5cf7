"The finished site on a server of its own, below a sub-path; a browser that notes whatever goes wrong"
import os,shutil,sys,threading
from pathlib import Path
import pytest

here = Path(__file__).resolve().parent
root = here.parent
sys.path[:0] = [str(here), str(root)]
site = Path(os.environ.get('SOTA_COURSE_SITE', root/'_site'))

def pytest_configure(config): config.addinivalue_line('markers', 'browser: needs Chromium and a finished site')

@pytest.fixture(scope='session')
def folder():
    if not (site/'index.html').exists(): pytest.skip('there is no site yet: `make docs` builds it')
    return site

@pytest.fixture(scope='session')
def url(folder):
    import serve
    server = serve.server(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_address[1]}/sota_course/'
    server.shutdown()

@pytest.fixture(scope='session')
def browser():
    chromium = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
    if not chromium: pytest.skip('needs Chromium: `apt install chromium`')
    playwright = pytest.importorskip('playwright.sync_api', reason='needs playwright, which is among the development requirements')
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage',
            '--disable-background-networking'])
        yield browser
        browser.close()

class Visit:
    "A page of the site, and what went wrong on it"
    def __init__(self, browser, url, **kwargs):
        self.url,self.wrong = url,[]
        self.context = browser.new_context(**dict(viewport=dict(width=1280, height=900)) | kwargs)
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.page.on('console', lambda m: m.type in ('error', 'warning') and self.wrong.append(m.text))
        self.page.on('pageerror', lambda e: self.wrong.append(str(e)))
        self.page.on('request', lambda r: self.wrong.append(f'asks {r.url}') if not r.url.startswith((url, 'data:', 'blob:')) else None)
    def go(self, name=''):
        self.page.goto(self.url+name)
        return self.page
    def shot(self, name):
        "Kept only where somebody wants to look at it"
        if to := os.environ.get('SOTA_COURSE_SCREENSHOTS'): self.page.screenshot(path=Path(to)/f'{name}.png')

@pytest.fixture
def visit(browser, url):
    "Opens a context of its own; afterwards nothing may have gone wrong in it"
    opened = []
    def start(**kwargs):
        opened.append(Visit(browser, url, **kwargs))
        return opened[-1]
    yield start
    for o in opened: o.context.close()
    assert not [w for o in opened for w in o.wrong]

def slack():
    "On a busy machine times are longer: how much longer a test lets them be"
    return max(1., os.getloadavg()[0]/(os.cpu_count() or 1)*2) if hasattr(os, 'getloadavg') else 4.
