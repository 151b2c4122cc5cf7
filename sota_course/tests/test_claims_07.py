"Sentences of chapter 07 that compare: other records make their hidden cells fail"
import pytest
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout
from sota_course.tests.test_claims_06 import altered,published,run_claims

pytestmark = in_checkout
begins = 'records = published_records', '#| hide\nfor n in lengths', 'def over_confidence', '#| hide\nassert all(-5', 'wrong =', '#| hide\ndef mean_at', 'def runs_of', \
    '#| hide\nassert all(len(o)==3 for o in long', '#| hide\nsmoothed,ahead'

def run(records, wrong=None, tenth=None):
    read = published_records
    run_claims(records, '07_label_smoothing', begins, noise=wrong or read('noise-imagenette2-224'), ranking=tenth or read('ranking-imagenette2-224'))

def test_claims_hold(): run(published())

@pytest.mark.parametrize('name,epochs,by', [('label_smoothing', 5, dict(accuracy=0.02)), ('label_smoothing', 20, dict(accuracy=-0.02)),
    ('label_smoothing', 20, dict(calibration_error=-0.1)), ('mixup', 5, dict(calibration_error=-0.1)),
    ('mixup+label_smoothing', 20, dict(calibration_error=-0.06)), ('baseline', 5, dict(calibration_error=0.05)), ('baseline', 5, dict(confidence=0.06))])
def test_claims_fail_on_other_records(name, epochs, by):
    with pytest.raises(AssertionError): run(altered(published(), name, epochs, **by))

@pytest.mark.parametrize('name,by', [('50% wrong labels', dict(accuracy=0.05)), ('25% wrong labels', dict(accuracy=-0.02)), ('5% wrong labels', dict(accuracy=0.01)),
    ('50% wrong labels, mixup', dict(accuracy=0.02)), ('25% wrong labels, mixup', dict(accuracy=0.02)), ('5% wrong labels, label_smoothing', dict(accuracy=0.02)),
    ('50% wrong labels, label_smoothing', dict(calibration_error=-0.05)), ('5% wrong labels', dict(calibration_error=-0.03)), ('50% wrong labels', dict(loss=0.4)), ('50% wrong labels', dict(confidence=0.1))])
def test_claims_on_wrong_labels_fail_on_other_records(name, by):
    with pytest.raises(AssertionError): run(published(), wrong=altered(published_records('noise-imagenette2-224'), name, 20, **by))

@pytest.mark.parametrize('name,by', [('label_smoothing', dict(calibration_error=0.05)), ('baseline', dict(calibration_error=-0.1))])
def test_claims_on_a_tenth_fail_on_other_records(name, by):
    with pytest.raises(AssertionError): run(published(), tenth=altered(published_records('ranking-imagenette2-224'), name, 40, **by))

@pytest.mark.parametrize('name,by', [('50% wrong labels', dict(accuracy=0.05)), ('50% wrong labels, mixup', dict(accuracy=-0.03)),
    ('50% wrong labels, label_smoothing', dict(accuracy=0.05)), ('25% wrong labels', dict(accuracy=0.03)), ('25% wrong labels, mixup', dict(accuracy=-0.03)),
    ('25% wrong labels, label_smoothing', dict(accuracy=0.03)), ('5% wrong labels', dict(accuracy=-0.01)), ('5% wrong labels, mixup', dict(accuracy=-0.02)),
    ('5% wrong labels, label_smoothing', dict(accuracy=0.005))])
def test_claims_on_eighty_epochs_of_wrong_labels_fail_on_other_records(name, by):
    with pytest.raises(AssertionError): run(published(), wrong=altered(published_records('noise-imagenette2-224'), name, 80, **by))
