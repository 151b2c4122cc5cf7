"The quiz in JupyterLab, with a real browser: write, press Check, read the verdict, reload, restart, and nothing is lost"
import contextlib,json,os,re,shutil,signal,socket,subprocess,sys,time
from pathlib import Path
from urllib.request import urlopen
import pytest

chromium = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
if not chromium: pytest.skip('needs Chromium: `apt install chromium`', allow_module_level=True)
pytest.importorskip('playwright', reason='needs playwright, which is among the development requirements')
pytest.importorskip('jupyterlab', reason='needs JupyterLab, which is among the development requirements')
import nbformat
from playwright.sync_api import expect,sync_playwright

def write_settings(folder):
    "Light theme, no news, and messages of widgets in the order in which they were sent"
    folder.mkdir(parents=True)
    for name,found in dict(notification=dict(fetchNews='false', checkForUpdates=False, doNotDisturbMode=True),
        themes={'theme': 'JupyterLab Light', 'adaptive-theme': False},
        **{'kernels-settings': dict(commsOverSubshells='disabled')}).items():
        (folder/f'{name}.jupyterlab-settings').write_text(json.dumps(found), encoding='utf-8')

@contextlib.contextmanager
def jupyter_lab(root, base):
    "Start a JupyterLab that knows nothing of the one who runs it; stop it with its kernels"
    env = {k:v for k,v in os.environ.items() if not k.startswith(('JUPYTER', 'IPYTHON'))} | dict(SOTA_COURSE_HOME=str(base/'home'))
    for name in ('JUPYTER_CONFIG_DIR', 'JUPYTER_DATA_DIR', 'JUPYTER_RUNTIME_DIR', 'IPYTHONDIR'):
        env[name] = str(base/name)
        (base/name).mkdir(parents=True)
    write_settings(base/'JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/apputils-extension')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    with open(base/'lab.log', 'wb') as log:
        proc = subprocess.Popen([sys.executable, '-m', 'jupyter', 'lab', '--no-browser', '--allow-root', '--ip=127.0.0.1', f'--port={port}',
            '--ServerApp.port_retries=0', '--IdentityProvider.token=quiz',
            f'--ServerApp.root_dir={root}', '--LabApp.news_url=None',
            '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'],
            cwd=root, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            deadline = time.monotonic()+90
            while True:
                with contextlib.suppress(OSError):
                    urlopen(f'http://127.0.0.1:{port}/api/status?token=quiz', timeout=5).close()
                    break
                assert proc.poll() is None and time.monotonic()<deadline, (base/'lab.log').read_text(encoding='utf-8')
                time.sleep(0.2)
            yield f'http://127.0.0.1:{port}/lab/tree/quiz.ipynb?token=quiz'
        finally:
            proc.terminate() # the server then ends its kernels
            try: proc.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(proc.pid, signal.SIGKILL)
                proc.wait(5)

@pytest.fixture
def page():
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=['--no-sandbox', '--disable-gpu', '--no-first-run',
            '--disable-dev-shm-usage', '--disable-background-networking'])
        try:
            page = browser.new_page(viewport=dict(width=1100, height=900))
            page.set_default_timeout(90_000)
            expect.set_options(timeout=60_000)
            yield page
        finally: browser.close()

def menu(page, *path):
    page.get_by_role('menubar').get_by_role('menuitem', name=path[0], exact=True).click()
    for name in path[1:]: page.locator('.lm-Menu').get_by_text(name, exact=True).click()

def idle(page): page.get_by_text(re.compile(r'^Python 3 .*\| Idle$')).wait_for()

def screenshot(page, name):
    "Kept only where somebody wants to look at it"
    if folder := os.environ.get('SOTA_COURSE_SCREENSHOTS'): page.screenshot(path=Path(folder)/f'{name}.png')

def lightness(page, what):
    "Mean of red, green and blue (0 to 255) of a CSS colour of the element that has the verdict"
    colour = page.locator('[role=status]').last.evaluate(
        f"e => {{ while (e && getComputedStyle(e).{what}=='rgba(0, 0, 0, 0)') e = e.parentElement; return getComputedStyle(e).{what} }}")
    return sum(map(float, re.findall(r'[\d.]+', colour)[:3]))/3

