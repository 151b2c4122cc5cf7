"Exercises of chapters 00, 01 and 03: the solutions in the chapters pass, and typical mistakes are told apart"
import pytest
from sota_course.exercises import exercise
from sota_course.tests.chapters import cells_of
from sota_course.tests.test_exercises import attempt,in_checkout,quick_ladder,solve

pytestmark = in_checkout
places = {'data.draws': '00_before_you_train', 'data.units': '00_before_you_train', 'data.some_of_each': '01_imagenette',
    'data.smaller': '01_imagenette', 'data.undo': '03_normalization', 'data.normalized': '03_normalization'}

@pytest.mark.parametrize('name', places)
def test_starters_are_not_attempted(name): assert attempt(places[name], name, None).verdict=='not attempted'

@pytest.mark.parametrize('name', ['data.draws', 'data.some_of_each', 'data.undo'])
def test_solutions_pass(name):
    found = solve(places[name], name)
    assert found.verdict=='correct', found

mistakes = {
    'data.draws': {
        'def draws(seed, n):\n    torch.manual_seed(seed)\n    return torch.rand(n)': 'that everybody shares',
        'def draws(seed, n): return torch.rand(n)': 'other numbers the second time',
        'def draws(seed, n): return torch.rand(n, generator=torch.Generator().manual_seed(0))': 'seeds 1 and 2 gave the same',
        'def draws(seed, n): return torch.randn(n, generator=torch.Generator().manual_seed(seed))': 'below 0 or above 1'},
    'data.some_of_each': {
        'def some_of_each(files, n, seed): return random.Random(seed).sample(files, 3*n)': 'draw from each class by itself',
        'def some_of_each(files, n, seed):\n    names = {o.parent.name for o in files}\n'
        '    return [o for name in names for o in [f for f in files if f.parent.name==name][:n]]': 'not drawn by the seed',
        'def some_of_each(files, n, seed):\n    names,rng = sorted({o.parent.name for o in files}),random.Random(seed)\n'
        '    return [o for name in names for o in rng.sample([f for f in files if f.parent.name==name], n)]': 'sort them first',
        'def some_of_each(files, n, seed):\n    names = {o.parent.name for o in files}\n'
        '    return [o for name in names for o in random.sample([f for f in files if f.parent.name==name], n)]': 'other files the second time'},
    'data.undo': {
        'def undo(x, mean, std): return x*tensor(std)[None,:,None,None]': 'add it again',
        'def undo(x, mean, std): return (x+tensor(mean)[None,:,None,None])*tensor(std)[None,:,None,None]': 'multiply, then add',
        'def undo(x, mean, std): return x*tensor(std)+tensor(mean)': 'along the width'}}

@pytest.mark.parametrize('name,code,said', [(name, code, said) for name,o in mistakes.items() for code,said in o.items()])
def test_mistakes_are_told_apart(name, code, said):
    found = attempt(places[name], name, code)
    assert found.verdict=='not yet' and said in found.said, found

def spirals():
    "What chapter 00 defines for its spirals"
    from sota_course.records import Record
    from sota_course.core import seed_everything
    import torch
    names = dict(torch=torch, Record=Record, seed_everything=seed_everything)
    for kind,source in cells_of('00_before_you_train'):
        if kind=='code' and source.startswith(('def spirals', 'def train_on_spirals', 'def record')): exec(source.split('\n\nfolder =')[0], names)
    return names

def quick_train(folder):
    "`train` as chapters call it, on a few images and for one epoch"
    from sota_course.data.sample import sample_data
    from sota_course.experiments.runs import train
    def call(recipe, path, seed, **kwargs): return train(None, sample_data(4, 2), seed, **kwargs | dict(arch='small_cnn', bs=10, epochs=1, folder=folder))
    return call

def solved(name, folder):
    "What the exercise says to the comparison that its solution runs"
    if name=='data.units': return solve(places[name], name, **spirals())
    from sota_course.data.sample import sample_data
    return solve(places[name], name, train=quick_train(folder), ladder=quick_ladder(folder), sample_data=sample_data, home=folder, path=None)

@pytest.mark.parametrize('name', ['data.units', 'data.smaller', 'data.normalized'])
def test_comparisons_of_the_solutions_are_fair(name, tmp_path):
    found = solved(name, tmp_path)
    assert found.verdict=='correct' and 'points of accuracy' in found.said, found

def runs(name, seeds, **config):
    from sota_course.records import Record
    return [Record(name, dict(fingerprint='a'), config, o, evaluation=dict(accuracy=0.7+o/100)) for o in seeds]

@pytest.mark.parametrize('name,setting', [('data.units', 'hidden'), ('data.smaller', 'size'), ('data.normalized', 'normalize')])
def test_unfair_comparisons_are_told_apart(name, setting):
    def said(other): return exercise(name).check(runs('one', range(3), **{setting: 1})+other).said
    assert 'other seeds' in said(runs('two', range(3, 6), **{setting: 2}))
    assert 'lr as well' in said(runs('two', range(3), lr=1, **{setting: 2}))
    assert exercise(name).check(runs('one', range(2), **{setting: 1})+runs('two', range(2), **{setting: 2})).verdict=='not yet'
