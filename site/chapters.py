"""Notebooks to Markdown: prose as it is, code that is plumbing and tests folded, figures as files, sliders and quizzes alive.

No kernel: what a page shows is what is saved in the notebook."""
import ast,base64,io,re
from html.parser import HTMLParser
from PIL import Image
from project import *
from quizzes import quiz_html

# ---- prose

def _fences(text):
    "Pairs (is prose?, lines) of a Markdown text: fenced and indented code is not prose"
    out,fence,before = [],None,''
    for line in text.split('\n'):
        mark = re.match(r'\s*(```+|~~~+)', line)
        code = bool(fence or mark or (re.match(r'( {4}|\t)', line) and not _in_list(before)))
        if mark: fence = None if fence and line.strip().startswith(fence) else fence or mark.group(1)
        if not out or out[-1][0]==code: out.append((not code, []))
        out[-1][1].append(line)
        if line.strip(): before = line if not line.startswith(' ') or _in_list(line) else before
    return out

_item = re.compile(r'\s*([-*+]|\d+[.)])\s+')
def _in_list(line): return bool(_item.match(line))

def _blank_before_lists(lines):
    "Python-Markdown wants an empty line before a list or a table that follows a paragraph; Jupyter does not"
    out = []
    for line in lines:
        starts = _item.match(line) and not line.startswith(' ') or line.startswith('|')
        if starts and out and out[-1].strip() and not _in_list(out[-1]) and not out[-1].startswith((' ', '|')): out.append('')
        out.append(line)
    return out

class Prose:
    "Rewrites the Markdown of one notebook for the site"
    def __init__(self, book, books, names):
        self.book,self.books,self.names,self.linked = book,books,names,set()
    def link(self, target):
        "Where a link leads on the site"
        ours = re.match(rf'https://github\.com/{owner}/{repo}/(?:blob|tree)/{branch}/(.*)', target)
        if ours: path,_,anchor = ours.group(1).partition('#')
        elif re.match(r'[a-z]+:|//', target): return target
        elif target.startswith('#'): return '#'+slug(target[1:].replace('-', ' '))
        else:
            path,_,anchor = target.partition('#')
            path = ((self.book.path.parent/path).resolve()).relative_to(root).as_posix()
        anchor = '#'+slug(anchor.replace('-', ' ')) if anchor else ''
        if path=='nbs/workshop': return relative(self.book.page, 'workshop/index.md')
        if path=='CHANGELOG.md': return relative(self.book.page, 'changelog.md')
        found = self.books.get(path.removeprefix('nbs/')) if path.startswith('nbs/') else None
        return relative(self.book.page, found.page)+anchor if found else f'{blob_url}/{path}'
    def _links(self, line):
        def fix(m): return f'{m.group(1)}({self.link(m.group(2))})'
        return re.sub(r'(?<!!)(\[[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*\])\(([^)\s]+)\)', fix, line)
    def _code_links(self, line):
        "The first mention of a name of ours in a section leads to its reference"
        if line.startswith('#'):
            if line.startswith('## '): self.linked = set()
            return line
        def fix(m):
            name = m.group(1)
            if name in self.linked or name not in self.names: return m.group(0)
            self.linked.add(name)
            return f'[{m.group(0)}]({relative(self.book.page, self.names[name])})'
        parts = re.split(r'(\[(?:[^\]\[]|\[[^\]]*\])*\]\([^)]*\))', line) # not inside of links
        return ''.join(o if i%2 else re.sub(r'(?<!`)`([A-Za-z_]\w*)(?:\(\))?`(?!`)', fix, o) for i,o in enumerate(parts))
    def __call__(self, text):
        out = []
        for prose,lines in _fences(text):
            out += [self._code_links(self._links(o)) for o in _blank_before_lists(lines)] if prose else lines
        return '\n'.join(out)

# ---- outputs

class _Clean(HTMLParser):
    "Tables, text and links of an HTML output; no style, no script, no attribute but spans and what a link needs"
    tags = set('table thead tbody tr th td caption p b i strong em code br ul ol li q sub sup h4 h5 a details summary'.split())
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out,self.skip = [],0
    def handle_starttag(self, tag, attrs):
        if tag in ('style', 'script', 'svg', 'progress'): self.skip += tag!='progress'
        elif tag in self.tags and not self.skip:
            kept = ''.join(f' {k}="{escape(v)}"' for k,v in attrs if k in ('colspan', 'rowspan') and v)
            if tag=='table': kept = ' class="data"'
            if tag=='a' and (dict(attrs).get('href') or '').startswith('https://'):
                kept = ''.join(f' {k}="{escape(v)}"' for k,v in attrs if k in ('href', 'title', 'aria-label') and v)
            if tag=='th' and not kept: kept = ' scope="row"' if 'tbody' in self.open() else ' scope="col"'
            self.out.append(f'<{tag}{kept}>')
    def open(self): return [o for o in re.findall(r'<(/?t(?:head|body))\b', ''.join(self.out))][-1:]
    def handle_endtag(self, tag):
        if tag in ('style', 'script', 'svg'): self.skip -= 1
        elif tag in self.tags and not self.skip and tag!='br': self.out.append(f'</{tag}>')
    def handle_data(self, data):
        if not self.skip: self.out.append(escape(data) if data.strip() else ' ')