def begin_anew(page, verdicts):
    "Reload the page, restart the kernel without any output, and run all cells"
    page.reload()
    idle(page)
    menu(page, 'Kernel', 'Restart Kernel and Clear Outputs of All Cells…')
    page.locator('.jp-Dialog .jp-mod-accept').click()
    expect(verdicts).to_have_count(0)
    idle(page)
    menu(page, 'Run', 'Run All Cells')

def test_write_check_reload_restart(tmp_path, page):
    root = tmp_path/'work'
    root.mkdir()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('from sota_course.quiz import *\nquiz(2, 7)')])
    book.metadata.kernelspec = dict(name='python3', display_name='Python 3', language='python')
    nbformat.write(book, root/'quiz.ipynb')
    first,second = (page.get_by_role('textbox', name=f'Answer {n}') for n in (2, 7))
    checks,verdicts = page.get_by_role('button', name='Check', exact=True), page.locator('[role=status]')
    with jupyter_lab(root, tmp_path/'jupyter') as url:
        page.goto(url+'&reset')
        idle(page)
        menu(page, 'Run', 'Run All Cells')
        first.click()
        page.keyboard.type('mean 0, <b>std</b> 1')
        checks.first.click(delay=100) # by mouse
        expect(verdicts.nth(1)).to_contain_text('correct')
        second.focus()
        page.keyboard.type('Faster, it averages <img src=x onerror="document.title=1">')
        page.keyboard.press('Tab')
        expect(checks.last).to_be_focused()
        page.keyboard.press('Enter') # by keyboard
        expect(verdicts.nth(2)).to_contain_text('not right yet')
        expect(page.locator('[role=status] img, [role=status] q b')).to_have_count(0)
        expect(verdicts.first).to_contain_text('1 correct, 1 not right yet')
        page.get_by_role('button', name='Hint', exact=True).last.click()
        expect(page.get_by_text('Hint 1 of 3')).to_be_visible()
        checks.last.click()
        assert lightness(page, 'color')<128<lightness(page, 'backgroundColor')
        screenshot(page, 'light')
        page.get_by_role('button', name=re.compile('^Save .*create checkpoint')).click()
        expect(page.locator('.lm-TabBar-tab.jp-mod-dirty')).to_have_count(0)
        menu(page, 'Settings', 'Theme', 'JupyterLab Dark')
        begin_anew(page, verdicts)
        expect(verdicts.first).to_contain_text('1 correct, 1 not right yet')
        expect(first).to_have_value('mean 0, <b>std</b> 1')
        expect(verdicts.nth(1)).to_contain_text('correct')
        assert lightness(page, 'backgroundColor')<128<lightness(page, 'color')
        screenshot(page, 'dark')

def test_an_unsure_answer_is_ticked_and_still_there(tmp_path, page):
    "Type an answer on which the checker is unsure, tick an essential, write the file to send, reload, restart: the tick is still there"
    root,answer = tmp_path/'work','Each of the crops is scored on its own, so you wait for all of them.'
    root.mkdir()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('from sota_course.quiz import *\nquiz(7)')])
    book.metadata.kernelspec = dict(name='python3', display_name='Python 3', language='python')
    nbformat.write(book, root/'quiz.ipynb')
    box,verdicts = page.get_by_role('textbox', name='Answer 7'),page.locator('[role=status]')
    ticks = page.get_by_role('checkbox', name='I have said')
    with jupyter_lab(root, tmp_path/'jupyter') as url:
        page.goto(url+'&reset')
        idle(page)
        menu(page, 'Run', 'Run All Cells')
        box.click()
        page.keyboard.type(answer)
        page.get_by_role('button', name='Check', exact=True).click(delay=100)
        expect(verdicts.nth(1)).to_contain_text('not sure')
        expect(verdicts.nth(1)).to_contain_text('I did not recognize this in your words')
        expect(page.get_by_text('One way to say it')).to_be_visible()
        expect(ticks).to_have_count(2)
        expect(verdicts.first).to_contain_text('1 not sure')
        ticks.first.check()
        expect(verdicts.first).to_contain_text('1 self-checked')
        page.get_by_role('button', name='I do not agree').click()
        expect(page.get_by_text('send this file')).to_be_visible()
        screenshot(page, 'unsure')
        page.get_by_role('button', name=re.compile('^Save .*create checkpoint')).click()
        expect(page.locator('.lm-TabBar-tab.jp-mod-dirty')).to_have_count(0)
        begin_anew(page, verdicts)
        expect(verdicts.first).to_contain_text('1 self-checked')
        expect(box).to_have_value(answer)
        expect(ticks.first).to_be_checked()
        expect(ticks.last).not_to_be_checked()
    kept = json.loads((tmp_path/'jupyter'/'home'/'objections-imagenette.json').read_text(encoding='utf-8'))
    assert [(o['answer'], o['result']['verdict']) for o in kept]==[(answer, 'unsure')]

