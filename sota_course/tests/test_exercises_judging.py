"Exercises of chapters 12 and 13: solutions taken from the chapters pass, and typical mistakes are told apart"
import pytest
from sota_course.experiments.recipes import named_recipe,variants
from sota_course.data.sample import sample_data
from sota_course.simulated import simulated_records
from sota_course.tests.test_exercises import attempt,in_checkout,mistakes,quick_ladder,solve

pytestmark = in_checkout
difference,comparing = '12_is_it_a_difference','13_compare'

@pytest.mark.parametrize('chapter,name', [(difference, 'difference.holm'), (difference, 'difference.new_seeds'), (comparing, 'compare.pairs'), (comparing, 'compare.crops')])
def test_untouched_starters(chapter, name): assert attempt(chapter, name, None).verdict=='not attempted'

@pytest.mark.parametrize('chapter,name', [(difference, 'difference.holm'), (comparing, 'compare.pairs')])
def test_solutions_of_functions(chapter, name): assert solve(chapter, name).verdict=='correct'

@pytest.mark.parametrize('chapter,name', [(difference, 'difference.new_seeds'), (comparing, 'compare.crops')])
def test_solutions_that_train(chapter, name, tmp_path, monkeypatch):
    monkeypatch.setitem(variants, 'wide', {}) # the solution sets it; nothing stays behind
    found = solve(chapter, name, ladder=quick_ladder(tmp_path), sample_data=sample_data, named_recipe=named_recipe, folder=tmp_path, path=None, variants=variants)
    assert found.verdict=='correct', found.said

def test_mistakes_with_holm():
    every = 'def stands(ps): return [p*len(ps) < 0.05 for p in ps]'
    goes_on = 'def stands(ps): return [p*sum(q>=p for q in ps) < 0.05 for p in ps]'
    in_order = 'def stands(ps): return [p*(len(ps)-i) < 0.05 for i,p in enumerate(sorted(ps))]'
    said = mistakes(difference, 'difference.holm', every, goes_on, in_order)
    assert 'gets smaller' in said[0] and 'Stop there' in said[1] and 'keep the order' in said[2]

def test_mistakes_with_pairs():
    by_place = "def pairs(records, name): return {a.seed: a.evaluation['accuracy']-b.evaluation['accuracy'] for a,b in zip([r for r in records if r.name==name], [r for r in records if r.name=='baseline'])}"
    no_check = "def pairs(records, name):\n    base = {r.seed: r.evaluation['accuracy'] for r in records if r.name=='baseline'}\n    return {r.seed: r.evaluation['accuracy']-base.get(r.seed, 0) for r in records if r.name==name}"
    said = mistakes(comparing, 'compare.pairs', by_place, no_check)
    assert 'another order' in said[0] and 'no run of the baseline' in said[1]

def studies(first, second, **effects):
    runs = simulated_records(dict(baseline=0, mixup=-0.01) | effects, 9)
    return [[r for r in runs if r.seed in seeds] for seeds in (first, second)]

@pytest.mark.parametrize('first,second,said', [(range(3), range(5), 'in common (0, 1, 2)'), (range(3), (3, 4), 'fewer than three')])
def test_mistakes_with_new_seeds(first, second, said):
    found = attempt(difference, 'difference.new_seeds', 'studies_of_mixup = given', given=studies(first, second))
    assert found.verdict=='not yet' and said in found.said

def test_studies_of_other_things_are_named():
    first,second = studies(range(3), range(3, 6), cutmix=0)
    def said(given): return attempt(difference, 'difference.new_seeds', 'studies_of_mixup = given', given=given).said
    assert 'two lists' in said(first) and 'Two variants' in said([first, second])
    assert 'same question' in said([[r for r in first if r.name!='cutmix'], [r for r in second if r.name!='mixup']])

def test_mistakes_with_crops():
    from sota_course.records import Record
    def runs(name, seeds, **changes): return [Record(name, dict(fingerprint='a'), dict(changes=changes), o, evaluation=dict(accuracy=0.7+o/100)) for o in seeds]
    def said(*given): return attempt(comparing, 'compare.crops', 'crops = given', given=[r for o in given for r in o]).said
    assert 'epochs as well' in said(runs('baseline', range(3)), runs('wide', range(3), min_scale=0.8, epochs=9))
    assert 'luck' in said(runs('baseline', range(2)), runs('wide', range(2), min_scale=0.8))
