"Sentences of chapter 12 about real runs: hidden cells compute them from records, and fail when the records say something else"
from copy import deepcopy
from functools import cache
import numpy as np
import pytest,scipy.stats
from sota_course import compare as rooms
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout
begins = ('grid =', 'def wins', '#| hide\nspan', 'differences =', '#| hide\nassert accuracy', 'def reach_by_hand', 'def leaves_out_0', 'def t_of', '#| hide\ndef reaches', 'narrower =', '#| hide\ndef needed',
    'nine =', 'three =', '#| hide\nassert verdict', 'rows =', '#| hide\ncalled')
folders = 'epochs-imagenette2-224','ladder-imagenette2-224','time_to_accuracy-imagenette2-224'

@cache
def published(folder): return published_records(folder)

def run_claims(records):
    "Run the cells that need nothing but records, as if `records` (by folder) were the published ones"
    run_cells('12_is_it_a_difference', begins, **vars(rooms) | dict(scipy=scipy, published_records=records.get, rng=np.random.default_rng(0)))

def altered(folder, name, points, seeds=()):
    "The published records, with the accuracy of runs called `name` changed"
    records = {o: published(o) for o in folders}
    records[folder] = deepcopy(records[folder])
    for r in records[folder]:
        if r.name==name and (not seeds or r.seed in seeds): r.evaluation['accuracy'] += points/100
    return records

def test_claims_hold(): run_claims({o: published(o) for o in folders})

@pytest.mark.parametrize('folder,name,points,seeds', [
    ('epochs-imagenette2-224', 'cutmix', 3, ()), ('epochs-imagenette2-224', 'label_smoothing', 1, ()), ('epochs-imagenette2-224', 'label_smoothing', -1, ()),
    ('epochs-imagenette2-224', 'baseline', -1, (5,)), ('epochs-imagenette2-224', 'mixup', 1, (2,)), ('epochs-imagenette2-224', 'mixup+label_smoothing', -1, ()),
    ('ladder-imagenette2-224', 'mirrored', -0.5, (0,)), ('ladder-imagenette2-224', 'cutmix', 3, (0,)), ('ladder-imagenette2-224', 'label_smoothing', 2, ()),
    ('ladder-imagenette2-224', 'tta', -2, ())])
def test_claims_fail_on_other_records(folder, name, points, seeds):
    with pytest.raises(AssertionError): run_claims(altered(folder, name, points, seeds))
