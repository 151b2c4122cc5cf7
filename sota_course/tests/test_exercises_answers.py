"Exercises of chapters 15 to 17: their solutions pass, and typical mistakes are told apart"
import subprocess,sys
import pytest
from sota_course.records import load_records
from sota_course.tests.test_exercises import attempt,in_checkout,quick_ladder,solve

pytestmark = in_checkout
where = {'answers.pattern': '15_questionnaire', 'answers.same_words': '15_questionnaire', 'quiz.predict': '16_quiz', 'quiz.kept': '16_quiz',
    'command.subset': '17_command_line', 'command.compare': '17_command_line'}
small = 'sota-course data subset photos small'
mistakes = {
    'answers.pattern': [("pattern = '[rate falls]'", 'does not find it'), ("pattern = 'rate falls|lowered|drops'", 'your pattern finds it'), ("pattern = '[rate falls'", 'bracket')],
    'answers.same_words': [("answers = 'Small images, then large ones.', 'Large images first.'", 'the same words'),
        ("answers = ('You begin training with large images and go on with small ones.', 'You begin training with small images and go on with large ones.')", 'should be right')],
    'quiz.predict': [("answers = dict(correct='The mean becomes 0.', partial='x', incorrect='y')", 'You expected correct'),
        ("answers = dict(correct='Mean 0 and standard deviation 1.', partial='', incorrect='')", 'still empty')],
    'quiz.kept': [('def kept(scores): return len(scores)-1', 'number 1; the quiz keeps number 0'),
        ('def kept(scores): return scores.index(max(scores))', 'number 0; the quiz keeps number 2')],
    'command.subset': [("command = 'data subset photos small'", 'begins with'), (f"command = '{small} --classes cat,dog'", '6 training images')],
    'command.compare': [("records = [r for r in found if r.name=='baseline']", 'only one variant'), ('records = found[:-1]', 'other seeds')],
}

@pytest.fixture(scope='module')
def runs(tmp_path_factory):
    "What the comparison of the chapter leaves behind, in a quick edition, and `run`, which has done so already"
    home = tmp_path_factory.mktemp('home')
    found = quick_ladder(home/'mixup')(names='baseline,mixup')
    return dict(home=home, found=found, load_records=load_records, run=lambda command, last=0: None)

@pytest.mark.parametrize('name', where)
def test_starters_are_not_attempted(name): assert attempt(where[name], name, None).verdict=='not attempted'

@pytest.mark.parametrize('name', where)
def test_solutions_pass(name, runs):
    found = solve(where[name], name, **runs)
    assert found.verdict=='correct', found

@pytest.mark.parametrize('name', where)
def test_mistakes_are_told_apart(name, runs):
    said = []
    for code,clue in mistakes[name]:
        found = attempt(where[name], name, code, **runs)
        assert found.verdict=='not yet' and clue in found.said, found
        said.append(found.said)
    assert len(set(said))==len(said)

def test_the_module_is_light():
    code = "import sys, sota_course.exercises\nassert not {'torch', 'fastai'} & set(sys.modules)"
    assert subprocess.run([sys.executable, '-c', code]).returncode==0
