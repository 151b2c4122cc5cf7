"Exercises of chapters 06 and 07: solutions pass, typical mistakes are told apart, untouched starters are not attempted"
import pytest
from sota_course.tests.test_exercises import attempt,in_checkout,mistakes,solve

pytestmark = in_checkout

def fake_train(recipe, path, seed, **changes):
    "Records as `train` leaves them, without the training"
    from types import SimpleNamespace
    from sota_course.records import Record
    kept = {k: v for k,v in changes.items() if k not in ('folder', 'device', 'show') and v}
    evaluation = dict(accuracy=0.7+seed/100+len(kept)/50)
    record = Record(f'{recipe} {kept}', dict(fingerprint='a'), dict(arch='quicknet_s', **kept), seed, evaluation=evaluation)
    return SimpleNamespace(record=record)

runs = dict(train=fake_train, sample_data=lambda *_: None, folder=None)

@pytest.mark.parametrize('chapter,name,names', [('06_mixup', 'labels.cutmix', {}), ('06_mixup', 'labels.mixup', runs),
    ('07_label_smoothing', 'labels.temperature', {}), ('07_label_smoothing', 'labels.smoothing', runs)])
def test_solutions_pass_and_starters_are_not_attempted(chapter, name, names):
    assert solve(chapter, name, **names).verdict=='correct'
    assert attempt(chapter, name, None, **names).verdict=='not attempted'

def test_mistakes_in_cutmix():
    head = 'def cutmix(x, partners, top, left, height, width):\n    box = slice(top, top+height),slice(left, left+width)\n'
    painted = head+'    x[:, :, box[0], box[1]] = x[partners][:, :, box[0], box[1]]\n    return x,1-height*width/(x.shape[2]*x.shape[3])'
    replaced = painted.replace('    x[:', '    x = x.clone()\n    x[:').replace('x,1-', 'x,')
    said = mistakes('06_mixup', 'labels.cutmix', painted, replaced)
    assert 'painted over' in said[0] and 'that was replaced' in said[1]

def test_mistakes_in_temperature():
    def search(low, op): return '\n    '.join(['def temperature(scores, y):', f'grid = torch.linspace({low}, 5, 100)',
        f'losses = tensor([F.cross_entropy(scores{op}T, y).item() for T in grid])', 'return grid[losses.argmin()].item()'])
    said = mistakes('07_label_smoothing', 'labels.temperature', search(0.1, '*'), search(1, '/'))
    assert 'divided' in said[0] and 'below 1' in said[1]

@pytest.mark.parametrize('chapter,name,setting', [('06_mixup', 'labels.mixup', 'mixup'),
    ('07_label_smoothing', 'labels.smoothing', 'label_smoothing')])
def test_unfair_comparisons(chapter, name, setting):
    def code(seeds, epochs):
        call = f"train('r', None, seed, {setting}=a, epochs={epochs}).record"
        return f"records_of_mine = [{call} for seed in range({seeds}) for a in (0., 0.1)]"
    said = mistakes(chapter, name, code(2, '5'), code(3, '5+bool(a)'), **runs)
    assert 'luck' in said[0] and 'epochs as well' in said[1]
