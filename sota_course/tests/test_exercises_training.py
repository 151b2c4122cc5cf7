"Exercises of chapters 08, 09 and 11: solutions pass, typical mistakes are told apart, untouched starters are not attempted"
import pytest
from sota_course.data.sample import sample_data
from sota_course.tests.test_exercises import attempt,in_checkout,quick_ladder,solve

pytestmark = in_checkout
chapters = {'training.triangle': '08_training', 'training.schedule': '08_training', 'faster.step': '09_train_faster', 'faster.muon': '09_train_faster',
    'keep.label': '11_keep_the_model', 'keep.size': '11_keep_the_model'}
functions = 'training.triangle','faster.step','keep.label'

def around(folder): return dict(home=folder, folder=folder, ladder=quick_ladder(folder/'records'), sample_data=sample_data)

@pytest.mark.parametrize('name', chapters)
def test_untouched_starters_are_not_attempted(name, tmp_path):
    assert attempt(chapters[name], name, None, **around(tmp_path)).verdict=='not attempted'

@pytest.mark.parametrize('name', functions)
def test_solutions_pass(name): assert solve(chapters[name], name).verdict=='correct'

@pytest.mark.parametrize('name', [o for o in chapters if o not in functions])
def test_solutions_that_compare_pass(name, tmp_path):
    found = solve(chapters[name], name, **around(tmp_path))
    assert found.verdict=='correct' and 'with 3 pairs' in found.said

@pytest.mark.parametrize('name,code,said', [
    ('training.triangle', 'def triangle(done, top): return top*(1-done)', 'at the beginning the rate is 0'),
    ('training.triangle', 'def triangle(done, top): return min(4*done, (1-done)*4/3)', 'the highest rate is top'),
    ('training.triangle', 'def triangle(done, top): return top*min(4*done, 1-done)', 'it has reached top'),
    ('faster.step', 'def step(s): return 3.4445*s - 4.775*s**2 + 2.0315*s**3', 'the powers are 1, 3 and 5'),
    ('faster.step', 'def step(s): return 3.4445*s + 4.775*s**3 + 2.0315*s**5', 'look at the signs'),
    ('keep.label', 'def label(probs, vocab, least): return [vocab[p.argmax()] for p in probs]', "should be 'not sure'"),
    ('keep.label', 'def label(probs, vocab, least): return [sorted(vocab)[p.argmax()] for p in probs]', 'the order is that of vocab'),
    ('keep.label', "def label(probs, vocab, least): return [vocab[p.argmax()] if p.max()>=0.5 else 'not sure' for p in probs]", 'is least used?')])
def test_mistakes_are_told_apart(name, code, said):
    found = attempt(chapters[name], name, code)
    assert found.verdict=='not yet' and said in found.said

@pytest.mark.parametrize('name,call,said', [
    ('training.schedule', "ladder(None, 'baseline', seeds=3)", 'only one variant'),
    ('training.schedule', "ladder(None, 'baseline,mixup', seeds=3)", 'change one thing at a time'),
    ('faster.muon', "ladder(None, 'baseline,muon', seeds=2)", 'run three at least'),
    ('faster.muon', "ladder(None, 'baseline,mixup', seeds=3)", 'change one thing at a time'),
    ('keep.size', "ladder(None, 'baseline', seeds=3)", 'only one variant'),
    ('keep.size', "ladder(None, 'baseline,mixup', seeds=3)", 'change one thing at a time')])
def test_comparisons_that_teach_nothing_are_named(name, call, said, tmp_path):
    found = attempt(chapters[name], name, f'records = {call}', **around(tmp_path))
    assert found.verdict=='not yet' and said in found.said
