"Sentences of chapter 13 about its two grids: hidden cells compute them from records, and fail when the records say something else"
from copy import deepcopy
from functools import cache
import pytest
from sota_course import compare as rooms
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout
begins = 'grid =','#| hide\nrows','#| hide\nassert error','race =','def mean_of','#| hide\nwon'
large,equal = 'ladder-imagenette2-224','equal_time-imagenette2-224'

@cache
def published(folder): return published_records(folder)

def run_claims(records):
    "Run the cells that need nothing but records, as if `records` (by folder) were the published ones"
    run_cells('13_compare', begins, **vars(rooms) | dict(published_records=records.get))

def test_claims_hold(): run_claims({o: published(o) for o in (large, equal)})

@pytest.mark.parametrize('folder,name,key,change', [
    (large, 'mirrored', 'accuracy', 0.005), (large, 'tta', 'accuracy', -0.01), (large, 'tta', 'calibration_error', -0.03), (large, 'mixup', 'accuracy', 0.02),
    (large, 'label_smoothing', 'accuracy', -0.005), (large, 'label_smoothing', 'calibration_error', -0.08), (large, 'progressive', 'accuracy', 0.01),
    (large, 'normalized', 'calibration_error', -0.01), (large, 'baseline', 'loss', 0.1), (large, 'cutmix', 'accuracy', 0.03),
    (equal, 'two-cores', 'accuracy', -0.02), (equal, 'two-cores', 'epochs', -5), (equal, 'two-cores', 'without_views', -0.01), (equal, 'stock', 'calibration_error', 0.02)])
def test_claims_fail_on_other_records(folder, name, key, change):
    records = {o: deepcopy(published(o)) for o in (large, equal)}
    for r in records[folder]:
        if r.name==name: r.evaluation[key] += change
    with pytest.raises(AssertionError): run_claims(records)
