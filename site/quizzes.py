"The questions as HTML that can be read without JavaScript, and the checker as a package for the browser's Python"
import sys,zipfile
from project import *

sys.path.insert(0, str(root))
from sota_course import questionnaire # needs the standard library and nothing else: torch stays away
sys.path.pop(0)

def load_banks():
    "The questionnaires of the course, by name"
    return {name: questionnaire.load_bank(name) for name in questionnaire.banks()}

def _texts(title, items): return ''.join(f'<details><summary>{title(i)}</summary><p>{escape(o.strip())}</p></details>' for i,o in enumerate(items))

def question_html(bank, q, level=3):
    "One question with its hints and its solution, folded"
    hints = _texts(lambda i: f'Hint {i+1} of {len(q.hints)}', q.hints)
    solution = _texts(lambda i: 'Solution', [q.solution])
    notebook = ('<p class="note">Your function is tried on tensors, so this one is checked in a notebook or a terminal: '
        f'<code>sota-course check --help</code>.</p>') if q.kind=='function' else ''
    name = f'{bank.name}-{q.n}'
    return (f'<article class="question" id="q-{name}" data-n="{q.n}" data-bank="{bank.name}" data-kind="{q.kind}" aria-labelledby="t-{name}">'
        f'<h{level} class="ask" id="t-{name}">{q.n}. {escape(q.text)}</h{level}>{notebook}'
        f'<div class="help">{hints}{solution}</div></article>')

def quiz_html(banks, top, bank='imagenette', numbers=(), chapter='', level=3):
    "A block of questions; JavaScript gives each a place to write and its buttons"
    found = banks[bank]
    if chapter: numbers = [n for n,q in found.questions.items() if q.chapter==chapter and q.kind!='function']
    numbers = list(numbers) or [n for n,q in found.questions.items() if q.kind!='function']
    total = len(found.questions)
    return (f'<section class="quiz" data-bank="{bank}" data-total="{total}" data-top="{top}" aria-label="Questions">'
        '<p class="note without-script">Answers are judged by a program that needs JavaScript. Questions, hints and solutions are here to read without it.</p>'
        + ''.join(question_html(found, found[n], level) for n in numbers) + '</section>')

def write_package(target):
    "The checker with its data as a zip file, the same bytes for the same sources"
    folder = root/'sota_course'/'questionnaire'
    files = sorted(o for o in folder.rglob('*') if o.is_file() and '__pycache__' not in o.parts and o.suffix!='.pyc')
    with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for o in [None, *files]:
            name = 'sota_course/__init__.py' if o is None else o.relative_to(root).as_posix()
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, b'' if o is None else o.read_bytes())
