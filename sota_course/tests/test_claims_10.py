"Sentences of chapter 10 that compare: they hold for the published records, and fail where records say something else"
import pytest
from sota_course.compare import holm,interval,p_value,verdict
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells
from sota_course.tests.test_claims_05 import altered,plus

pytestmark = in_checkout
equal = 'pretrained-imagenette2-224'
ten,fifty = (f'transfer-sample-{n}-sample-v1-1000-400-seed42' for n in (10, 50))
photographs = 'transfer-50-imagenette2-224'

def run_claims(**records):
    "As if the records of these folders were the published ones"
    begins = 'records = published_records', '#| hide\nbest', 'sets = {', 'shown =', 'error =', '#| hide\ndef median_seconds', '#| hide\nfine ='
    run_cells('10_your_photographs', begins, holm=holm, interval=interval, p_value=p_value, verdict=verdict, published_records=lambda folder: records.get(folder) or published_records(folder))

def test_claims_hold(): run_claims()

@pytest.mark.parametrize('folder,name,change', [(equal, 'fine-tune', plus('accuracy', -0.1)), (equal, 'forty-seconds', plus('accuracy', 0.1)), (ten, 'from scratch', plus('accuracy', 0.1)),
    (fifty, 'from scratch', plus('accuracy', 0.02)), (ten, 'head', plus('accuracy', -0.03)), (fifty, 'mixup', plus('accuracy', -0.02)), (ten, 'growing', plus('accuracy', 0.03)),
    (fifty, 'mixup', plus('calibration_error', -0.08)), (ten, 'label_smoothing', plus('calibration_error', -0.15)),
    (photographs, 'from scratch', plus('accuracy', 0.1)), (photographs, 'label_smoothing', plus('accuracy', 0.01)), (photographs, 'mixup', plus('accuracy', 0.02))])
def test_claims_fail_on_other_records(folder, name, change):
    with pytest.raises(AssertionError): run_claims(**{folder: altered(folder, name, change)})
