"What chapter 11 says of the speed of predictions: a hidden cell computes it from the record, and fails when the record says something else"
import json
from copy import deepcopy
from pathlib import Path
import pytest
from sota_course.records import published_speed

chapter = Path(__file__).parents[2]/'nbs'/'11_keep_the_model.ipynb'
pytestmark = pytest.mark.skipif(not chapter.exists(), reason='needs the notebooks of a checkout')

def run_claims(**a_second):
    "Run the cell on speeds, with other images a second"
    speeds = deepcopy(published_speed('predict'))
    speeds['images_a_second'].update(a_second)
    sources = [''.join(o['source']) for o in json.loads(chapter.read_text(encoding='utf-8'))['cells'] if o['cell_type']=='code']
    claim, = [o for o in sources if o.startswith('#| hide\na_second')]
    exec(claim, dict(speeds=speeds))

def test_claims_hold(): run_claims()

@pytest.mark.parametrize('a_second', [dict(reading=500), dict(network=400), dict(predict=150)])
def test_claims_fail_on_other_records(a_second):
    with pytest.raises(AssertionError): run_claims(**a_second)
