"Chapter 02 and the workshop's notebook of measurements: hidden cells compute what sentences compare, and fail when records say something else"
from copy import deepcopy
import pytest
from sota_course.compare import interval
from sota_course.records import published_records,published_speed
from sota_course.tests.chapters import cells_of,in_checkout,run_cells

pytestmark = in_checkout
begins = ('def loading', '#| hide\nratio', 'whole =', '#| hide\ntimes', 'runs = published', '#| hide\nassert len(gain)', '#| hide\nbuild')

def run_claims(speed=published_speed, records=published_records):
    "Run the cells of the chapter that need nothing but records, as if these were the published ones"
    run_cells('02_presizing', begins, interval=interval, published_speed=speed, published_records=records)

def run_measured(speed=published_speed):
    "Run the workshop's notebook of measurements, which needs nothing but records"
    names = {}
    for kind,source in cells_of('workshop/loading/measured'):
        if kind=='code': exec(source, names)
        names['published_speed'] = speed

def altered(name, change, **where):
    "`published_speed`, with those rows of one record changed in which all of `where` is so"
    def read(wanted):
        record = deepcopy(published_speed(wanted))
        for row in record['rows']:
            if wanted==name and all(row.get(k)==v for k,v in where.items()): change(row)
        return record
    return read

def times(key, factor):
    def change(row): row[key] *= factor
    return change

def test_claims_hold():
    run_claims()
    run_measured()

@pytest.mark.parametrize('name,change,where', [
    ('loading-imagenette2-224', times('ratio', 0.5), dict(row='training')), ('loading-imagenette2-224', times('ratio', 4), dict(row='training, crop and flip')),
    ('loading-imagenette2-224-large430', times('ratio', 0.5), dict(row='first epoch')), ('loading-imagenette2-224-large430', times('ours', 2), dict(row='first epoch')),
    ('epochs-imagenette2-224', times('ratio', 1.5), dict(setting='presized loader')), ('epochs-imagenette2-224', times('images', 2), dict(setting='book')),
    ('cache_build-imagenette2-224', times('GB', 0.7), dict(what='build'))])
def test_claims_fail_on_other_speeds(name, change, where):
    with pytest.raises(AssertionError): run_claims(altered(name, change, **where))

@pytest.mark.parametrize('points', [-0.5, 0.5])
def test_claims_fail_on_other_accuracies(points):
    def read(name):
        records = deepcopy(published_records(name))
        for r in records:
            if r.name=='presized': r.log[-1]['accuracy'] += points/100
        return records
    with pytest.raises(AssertionError): run_claims(records=read)

def largest(factor):
    def change(row): row['difference']['largest'] *= factor
    return change

@pytest.mark.parametrize('name,change,where', [
    ('predictions-imagenette2-224', largest(2), dict(arch='small_cnn', kind='get_preds')), ('predictions-imagenette2-224', largest(0.2), dict(arch='xresnet18', kind='get_preds')),
    ('loading-imagenette2-224-kept', times('ours', 1.5), dict(row='training, crop and flip')), ('cache_build-imagenette2-224', times('seconds', 2), dict(what='resize'))])
def test_measured_claims_fail_on_other_records(name, change, where):
    with pytest.raises(AssertionError): run_measured(altered(name, change, **where))
