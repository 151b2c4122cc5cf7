"Sentences of chapter 05 that compare: they hold for the published records, and fail where records say something else"
from copy import deepcopy
import pytest
from sota_course.compare import compare,interval,measured
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout
folder = 'ladder-imagenette2-224'

def run_claims(records):
    begins = "names = dict(baseline", 'calibration =', 'def sure_and_right', '#| hide\ngap', '#| hide\ngains'
    run_cells('05_tta', begins, compare=compare, measured=measured, published_records=lambda _: records)

def altered(folder, name, change):
    "The published records, those of this name changed"
    records = deepcopy(published_records(folder))
    for r in records:
        if r.name==name: change(r)
    return records

def plus(metric, x): return lambda r: r.evaluation.update({metric: r.evaluation[metric]+x})

def test_claims_hold(): run_claims(published_records(folder))

@pytest.mark.parametrize('name,change', [('mirrored', plus('accuracy', -0.005)), ('tta', plus('accuracy', -0.008)), ('tta', plus('accuracy', 0.01)), ('baseline', plus('accuracy', 0.01)),
    ('mirrored', plus('calibration_error', -0.009)), ('tta', plus('calibration_error', -0.02)), ('baseline', plus('calibration_error', 0.01)), ('tta', lambda r: r.evaluation.update(images=400)),
    ('tta', lambda r: [o.update(confidence=0.9) for o in r.evaluation['bins']])])
def test_claims_fail_on_other_records(name, change):
    with pytest.raises(AssertionError): run_claims(altered(folder, name, change))

views = 'views-imagenette2-224'

def run_views(records):
    begins = "records = published_records('views", 'def median_of', '#| hide\nfor size in (48'
    run_cells('05_tta', begins, compare=compare, interval=interval, published_records=lambda _: records)

def test_claims_on_views_hold(): run_views(published_records(views))

@pytest.mark.parametrize('name,change', [('mirrored', plus('accuracy', -0.01)), ('random', plus('accuracy', -0.012)), ('corners', plus('accuracy', 0.01)),
    ('corners', plus('calibration_error', -0.1)), ('random', plus('cpu_seconds', -10))])
def test_claims_on_views_fail_on_other_records(name, change):
    with pytest.raises(AssertionError): run_views(altered(views, name, change))