@pytest.mark.skipif('SOTA_COURSE_SCREENSHOTS' not in os.environ, reason='makes the pictures of chapter 16, for nbs/pictures')
def test_pictures_of_the_quiz(tmp_path, page):
    root,folder = tmp_path/'work',Path(os.environ['SOTA_COURSE_SCREENSHOTS'])
    root.mkdir()
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(o) for o in ('from sota_course.quiz import *\nquiz(2, 7)', 'quiz(6)')])
    book.metadata.kernelspec = dict(name='python3', display_name='Python 3', language='python')
    nbformat.write(book, root/'quiz.ipynb')
    page.set_viewport_size(dict(width=1020, height=1700))
    answers = {2: 'Each channel gets mean 0 and standard deviation 1.', 7: 'It is faster, because the average of several predictions saves time.',
        6: 'Every photograph is shown in a few disguises, and the verdicts are merged: learn.tta()'}
    with jupyter_lab(root, tmp_path/'jupyter') as url:
        page.goto(url+'&reset')
        idle(page)
        menu(page, 'Run', 'Run All Cells')
        for i,(n,answer) in enumerate(answers.items()):
            page.get_by_role('textbox', name=f'Answer {n}').click()
            page.keyboard.type(answer)
            page.get_by_role('button', name='Check', exact=True).nth(i).click(delay=100)
            expect(page.locator('[role=status]', has_text=f'Question {n}: ')).to_be_visible()
        page.get_by_role('button', name='Hint', exact=True).nth(1).click()
        expect(page.get_by_text('Hint 1 of 3')).to_be_visible()
        for o in page.get_by_role('checkbox', name='I have said').all(): o.check()
        for i,name in enumerate(('quiz', 'quiz-not-sure')): page.locator('.jp-OutputArea-output').nth(i).screenshot(path=folder/f'{name}.png')

def test_the_page_of_a_test_stands_alone(tmp_path, page, home):
    "What `sota-course test` writes, opened as a file: pictures are there, nothing is fetched, and it fits on a phone"
    from sota_course.tests.helpers import course
    done = course('test', home/'model', home/'pets', '--device', 'cpu', '--page', tmp_path/'page.html')
    assert done.returncode==0, done
    fetched = []
    page.on('request', lambda o: fetched.append(o.url))
    page.goto((tmp_path/'page.html').as_uri())
    expect(page.get_by_role('heading', level=1)).to_have_text('How good is it?')
    for name in ('Class by class', 'What was taken for what', 'The worst mistakes'): expect(page.get_by_role('heading', name=name)).to_be_visible()
    expect(page.get_by_role('row')).to_have_count(1+10)
    expect(page.get_by_role('img', name=re.compile('^Found of each class: .*church: '))).to_be_visible()
    widths = page.locator('main img').evaluate_all('all => all.map(o => o.naturalWidth)')
    assert widths and min(widths)>0 and [o for o in fetched if not o.startswith('data:')]==[(tmp_path/'page.html').as_uri()]
    screenshot(page, 'test-page')
    page.set_viewport_size(dict(width=380, height=800))
    assert page.evaluate('document.documentElement.scrollWidth')<=380
    screenshot(page, 'test-page-phone')
