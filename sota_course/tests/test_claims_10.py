"Sentences of chapter 10 that compare: they hold for the published records, and fail where records say something else"
import pytest
from sota_course.compare import compare,interval,verdict
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells
from sota_course.tests.test_claims_05 import altered,plus

pytestmark = in_checkout
equal,techniques,ten = 'pretrained-imagenette2-224','pretrained-sample','transfer-sample-10-sample-v1-1000-400-seed42'

def run_claims(**records):
    "As if the records of these folders were the published ones"
    begins = 'records = published_records', '#| hide\nbest', "folder = 'transfer", 'differences =', '#| hide\npretrained =', 'comparison =', '#| hide\nverdicts'
    run_cells('10_your_photographs', begins, compare=compare, interval=interval, verdict=verdict, published_records=lambda folder: records.get(folder) or published_records(folder))

def test_claims_hold(): run_claims()

@pytest.mark.parametrize('folder,name,change', [(equal, 'fine-tune', plus('accuracy', -0.1)), (equal, 'forty-seconds', plus('accuracy', 0.1)), (techniques, 'mixup', plus('accuracy', 0.03)),
    (techniques, 'label_smoothing', plus('accuracy', -0.1)), (techniques, 'progressive', plus('accuracy', 0.03)), (techniques, 'progressive', plus('accuracy', -0.05)),
    (ten, 'from scratch', plus('accuracy', 0.1)), (ten, 'head', plus('accuracy', -0.03)), (ten, 'mixup', plus('accuracy', 0.02)), (ten, 'growing', plus('accuracy', 0.03))])
def test_claims_fail_on_other_records(folder, name, change):
    with pytest.raises(AssertionError): run_claims(**{folder: altered(folder, name, change)})
