"Sentences of chapter 15 on how well the checker does: hidden cells compute them, and fail when the records say something else"
import json
import pytest
from sota_course.core import shipped
from sota_course.tests.chapters import in_checkout,run_cells
from sota_course.training.testing import share_interval

pytestmark = in_checkout
published = shipped('published', 'benchmarks/results')/'answers'

def run_claims(change=lambda graded: None):
    "Run the hidden cells on graded answers, after `change` has altered them"
    graded = {k: json.loads((published/f'{o}.json').read_text(encoding='utf-8')) for k,o in (('second set', 'second_set_unseen'), ('left out', 'left_out'))}
    change(graded)
    run_cells('15_questionnaire', ('#| hide\nrows =', '#| hide\nfor found in graded'), share_interval=share_interval, graded=graded)

def shares(measure, share, where='second set'): return lambda graded: graded[where]['real'][measure].update(share=share)
def more_answers(graded): graded['second set']['real']['wrong_passed'].update(n=600, interval=[0.09, 0.13])
def unsure_of_7(graded): graded['second set']['unsure_by_question'].update({'7': 0.3})

def test_claims_hold(): run_claims()

@pytest.mark.parametrize('change', [shares('right_called_incorrect', 0.05), shares('verdict', 0.85), shares('decided', 0.7, 'left out'), shares('wrong_passed', 0.),
    more_answers, unsure_of_7])
def test_claims_fail_on_other_figures(change):
    with pytest.raises(AssertionError): run_claims(change)
