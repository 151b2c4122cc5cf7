"Recipes by name on the command line, from the course's file and from one's own, killed and resumed"
import json,os,signal,subprocess,sys,time
import pytest
from sota_course.experiments.recipes import list_recipes
from sota_course.records import load_records
from sota_course.data.sample import sample_data
from sota_course.tests.helpers import course,refused

own = '[small]\narch = "small_cnn"\nsize = 32\nbs = 10\nepochs = 40\noptimizer = "ranger"\nschedule = "flat_cos"\nstages = [[0.5, 0.5], [1, 0.5]]\n'

@pytest.fixture
def mine(tmp_path):
    (tmp_path/'mine.toml').write_text(own + '[other]\nabout = "another"\n')
    return tmp_path/'mine.toml'

def arguments(mine, folder, *args): return ['train', '--recipe', f'{mine}:small', '--path', sample_data(4, 2), '--device', 'cpu', '--results', folder, *args]

def plain_arguments(mine, folder, *args):
    options = '--arch small_cnn --size 32 --bs 10 --epochs 40 --normalize --no-speed-up --device cpu'.split()
    return ['train', *options, '--path', sample_data(4, 2), '--results', folder, *args]

def test_the_list(mine):
    done = course('recipes')
    assert done.returncode==0 and len(done.stdout.splitlines())==len(list_recipes()) and 'leaderboard-128-5' in done.stdout, done
    assert course('recipes', mine).stdout=='small\nother  another\n'
    refused(course('recipes', mine.with_name('no.toml')), 'There is no file', 'no.toml')

def test_options_go_before_the_recipe(mine, tmp_path):
    done = course(*arguments(mine, tmp_path/'results', '--epochs', 2, '--bs', 5))
    assert done.returncode==0, done
    record, = load_records(tmp_path/'results')
    assert record.name=='small (bs=5, epochs=2)' and f'{record.name}, seed 42: ' in done.stdout
    assert [record.config[o] for o in ('arch', 'size', 'bs', 'epochs', 'optimizer')]==['small_cnn', 32, 5, 2, 'ranger']
    done = course(*arguments(mine, tmp_path/'named', '--epochs', 2, '--name', 'first'))
    assert [r.name for r in load_records(tmp_path/'named')]==['first'], done

@pytest.mark.parametrize('args, clues', [
    (['--recipe', 'book-mixpu'],             ["no recipe 'book-mixpu'", 'book-mixup']),
    (['--recipe', 'no.toml'],                ['no.toml']),
    (['--recipe', 'leaderboard-128-5', '--noise', 7], ['noise=7', '25']),
    (['--recipe', 'leaderboard-128-5', '--size', -8], ['size=-8']),
], ids=lambda o: ' '.join(map(str, o)))
def test_values(args, clues): refused(course('train', *args), *clues)

@pytest.mark.parametrize('text, clue', [('[a]\nsise = 3', "no setting 'sise'"), ('[a]\nsize = "3"', "size='3'"), ('[a]\n[b]', 'has 2 recipes'), ('size = 3', 'has no recipes'), ('[a', 'cannot be read')])
def test_files(tmp_path, text, clue):
    (tmp_path/'wrong.toml').write_text(text)
    refused(course('train', '--recipe', tmp_path/'wrong.toml'), 'wrong.toml', clue)

def test_a_run_that_comes_to_nothing_keeps_no_model(tmp_path):
    options = '--arch small_cnn --size 16 --bs 10 --epochs 2 --device cpu --lr 1e30'.split()
    done = course('train', *options, '--path', sample_data(4, 2), '--results', tmp_path/'results', '--save', tmp_path/'model')
    refused(done, 'the loss became', 'lower learning rate')
    record, = load_records(tmp_path/'results')
    assert record.status=='failed' and record.failed in done.stderr and not (tmp_path/'model').exists()

@pytest.mark.skipif(sys.platform=='win32', reason='Windows has no SIGKILL')
@pytest.mark.parametrize('kind', ['recipe', 'plain'])
def test_killed_and_resumed(mine, tmp_path, kind):
    "The same numbers as without the interruption, slow weights of ranger included; with a recipe, and with options alone"
    arguments = dict(recipe=globals()['arguments'], plain=plain_arguments)[kind]
    killed = subprocess.Popen([sys.executable, '-m', 'sota_course', *map(str, arguments(mine, tmp_path/'killed'))], stdout=subprocess.DEVNULL, env=os.environ | dict(OMP_NUM_THREADS='1'))
    try:
        while not list(tmp_path.glob('killed/unfinished/*/epoch-00022*')) and killed.poll() is None: time.sleep(0.01)
    finally: killed.send_signal(signal.SIGKILL)
    assert killed.wait()==-signal.SIGKILL
    refused(course(*arguments(mine, tmp_path/'killed')), 'was interrupted after', '--resume')
    for folder,args in (('killed', ['--resume']), ('whole', [])):
        done = subprocess.run([sys.executable, '-m', 'sota_course', *map(str, arguments(mine, tmp_path/folder, *args))], capture_output=True, text=True, env=os.environ | dict(OMP_NUM_THREADS='1'))
        assert done.returncode==0 and not done.stderr, done
        assert 'epoch 40: ' in done.stdout and ('epoch 22: ' in done.stdout)==(folder=='whole') # lines of what was trained now
    def numbers(folder):
        record, = load_records(folder)
        return [{k: v for k,v in o.items() if k!='seconds'} for o in record.log],record.evaluation['loss'],record.config
    assert numbers(tmp_path/'killed')==numbers(tmp_path/'whole')
    assert not list(tmp_path.glob('killed/unfinished/*/*'))
