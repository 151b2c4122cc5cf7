"What no single example shows about the checker: what must not change a verdict, what must, and how long it may take"
import json,random,re,shutil,subprocess,sys,time
from pathlib import Path
import pytest
from sota_course.core import shipped
from sota_course.questionnaire import *

hypothesis = pytest.importorskip('hypothesis')
from hypothesis import given,settings
from hypothesis import strategies as st

right = {
    1:'Imagenette is a small subset of ImageNet, with ten classes, for quick experiments.',
    2:'Scaling the data to a mean of 0 and a standard deviation of 1.',
    3:'The learner adds normalization automatically, with the statistics of the pretrained model.',
    4:'You begin with small images and go on with larger images.',
    6:'Average the predictions over several augmented versions of each image: learn.tta()',
    7:'Slower, because several versions of each image are predicted.',
    8:'A weighted average of two images and of their labels; pass cbs=MixUp().',
    9:'The targets are rarely exactly 0 or 1, but in between.',
    10:'Mixup is a harder task, so it needs more epochs.',
    11:'Use targets a bit below 1 and a bit above 0, so that the model is less confident.',
    12:'Wrong or ambiguous labels.',
    14:'Find a small subset that represents the whole.'}
synonyms = {
    'small':['tiny', 'little'], 'images':['pictures', 'photos'], 'quick':['fast', 'rapid'], 'larger':['bigger'],
    'several':['multiple', 'many'], 'begin':['start'], 'automatically':['by itself', 'by default'],
    'rarely':['hardly ever', 'seldom'], 'harder':['more difficult', 'tougher'], 'labels':['targets'],
    'wrong':['incorrect', 'false'], 'predictions':['outputs'], 'subset':['sample', 'part'], 'versions':['copies', 'variants'],
    'Slower':['It takes longer', 'Takes more time'], 'Find':['Choose', 'Pick', 'Take'],
    'represents':['is representative of', 'looks like']}
questions = st.sampled_from(sorted(right))

hesitant = (1, 11) # the doubter has never met these sentences; for two of them it may be unsure, and must not refuse

def verdict(n, answer): return check(n, answer).verdict
def fair(n): return ('correct', 'unsure') if n in hesitant else ('correct',)

def test_the_answers_used_here_are_right():
    found = {n:verdict(n, o) for n,o in right.items()}
    assert all(v in fair(n) for n,v in found.items()) and list(found.values()).count('correct')>=len(right)-1, found

def test_training_has_not_met_these_answers():
    folder = Path(__file__).parents[2]/'benchmarks'/'answers'
    if not folder.exists(): pytest.skip('needs a checkout')
    words = lambda text: re.findall(r'\w+', text.lower())
    known = [words(json.loads(o)['answer']) for file in folder.glob('*.jsonl') for o in file.read_text(encoding='utf-8').splitlines()]
    own = [words(o) for table in (right, negations, swaps) for o in table.values()]
    assert [o for o in own if o in known and len(o)>5]==[]

@settings(max_examples=200, deadline=None)
@given(questions, st.data())
def test_a_synonym_changes_nothing(n, data):
    words = [w for w in synonyms if re.search(rf'\b{w}\b', right[n]) and not (n==9 and w=='labels')]
    for word in words:
        answer = re.sub(rf'\b{word}\b', data.draw(st.sampled_from(synonyms[word])), right[n], count=1)
        assert verdict(n, answer) in fair(n), answer

@settings(max_examples=200, deadline=None)
@given(questions, st.sampled_from([str.upper, str.lower, str.title, lambda s: f'> - {s}', lambda s: f'**{s}**', lambda s: f'Ans: {s}',
    lambda s: s+'\n', lambda s: '\ufeff'+s.replace(' ', '\u00a0'), lambda s: f'I think it is this: {s}']))
def test_case_markdown_and_spaces_change_nothing(n, change):
    if n in (6, 8) and change is str.title: return # code has a case
    assert verdict(n, change(right[n])) in fair(n), change(right[n])

def typo(word, rng):
    "One slip of the fingers inside a long word"
    i = rng.randrange(1, len(word)-2)
    return rng.choice([word[:i]+word[i+1:], word[:i]+word[i]+word[i:], word[:i]+word[i+1]+word[i]+word[i+2:]])

@settings(max_examples=300, deadline=None)
@given(questions, st.integers(0, 2**31))
def test_one_typing_error_in_a_long_word_changes_nothing(n, seed):
    rng = random.Random(seed)
    answer = right[n].split(': learn')[0] if n!=6 else right[n]
    places = [m for m in re.finditer(r'[a-z]{7,}', answer) if m.group() not in ('automatically',)]
    m = rng.choice(places or [None])
    if m is None: return
    changed = answer[:m.start()]+typo(m.group(), rng)+answer[m.end():]
    assert verdict(n, changed) in fair(n), changed

