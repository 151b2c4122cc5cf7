"The wheel alone: built from the checkout, installed in a new environment, used from an empty folder"
import os,shutil,subprocess,sys,venv,zipfile
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from pathlib import Path
import pytest

checkout = Path(__file__).parents[2]
if not (checkout/'settings.ini').exists(): pytest.skip('needs a checkout of the project to build the wheel from', allow_module_level=True)
nbclient,nbformat = pytest.importorskip('nbclient'),pytest.importorskip('nbformat')

pytestmark = pytest.mark.wheel

notebooks = sorted(o.relative_to(checkout/'nbs').as_posix() for o in (checkout/'nbs').rglob('*.ipynb'))
notebooks = [o for o in notebooks if not any(part.startswith(('.', '_')) for part in o.split('/'))] # copies, and drafts
two_chapters = [next(o for o in notebooks if name in o) for name in ('06_mixup', 'questionnaire')] # one that trains, one that does not

def run(*args, **kwargs):
    done = subprocess.run(list(map(str, args)), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=1500, **kwargs)
    assert done.returncode==0, f'{args}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}'
    return done.stdout

@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    "The wheel, built from a copy of the checkout so that no build folder stays in it"
    folder = tmp_path_factory.mktemp('build')
    skip = shutil.ignore_patterns('.*', 'build', 'dist', '*.egg-info', '__pycache__')
    shutil.copytree(checkout, folder/'copy', ignore=skip)
    run(sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--wheel-dir', folder, folder/'copy')
    return next(folder.glob('*.whl'))

@pytest.fixture(scope='module')
def python(wheel, tmp_path_factory):
    "The Python of a new environment that has the wheel, what it requires, a Jupyter kernel and pytest, and nothing else"
    folder = tmp_path_factory.mktemp('environment')/'venv'
    venv.create(folder, with_pip=True)
    python = folder/('Scripts/python.exe' if os.name=='nt' else 'bin/python')
    run(python, '-m', 'pip', 'install', '--quiet', '--no-compile', '--constraint', checkout/'constraints.txt', wheel, 'ipykernel', 'pytest-xdist')
    yield python
    shutil.rmtree(folder, ignore_errors=True) # some gigabytes

@pytest.fixture(scope='module')
def empty(tmp_path_factory): return tmp_path_factory.mktemp('empty')

def test_wheel_holds_the_course(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {f'sota_course/notebooks/{o}' for o in notebooks} <= set(names)
    assert 'sota_course/tests/test_core.py' in names and not [o for o in names if '_nbdev/' in o]
    modules = [o.relative_to(checkout).as_posix() for o in (checkout/'sota_course').rglob('*.py') if '_nbdev' not in o.parts]
    assert set(modules) <= set(names) # a new folder of modules is found, not listed
    assert any(o.startswith('sota_course/published/techniques-imagenette') for o in names)
    assert not [o for o in names if o.startswith(('nbs/', 'benchmarks/'))]

def test_requirements_are_lower_bounds(wheel):
    "So that installing in Colab replaces nothing that is there"
    with zipfile.ZipFile(wheel) as z: meta = z.read(next(o for o in z.namelist() if o.endswith('METADATA'))).decode()
    needs = [l.split(': ')[1] for l in meta.splitlines() if l.startswith('Requires-Dist') and 'extra' not in l]
    settings = ConfigParser()
    settings.read(checkout/'settings.ini')
    assert len(needs)==len(settings['DEFAULT']['requirements'].split())
    assert not [o for o in needs if '==' in o or '<' in o and not o.startswith('ipywidgets')]
    assert 'fastai>=2.8.10' in needs and 'torch' in needs

def test_console_script(python, empty):
    assert 'doctor' in run(python.with_name('sota-course'), '--help', cwd=empty)
    assert run(python, '-m', 'sota_course', 'doctor', cwd=empty).rstrip().endswith('ready')

def test_import_is_light(python, empty):
    "`import sota_course` brings neither torch nor fastai"
    assert run(python, '-c', 'import sys, sota_course.core; print("torch" in sys.modules, "fastai" in sys.modules)', cwd=empty)=='False False\n'

@pytest.fixture(scope='module')
def course(python, empty):
    run(python, '-m', 'sota_course', 'notebooks', empty/'course', cwd=empty)
    return empty/'course'

# nbclient answers messages of widgets, and stalls at times when it does (its issue 312): here it does not listen to them.
run_notebook = """
import sys,nbformat,nbclient
book = nbformat.read(sys.argv[1], as_version=4)
client = nbclient.NotebookClient(book, timeout=600, kernel_name='wheel')
client.comm_open_handlers = {}
client.execute()
nbformat.write(book, sys.argv[2])
"""

@pytest.fixture(scope='module')
def executed(python, course, tmp_path_factory):
    "Two chapters, run top to bottom in kernels of the new environment, at the same time, in a folder that has the notebooks only"
    share,done = tmp_path_factory.mktemp('jupyter'),tmp_path_factory.mktemp('executed')
    run(python, '-m', 'ipykernel', 'install', '--prefix', share, '--name', 'wheel')
    env = os.environ | dict(JUPYTER_PATH=str(share/'share/jupyter'), OMP_NUM_THREADS='1')
    def execute(name): return subprocess.run([sys.executable, '-c', run_notebook, name, str(done/Path(name).name)], cwd=course, env=env, capture_output=True, text=True)
    with ThreadPoolExecutor(2) as pool: return done, dict(zip(two_chapters, pool.map(execute, two_chapters)))

@pytest.mark.parametrize('name', two_chapters)
def test_notebook_runs_from_the_wheel(executed, name):
    "And without red text"
    folder,runs = executed
    assert runs[name].returncode==0, runs[name].stderr[-3000:]
    book = nbformat.read(folder/Path(name).name, as_version=4)
    red = [o for c in book.cells if c.cell_type=='code' for o in c.outputs if o.get('name')=='stderr']
    assert not red, red

# Files written by hand ask the same of the wheel's code as of the checkout's, and have run from there: they are only collected.
# Tests that come out of notebooks run: they need nothing but the installed modules, so they find what the wheel lacks.
def test_exported_tests_pass_on_the_installed_wheel(python, empty):
    exported = [o.name for o in sorted((checkout/'sota_course/tests').glob('test_*.py')) if o.read_text(encoding='utf-8').startswith('# AUTOGENERATED')]
    out = run(python, '-m', 'pytest', '--pyargs', 'sota_course', '-k', ' or '.join(exported), '-q', '-n', '2', '-p', 'no:cacheprovider',
        '-o', 'faulthandler_timeout=300', '-o', 'faulthandler_exit_on_timeout=true', cwd=empty) # one that hangs says where
    last = out.rstrip().splitlines()[-1] # above it, a warning may speak of something that failed
    assert exported and ' passed' in last and 'failed' not in last