def clean_html(text):
    "What of an HTML output goes on the page; empty if nothing is left of it"
    parser = _Clean()
    parser.feed(text)
    parser.close()
    out = re.sub(r'<th[^>]*>\s*</th>', '<td></td>', ' '.join(''.join(parser.out).split()))
    return out if re.sub(r'<[^>]*>|\s', '', out) else ''

def box(content, label):
    "An output that scrolls by itself where it is too wide; scrolling is by keyboard too"
    return f'<div class="out" role="region" aria-label="{escape(label)}" tabindex="0">{content}</div>'

def pre(text):
    lines = escape(re.sub(r'\x1b\[[0-9;]*m', '', text).rstrip('\n')).replace('\n\n', '\n&#8203;\n')
    return f'<div class="out"><pre tabindex="0" role="region" aria-label="Output">{lines}</pre></div>' if text.strip() else ''

def image_of(data):
    "An image among the forms of an output as WebP, with its width and height, or None"
    kind = next((o for o in ('image/png', 'image/jpeg') if o in data), None)
    if not kind: return None
    image = Image.open(io.BytesIO(base64.b64decode(''.join(data[kind]))))
    image = image.convert('RGBA' if 'transparency' in image.info or image.mode in ('LA', 'RGBA') else 'RGB')
    few = image.getcolors(4096) # lines and letters stay sharp; pictures of many colours get small
    packed = io.BytesIO()
    image.save(packed, 'WEBP', lossless=bool(few), quality=90, method=4)
    return packed.getvalue(),image.size

# ---- code

directive = re.compile(r'^#\|\s*([\w-]+)(?::|\s|$)\s*(.*)$')

def split_cell(source):
    "The directives of a code cell, `{name: rest of the line}`, and its code"
    lines,found = source.split('\n'),{}
    while lines and (m := directive.match(lines[0])):
        found[m.group(1)] = m.group(2).strip()
        lines.pop(0)
    return found,'\n'.join(lines).strip('\n')

def _only_imports(code):
    try: body = ast.parse(code).body
    except SyntaxError: return False
    def quiet(o):
        return isinstance(o, (ast.Import, ast.ImportFrom)) or isinstance(o, ast.Assign) and getattr(o.targets[0], 'id', '')=='_all_'
    return bool(body) and all(map(quiet, body))

def _defined(code):
    try: return [o.name for o in ast.parse(code).body if hasattr(o, 'name')]
    except SyntaxError: return []

def slider(code):
    "The names of the sliders of an `interact` cell, or an empty list"
    try: body = ast.parse(code).body
    except SyntaxError: return []
    for o in body:
        calls = [d for d in getattr(o, 'decorator_list', []) if isinstance(d, ast.Call) and ast.unparse(d.func).endswith('interact')]
        if calls: return [k.arg for k in calls[0].keywords]
    return []

explorers = {frozenset(k.split()): v for k,v in {'size': 'size', 'share': 'crops', 'fraction': 'crops', 'lam': 'mixup', 'alpha': 'beta', 'eps': 'smoothing',
    'steps thin': 'muon',
    'bs lr epochs': 'descent', 'n_cycles cycle_len cycle_mult': 'schedules', 'seeds': 'pairs'}.items()}

def quiz_call(code):
    "Arguments of a `quiz(...)` call that stands alone in a cell (after imports), or None"
    try: body = ast.parse(code).body
    except SyntaxError: return None
    rest = [o for o in body if not isinstance(o, (ast.Import, ast.ImportFrom))]
    if len(rest)!=1 or not isinstance(rest[0], ast.Expr) or not isinstance(call := rest[0].value, ast.Call): return None
    if getattr(call.func, 'id', '')!='quiz': return None
    try: return [ast.literal_eval(o) for o in call.args],{o.arg: ast.literal_eval(o.value) for o in call.keywords}
    except ValueError: return None

def indent(text): return '\n'.join('    '+o if o else '' for o in text.split('\n'))
def fence(code): return f'```python\n{code}\n```'
def folded(title, code): return f'??? code "{title}"\n\n' + indent(fence(code))

def _join_imports(parts):
    "Import cells that follow each other share one fold"
    out,start = [],folded('Imports', '').split('```')[0]
    for o in filter(str.strip, parts):
        both = out and o.startswith(start) and out[-1].startswith(start)
        if both: out[-1] = out[-1].rsplit('\n    ```', 1)[0]+'\n\n'+o.split('```python\n', 1)[1]
        else: out.append(o)
    return out

