"Exercises of chapters: their solutions pass, starters that nobody touched are not attempted, and what a chapter promises is there"
import re
import pytest
from sota_course.core import CourseError
from sota_course.exercises import exercise
from sota_course.exercises.engine import checks,comparison,is_untouched
from sota_course.tests.chapters import cells_of,in_checkout,notebooks

def starters(chapter):
    "By the name of the exercise, the starter cells of a chapter, each with the solution that is folded away below it"
    found,name = {},None
    for kind,source in cells_of(chapter):
        if kind=='code' and (m := re.search(r"exercise\('([^']+)'\)\.check", source)): name,found[m[1]] = m[1],[source, '']
        elif kind=='markdown' and name and '<details>' in source and (code := re.search(r'```python\n(.*?)```', source, re.S)):
            found[name][1] = code[1]
            name = None
    return found

def outcome(source, check, names):
    "The `Checked` of the line `check`, after `source` was run where `names` are known"
    exec(source, names)
    return eval(check, names)

def attempt(chapter, name, code, **names):
    "What the exercise says to `code`, which defines what the starter defines; None leaves the starter as it is"
    starter = starters(chapter)[name][0]
    head,check = starter.rsplit('\n', 1)
    check = check.strip()
    known = {}
    exec('from fastai.vision.all import *', known)
    return outcome(head if code is None else code, check, known | names | dict(exercise=exercise))

def solve(chapter, name, **names):
    "What the exercise says to the solution in the chapter"
    solution = starters(chapter)[name][1]
    assert solution, f'{chapter} has no solution of {name} folded away below its starter'
    return attempt(chapter, name, solution, **names)

def mistakes(chapter, name, *codes, **names):
    "What is said to each of some attempts, none of which is right yet"
    found = [attempt(chapter, name, o, **names) for o in codes]
    assert [o.verdict for o in found]==['not yet']*len(codes)
    return [o.said for o in found]

def quick_ladder(folder):
    "`ladder` as chapters call it, on a few images and for one epoch: for solutions that run a comparison"
    from sota_course.data.sample import sample_data
    from sota_course.experiments.ladder import ladder
    def call(path=None, names=('baseline',), seeds=3, **changes):
        changes |= dict(arch='small_cnn', size=32, bs=10, epochs=1, folder=folder, device='cpu')
        return ladder(sample_data(4, 2), names, seeds, **{k: v for k,v in changes.items() if k not in ('seconds', 'presize')})
    return call

chapters = [o.stem for o in sorted(notebooks.glob('[0-9]*.ipynb'))] if notebooks.is_dir() else []

@in_checkout
@pytest.mark.parametrize('chapter', chapters)
def test_chapters_have_two_exercises_with_solutions(chapter):
    found = starters(chapter)
    assert len(found)>=2, f'{chapter} has {len(found)} exercises'
    for name,(starter,solution) in found.items():
        assert solution, f'{name} has no solution'
        assert exercise(name).check(None).verdict=='not attempted'

def test_unknown_exercises_are_refused_with_names_that_are_alike():
    checks('example.double')(lambda fn: [])
    with pytest.raises(CourseError, match="did you mean example.double"): exercise('example.duble')

@pytest.mark.parametrize('body,untouched', [('...', True), ('"Says what it does"\n    ...', True), ('pass', True), ('return None', True), ('return x', False), ('return 0', False), ('print(x)', False), ('x = 1', False)])
def test_untouched_starters_are_known(body, untouched):
    names = {}
    exec(f'def f(x):\n    {body}', names)
    assert is_untouched(names['f'])==untouched

def test_errors_of_learners_become_sentences():
    @checks('example.half')
    def _half(fn):
        yield fn(4)==2, 'Half of 4 is 2.'
        yield fn(1)+0==0.5, 'Half of 1 is 0.5.'
    def said(f): return exercise('example.half').check(f)
    def later(x): raise NotImplementedError
    assert 'ZeroDivisionError' in said(lambda x: x/0).said
    assert 'return' in said(lambda x: print(end='')).said
    assert 'cannot be checked' in said(lambda x: 2 if x==4 else 'half').said
    assert said(later).verdict=='not attempted' and said(3).verdict=='not yet' and said(lambda x: x/2).verdict=='correct'

def runs(name, seeds, accuracy=0.7, fingerprint='a', **changes):
    from sota_course.records import Record
    config = dict(arch='small_cnn', changes=changes)
    return [Record(name, dict(fingerprint=fingerprint), config, o, evaluation=dict(accuracy=accuracy+o/100), started='x') for o in seeds]

@pytest.mark.parametrize('other,said', [
    ([], 'only one variant'), (runs('mixup', (0, 1, 3), mixup=0.4), 'other seeds'), (runs('mixup', (0, 1, 2), mixup=0.4, epochs=3), 'epochs as well'),
    (runs('mixup', (0, 1, 2)), 'same settings'), (runs('mixup', (0, 1, 2), fingerprint='b', mixup=0.4), 'different images')])
def test_unfair_comparisons_are_named(other, said):
    comparison('example.mixup', setting='mixup')
    assert said in exercise('example.mixup').check(runs('baseline', (0, 1, 2))+other).said

def test_comparisons_of_few_seeds_and_of_other_things_are_named():
    comparison('example.mixup', setting='mixup')
    check = exercise('example.mixup').check
    assert 'luck' in check(runs('baseline', (0, 1))+runs('mixup', (0, 1), mixup=0.4)).said
    assert 'list of records' in check([1, 2]).said

def test_fair_comparisons_are_told_what_they_found():
    comparison('example.mixup', setting='mixup')
    found = exercise('example.mixup').check(runs('baseline', (0, 1, 2))+runs('mixup', (0, 1, 2), 0.8, mixup=0.4))
    assert found.verdict=='correct' and '+10.0 points' in found.said and 'helped' in found.said
