"""README.md, rendered from the index notebook"""

import base64,configparser,re
from pathlib import Path

from fastcore.nbio import mk_cell,nb2str,read_nb

from .files import write

def render_readme(
    nb='nbs/index.ipynb', # notebook to render
    dest='README.md', # file to write
    check=False, # write nothing, and exit with a sentence if `dest` is behind `nb`?
):
    """Render the index notebook as README: prose, visible code, and stored outputs that are text or Markdown.
    Of a cell with `#| echo: false`, the outputs alone; its pictures become files in the folder `pictures` beside the notebook."""
    import nbformat
    from nbconvert import MarkdownExporter
    book,cells,behind = read_nb(nb),[],f'{Path(dest).as_posix()} is behind {Path(nb).as_posix()}: run `make prepare`.'
    for c in book.cells:
        code,d = c.cell_type=='code',c.directives
        if c.cell_type=='raw' or {'hide','default_exp'} & set(d) or code and any(k.startswith('export') for k in d): continue
        if code and d.get('echo')=='false':
            shown = [_as_prose(o, d.get('fig-alt', ''), f'readme-{c.id}', Path(nb).parent/'pictures', check and behind) for o in c.outputs]
            c = mk_cell('\n\n'.join(shown), 'markdown')
        elif code: c.outputs = [o for o in map(_only_text, c.outputs) if o]
        c.remove_directives()
        if c.source.strip(): cells.append(c)
    book.update(cells=cells, nbformat_minor=5, metadata=dict(language_info=dict(name='python')))
    text = MarkdownExporter().from_notebook_node(nbformat.reads(nb2str(book), as_version=4))[0]
    text,dest = re.sub(r'\n{3,}', '\n\n', re.sub(r'(?m)[ \t]+$', '', text)).strip()+'\n', Path(dest)
    if not check: write(dest, text)
    elif not dest.exists() or dest.read_text(encoding='utf-8')!=text:
        raise SystemExit(behind)

def _as_prose(out, alt, name, folder, behind):
    "Output `out` as Markdown; a picture goes to a file in `folder`, or has to be there already if `behind` says what else is wrong"
    data = out.get('data', {'text/markdown': out.get('text', '')})
    if 'image/png' not in data: return ''.join(data.get('text/markdown', data.get('text/plain', '')))
    file,found = folder/f'{name}.png',base64.b64decode(''.join(data['image/png']))
    if behind and not (file.exists() and file.read_bytes()==found): raise SystemExit(behind)
    folder.mkdir(exist_ok=True)
    file.write_bytes(found)
    cfg = configparser.ConfigParser(delimiters=['='])
    cfg.read('settings.ini', encoding='utf-8')
    owner,repo,branch = (cfg['DEFAULT'][k] for k in ('owner','repo','branch'))
    return f'![{alt}](https://github.com/{owner}/{repo}/raw/{branch}/{file.as_posix()})'

def _only_text(out):
    "Output `out` with nothing but its Markdown or else its text; None for a picture, whose text only stands in for it"
    data = out.get('data')
    if data is None: return out # printed text
    if any(k.startswith('image/') for k in data): data.pop('text/plain', None)
    kind = next((k for k in ('text/markdown','text/plain') if k in data), None)
    return kind and {**out, 'data': {kind: data[kind]}}