negations = {
    1:'Imagenette is not a small subset of ImageNet, and it is not for quick experiments.',
    2:'It is not scaling the data to a mean of 0 and a standard deviation of 1.',
    3:'The learner does not add normalization automatically with the statistics of the pretrained model.',
    4:'You never begin with small images and go on with larger images.',
    6:'It never averages the predictions over several augmented versions, and learn.tta() must not be called.',
    7:'It is not slower, since an image is predicted only once.',
    8:'It is no weighted average of two images and of their labels, and no callback.',
    9:'The targets are always exactly 0 or 1.',
    10:'Mixup is not a harder task, and does not need more epochs.',
    11:'It does not lower the 1s or raise the 0s, and the model does not become less confident.',
    12:'It cannot help with wrong or ambiguous labels.',
    14:'Never take a small subset that represents the whole.'}
swaps = {
    1:'ImageNet is a small subset of Imagenette, with ten classes, for quick experiments.',
    2:'Scaling the data to a mean of 1 and a standard deviation of 0.',
    4:'You begin with large images and go on with smaller images.',
    7:'Faster, because several versions of each image are predicted.',
    10:'Training without Mixup is the harder task and needs more epochs.',
    13:'1-ε+ε/5 if index 1 is a wrong class, and ε/5 if it is the right class',
    14:'Find a large set that the small subset represents, and experiment on the whole dataset.'}

@pytest.mark.parametrize('n', negations)
def test_what_is_denied_does_not_pass(n): assert verdict(n, negations[n]) in ('incorrect', 'partial', 'unsure')

@pytest.mark.parametrize('n', swaps)
def test_what_is_swapped_does_not_pass(n): assert verdict(n, swaps[n])!='correct'

@pytest.mark.parametrize('n', sorted(right))
def test_the_question_and_other_answers_do_not_pass(n):
    assert verdict(n, load_bank()[n].text)!='correct'
    passed = [k for k,answer in right.items() if k!=n and verdict(n, answer)=='correct']
    assert passed==[]

@pytest.mark.parametrize('n', sorted(right))
def test_words_without_a_statement_do_not_pass(n):
    words = sorted({w for w in re.findall(r'\w{4,}', right[n]+' '+load_bank()[n].solution)})
    random.Random(n).shuffle(words)
    assert verdict(n, ' '.join(words))!='correct'

@settings(max_examples=200, deadline=None)
@given(st.integers(1, 14), st.text(max_size=300))
def test_any_text_has_a_verdict(n, text):
    found = check(n, text)
    assert found.verdict in ('correct', 'partial', 'incorrect', 'not_attempted', 'unsure') and 0<=found.score<=1
    json.dumps(found.to_dict()), repr(found), found._repr_html_()

@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_a_sheet_or_none(text): assert set(read_sheet(text)) <= set(load_bank().questions)

hostile = {
    'a megabyte': 'The model is trained on small images and then on larger ones. '*17_000, 'one word': 'small '*100_000,
    'brackets': '('*200_000, 'calls': 'f('*100_000, 'fractions': r'\frac{1}{'*30_000+'}'*30_000, 'backticks': '`a'*100_000,
    'fences': '```\n'*50_000, 'one letter': 'a'*1_000_000, 'sums': '1+'*100_000, 'numbers': '1 2 '*100_000, 'not': 'not '*100_000,
    'lines': '\n'*500_000, 'questions': 'what '*50_000+'?', 'spaces': ' '*1_000_000, 'commas': '1,'*200_000,
    'other words': ' '.join(f'wrd{i:x}ing' for i in range(100_000)), 'cjk': '小'*100_000}

@pytest.mark.parametrize('name', hostile)
@pytest.mark.parametrize('n', [5, 8, 13])
def test_no_answer_takes_long(name, n):
    load_bank().words(n)
    start = time.process_time()
    check(n, hostile[name])
    assert time.process_time()-start < 2 # of the processor's time: the machine may be busy

@pytest.mark.parametrize('name', hostile)
def test_no_sheet_takes_long(name):
    start = time.process_time()
    read_sheet(hostile[name])
    assert time.process_time()-start < 2 # of the processor's time: the machine may be busy

def test_only_the_standard_library_is_imported():
    code = ("import sys; before=set(sys.modules); import sota_course.questionnaire; "
        "print(*{m.split('.')[0] for m in set(sys.modules)-before})")
    found = set(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True).stdout.split())
    assert found - set(sys.stdlib_module_names)=={'sota_course'}

