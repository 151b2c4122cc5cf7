"Faults that were found on answers of people: each a sentence that was judged wrongly, and what stands in its place now"
import json
import pytest
from sota_course.questionnaire import check,load_bank
from sota_course.questionnaire import doubter
from sota_course.questionnaire.judge import decide,judge,read_answer,Reading,rules_verdict
from sota_course.questionnaire.result import PointResult

# number, answer, verdicts that are fair
found_out = [
    (14, 'Work on a small, representative sample first.', ['correct']), # a short command is a statement
    (7, 'Not faster, on the contrary: a batch of 64 turns into 320 crops.', ['correct']), # no denial of the essential
    (13, '[0.02, 0.02, 0.92, 0.02, 0.02]', ['correct']),
    (13, '0.92 for every class except the target', ['incorrect']),
    (7, 'It takes longer: every photo is predicted', ['partial', 'unsure']), # no reason yet
    (4, 'Start with a small learning rate, then a large one', ['incorrect', 'unsure']), # about something else that is small
    (4, 'You start with a small batch and make it larger and larger.', ['incorrect', 'unsure']),
    (5, 'I tried it, and it did not help', ['correct']),
    (2, 'It averages nothing and scatters by one.', ['correct', 'unsure'])] # mean 0 and deviation 1, in other words

@pytest.mark.parametrize('n,answer,fair', found_out)
def test_what_was_judged_wrongly(n, answer, fair): assert check(n, answer).verdict in fair

@pytest.mark.parametrize('n,answer,fair', found_out)
def test_the_rules_alone_pass_nothing_wrong(n, answer, fair, monkeypatch):
    monkeypatch.setattr('sota_course.questionnaire.ask.doubter_for', lambda bank, n: None)
    assert (check(n, answer).verdict=='correct') <= ('correct' in fair)

def test_the_model_answer_on_scores_says_what_the_paper_says():
    solution = load_bank()[18].solution
    assert 'bounded' in solution and 'are small' not in solution
    assert check(18, 'The scores grow without limit; it overfits, and cannot adapt as the gradient is bounded.').verdict=='correct'

def test_without_its_file_the_checker_is_the_rules(monkeypatch, tmp_path):
    monkeypatch.setattr(doubter, 'questions_folder', lambda: tmp_path)
    doubter.load_doubter.cache_clear()
    try:
        assert doubter.load_doubter('imagenette') is None
        assert check(7, 'Slower, it predicts several versions of each image.').verdict=='correct'
    finally: doubter.load_doubter.cache_clear()

class Says:
    "A doubter that thinks the same of every answer"
    def __init__(self, right, some): self.said,self.limits = (right, some),doubter.load_doubter('imagenette').limits
    def __call__(self, n, found): return self.said
    def salad(self, text): return 0.

@pytest.mark.parametrize('right,answer,verdict', [(0.05, 'Slower, it predicts several versions of each image.', 'unsure'),
    (0.95, 'Slower, it predicts several versions of each image.', 'correct'), (0.95, 'It takes an age to go through.', 'unsure'),
    (0.95, 'Dunno, sorry', 'incorrect'), (0.95, 'Faster', 'incorrect')])
def test_unsure_where_the_two_readers_differ_and_no_way_out(monkeypatch, right, answer, verdict):
    monkeypatch.setattr('sota_course.questionnaire.ask.doubter_for', lambda bank, n: Says(right, right))
    assert check(7, answer).verdict==verdict

def test_a_misconception_beside_all_essentials_becomes_a_question(monkeypatch):
    answer = 'Slower, as several versions of each image are predicted; the gradients take time.'
    for right,verdict in ((0.95, 'correct'), (0.5, 'unsure'), (0.05, 'partial')):
        monkeypatch.setattr('sota_course.questionnaire.ask.doubter_for', lambda bank, n: Says(right, right))
        result = check(7, answer)
        assert result.verdict==verdict
        assert ('is that what you mean?' in result.feedback)==(verdict=='correct')

def test_a_question_beside_a_right_answer_never_says_that_something_is_denied():
    for q in load_bank().questions.values():
        for wrong in q.misconception:
            points = [PointResult(p.id, p.what, 1., 'words') for p in q.point]
            found = dict(id=wrong.id, says=wrong.says, quote='these words', verdict=wrong.verdict, certain=False)
            feedback = judge(q, Reading(points, [found], False, [], set(), 9), Says(0.99, 0.99)).feedback
            assert 'is that what you mean?' in feedback and 'denies' not in feedback

