"What chapter 11 says of the speed of predictions: a hidden cell computes it from the record, and fails when the record says something else"
from copy import deepcopy
import pytest
from sota_course.records import published_speed
from sota_course.tests.chapters import in_checkout,run_cells

pytestmark = in_checkout

def run_claims(**a_second):
    "Run the cell on speeds, with other images a second"
    speeds = deepcopy(published_speed('predict'))
    speeds['images_a_second'].update(a_second)
    run_cells('11_keep_the_model', ('#| hide\na_second',), speeds=speeds)

def test_claims_hold(): run_claims()

@pytest.mark.parametrize('a_second', [dict(reading=500), dict(network=400), dict(predict=150)])
def test_claims_fail_on_other_records(a_second):
    with pytest.raises(AssertionError): run_claims(**a_second)