def test_its_own_folder_is_enough(tmp_path):
    "Without the rest of the course, and without anything installed, as in a browser's Python"
    source = Path(load_bank.__code__.co_filename).parent
    shutil.copytree(source, tmp_path/'sota_course'/'questionnaire', ignore=shutil.ignore_patterns('__pycache__'))
    code = (f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from sota_course.questionnaire import check,validate; "
        f"print(check(7, {right[7]!r}).verdict, validate('training'))")
    assert subprocess.run([sys.executable, '-I', '-S', '-c', code], capture_output=True, text=True, check=True).stdout=='correct []\n'

def test_banks_name_chapters_that_are_there():
    found = {o.stem for o in shipped('notebooks', 'nbs').glob('[0-9]*.ipynb')}
    for name in banks(): assert {q.chapter for q in load_bank(name).questions.values()} <= found

def test_a_function_in_a_file_is_stopped_and_kept_apart(tmp_path):
    from sota_course.questionnaire.tasks import check_function
    file = tmp_path/'mine.py'
    file.write_text('print("noise")\ndef mix(x, y):\n    while True: pass\n', encoding='utf-8')
    assert 'had not ended' in check_function(load_bank()[16], file, seconds=8).feedback
    file.write_text('import os\nos._exit(3)\n', encoding='utf-8')
    assert check(16, file).verdict=='incorrect'
    file.write_text('print("noise")\ndef mix(x, y):\n    print("more")\n    return (x+x.flip(0))/2, (y+y.flip(0))/2\n', encoding='utf-8')
    assert check(16, file).verdict=='correct'
    with pytest.raises(QuestionnaireError, match='no file'): check(16, tmp_path/'none.py')

# A second opinion, from a server of our own

class Model:
    "A server that speaks as much of the protocol as is asked of it"
    def __init__(self, content, status=200, delay=0):
        from http.server import BaseHTTPRequestHandler,ThreadingHTTPServer
        from threading import Thread
        asked = self.asked = []
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_): pass
            def do_POST(self):
                asked.append((self.path, self.headers.get('Authorization'),
                    json.loads(self.rfile.read(int(self.headers['Content-Length'])))))
                time.sleep(delay)
                body = json.dumps(dict(choices=[dict(message=dict(content=content))])).encode()
                self.send_response(status)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f'http://127.0.0.1:{self.server.server_port}/v1'
    def __enter__(self): return self
    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

@pytest.fixture
def unsure(monkeypatch):
    "A checker that is sure of nothing"
    class Doubter:
        from sota_course.questionnaire.doubter import load_doubter
        limits = load_doubter('imagenette').limits
        def __call__(self, n, found): return 0.9, 0.9
        def salad(self, text): return 0.
    monkeypatch.setattr('sota_course.questionnaire.ask.doubter_for', lambda bank, n: Doubter())
    return 'It drags on, you know how these networks are.'

reply = 'Sure! {"essentials": {"slower": "said", "reason": "missing"}, "feedback": "Why?"}'

def test_a_second_opinion_stands_beside_and_goes_essential_by_essential(unsure):
    told = []
    with Model(reply) as model:
        grader = LanguageModel(model.url, 'tiny', key='secret', say=told.append)
        found = [check(7, unsure, second_opinion=grader) for _ in range(2)][0]
        assert told==[f'Your answers go to {model.url} (model tiny); nothing else is sent, and nowhere else.']
    assert (found.verdict, found.opinion['verdict'], found.opinion['feedback'])==('unsure', 'partial', 'Why?')
    assert found.opinion['points']==dict(slower='said', reason='missing')
    path,key,body = model.asked[0]
    assert path=='/v1/chat/completions' and key=='Bearer secret' and body['model']=='tiny' and body['messages'][-1]['content']==unsure
    assert 'Second opinion (tiny): partial. the direction: said.' in repr(found)

def test_a_second_opinion_is_asked_only_where_the_checker_is_unsure():
    with Model(reply) as model: found = check(7, 'Faster.', second_opinion=LanguageModel(model.url, 'tiny'))
    assert found.opinion is None and model.asked==[]

@pytest.mark.parametrize('content,status,delay', [('no JSON here', 200, 0),
    ('{"essentials": {"slower": "splendid", "reason": "said"}}', 200, 0), ('{"essentials": {"slower": "said"}}', 200, 0),
    ('[]', 200, 0), (reply, 500, 0), (reply, 200, 3)])
def test_a_model_that_fails_costs_nothing(content, status, delay, unsure):
    with Model(content, status, delay) as model: found = check(7, unsure, second_opinion=LanguageModel(model.url, 'tiny', seconds=1))
    assert found.verdict=='unsure' and found.opinion['verdict']=='none'

def test_no_server_costs_nothing(unsure):
    assert check(7, unsure, second_opinion=LanguageModel('http://127.0.0.1:9', 'tiny')).opinion['verdict']=='none'

# The command line, as learners and teachers use it

