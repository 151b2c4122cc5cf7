"""The reference: a page for each module with public names, made from the source without importing it.

The comment beside a parameter is its documentation (nbdev's docments), so the source is read as text, too."""
import ast,io,re,tokenize
from project import *

def _comments(source):
    "`{line: comment}`"
    found = {}
    for t in tokenize.generate_tokens(io.StringIO(source).readline):
        if t.type==tokenize.COMMENT: found[t.start[0]] = t.string.lstrip('#').strip()
    return found

class Module:
    "One module of the course: its public names, where they stand and what explains them"
    def __init__(self, path, books):
        self.path,self.source = path,path.read_text(encoding='utf-8')
        self.name = '.'.join(path.relative_to(root).with_suffix('').parts)
        self.short = self.name.removeprefix('sota_course.')
        self.page = f'api/{self.short}.md'
        self.tree,self.comments = ast.parse(self.source),_comments(self.source)
        self.doc = ast.get_docstring(self.tree) or ''
        made = re.search(r'File to edit: (?:\.\./)*nbs/(\S+?)\.?$', self.source, re.M)
        self.book = books.get(made.group(1)) if made else None
        self.public = self._public()
        nodes = {o.name: o for o in self.tree.body if isinstance(o, (ast.FunctionDef, ast.ClassDef))}
        self.entries = [nodes[o] for o in self.public if o in nodes]
        self.values = {t.id: o for o in self.tree.body if isinstance(o, ast.Assign) for t in o.targets
            if isinstance(t, ast.Name) and t.id in self.public}
    def _public(self):
        for o in self.tree.body:
            if isinstance(o, ast.Assign) and getattr(o.targets[0], 'id', '')=='__all__': return ast.literal_eval(o.value)
        return []
    def comment(self, node, after=0):
        "The comment that ends the line of a node"
        return self.comments.get(after or node.end_lineno, '')

def modules(books):
    "All modules that have functions or classes to offer"
    folder = root/'sota_course'
    skip = ('tests', '_nbdev', '__pycache__')
    paths = [o for o in sorted(folder.rglob('*.py')) if not o.name.startswith('_') and not set(skip) & set(o.parts)]
    found = [Module(o, books) for o in paths]
    return [o for o in found if o.entries or o.values]

def _args(fn):
    "`(name, type, default)` of each parameter, with stars, without self"
    a = fn.args
    plain = [*a.posonlyargs, *a.args]
    defaults = [None]*(len(plain)-len(a.defaults)) + list(a.defaults)
    out = [(o, o.arg, d) for o,d in zip(plain, defaults)]
    if a.vararg: out.append((a.vararg, '*'+a.vararg.arg, None))
    out += [(o, o.arg, d) for o,d in zip(a.kwonlyargs, a.kw_defaults)]
    if a.kwarg: out.append((a.kwarg, '**'+a.kwarg.arg, None))
    return [o for o in out if o[1] not in ('self', 'cls')]

def _unparse(node): return '' if node is None else ast.unparse(node)

def _signature(name, args, returns=''):
    def one(arg, shown, default):
        kind = _unparse(arg.annotation)
        return shown + (f':{kind}' if kind else '') + (f'={_unparse(default)}' if default is not None else '')
    inside = [one(*o) for o in args]
    flat = f"{name}({', '.join(inside)})" + (f' -> {returns}' if returns else '')
    if len(flat)<=78: return flat
    return f'{name}(\n' + ''.join(f'    {o},\n' for o in inside) + ')' + (f' -> {returns}' if returns else '')

def _table(rows):
    if not rows: return ''
    body = ''.join(f'<tr><th scope="row"><code>{escape(n)}</code></th><td>{f"<code>{escape(t)}</code>" if t else ""}</td>'
        f'<td>{f"<code>{escape(d)}</code>" if d else ""}</td><td>{_inline(c)}</td></tr>' for n,t,d,c in rows)
    return ('<div class="out params" role="region" aria-label="Parameters" tabindex="0"><table class="data"><thead><tr><th scope="col">Parameter</th><th scope="col">Type</th>'
        f'<th scope="col">Default</th><th scope="col">Meaning</th></tr></thead><tbody>{body}</tbody></table></div>')

def _inline(text): return re.sub(r'`([^`]+)`', r'<code>\1</code>', escape(text).replace('&#x27;', "'"))

def _prose(text):
    "A docstring as Markdown: indented parts stay code, stars and brackets mean themselves"
    return '\n'.join(o if o.startswith('    ') else re.sub(r'(?<![`\w])([*_<\[])(?=[^`]*(?:`[^`]*`[^`]*)*$)', r'\\\1', o) for o in text.split('\n'))

