"Sentences of chapter 14 hold for the published records, and fail when these say something else"
from collections import Counter
from copy import deepcopy
import pytest
import sota_course.evidence as evidence
from sota_course.compare import interval
from sota_course.evidence import findings,in_words,points,survivors
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout
begins = '#| hide\ncertainly =','#| hide\ncorners =','#| hide\nsofter =','#| hide\nboth =','#| hide\ntenth_told =','#| hide\nwrong_labels =','calibration =','rows = [','#| hide\ndef verdicts_on','records = [r','#| hide\nown,'

def run_claims():
    "Run the cells that say what the table says"
    names = dict(Counter=Counter, interval=interval, findings=findings, survivors=survivors, in_words=in_words, points=points)
    run_cells('14_what_helps_when', begins, **names, published_records=evidence.published_records, found=findings())

def altered(folder, name, key, gain, epochs=None):
    "`published_records` with other values of one variant"
    def read(o):
        records = deepcopy(published_records(o))
        for r in records:
            if o==folder and r.name==name and epochs in (None, r.config['epochs']): r.evaluation[key] += gain
        return records
    return read

def test_claims_hold(): run_claims()

@pytest.mark.parametrize('folder,name,key,gain,epochs', [
    ('epochs-imagenette2-224', 'cutmix', 'accuracy', 0.06, 20), ('epochs-imagenette2-224', 'cutmix', 'accuracy', 0.06, 5),
    ('epochs-imagenette2-224', 'mixup', 'accuracy', 0.03, 5), ('epochs-imagenette2-224', 'mixup', 'accuracy', 0.03, 20),
    ('epochs-imagenette2-224', 'label_smoothing', 'accuracy', 0.03, 5), ('epochs-imagenette2-224', 'label_smoothing', 'calibration_error', -0.2, 20),
    ('ranking-imagenette2-224', 'label_smoothing', 'confidence', 0.05, 16), ('equal-time-imagenette2-224', 'growing', 'accuracy', -0.05, None), ('views-imagenette2-224', 'random', 'accuracy', -0.02, None),
    ('ladder-imagenette2-224', 'normalized', 'accuracy', -0.01, None), ('ranking-imagenette2-224', 'mixup', 'accuracy', -0.03, 40),
    ('ranking-imagenette2-224', 'cutmix', 'calibration_error', 0.2, 40), ('transfer-sample-10-sample-v1-1000-400-seed42', 'from scratch', 'accuracy', 0.49, None)])
def test_claims_fail_on_other_records(monkeypatch, folder, name, key, gain, epochs):
    monkeypatch.setattr(evidence, 'published_records', altered(folder, name, key, gain, epochs))
    with pytest.raises(AssertionError): run_claims()
