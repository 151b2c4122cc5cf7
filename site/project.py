"What the builder's steps share: where things are, how the project is called, links and anchors"
import configparser,html,json,re
from pathlib import Path

here = Path(__file__).resolve().parent
root = here.parent
nbs = root/'nbs'

def _settings():
    cfg = configparser.ConfigParser(delimiters=['='])
    cfg.read(root/'settings.ini', encoding='utf-8')
    return cfg['DEFAULT']

owner,repo,branch = (_settings()[o] for o in ('owner', 'repo', 'branch'))
source_url = f'https://github.com/{owner}/{repo}'
blob_url = f'{source_url}/blob/{branch}'
site_url = f'https://{owner}.github.io/{repo}/' # where Pages shows it; links inside are relative, so that it works anywhere

def escape(text): return html.escape(str(text), quote=True)

def slug(text):
    "The anchor that Python-Markdown gives a heading"
    text = re.sub(r'[^\w\s-]', '', re.sub(r'[`*]|\[([^\]]*)\]\([^)]*\)', r'\1', text)).strip().lower()
    return re.sub(r'[-\s]+', '-', text)

class Notebook:
    "One notebook, and the page that becomes of it"
    def __init__(self, path):
        self.path = path
        self.cells = json.loads(path.read_text(encoding='utf-8'))['cells']
        self.inside = path.relative_to(nbs).as_posix() # 05_tta.ipynb, workshop/data/images.ipynb
        self.stem = path.stem
        self.is_chapter = bool(re.match(r'\d\d_', self.stem))
        folder = 'chapters/' if self.is_chapter else ''
        self.page = f'{folder}{self.inside.removesuffix(".ipynb")}.md'
        if self.stem=='index': self.page = 'index.md'
        self.first = next((i for i,c in enumerate(self.cells) if c['cell_type']=='markdown' and ''.join(c['source']).startswith('# ')), 0)
        first = ''.join(self.cells[self.first]['source'])
        self.title = next(iter(re.findall(r'^# (.+)$', first, re.M)), self.stem).strip()
        lede = re.search(r'^> (.+)$', first, re.M)
        self.lede = lede.group(1).strip() if lede else ''
        self.name = re.sub(r'[^\w.-]', '-', self.page.removesuffix('.md').replace('/', '-')) # for the files of its figures
        module = re.search(r'^#\|\s*default_exp\s+(\S+)', '\n'.join(''.join(c['source']) for c in self.cells if c['cell_type']=='code'), re.M)
        self.module = module.group(1) if module else ''
    def __repr__(self): return f'<{self.inside}>'

def notebooks():
    "All notebooks, by their path below nbs/: chapters first"
    found = [o for o in nbs.rglob('*.ipynb') if not any(p.startswith(('.', '_')) for p in o.relative_to(nbs).parts)]
    return {o.inside: o for o in map(Notebook, sorted(found))}

def up(page):
    "The way from a page to the top of the site"
    return '../'*page.count('/')

def relative(page, target):
    "The relative address of a page or file, as seen from `page`; both are paths below the top"
    a,b = page.split('/')[:-1],target.split('/')
    while a and len(b)>1 and a[0]==b[0]: a,b = a[1:],b[1:]
    return '../'*len(a) + '/'.join(b)

def plain(text): return re.sub(r'[`*]|\[([^\]]*)\]\([^)]*\)', r'\1', text or '')

def front_matter(title, about):
    "What Zensical reads about a page: a title and one line about it"
    return f'---\ntitle: {json.dumps(plain(title), ensure_ascii=False)}\ndescription: {json.dumps(plain(about), ensure_ascii=False)}\n---\n\n'