class Page:
    "The Markdown of one notebook, and its figures"
    def __init__(self, book, books, names, banks):
        self.book,self.prose,self.banks = book,Prose(book, books, names),banks
        self.figures,self.without_alt,self.section = {},[],''
        self.parts = _join_imports([self.cell(i, c) for i,c in enumerate(book.cells)])
    def markdown(self):
        return front_matter(self.book.title, self.book.lede or self.book.title) + '\n\n'.join(o for o in self.parts if o.strip()) + '\n'
    def cell(self, i, cell):
        source = ''.join(cell['source'])
        if cell['cell_type']!='code': return self.text(i, self.attached(i, cell, source))
        found,code = split_cell(source)
        if 'hide' in found or 'default_exp' in found or not code: return ''
        if (quiz := quiz_call(code)) is not None: return self.quiz(code, *quiz)
        return '\n\n'.join(o for o in (self.code(found, code), self.outputs(i, cell, found, code)) if o)
    def attached(self, i, cell, source):
        "Markdown whose attached pictures are figures"
        for k,(name,data) in enumerate(cell.get('attachments', {}).items()):
            def figure(m): return self.figure(i, k, image_of(data), m[1])
            source = re.sub(rf'!\[([^\]]*)\]\(attachment:{re.escape(name)}\)', figure, source)
        return source
    def text(self, i, source):
        if 'colab-badge.svg' in source and self.book.stem!='index': return '' if source.strip().startswith('[![') else self.prose(source)
        if self.book.stem=='index' and source.strip().startswith('[!['): return ''
        for m in re.finditer(r'^##\s+(.+)$', source, re.M): self.section = m.group(1).strip().lower()
        if i==self.book.first: return self.title(source)
        return self.prose(source)
    def title(self, source):
        rest = re.sub(r'^> .+$', '', re.sub(r'^# .+$', '', source, count=1, flags=re.M), count=1, flags=re.M).strip()
        lede = f'{self.prose(self.book.lede)}\n{{ .lede }}' if self.book.lede else ''
        return '\n\n'.join(o for o in (f'# {self.book.title}', lede, self.actions(), self.prose(rest)) if o)
    def actions(self):
        if self.book.stem=='index': return ''
        colab = f'https://colab.research.google.com/github/{owner}/{repo}/blob/{branch}/nbs/{self.book.inside}'
        if not self.book.is_chapter:
            return f'<p class="actions"><a class="action" href="{blob_url}/nbs/{self.book.inside}">The notebook</a></p>'
        file = relative(self.book.page, f'notebooks/{self.book.inside}')
        return (f'<p class="actions"><a class="action" href="{colab}">Open in Colab</a> '
            f'<a class="action" href="{file}" download>Download the notebook</a></p>')
    def code(self, found, code):
        if found.get('echo')=='false': return ''
        if slider(code): return folded('The code of the slider', code)
        if 'test' in found: return folded(f"Test: {found['test'].replace('_', ' ') or 'runs silently'}", code)
        if _only_imports(code): return folded('Imports', code)
        names = ', '.join(_defined(code)) or 'a few lines'
        if 'exporti' in found: return folded(f'Behind it: {names}', code)
        lines = code.count('\n')+1
        scratch = any(o in self.section for o in ('from scratch', 'the idea', 'in fastai')) or not self.book.is_chapter
        if 'export' in found and (not scratch or lines>30): return folded(f'In the library: {names}', code)
        return fence(code)
    def figure(self, i, k, image, alt):
        name = f'figures/{self.book.name}-{i}{"-"+str(k) if k else ""}.webp'
        self.figures[name],(width, height) = image
        return (f'<figure class="plot"><img src="{relative(self.book.page, name)}" alt="{escape(alt)}" width="{width}" height="{height}" '
            f'loading="lazy" decoding="async"></figure>')
    def outputs(self, i, cell, found, code):
        parts,k = [],0
        sliders = slider(code)
        for o in cell.get('outputs', []):
            if o['output_type']=='stream': parts.append(pre(''.join(o['text'])))
            elif o['output_type']=='error': parts.append(pre(f"{o['ename']}: {o['evalue']}"))
            elif image := image_of(o['data']):
                alt = found.get('fig-alt', '').strip('"\' ')
                if not alt: self.without_alt.append(f'{self.book.inside}, cell {i}')
                parts.append(self.figure(i, k, image, alt))
                k += 1
            elif 'text/markdown' in o['data']: parts.append(self.prose(''.join(o['data']['text/markdown'])))
            elif 'application/vnd.jupyter.widget-view+json' in o['data']: pass
            elif 'text/html' in o['data']:
                if table := clean_html(''.join(o['data']['text/html'])): parts.append(box(table, 'Table'))
            elif 'text/plain' in o['data']: parts.append(pre(''.join(o['data']['text/plain'])))
        kind = explorers.get(frozenset(sliders))
        if kind:
            fallback = ''.join(parts)
            return f'<div class="explorer" data-explorer="{kind}"><div class="fallback">{fallback}</div></div>'
        return '\n\n'.join(o for o in parts if o)
    def quiz(self, code, args, kwargs):
        shown = fence(code)+'\n\n' if not kwargs.get('chapter') else ''
        html = quiz_html(self.banks, up(self.book.page), kwargs.get('bank', 'imagenette'), args, kwargs.get('chapter', ''))
        return shown+html
