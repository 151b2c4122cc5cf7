"What chapter 03 says of normalization, from records"
import pytest
from sota_course.compare import compare,interval
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells
from sota_course.tests.test_claims_01 import altered,more_accurate

pytestmark = in_checkout
folder = 'ladder-imagenette2-224'
cells = 'grid =', '#| hide\ngain,half'

def run(records): run_cells('03_normalization', cells, published_records=lambda _: records, compare=compare, interval=interval)

def test_claims_hold(): run(published_records(folder))

@pytest.mark.parametrize('points', [-1, 1])
def test_claims_fail_on_other_records(points):
    with pytest.raises(AssertionError): run(altered(folder, more_accurate(points, name='normalized')))

def test_claims_fail_where_pairs_do_not_agree():
    def change(r): r.evaluation.update(accuracy=r.evaluation['accuracy']+r.seed*0.02*(r.name=='normalized')-0.02*(r.name=='normalized'))
    with pytest.raises(AssertionError): run(altered(folder, change))
