"Chapter 04: hidden cells compute from records what its sentences compare, and fail when the records say something else"
from copy import deepcopy
import pytest
from sota_course.compare import interval,measured,verdict
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout
begins = ('def gains', 'def in_short', '#| hide\nsaid', 'two_stages =', '#| hide\nassert all(0.4', 'runs = {', '#| hide\nas_many', 'in_time =', 'def epochs_begun', '#| hide\nassert budgets', "few = 'transfer", '#| hide\npoints =')

def run_claims(records):
    "Run the cells that need nothing but records, as if those of `records` were the published ones"
    run_cells('04_progressive_resizing', begins, interval=interval, measured=measured, verdict=verdict, published_records=records)

def altered(folder, name, change):
    "`published_records`, with those named so in one folder changed"
    def read(wanted):
        records = deepcopy(published_records(wanted))
        for r in records:
            if wanted==folder and r.name==name: change(r)
        return records
    return read

def more(points):
    def change(r):
        for o in (r.evaluation, *r.log[-1:]):
            if 'accuracy' in o: o['accuracy'] += points/100
    return change

def in_one_pair(points):
    def change(r):
        if r.seed in (1, 11): more(points)(r)
    return change

def quick_at(size, factor):
    def change(r):
        for o in r.log:
            if o['size']==size: o['seconds'] *= factor
    return change

def fewer_epochs(r): r.log[-1]['epoch'] //= 3

def test_claims_hold(): run_claims(published_records)

@pytest.mark.parametrize('folder,name,change', [
    ('techniques-imagenette2-224', 'progressive', more(2)), ('techniques-imagenette2-224', 'progressive', in_one_pair(1.2)), ('techniques-imagenette2-224', 'progressive', quick_at(64, 0.5)),
    ('ladder-imagenette2-224', 'progressive', more(1.5)), ('ladder-imagenette2-224', 'progressive', in_one_pair(-5)), ('techniques-imagenette2-96', 'growing images', more(1)),
    ('time_to_accuracy-imagenette2-224', 'ten-seconds', more(1)), ('time_to_accuracy-imagenette2-224', 'ten-seconds', in_one_pair(2.5)),
    ('growing-imagenette2-224', 'baseline', more(2)), ('growing-imagenette2-224', 'baseline', more(-2)), ('growing-imagenette2-224', 'growing', in_one_pair(-4)),
    ('equal-time-imagenette2-224', 'growing', more(-3)), ('equal-time-imagenette2-224', 'progressive', more(3)), ('equal-time-imagenette2-224', 'baseline', more(2)),
    ('equal-time-imagenette2-224', 'growing', fewer_epochs), ('transfer-sample-10-sample-v1-1000-400-seed42', 'growing', more(3)), ('pretrained-sample', 'progressive', more(4)), ('pretrained-sample', 'progressive', in_one_pair(8))])
def test_claims_fail_on_other_records(folder, name, change):
    with pytest.raises(AssertionError): run_claims(altered(folder, name, change))
