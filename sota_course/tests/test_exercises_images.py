"Exercises of chapters 02 and 04: solutions of the chapters pass, typical mistakes are told apart, untouched starters are not attempted"
import math
from functools import partial
import numpy as np
import pytest
from sota_course.data.sample import sample_data
from sota_course.exercises import exercise
from sota_course.tests.test_exercises import attempt,in_checkout,quick_ladder,solve

pytestmark = in_checkout
presizing,progressive = '02_presizing','04_progressive_resizing'

def matrix(*rows): return np.array(rows, dtype=float)

def crop_and_turn(left, top, side, angle):
    half,(cos,sin) = side/2,(math.cos(angle), math.sin(angle))
    return matrix([half, 0, left+half], [0, half, top+half], [0, 0, 1]),matrix([cos, -sin, 0], [sin, cos, 0], [0, 0, 1])

def turn_first(left, top, side, degrees):
    crop,turn = crop_and_turn(left, top, side, math.radians(degrees))
    return turn@crop

def in_radians(left, top, side, degrees):
    crop,turn = crop_and_turn(left, top, side, degrees)
    return crop@turn

def whole_side(left, top, side, degrees):
    crop,turn = crop_and_turn(left, top, 2*side, math.radians(degrees))
    return crop@turn

def by_side(stages, full): return sum(size*n for size,n in stages)/sum(full*n for _,n in stages)
def without_epochs(stages, full): return np.mean([size**2/full**2 for size,_ in stages])
def all_pixels(stages, full): return sum(n*size**2/full**2 for size,n in stages)

@pytest.mark.parametrize('chapter,name', [(presizing, 'presizing.turned_crop'), (presizing, 'presizing.compare'), (progressive, 'progressive.work'), (progressive, 'progressive.compare')])
def test_untouched_starters_are_not_attempted(chapter, name): assert attempt(chapter, name, None).verdict=='not attempted'

@pytest.mark.parametrize('chapter,name', [(presizing, 'presizing.turned_crop'), (progressive, 'progressive.work')])
def test_solutions_pass(chapter, name):
    found = solve(chapter, name, matrix=matrix, math=math)
    assert found.verdict=='correct', found

@pytest.mark.parametrize('name,mistakes', [('presizing.turned_crop', (turn_first, in_radians, whole_side)), ('progressive.work', (by_side, without_epochs, all_pixels))])
def test_typical_mistakes_are_told_apart(name, mistakes):
    found = [exercise(name).check(o) for o in mistakes]
    assert {o.verdict for o in found}=={'not yet'}
    assert len({o.said for o in found})==len(mistakes)

def quick_train(folder):
    "`train` as chapter 02 calls it, on a few images and for one epoch"
    from sota_course.experiments.runs import train
    quick = partial(train, None, sample_data(4, 2), folder=folder, arch='small_cnn', size=32, bs=10, epochs=1, device='cpu', show=False)
    def call(recipe, path, seed, name, presize, **besides): return quick(seed=seed, name=name, presize=presize)
    return call

def test_comparison_of_caches(tmp_path):
    names = dict(train=quick_train(tmp_path), home=tmp_path, sample_data=sample_data)
    assert solve(presizing, 'presizing.compare', **names).verdict=='correct'
    train = quick_train(tmp_path/'more')
    def records(sizes, seeds, name='presize {}'): return [train('', '', seed, name.format(o), o).record for o in sizes for seed in seeds]
    check = exercise('presizing.compare').check
    assert 'only one variant' in check(records((48,), range(3))).said
    assert 'luck' in check(records((40, 48), range(3, 5))).said

def test_comparison_of_growing_images(tmp_path):
    names = dict(ladder=quick_ladder(tmp_path/'a'), home=tmp_path, sample_data=sample_data)
    assert solve(progressive, 'progressive.compare', **names).verdict=='correct'
    check = exercise('progressive.compare').check
    mistaken = quick_ladder(tmp_path/'b')(None, 'baseline,growing+mixup', 3)
    assert 'mixup' in check(mistaken).said and check(mistaken).verdict=='not yet'
    assert 'luck' in check(quick_ladder(tmp_path/'c')(None, 'baseline,growing', 2)).said