def command(*args, cwd, text=''):
    return subprocess.run([sys.executable, '-m', 'sota_course', *map(str, args)], input=text, capture_output=True, text=True,
        cwd=cwd, timeout=120)

@pytest.fixture
def at_home(tmp_path, monkeypatch):
    monkeypatch.setenv('SOTA_COURSE_HOME', str(tmp_path/'home'))
    return tmp_path

def run_record(name, sizes, accuracy): return dict(name=name, config={}, data={}, log=[dict(size=s, accuracy=accuracy) for s in sizes])

def test_check_grades_a_sheet_and_records(at_home):
    (at_home/'mine.md').write_text('7. Slower: several predictions for each image.\n2. mean 0, std 1\n', encoding='utf-8')
    done = command('check', 'mine.md', '--json', cwd=at_home)
    assert {o['n']:o['verdict'] for o in json.loads(done.stdout)['results'] if o['score']}=={2:'correct', 7:'correct'}
    for name,sizes in (('growing', [64, 128]), ('fixed', [128, 128])):
        (at_home/f'{name}.json').write_text(json.dumps(run_record(name, sizes, 0.8)), encoding='utf-8')
    assert 'correct (100%)' in command('check', '-q', 5, 'growing.json', 'fixed.json', cwd=at_home).stdout
    assert 'one answer a line' in command('check', '-', cwd=at_home, text='Ten classes, for quick tests.\nmean 0, std 1\n').stdout

@pytest.mark.parametrize('name,content,sentence', [('none.md', None, 'There is no file'),
    ('utf16.md', 'é'.encode('utf-16'), 'not a text in UTF-8'), ('huge.md', b'x'*6_000_000, 'too much for a sheet'),
    ('empty.md', b'', 'No answers were found'), ('picture.md', b'\x89PNG\r\n\xff\xfe', 'not a text in UTF-8')])
def test_a_file_that_is_no_sheet_costs_one_sentence(at_home, name, content, sentence):
    if content is not None: (at_home/name).write_bytes(content)
    done = command('check', name, cwd=at_home)
    assert done.returncode==1 and done.stderr.startswith('error: ') and sentence in done.stderr and done.stderr.count('\n')==1

def test_a_folder_is_graded_and_nobodys_answers_are_overwritten(at_home):
    folder = at_home/'class'
    folder.mkdir()
    for name in ('anna', '=cmd'): (folder/f'{name}.md').write_text('2. mean 0, std 1\n7. Faster.\n', encoding='utf-8')
    (folder/'bad.txt').write_bytes(b'\xff\xfe\x00')
    assert 'written over' in command('grade', 'class', '--csv', 'class/anna.md', cwd=at_home).stderr
    done = command('grade', 'class', cwd=at_home)
    assert 'Graded 2 of 3 files' in done.stdout and 'bad.txt' in done.stdout
    rows = (at_home/'grades.csv').read_text(encoding='utf-8').splitlines()
    assert rows[1].startswith("'=cmd.md,") and rows[2].startswith('anna.md,') and (
        folder/'anna.md').read_text(encoding='utf-8').startswith('2. mean')

def test_the_quiz_in_a_terminal_goes_on_where_one_stopped(at_home):
    first = command('quiz', 2, 7, cwd=at_home, text='?\nmean 0, std 1\n\nfaster\n\nq\n')
    assert 'Two numbers' in first.stdout and '1 correct, 1 not right yet' in first.stdout
    again = command('quiz', cwd=at_home, text='q\n')
    assert '1 correct, 1 not right yet' in again.stdout and '\n1. ' in again.stdout
    assert 'asks for a function' in command('quiz', 15, cwd=at_home).stderr

def test_a_slip_does_not_undo_what_was_right(at_home):
    from sota_course.quiz import progress,remember
    for answer in ('Slower: several predictions for each image.', 'Faster.'): remember(answer, check(7, answer))
    assert progress().answers[7]['verdict']=='correct'

def test_a_bank_of_your_own_from_ours(at_home):
    mine = at_home/'mine.toml'
    mine.write_text(command('questions', 'show', 'training', cwd=at_home).stdout, encoding='utf-8')
    assert 'all judged as they should be' in command('questions', 'validate', 'mine.toml', cwd=at_home).stdout
    mine.write_text(mine.read_text(encoding='utf-8').replace('verdict = "incorrect"', 'verdict = "correct"', 1), encoding='utf-8')
    done = command('questions', 'validate', 'mine.toml', cwd=at_home)
    assert done.returncode==1 and 'is judged incorrect, not correct' in done.stdout

def test_a_missing_essential_is_named_without_the_answer():
    said = str(check(7, 'It is faster, because the average of several predictions saves time.'))
    assert '· the direction' in said and 'slower' not in said
    less = str(check(14, 'One with the same classes that stands for the whole.'))
    assert '· what you make first' in less, less
