"Exercises of chapters 05 and 10: their solutions pass, typical mistakes are told apart, and untouched starters are not attempted"
import pytest
from sota_course.tests.test_exercises import attempt,in_checkout,quick_ladder,solve

pytestmark = in_checkout
mirror = 'def average_with_mirror(predict, x): return '
nearest = 'def nearest_label(features, labels, new): return '

@pytest.mark.parametrize('chapter,name,names', [('05_tta', 'tta.mirror', {}), ('05_tta', 'tta.compare', {}),
    ('10_your_photographs', 'photographs.nearest', {}), ('10_your_photographs', 'photographs.rates', {})])
def test_starters_are_not_attempted(chapter, name, names): assert attempt(chapter, name, None).verdict=='not attempted'

@pytest.mark.parametrize('chapter,name', [('05_tta', 'tta.mirror'), ('10_your_photographs', 'photographs.nearest')])
def test_solutions_are_correct(chapter, name): assert solve(chapter, name).verdict=='correct'

@pytest.mark.parametrize('body,said', [('predict(x)+predict(x.flip(-1))', 'sums to 2'), ('predict((x+x.flip(-1))/2)', 'average the images'),
    ('(predict(x)+predict(x.flip(-2)))/2', 'upside down'), ('predict(x)', 'alone'), ('x', 'never calls'), ('predict(torch.cat([x, x.flip(-1)])).mean(0)', 'shape'),
    ('torch.maximum(predict(x), predict(x.flip(-1)))', 'not the means')])
def test_mistakes_with_the_mirror(body, said):
    found = attempt('05_tta', 'tta.mirror', mirror+body)
    assert found.verdict=='not yet' and said in found.said

@pytest.mark.parametrize('body,said', [('labels[(new@features.T).argmax(1)]', 'divide features by their length'),
    ('(F.normalize(new)@F.normalize(features).T).argmax(1)', 'look up their labels'), ('labels[(F.normalize(new)@F.normalize(features).T).argmin(1)]', 'least similar'),
    ('labels[(F.normalize(new)@F.normalize(features).T).argmax(0)]', 'shape'), ('labels[torch.cdist(new, features).argmin(1)]', 'almost the same way')])
def test_mistakes_with_the_nearest_image(body, said):
    found = attempt('10_your_photographs', 'photographs.nearest', nearest+body)
    assert found.verdict=='not yet' and said in found.said

def from_random_weights(folder):
    "`quick_ladder`, of networks that are not pretrained"
    run = quick_ladder(folder)
    def call(path, names, seeds, pretrained, weights, **changes):
        assert pretrained
        return run(path, names, seeds, **changes)
    return call

def test_comparisons_of_the_solutions_are_fair(tmp_path):
    found = solve('05_tta', 'tta.compare', path=None, home=tmp_path, ladder=quick_ladder(tmp_path/'views'))
    assert found.verdict=='correct' and 'mirrored against baseline' in found.said and 'tta against baseline' in found.said
    names = dict(home=tmp_path, arch='', weights=None, sample_data=lambda *_: None, ladder=from_random_weights(tmp_path/'rates'))
    assert solve('10_your_photographs', 'photographs.rates', **names).verdict=='correct'

@pytest.mark.parametrize('chapter,name', [('05_tta', 'tta.compare'), ('10_your_photographs', 'photographs.rates')])
@pytest.mark.parametrize('names,seeds,said', [('baseline', 3, 'only one variant'), ('baseline,mirrored,flat_cos', 2, 'luck'), ('baseline,mirrored,flat_cos', 3, 'one thing at a time')])
def test_unfair_comparisons(chapter, name, names, seeds, said, tmp_path):
    found = attempt(chapter, name, f'records = ladder(None, {names!r}, {seeds})', ladder=quick_ladder(tmp_path))
    assert found.verdict=='not yet' and said in found.said
