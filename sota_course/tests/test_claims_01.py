"Sentences of chapter 01 that compare: hidden cells compute them from records, and fail when the records say something else"
from copy import deepcopy
import pytest
from sota_course.compare import interval,verdict
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout

def altered(folder, change):
    "Copies of the published records, each changed by `change`"
    records = deepcopy(published_records(folder))
    for r in records: change(r)
    return records

def more_accurate(points, **of):
    "Adds points of accuracy to records whose name or setting is so"
    def change(r):
        if all(r.config.get(k, getattr(r, k, None))==v for k,v in of.items()): r.evaluation.update(accuracy=r.evaluation['accuracy']+points/100)
    return change

folders = baselines,larger,smaller,ranking = ('time_to_accuracy-imagenette2-224', 'ladder-imagenette2-224', 'epochs-imagenette2-224',
    'ranking-imagenette2-224')
cells = ('#| hide\ntimed =', 'baselines =', '#| hide\nassert baselines', '#| hide\nchanges =', 'seen =', '#| hide\nlarger =',
    '#| hide\nideas =', 'larger_runs =', '#| hide\nfor found in experiments',
    'def in_words', "records = published_records('ranking", 'rng =', 'rows = {}', 'def ahead', '#| hide\norder =')

def run(**records):
    "Run the cells as if `records`, by folder, were the published ones"
    run_cells('01_imagenette', cells, published_records=lambda o: records.get(o) or published_records(o), interval=interval, verdict=verdict)

def test_claims_hold(): run()

def slow(seconds, name): return lambda r: setattr(r, 'seconds', seconds) if r.name==name else None

@pytest.mark.parametrize('folder,change', [(baselines, slow(300, 'ten-seconds')), (baselines, slow(60, 'stock')), (baselines, more_accurate(-3, name='ten-seconds')),
    (baselines, more_accurate(3, name='adam')), (baselines, more_accurate(-1.2, name='full size')), (baselines, more_accurate(2, name='float32')),
    (baselines, more_accurate(-2, name='random flips')), (larger, more_accurate(3, name='cutmix')), (larger, more_accurate(-3, name='label_smoothing')),
    (smaller, more_accurate(3, name='mixup')), (smaller, more_accurate(3, name='cutmix', epochs=5)), (smaller, more_accurate(-3, name='mixup', epochs=20)), (ranking, more_accurate(-2, name='mixup', part=10)),
    (ranking, more_accurate(4, name='cutmix', part=4)), (ranking, more_accurate(-5, name='one size', part=4)), (ranking, more_accurate(5, name='mixup', part=1))])
def test_claims_fail_on_other_records(folder, change):
    with pytest.raises(AssertionError): run(**{folder: altered(folder, change)})
