"""What is done to the site after it was rendered: the browser's Python, the content security policy, and the checks that refuse a bad site.

Refused are: a link or an anchor that leads nowhere, a picture without alternative text, a page that asks another host for anything."""
import base64,hashlib,json,re,shutil,subprocess
from html.parser import HTMLParser
from urllib.parse import unquote,urldefrag
from project import *
import quizzes

npm = here/'node_modules'
cache = root/'build'/'site-cache'
python_files = ('pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'pyodide-lock.json')

def add_python(out):
    "Pyodide without what the checker never needs, and the checker"
    if not (npm/'pyodide').is_dir(): raise SystemExit('site: Pyodide is missing: run `npm ci` in site/, as `make docs` does.')
    target = out/'python'
    target.mkdir()
    quizzes.write_package(target/'questionnaire.zip')
    for o in python_files: shutil.copy(npm/'pyodide'/o, target/o)
    key = hashlib.sha256((npm/'pyodide'/'package.json').read_bytes()+(here/'pack.mjs').read_bytes()+(npm/'pyodide'/'python_stdlib.zip').read_bytes()).hexdigest()[:16]
    packed = cache/f'stdlib-{key}.zip'
    if not packed.exists():
        cache.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(['node', str(here/'pack.mjs'), str(npm/'pyodide'), str(target/'questionnaire.zip'), str(packed)], capture_output=True, text=True)
        if done.returncode: raise SystemExit('site: the standard library could not be packed:\n'+done.stderr[-1000:])
    shutil.copy(packed, target/'python_stdlib.zip')
    sizes = {o: (target/o).stat().st_size for o in ('pyodide.asm.wasm', 'python_stdlib.zip', 'questionnaire.zip')}
    (target/'sizes.json').write_text(json.dumps(sizes), encoding='utf-8')

class _Page(HTMLParser):
    "What the checks look at"
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.ids,self.links,self.loads,self.images,self.scripts,self.script = set(),[],[],[],[],None
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        for k in ('id', 'name'):
            if a.get(k) and (k=='id' or tag=='a'): self.ids.add(a[k])
        if tag=='a' and a.get('href') is not None: self.links.append(a['href'])
        if tag in ('img', 'script', 'iframe', 'source', 'video', 'audio', 'embed') and a.get('src'): self.loads.append(a['src'])
        if tag=='link' and a.get('href') and a.get('rel') not in ('canonical', 'prev', 'next', 'alternate'): self.loads.append(a['href'])
        if tag=='img': self.images.append(a)
        if tag=='script': self.script = [] if not a.get('src') and a.get('type', '') in ('', 'module', 'text/javascript') else None
    def handle_data(self, data):
        if self.script is not None: self.script.append(data)
    def handle_endtag(self, tag):
        if tag=='script' and self.script is not None:
            self.scripts.append(''.join(self.script))
            self.script = None

def parse(path):
    page = _Page()
    page.feed(path.read_text(encoding='utf-8'))
    return page

def policy(pages):
    "The content security policy: our own files, and the few lines of script that the theme writes into every page, by their digest"
    digests = sorted({base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for p in pages.values() for s in p.scripts})
    scripts = ' '.join(f"'sha256-{o}'" for o in digests)
    return ("default-src 'none'; " f"script-src 'self' 'wasm-unsafe-eval' {scripts}; " "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'")

def wrap_tables(text):
    "Tables scroll by themselves on narrow screens, by keyboard too, and without JavaScript"
    box = '<div class="out" role="region" aria-label="Table" tabindex="0"><table class="data prose">'
    return re.sub(r'<table>(.*?)</table>', lambda m: f'{box}{m.group(1)}</table></div>', text, flags=re.S)

def trim_search(file):
    "The index arrives with every first visit: code of the workshop stays out of it (names are found in the reference), and so do tests"
    found = json.loads(file.read_text(encoding='utf-8'))
    for o in found['items']:
        if not o['location'].startswith('workshop/'): continue
        o['text'] = re.sub(r'<pre.*?</pre>', '', o['text'], flags=re.S)
    found['items'] = [o for o in found['items'] if not o['location'].endswith('#tests')]
    file.write_text(json.dumps(found, ensure_ascii=False, separators=(',', ':')), encoding='utf-8')

def faults(out, pages):
    "One sentence for everything that is wrong with the site"
    found = []
    for path,page in pages.items():
        here_ = path.relative_to(out).as_posix()
        for load in page.loads:
            if re.match(r'(?:[a-z]+:)?//', load) and not load.startswith('data:'): found.append(f'{here_} asks another host: {load}')
        for image in page.images:
            if not (image.get('alt') or '').strip() and image.get('role')!='presentation': found.append(f"{here_}: {image.get('src')} has no alternative text")
        for link in {*page.links, *page.loads}:
            if re.match(r'[a-z][a-z0-9+.-]*:|//', link): continue
            address,anchor = urldefrag(unquote(link))
            if path.name=='404.html' and address.startswith('/'): address = address.removeprefix(f'/{repo}')
            target = out/address.lstrip('/') if address.startswith('/') else (path.parent/address).resolve() if address else path
            if target.is_dir(): target = target/'index.html'
            if not target.exists(): found.append(f'{here_} leads to {link}, which is not there')
            elif anchor and target.suffix=='.html' and anchor not in pages[target].ids and anchor not in ('__top',): found.append(f'{here_} leads to {link}: no such place on that page')
    return sorted(set(found))

def finish(out, python=True, draft=False):
    "Complete the rendered site in `out`; raises SystemExit with all faults found"
    out = out.resolve()
    if python: add_python(out)
    (out/'.nojekyll').write_text('', encoding='utf-8')
    if (out/'search.json').exists(): trim_search(out/'search.json')
    pages = {o: parse(o) for o in sorted(out.rglob('*.html'))}
    csp = f'<meta http-equiv="Content-Security-Policy" content="{policy(pages)}">'
    for path in pages:
        text = path.read_text(encoding='utf-8')
        path.write_text(re.sub(r'(<meta charset="?utf-8"?\s*/?>)', lambda m: m.group(1)+csp, wrap_tables(text), count=1, flags=re.I), encoding='utf-8', newline='\n')
    wrong = faults(out, pages)
    if draft: wrong = [o for o in wrong if not o.endswith('no alternative text')]
    if wrong: raise SystemExit('site: refused, '+f'{len(wrong)} faults:\n  '+'\n  '.join(wrong[:60]))
