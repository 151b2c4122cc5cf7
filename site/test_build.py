"The builder's steps, without a browser"
import json
import pytest
pytest.importorskip('PIL')
import api,chapters,finish
from project import Notebook,notebooks,relative,slug
import project

def book(tmp_path, monkeypatch, *cells):
    "A notebook of its own, and the Markdown that becomes of it"
    monkeypatch.setattr(project, 'nbs', tmp_path)
    path = tmp_path/'05_try.ipynb'
    def cell(kind, source, outputs=()): return dict(cell_type=kind, source=source, metadata={}, **(dict(outputs=list(outputs)) if kind=='code' else {}))
    path.write_text(json.dumps(dict(cells=[cell('markdown', '# A title\n\n> in one line'), *(cell(*o) for o in cells)])), encoding='utf-8')
    return Notebook(path)

def page(tmp_path, monkeypatch, *cells, banks=None):
    found = book(tmp_path, monkeypatch, *cells)
    return chapters.Page(found, {found.inside: found}, {'tta': 'api/tta.md#tta'}, banks)

pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='

def test_code_that_is_plumbing_is_folded(tmp_path, monkeypatch):
    made = page(tmp_path, monkeypatch, ('code', '#| hide\nsecret = 1'), ('code', 'import os'), ('code', 'from sys import path'), ('code', '#| test it_works\nassert 1'),
        ('code', '#| exporti\ndef _helper(): pass'), ('markdown', '## From scratch'), ('code', '#| export\ndef idea(): pass'), ('code', 'idea()')).markdown()
    assert 'secret' not in made and made.count('??? code "Imports"')==1
    assert '??? code "Test: it works"' in made and '??? code "Behind it: _helper"' in made
    assert '\n```python\ndef idea(): pass\n```' in made and '\n```python\nidea()\n```' in made

def test_outputs_are_text_or_clean_tables(tmp_path, monkeypatch):
    html = '<style>x</style><table border="1" onclick="alert(1)"><thead><tr><th></th><th>name</th></tr></thead><tbody><tr><th>0</th><td>a&lt;b<script>bad()</script></td></tr></tbody></table>'
    made = page(tmp_path, monkeypatch, ('code', '1', [dict(output_type='execute_result', data={'text/html': html, 'text/plain': 'no'})]),
        ('code', '2', [dict(output_type='stream', name='stdout', text='<b>\x1b[31mred\x1b[0m')])).markdown()
    assert '<th scope="row">0</th> ' in made or '<th scope="row">0</th><td>a&lt;b</td>' in made
    assert not any(o in made for o in ('onclick', 'bad()', 'border', '<style', '\x1b')) and '&lt;b&gt;red' in made

def test_links_and_folds_of_an_output_stay():
    cell = '<td><a href="https://a.b/c" title="helped: +1.2" onclick="x()">up</a><a href="javascript:x()">no</a></td>'
    made = chapters.clean_html(f'<details><summary>All</summary><table><tr>{cell}</tr></table></details>')
    assert '<details><summary>All</summary><table class="data">' in made and '<a href="https://a.b/c" title="helped: +1.2">up</a>' in made
    assert 'onclick' not in made and 'javascript' not in made

def test_a_figure_without_words_is_noted(tmp_path, monkeypatch):
    image = [dict(output_type='display_data', data={'image/png': pixel})]
    bare = page(tmp_path, monkeypatch, ('code', 'plot()', image))
    assert bare.without_alt==['05_try.ipynb, cell 1']
    told = page(tmp_path, monkeypatch, ('code', '#| fig-alt: A "red" dot & more\nplot()', image))
    assert not told.without_alt and 'alt="A &quot;red&quot; dot &amp; more" width="1" height="1"' in told.markdown() and len(told.figures)==1

def test_attached_pictures_become_figures(tmp_path, monkeypatch):
    found = book(tmp_path, monkeypatch, ('markdown', 'Look:\n\n![A red dot](attachment:a.png)'))
    found.cells[1]['attachments'] = {'a.png': {'image/png': pixel}}
    made = chapters.Page(found, {found.inside: found}, {}, None)
    assert 'attachment:' not in made.markdown() and 'alt="A red dot" width="1"' in made.markdown() and len(made.figures)==1

def test_links_lead_to_pages_of_the_site(tmp_path, monkeypatch):
    ours = f'https://github.com/{project.owner}/{project.repo}/blob/{project.branch}'
    made = page(tmp_path, monkeypatch, ('markdown', f'see [it]({ours}/nbs/05_try.ipynb), `tta` and `tta`, [out](https://a.b/c), [x]({ours}/CHANGELOG.md)\n- a list')).markdown()
    assert '[it](05_try.md)' in made and '[out](https://a.b/c)' in made and '[x](../changelog.md)' in made
    assert '[`tta`](../api/tta.md#tta) and `tta`' in made and '\n\n- a list' in made

def test_sliders_become_explorers(tmp_path, monkeypatch):
    code = '@ipywidgets.interact(lam=ipywidgets.FloatSlider(0.6, min=0, max=1))\ndef show(lam): pass'
    made = page(tmp_path, monkeypatch, ('code', code)).markdown()
    assert 'data-explorer="mixup"' in made and chapters.slider('def slider(a): return a\n@interact(n_cycles=slider(3), cycle_len=slider(1), cycle_mult=slider(2))\ndef show(**k): pass')==['n_cycles', 'cycle_len', 'cycle_mult']

def test_every_slider_of_the_course_has_an_explorer():
    found = [chapters.slider(''.join(c['source'])) for b in notebooks().values() for c in b.cells if c['cell_type']=='code']
    unknown = [o for o in found if o and frozenset(o) not in chapters.explorers]
    assert not unknown and sum(map(bool, found))>=7

def test_anchors(): assert slug('What `it` costs, *really*?')=='what-it-costs-really' and slug('[a](b) c')=='a-c'
def test_addresses(): assert relative('chapters/a.md', 'api/b.md')=='../api/b.md' and relative('chapters/a.md', 'chapters/b.md')=='b.md' and relative('a.md', 'b/c.md')=='b/c.md'

def test_the_reference_has_what_stands_beside_parameters():
    found = api.Reference(notebooks())
    module = next(o for o in found.modules if o.short=='tta')
    text = found.page(module)
    assert '## tta\n' in text and 'a trained <code>Learner</code>' in text and '<b>Returns</b>' in text and module.book.page=='chapters/05_tta.md'
    assert found.names['tta'].startswith('api/tta.md#') and not any(o.startswith('_') for o in found.names)

def test_a_bad_site_is_refused(tmp_path):
    (tmp_path/'index.html').write_text('<meta charset="utf-8"><a href="gone.html">x</a><a href="#nowhere">x</a><img src="a.png"><script src="https://cdn.b/c.js"></script><script>go()</script>')
    with pytest.raises(SystemExit) as e: finish.finish(tmp_path, python=False)
    told = str(e.value)
    assert all(o in told for o in ('gone.html, which is not there', '#nowhere: no such place', 'a.png has no alternative text', 'asks another host: https://cdn.b/c.js'))
    assert "script-src 'self' 'wasm-unsafe-eval' 'sha256-" in (tmp_path/'index.html').read_text()

def test_the_bank_that_teachers_copy_is_valid(tmp_path):
    from sota_course.questionnaire import check,validate
    text = (project.root/'site/pages/teachers.md').read_text(encoding='utf-8')
    mine = tmp_path/'my-course.toml'
    mine.write_text(text.split('```toml\n')[1].split('```')[0], encoding='utf-8')
    assert validate(mine)==[] and check(1, 'To see how it does on new images.', mine).verdict=='correct'
