"What chapter 00 says of seeds, from records"
import pytest
from sota_course.records import published_records
from sota_course.tests.chapters import in_checkout,run_cells
from sota_course.tests.test_claims_01 import altered

pytestmark = in_checkout
folder = 'time_to_accuracy-imagenette2-224'
cells = 'published =', 'by_seed =', '#| hide\nassert len(five)'

def run(records): run_cells('00_before_you_train', cells, published_records=lambda _: records)

def test_claims_hold(): run(published_records(folder))

@pytest.mark.parametrize('points', [0, 5])
def test_claims_fail_on_runs_that_are_closer_or_further_apart(points):
    def change(r): r.evaluation.update(accuracy=0.77+r.seed*points/100)
    with pytest.raises(AssertionError): run(altered(folder, change))
