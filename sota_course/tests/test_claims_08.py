"Sentences of chapter 08 that compare: hidden cells compute them from records, and fail when the records say something else"
from copy import deepcopy
import pytest
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout

def run_claims(records):
    "Run the cells that need nothing but records, as if `records` were the published ones"
    begins = ('records = published_records', '#| hide\ndef best_of', 'by_optimizer =', '#| hide\nmean = ')
    run_cells('08_training', begins, published_records=lambda folder: records if folder.startswith('schedules') else published_records(folder))

def altered(points, **which):
    "The published records, with more points of accuracy where name and rate are these"
    records = deepcopy(published_records('schedules-imagenette2-224'))
    for r in records:
        if all(dict(r.config, name=r.name).get(k)==v for k,v in which.items()): r.log[-1]['accuracy'] += points/100
    return records

def test_claims_hold(): run_claims(published_records('schedules-imagenette2-224'))

@pytest.mark.parametrize('points,which', [(20, dict(name='constant, high')), (20, dict(name='constant, low')), (-8, dict(name='cosine')), (5, dict(name='one-cycle')),
    (10, dict(name='SGD', lr=0.03)), (20, dict(name='Adam', lr=0.03)), (9, dict(name='SGD')), (-9, dict(name='Adam', grid='optimizers'))])
def test_claims_fail_on_other_records(points, which):
    with pytest.raises(AssertionError): run_claims(altered(points, **which))