def test_what_is_read_as_denied_is_quoted():
    bank = load_bank()
    feedback = judge(bank[7], read_answer(bank[7], 'It does not predict several versions.', bank)).feedback
    assert 'I read the reason (“several versions”) as denied' in feedback

def test_an_unsure_answer_shows_each_essential_and_what_was_found():
    from sota_course.questionnaire.judge import judge
    bank = load_bank()
    reading = read_answer(bank[7], 'It drags on, you know how these networks are', bank)
    result = judge(bank[7], reading, Says(0.95, 0.95))
    assert result.verdict=='unsure' and 'I did not recognize this in your words' in repr(result)
    assert '“drags”' in repr(result) and '%' not in repr(result).splitlines()[0]
    assert json.loads(json.dumps(result.to_dict()))['verdict']=='unsure'

# The faces: a sheet, a folder, the terminal

@pytest.fixture
def sure_of_nothing(monkeypatch):
    monkeypatch.setattr('sota_course.questionnaire.ask.doubter_for', lambda bank, n: Says(0.9, 0.9))
    return 'It drags on, you know how these networks are.'

def test_a_sheet_shows_essentials_to_tick_and_the_model_answer(sure_of_nothing):
    from sota_course.questionnaire import check_sheet
    sheet = check_sheet(f'2. mean 0 and std 1\n7. {sure_of_nothing}')
    assert [o['verdict'] for o in sheet.to_dict()['results'] if o['n']==7]==['unsure']
    for shown in ('[ ] the direction: “drags”', 'Model answer: More: with n versions', '1 not sure'): assert shown in repr(sheet)

def test_a_teacher_sees_unsure_answers_first(sure_of_nothing, tmp_path, capsys):
    from sota_course.cli.questions import grade_command
    (tmp_path/'ada.md').write_text(f'2. mean 0 and std 1\n7. {sure_of_nothing}', encoding='utf-8')
    grade_command(tmp_path, tmp_path/'grades.csv')
    out = capsys.readouterr().out
    assert out.startswith('To read first, 1 answer of') and sure_of_nothing in out
    assert ',unsure,' in (tmp_path/'grades.csv').read_text(encoding='utf-8')

def test_the_terminal_lets_one_tick_and_disagree(sure_of_nothing, tmp_path, capsys, monkeypatch):
    from sota_course.cli.questions import quiz_command
    from sota_course.quiz import objections_file,progress
    monkeypatch.setenv('SOTA_COURSE_HOME', str(tmp_path))
    lines = iter([sure_of_nothing, '', '1, 2', 'd', ''])
    monkeypatch.setattr('builtins.input', lambda prompt='': next(lines))
    quiz_command([7])
    out = capsys.readouterr().out
    assert '1. the direction' in out and '2. the reason' in out and '1 self-checked' in out
    assert progress().answers[7]['ticked']==['slower', 'reason'] and progress().is_done(7)
    assert json.loads(objections_file().read_text(encoding='utf-8'))[0]['answer']==sure_of_nothing

# Training

@pytest.fixture
def training(monkeypatch):
    pytest.importorskip('sklearn', reason='needs scikit-learn, which is among the development requirements')
    from pathlib import Path
    folder = Path(__file__).parents[2]/'benchmarks'
    if not folder.exists(): pytest.skip('needs a checkout')
    monkeypatch.syspath_prepend(folder)
    import train_doubter
    rows = [o for o in train_doubter.load_rows(sorted((folder/'answers').glob('*.jsonl'))) if o['question']==13]
    return train_doubter,train_doubter.read_rows(rows, load_bank())

def test_trained_again_it_is_the_same_and_nothing_of_one_person_is_in_it(training):
    train,rows = training
    once,again = train.fit_question(rows),train.fit_question(rows)
    assert once==again and once['weights']
    for fact in once['weights']: assert len({o['author'] for o in rows if fact in o['reading'].facts})>=train.people

def test_weights_that_are_shipped_have_three_digits_and_are_read_by_the_standard_library():
    table = doubter.load_doubter('imagenette').table
    numbers = [w for entry in table['questions'].values() for pair in entry['weights'].values() for w in pair]
    assert all(w==round(w, 3) for w in numbers) and set(table['questions'])==set(map(str, range(1, 15)))
