"Bad input costs one sentence: it names the culprit and the way out, ends with status 1, and leaves nothing half-written"
import os,subprocess,sys
from pathlib import Path
import numpy as np
import pytest
from PIL import Image
from sota_course.tests.helpers import broken,course,data_set,process,refused

two = 'train/cat', 'train/dog', 'val/cat', 'val/dog'

def train(path, *args, run=course): return run('train', '--path', path, '--arch', 'small_cnn', '--size', 16, '--bs', 2, '--epochs', 1, *args)

def test_a_good_data_set_is_trained_on(tmp_path):
    done = train(data_set(tmp_path/'good', *two), '--results', tmp_path/'results', run=process)
    assert done.returncode==0, done.stderr
    assert len(list((tmp_path/'results').glob('*-baseline-s42.json')))==1

@pytest.mark.parametrize('names, clues', [
    ([],                                  ['no folder train and no val']),
    (['train/cat', 'train/dog'],          ['one image of each class']),
    (['val/cat', 'val/dog'],              ['no folder train']),
    (['train/cat', 'val/cat'],            ["only one class, 'cat'"]),
    (['train/cat','train/dog','val/cow'], ["the class 'cow'"]),
], ids=['empty folder', 'no val', 'no train', 'one class', 'class only in val'])
def test_folders(tmp_path, names, clues):
    folder = data_set(tmp_path/'pets', *names)
    folder.mkdir(exist_ok=True)
    refused(train(folder), folder, *clues)

@pytest.mark.parametrize('args, clues', [
    (['--bs', 3],       ['batch size 3', 'the 2 training images']),
    (['--bs', -1],      ['bs=-1']),
    (['--size', 0],     ['size=0']),
    (['--size', -8],    ['size=-8']),
    (['--epochs', 0],   ['epochs=0']),
    (['--noise', 3],    ['noise=3', '25']),
    (['--noise', 5],    ['no table of noisy labels']),
    (['--arch', 'big'], ["arch='big'", 'xresnet18']),
    (['--seed', -1],    ['seed -1']),
    (['--device', 'tpu'], ["'tpu'", 'cpu']),
], ids=lambda o: ' '.join(map(str, o)))
def test_values(tmp_path, args, clues): refused(train(data_set(tmp_path/'pets', *two), *args), *clues)

def test_nowhere(tmp_path): refused(train(tmp_path/'nowhere'), tmp_path/'nowhere')

@pytest.mark.parametrize('kind', broken)
def test_broken_image_in_training(tmp_path, kind):
    folder = data_set(tmp_path/'pets', *two)
    (folder/'train/dog/image.jpg').write_bytes(broken[kind]())
    run = process if kind=='truncated' else course
    refused(train(folder, run=run), folder/'train/dog/image.jpg', 'sota-course data verify')

def test_broken_images_are_all_listed(tmp_path):
    folder = data_set(tmp_path/'pets', *two)
    for kind,content in broken.items(): (folder/f'train/cat/{kind}.jpg').write_bytes(content())
    done = course('data', 'verify', folder)
    assert done.returncode==1 and '3 problems' in done.stdout and not done.stderr
    for kind in broken: assert f'{kind}.jpg' in done.stdout

def test_odd_images_are_trained_on(tmp_path):
    "CMYK, palette, 16-bit, rotated and misnamed files are images like any other"
    folder = data_set(tmp_path/'pets', *two)
    red = Image.new('RGB', (40, 30), 'red')
    sideways = Image.Exif(); sideways[0x0112] = 8
    for split in ('train', 'val'):
        cats = folder/split/'cat'
        red.convert('CMYK').save(cats/'cmyk.jpg')
        red.convert('P').save(cats/'palette.png', transparency=0)
        red.convert('L').save(cats/'grey.jpg')
        Image.fromarray(np.full(red.size[::-1], 50_000, dtype=np.uint16)).save(cats/'grey16.png')
        red.save(cats/'sideways.jpg', exif=sideways)
        red.save(cats/'really_a_png.jpg', format='PNG')
        red = red.crop((0, 0, 39, 30)) # validation images are others
    assert course('data', 'verify', folder).stdout.endswith('complete\n')
    done = train(folder, run=process)
    assert done.returncode==0, done.stderr
    assert 'Warning' not in done.stderr, done.stderr

def unwritable(tmp_path):
    "A folder in which not even the administrator can make a file"
    if sys.platform=='linux': return Path('/sys/course')
    folder = tmp_path/'locked'
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK): pytest.skip('this user may write everywhere')
    return folder/'course'

@pytest.mark.skipif(sys.platform=='win32', reason='folders have no permission bits on Windows')
def test_no_write_permission(tmp_path):
    pets,locked = data_set(tmp_path/'pets', *two),unwritable(tmp_path)
    done = train(pets, '--results', locked, run=process)
    refused(done, locked)
    assert 'train_loss' not in done.stdout # said before the training, not after it
    refused(course('notebooks', locked), locked)
    refused(course('data', 'subset', pets, locked), locked)
    refused(course('data', 'sample', '--n-train', 1, '--n-valid', 1, SOTA_COURSE_HOME=locked), locked)

def test_notebooks_keep_your_changes(tmp_path):
    assert course('notebooks', tmp_path).returncode==0
    first = min(tmp_path.glob('0*.ipynb'))
    first.write_text('mine')
    refused(course('notebooks', tmp_path), first.name, '--force')
    assert first.read_text()=='mine'

def test_killed_drawing_leaves_nothing_that_looks_whole(tmp_path):
    drawing = subprocess.Popen([sys.executable, '-m', 'sota_course', 'data', 'sample', '--n-train', '2000'],
        env=os.environ | dict(SOTA_COURSE_HOME=str(tmp_path)), stdout=subprocess.DEVNULL)
    while not list(tmp_path.rglob('*.JPEG')): assert drawing.poll() is None
    drawing.kill(); drawing.wait()
    assert not [o for o in tmp_path.iterdir() if o.name.startswith('sample')]

def test_help_is_quick():
    "The command line imports torch only where it needs it"
    code = 'import sys; from sota_course import cli; print([o for o in ("torch", "fastai", "matplotlib", "pandas") if o in sys.modules])'
    assert subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout.strip()=='[]'

def test_doctor_names_mixed_builds_of_torch(tmp_path):
    "A CPU build of torch beside a CUDA build of torchvision: importing torchvision fails as it does there"
    (tmp_path/'torchvision').mkdir()
    (tmp_path/'torchvision/__init__.py').write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    done = process('doctor', PYTHONPATH=tmp_path)
    assert done.returncode==1 and 'Traceback' not in done.stderr
    assert 'pip install --force-reinstall torch torchvision' in done.stdout and 'ready' in done.stdout

def test_doctor_names_what_is_missing(tmp_path):
    (tmp_path/'fastai').mkdir()
    (tmp_path/'fastai/__init__.py').write_text("raise ModuleNotFoundError(\"No module named 'fastai'\", name='fastai')")
    done = process('doctor', PYTHONPATH=tmp_path, SOTA_COURSE_DATA=tmp_path/'gone')
    assert done.returncode==1 and 'fastai is not installed' in done.stdout and 'gone' in done.stdout
