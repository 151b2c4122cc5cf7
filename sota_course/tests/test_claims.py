"Sentences of chapters that compare: hidden cells compute them from records, and fail when the records say something else"
from copy import deepcopy
import pytest
from sota_course.compare import interval
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout

def run_claims(records):
    "Run the cells of chapter 09 that need nothing but records, as if `records` were the published ones"
    begins = ('#| hide\nrecords', 'changes =', '#| hide\nfound', '#| hide\nassert 3.5', 'beside =', '#| hide\ntook', '#| hide\naccuracies')
    run_cells('09_train_faster', begins, interval=interval, published_records=lambda _: records)

def altered(name, change):
    records = deepcopy(published_records('time_to_accuracy-imagenette2-224'))
    for r in records:
        if r.name==name: change(r)
    return records

def more_accurate(points): return lambda r: r.evaluation.update(accuracy=r.evaluation['accuracy']+points/100)
def slower(factor): return lambda r: setattr(r, 'seconds', r.seconds*factor)

def test_claims_hold(): run_claims(published_records('time_to_accuracy-imagenette2-224'))

@pytest.mark.parametrize('name,change', [('ten-seconds', more_accurate(-1)), ('ten-seconds', slower(1.1)), ('muon', more_accurate(-3)), ('adam', more_accurate(2)),
    ('full size', more_accurate(-1.2)), ('network', slower(2)), ('float32', more_accurate(2)), ('adam low', more_accurate(2)), ('xresnet18', more_accurate(2)), ('small', more_accurate(-1))])
def test_claims_fail_on_other_records(name, change):
    with pytest.raises(AssertionError): run_claims(altered(name, change))
