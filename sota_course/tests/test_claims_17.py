"What chapter 17 and the README say of the demo and of the best results: computed from records, and false of others"
import re
from copy import deepcopy
import numpy as np
import pytest
from sota_course.compare import compare,interval
from sota_course.records import published_records
from sota_course.tests.chapters import cells_of,cells_that_begin,in_checkout

pytestmark = in_checkout

def hidden(chapter, begins, names):
    "Run the hidden cells of a chapter that begin so"
    for source in cells_that_begin(chapter, begins): exec('\n'.join(o for o in source.splitlines() if not o.startswith('from sota_course.')), names)

def altered(folder, change):
    "`published_records`, with the records of `folder` altered by `change`"
    def read(name):
        records = deepcopy(published_records(name))
        for r in records if name==folder else (): change(r)
        return records
    return read

def add(name, points, *seeds):
    def change(r):
        if r.name==name and r.seed in (seeds or (r.seed,)): r.evaluation['accuracy'] += points/100
    return change

def demo(read): hidden('17_command_line', ('#| hide\nfrom sota_course.compare',), dict(compare=compare, published_records=read))
def readme(read):
    names = dict(compare=compare, interval=interval, np=np, published_records=read)
    hidden('index', ('#| hide\ndemo =', '#| hide\nfast =', '#| hide\ntuned ='), names)

def test_the_demo_says_what_the_chapter_says(): demo(published_records)
def test_the_readme_says_what_records_say(): readme(published_records)

@pytest.mark.parametrize('change', [add('muon', -12), add('mixup', -5), add('label_smoothing', 4)])
@pytest.mark.parametrize('claims', [demo, readme])
def test_claims_fail_on_another_demo(claims, change):
    with pytest.raises(AssertionError): claims(altered('demo-sample', change))

@pytest.mark.parametrize('folder,change', [('time_to_accuracy-imagenette2-224', add('ten-seconds', -2)), ('time_to_accuracy-imagenette2-224', add('forty-seconds', -5)),
    ('time_to_accuracy-imagenette2-224', lambda r: setattr(r, 'seconds', r.seconds*(3 if r.name=='ten-seconds' else 1))),
    ('pretrained-imagenette2-224', add('fine-tune', -15))])
def test_claims_of_the_readme_fail_on_other_results(folder, change):
    with pytest.raises(AssertionError): readme(altered(folder, change))

def estimated_hours(cells):
    "Words at 100 a minute, a minute and a half for each cell, half an hour for the exercises"
    words = sum(len(o.split()) for kind,o in cells if kind=='markdown')
    shown = sum(kind=='code' and not re.match(r'#\|\s*(hide|test|default_exp)', o) for kind,o in cells)
    return (words/100+1.5*shown+30)/60

def test_hours_of_the_readme_are_near_the_estimate():
    rows = re.findall(r'nbs/(\d\d_\w+)\.ipynb\) \|[^|\n]*\| (\d?½?) \|', '\n'.join(o for _,o in cells_of('index')))
    assert len(rows)>=17
    for chapter,said in rows:
        hours = int(said.rstrip('½') or 0)+0.5*said.endswith('½')
        estimate = estimated_hours(cells_of(chapter))
        assert abs(hours-estimate)<0.75, f'{chapter}: about {estimate:.1f} hours, and the README says {said}'
