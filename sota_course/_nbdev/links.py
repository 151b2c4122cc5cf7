"""Links that follow `owner`, `repo` and `branch` in settings.ini"""

import configparser,re
from pathlib import Path

from fastcore.nbio import read_nb,write_nb

from .files import notebooks,write

def sync_links(
    check=False, # write nothing, and exit with a sentence if a link differs?
    old=None, # former name of the repository: to give where the repository itself was renamed
): # paths of the files that were changed
    """Make all links to this project follow `owner`, `repo` and `branch` in `settings.ini`; to run in the project's folder.
    A link is to this project if its repository is called `repo` (or `old`), whoever the owner."""
    cfg = configparser.ConfigParser(delimiters=['='])
    cfg.read('settings.ini', encoding='utf-8')
    owner,repo,branch = (cfg['DEFAULT'][k] for k in ('owner','repo','branch'))
    ours = '(?:' + '|'.join(re.escape(o) for o in (repo,old) if o) + r')(?=\.git\b|(?!\.?[\w-]))' # the whole name, not a part of one
    colab = f'https://colab.research.google.com/github/{owner}/{repo}/blob/'
    badge = r'(\[!\[[^\]]*\]\([^)]*\)\]\(|<a\b[^>]*\bhref=["\'](?=[^>]*>\s*<img\b))https://colab\.research\.google\.com/[^\s)"\']*'
    def fix(text, name):
        text = re.sub(rf'(github(?:usercontent)?\.com[/:]|/github/)[\w.-]+/{ours}', rf'\g<1>{owner}/{repo}', text)
        text = re.sub(rf'[\w-]+\.github\.io/{ours}', f'{owner}.github.io/{repo}', text)
        text = re.sub(rf'{re.escape(colab)}[^\s)"\']+?/nbs/', f'{colab}{branch}/nbs/', text)
        chapter = re.match(r'\d.*\.ipynb$', name) # its badge opens that very notebook
        return re.sub(badge, rf'\g<1>{colab}{branch}/nbs/{name}', text) if chapter else text
    changed = []
    for f in [*notebooks(), Path('CONTRIBUTING.md'), Path('CHANGELOG.md')]:
        if not f.exists(): continue
        book = read_nb(f) if f.suffix=='.ipynb' else None
        before = [c.source for c in book.cells] if book else [f.read_text(encoding='utf-8')]
        after = [fix(o, f.name) for o in before]
        if after==before: continue
        if check: raise SystemExit(f'{f.as_posix()} has links that do not follow settings.ini: run `make prepare`.')
        if book:
            for c,o in zip(book.cells, after): c.set_source(o)
            write_nb(book, f)
        else: write(f, after[0])
        changed.append(f.as_posix())
    return changed
