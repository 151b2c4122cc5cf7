"Sentences of chapter 06 that compare: other records make their hidden cells fail"
from copy import deepcopy
import pytest
from sota_course.compare import compare,interval,measured,verdict
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout
begins = 'records = published_records', 'def mean_of', '#| hide\ncost =', '#| hide\ntrain_loss'
few_photographs = 'tenth =', 'def losses', "#| hide\nfor name in ('mixup', 'cutmix')"

def published(): return published_records('epochs-imagenette2-224')

def run_claims(records, chapter='06_mixup', begins=begins, **others):
    "Run the cells of `chapter` that begin so, as if `records` were the published ones; `others` by a word of their folder"
    def read(folder): return deepcopy(next((o for word,o in others.items() if word in folder), records))
    run_cells(chapter, begins, compare=compare, interval=interval, measured=measured, verdict=verdict, published_records=read)

def altered(records, name, epochs, **by):
    "Copies of `records`, where the runs of `name` with so many epochs have other results"
    records = deepcopy(records)
    for r in records:
        if r.name==name and r.config['epochs']==epochs: r.evaluation.update({k: r.evaluation[k]+v for k,v in by.items()})
    return records

def test_claims_hold(): run_claims(published())

@pytest.mark.parametrize('name,epochs,by', [('mixup', 5, dict(accuracy=0.02)), ('mixup', 5, dict(accuracy=-0.02)), ('cutmix', 5, dict(accuracy=0.03)),
    ('mixup', 20, dict(accuracy=0.03)), ('cutmix', 20, dict(accuracy=-0.05)),
    ('mixup', 20, dict(calibration_error=-0.1)), ('cutmix', 5, dict(calibration_error=-0.1)),
    ('baseline', 20, dict(loss=0.2)), ('baseline', 20, dict(confidence=0.05)), ('baseline', 80, dict(confidence=-0.05)),
    ('mixup', 80, dict(accuracy=0.01)), ('mixup', 80, dict(calibration_error=0.03)), ('mixup', 80, dict(loss=0.1)), ('cutmix', 80, dict(accuracy=0.02)),
    ('mixup', 320, dict(accuracy=0.01)), ('mixup', 320, dict(accuracy=-0.01)), ('mixup', 320, dict(confidence=0.03)), ('baseline', 320, dict(confidence=-0.03)), ('mixup', 320, dict(calibration_error=0.06))])
def test_claims_fail_on_other_records(name, epochs, by):
    with pytest.raises(AssertionError): run_claims(altered(published(), name, epochs, **by))

def test_longer_runs_appear_without_a_change():
    longer = deepcopy([r for r in published() if r.config['epochs']==20])
    for r in longer: r.config['epochs'] = 1280
    run_claims(published()+longer)

def run_tenth(records):
    run_claims(published(), begins=(*begins, 'def table_of', *few_photographs), ranking=records, noise=published_records('noise-imagenette2-224'))

def ranking(name=None, **by):
    records = published_records('ranking-imagenette2-224')
    return altered(records, name, 40, **by)

def test_claims_on_a_tenth_hold(): run_tenth(ranking())

@pytest.mark.parametrize('name,by', [('mixup', dict(accuracy=-0.03)), ('cutmix', dict(accuracy=-0.01)), ('mixup', dict(calibration_error=0.1)), ('baseline', dict(loss=-1))])
def test_claims_on_a_tenth_fail_on_other_records(name, by):
    with pytest.raises(AssertionError): run_tenth(ranking(name, **by))

def run_large(records):
    cells = *begins, 'def table_of', 'large =', '#| hide\nfor name in looks'
    run_claims(published(), begins=cells, large=records, xresnet=published_records('epochs-xresnet-imagenette2-224'))

def test_claims_on_a_larger_network_hold(): run_large(published_records('epochs-large-imagenette2-224'))

@pytest.mark.parametrize('name,epochs,by', [('mixup', 5, dict(accuracy=0.03)), ('mixup', 20, dict(accuracy=-0.02)), ('cutmix', 20, dict(accuracy=0.03)),
    ('mixup', 80, dict(accuracy=0.02)), ('mixup', 80, dict(calibration_error=0.08)), ('baseline', 80, dict(calibration_error=-0.05))])
def test_claims_on_a_larger_network_fail_on_other_records(name, epochs, by):
    with pytest.raises(AssertionError): run_large(altered(published_records('epochs-large-imagenette2-224'), name, epochs, **by))
