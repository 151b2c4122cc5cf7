"Sentences of chapter 07 that compare: other records make their hidden cells fail"
from copy import deepcopy
import pytest
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout
from sota_course.tests.test_claims_06 import altered,published,run_claims

pytestmark = in_checkout
begins = 'records = published_records', '#| hide\nfor n in (5, 20)', 'def row(r)', '#| hide\nwithout,smoothed'

def on_wrong_labels(name='', **by):
    "Records of runs on wrong labels, where those of `name` have other results"
    records = deepcopy(published_records('evaluated-imagenette2-96'))
    for r in records:
        if r.config['variant']==name: r.log[-1].update({k: r.log[-1][k]+v for k,v in by.items()})
    return records

def run(records, wrong=None, tenth=None):
    few = tenth or published_records('ranking-imagenette2-224')
    run_claims(records, '07_label_smoothing', begins, evaluated=wrong or on_wrong_labels(), ranking=few)

def test_claims_hold(): run(published())

@pytest.mark.parametrize('name,epochs,by', [('label_smoothing', 5, dict(accuracy=0.02)), ('label_smoothing', 20, dict(accuracy=-0.02)),
    ('label_smoothing', 20, dict(calibration_error=-0.1)), ('mixup', 5, dict(calibration_error=-0.1)),
    ('mixup+label_smoothing', 20, dict(calibration_error=-0.06)), ('baseline', 5, dict(calibration_error=0.05))])
def test_claims_fail_on_other_records(name, epochs, by):
    with pytest.raises(AssertionError): run(altered(published(), name, epochs, **by))

@pytest.mark.parametrize('name,by', [('50% wrong labels', dict(confidence=0.2)), ('50% wrong labels', dict(calibration_error=0.1)),
    ('50% wrong labels, label smoothing', dict(accuracy=0.1)), ('50% wrong labels, label smoothing', dict(confidence=0.1))])
def test_claims_on_wrong_labels_fail_on_other_records(name, by):
    with pytest.raises(AssertionError): run(published(), on_wrong_labels(name, **by))

@pytest.mark.parametrize('name,by', [('label_smoothing', dict(calibration_error=0.05)), ('baseline', dict(calibration_error=-0.1))])
def test_claims_on_a_tenth_fail_on_other_records(name, by):
    with pytest.raises(AssertionError): run(published(), tenth=altered(published_records('ranking-imagenette2-224'), name, 40, **by))