class Reference:
    "Writes the pages"
    def __init__(self, books):
        self.modules = modules(books)
        self.names = self._names()
    def _names(self):
        "`{public name: page#anchor}` of names that only one module has"
        found = {}
        for m in self.modules:
            for o in m.entries: found.setdefault(o.name, []).append(f'{m.page}#{slug(o.name)}')
        return {k:v[0] for k,v in found.items() if len(v)==1}
    def _lines(self, m, node):
        where = m.path.relative_to(root).as_posix()
        first = min([node.lineno, *(o.lineno for o in node.decorator_list)])
        explained = f' · explained in [{m.book.title}]({relative(m.page, m.book.page)})' if m.book else ''
        return f'[Source, lines {first} to {node.end_lineno}]({blob_url}/{where}#L{first}-L{node.end_lineno}){explained}\n{{ .where }}'
    def function(self, m, fn, level='##', owner=''):
        args = _args(fn)
        head_end = max([fn.lineno, *(a.end_lineno for a,_,_ in args), *([fn.returns.end_lineno] if fn.returns else [])])
        many = bool(args) and args[-1][0].lineno>fn.lineno
        rows = [(n, _unparse(a.annotation), _unparse(d), m.comment(a, (d or a).end_lineno) if many else '') for a,n,d in args]
        closing = next((i for i in range(head_end, fn.body[0].lineno+1) if i in m.comments and (not many or i>args[-1][0].end_lineno)), 0)
        returns = m.comments.get(closing, '')
        doc = ast.get_docstring(fn) or ''
        shown = [o for o in rows if o[3]] and rows
        name = f'{owner}.{fn.name}' if owner else fn.name
        parts = [f'{level} {name}' if level!='###' else f'{level} `{name}`', f'```python\n{_signature(fn.name, args, _unparse(fn.returns))}\n```', _prose(doc), _table(shown or []),
            f'<p class="returns"><b>Returns</b> {_inline(returns)}</p>' if returns else '']
        return '\n\n'.join(o for o in parts if o) + ('' if owner else '\n\n'+self._lines(m, fn))
    def klass(self, m, node):
        init = next((o for o in node.body if isinstance(o, ast.FunctionDef) and o.name=='__init__'), None)
        fields = [o for o in node.body if isinstance(o, ast.AnnAssign) and isinstance(o.target, ast.Name) and not o.target.id.startswith('_')]
        bases = ', '.join(map(_unparse, node.bases))
        parts = [f'## {node.name}']
        if init:
            args = _args(init)
            parts.append(f'```python\n{_signature(node.name, args)}\n```')
            rows = [(n, _unparse(a.annotation), _unparse(d), m.comments.get((d or a).end_lineno, '') if a.lineno>init.lineno else '') for a,n,d in args]
        else:
            parts.append(f"```python\nclass {node.name}{f'({bases})' if bases else ''}\n```")
            rows = [(o.target.id, _unparse(o.annotation), _unparse(o.value), m.comments.get(o.end_lineno, '')) for o in fields]
        parts += [_prose(ast.get_docstring(node) or ''), _table(rows if [o for o in rows if o[3]] or fields else []), self._lines(m, node)]
        for o in node.body:
            if isinstance(o, ast.FunctionDef) and not o.name.startswith('_') and (ast.get_docstring(o) or m.comments.get(o.lineno)):
                parts.append(self.function(m, o, '###', node.name))
        return '\n\n'.join(o for o in parts if o)
    def page(self, m):
        first = m.doc.splitlines()[0] if m.doc else ''
        parts = [front_matter(m.short, f'Reference of {m.name}: {first}').strip(),
            f'# {m.short}', f'{_prose(m.doc)}\n{{ .lede }}' if m.doc and '\n' not in m.doc else _prose(m.doc)]
        if m.book: parts.append(f'`from {m.name} import *` · explained in [{m.book.title}]({relative(m.page, m.book.page)})')
        for o in m.entries: parts.append(self.klass(m, o) if isinstance(o, ast.ClassDef) else self.function(m, o))
        values = [(k, '', _short(_unparse(o.value)), m.comments.get(o.end_lineno, '')) for k,o in m.values.items()]
        if values:
            rows = ''.join(f'<tr><th scope="row"><code>{k}</code></th><td><code>{escape(v)}</code></td><td>{_inline(c)}</td></tr>' for k,_,v,c in values)
            parts.append('## Values\n\n<div class="out params" role="region" aria-label="Values" tabindex="0"><table class="data"><thead><tr><th scope="col">Name</th>'
                f'<th scope="col">Value</th><th scope="col">Meaning</th></tr></thead><tbody>{rows}</tbody></table></div>')
        return '\n\n'.join(o for o in parts if o)+'\n'
    def index(self):
        out = [front_matter('Reference', 'Every function and class of the package sota_course').strip(), '# Reference',
            'Every function and class that you can import, by module. The comment beside a parameter in the source is what stands here.']
        for m in self.modules:
            names = ', '.join(f'[`{o.name}`]({m.page.removeprefix("api/")}#{slug(o.name)})' for o in m.entries)
            first = m.doc.splitlines()[0].rstrip('.') if m.doc else ''
            out.append(f"**[{m.short}]({m.page.removeprefix('api/')})** {'· '+_prose(first) if first else ''}\n\n{names}")
        return '\n\n'.join(out)+'\n'

def _short(text): return text if len(text)<=80 else text[:79]+'…'
