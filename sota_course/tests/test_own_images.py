"What people really have, each fault by its command: images, folders to save in, runs that go wrong, models that are tested"
import json,os,shutil,sys
from pathlib import Path
import numpy as np
import pytest
from PIL import Image
from sota_course.core import CourseError
from sota_course.tests.helpers import broken,course,data_set,process,refused

two = 'train/cat', 'train/dog', 'val/cat', 'val/dog'

def photos(folder, n=4, size=24):
    "A data set of two classes that are easily told apart: dark and light"
    rng = np.random.default_rng(0)
    for name in two:
        (folder/name).mkdir(parents=True)
        for i in range(n):
            pixels = rng.integers(0, 100, (size, size, 3)) + (0 if name.endswith('cat') else 150)
            Image.fromarray(pixels.astype(np.uint8)).save(folder/name/f'{i}.png')
    return folder

def train(path, *args, run=course):
    return run('train', '--path', path, '--arch', 'small_cnn', '--size', 16, '--bs', 2, '--epochs', 1, '--device', 'cpu', *args)

# Images

def test_a_logo_on_nothing_is_white_everywhere(tmp_path):
    "The same bytes in the cache, in fastai's own loader, and for a prediction"
    from sota_course.data.images import RGBImage
    from sota_course.loading.cache import read_presized
    logo = Image.new('RGBA', (40, 40), (0, 0, 0, 0))
    logo.paste((0, 0, 0, 255), (10, 10, 20, 20))
    for name in ('png', 'webp', 'tif'): logo.save(tmp_path/f'logo.{name}', **(dict(lossless=True) if name=='webp' else {}))
    for file in tmp_path.iterdir():
        pixels = read_presized(file, 64)
        assert pixels[:, 0, 0].tolist()==[255]*3 and pixels[:, 15, 15].tolist()==[0]*3
        assert np.array_equal(np.array(RGBImage.create(file)), pixels.permute(1, 2, 0).numpy())
        assert np.array_equal(np.array(RGBImage.create(Image.open(file))), np.array(RGBImage.create(file)))

def test_verify_names_images_that_show_nothing(tmp_path):
    folder = photos(tmp_path/'pets')
    Image.fromarray(np.linspace(0, 4095, 400).astype(np.uint16).reshape(20, 20)).save(folder/'train/cat/twelve_bits.png')
    Image.new('RGB', (20, 20), 'teal').save(folder/'train/dog/cap.jpg')
    Image.fromarray(np.linspace(-3, 700, 400, dtype=np.float32).reshape(20, 20)).save(folder/'val/dog/heights.tif')
    done = course('data', 'verify', folder)
    assert done.returncode==1 and '1 problem' in done.stdout
    for name,why in (('twelve_bits.png', 'nearly black'), ('cap.jpg', 'one colour'), ('heights.tif', 'go from -3 to 700')):
        assert any(name in o and why in o for o in done.stdout.splitlines()), done.stdout

@pytest.fixture(scope='module', params=[None, False], ids=['cache', 'own loader of fastai'])
def learner(request, tmp_path_factory):
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.training.callbacks import quiet
    folder = photos(tmp_path_factory.mktemp('kinds')/'pets', 2)
    return quiet(baseline_learner(get_dls(2, 16, folder, device='cpu', presize=request.param), 'small_cnn'))

def test_six_kinds_of_images_are_predicted_as_in_fastai(learner):
    from fastai.vision.all import PILImage,tensor
    file = learner.dls.valid.items[0]
    image = Image.open(file)
    kinds = [file, str(file), PILImage.create(file), image, np.array(image), tensor(np.array(image)), file.read_bytes()]
    wanted = learner.predict(file)[2]
    for o in kinds: assert learner.predict(o)[2].allclose(wanted, atol=1e-3), type(o)
    for items in (kinds, kinds[::-1]): assert learner.get_preds(dl=learner.dls.test_dl(items))[0].allclose(wanted.expand(7, -1), atol=1e-3)

# Folders to save in

def no_training(done): assert 'epoch 1' not in done.stdout and 'Cached' not in done.stdout

@pytest.fixture(scope='module')
def pets(tmp_path_factory): return photos(tmp_path_factory.mktemp('own')/'pets')

@pytest.fixture(scope='module')
def kept(pets, tmp_path_factory):
    "A model that has learned dark from light"
    folder = tmp_path_factory.mktemp('kept')
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv('SOTA_COURSE_CACHE', str(folder/'presized'))
        done = course('train', '--path', pets, '--arch', 'small_cnn', '--size', 16, '--bs', 4, '--epochs', 12, '--lr', 0.02,
            '--device', 'cpu', '--save', folder/'model', '--results', folder/'results')
    assert done.returncode==0, done
    return folder

def foreign(folder):
    folder.mkdir()
    (folder/'holiday.jpg').touch()
    return folder

@pytest.mark.parametrize('make, clues', [
    (lambda o: foreign(o/'mine'), ['holiday.jpg', 'another folder']),
    (lambda o: (o/'file.txt').write_text('mine') and o/'file.txt', ['file.txt', 'a file']),
    (lambda o: (o/'file.txt').write_text('mine') and o/'file.txt/model', ['file.txt']),
    (lambda o: '.', ['the folder you are in']),
    (lambda o: '..', ['the folder you are in']),
    pytest.param(lambda o: '/sys/model', ['/sys'], marks=pytest.mark.skipif(sys.platform!='linux', reason='on Linux nobody may write there')),
], ids=['foreign file', 'a file', 'below a file', 'here', 'above', 'no rights'])
def test_where_no_model_can_be_is_said_before_the_training(pets, tmp_path, monkeypatch, make, clues):
    (tmp_path/'here').mkdir()
    monkeypatch.chdir(tmp_path/'here')
    done = train(pets, '--save', make(tmp_path), '--results', tmp_path/'results')
    refused(done, *clues)
    no_training(done)
    assert not list(tmp_path.glob('results/*.json'))

@pytest.mark.skipif(sys.platform=='win32', reason='Windows has no such names')
def test_a_class_that_cannot_be_saved_is_named_before_the_training(tmp_path):
    folder = photos(tmp_path/'pets')
    for split in ('train', 'val'): (folder/split/'cat').rename(folder/split/'big\ncat')
    done = train(folder, '--save', tmp_path/'model')
    refused(done, r"'big\ncat'")
    no_training(done)

@pytest.mark.parametrize('content', [[], ['.DS_Store'], ['Thumbs.db', 'desktop.ini']], ids=['empty', 'macOS', 'Windows'])
def test_what_file_managers_leave_does_not_matter(pets, tmp_path, content):
    (tmp_path/'model').mkdir()
    for name in content: (tmp_path/'model'/name).touch()
    for _ in range(2): # the second time a model is there, and is replaced
        done = train(pets, '--save', tmp_path/'model')
        assert done.returncode==0 and f"Model:   {tmp_path/'model'}" in done.stdout, done
        assert sorted(o.name for o in (tmp_path/'model').iterdir())==['model.json', 'weights.safetensors']

def test_a_model_that_cannot_be_saved_is_saved_elsewhere(pets, tmp_path, monkeypatch):
    "While the network trains, somebody puts a file there"
    from sota_course.experiments import runs
    fit = runs.fit_recipe
    def interfered(*args): return fit(*args), foreign(tmp_path/'model')
    monkeypatch.setattr(runs, 'fit_recipe', interfered)
    done = train(pets, '--save', tmp_path/'model', '--results', tmp_path/'results')
    assert done.returncode==0 and 'holiday.jpg' in done.stdout and f"Model:   {tmp_path/'model-2'}" in done.stdout, done
    assert (tmp_path/'model-2/weights.safetensors').exists() and [o.name for o in (tmp_path/'model').iterdir()]==['holiday.jpg']

# Runs

def no_nan(file):
    def refuse(name): raise AssertionError(f'{file} has a bare {name}')
    return json.loads(Path(file).read_text(encoding='utf-8'), parse_constant=refuse)

@pytest.mark.parametrize('args', [[], ['--bs', 8], ['--epochs', 3]], ids=lambda o: ' '.join(map(str, o)))
def test_a_network_of_nan_is_a_failed_run_and_never_saved(pets, tmp_path, args):
    "Also where it becomes NaN in the very last step"
    done = train(pets, *args, '--lr', 1e30, '--save', tmp_path/'model', '--results', tmp_path/'results')
    refused(done, 'has no result', 'lower learning rate')
    record, = map(no_nan, tmp_path.glob('results/*.json'))
    assert record['status']=='failed' and record['failed'] and not (tmp_path/'model').exists()

def test_one_image_in_a_batch(pets, tmp_path):
    done = course('train', '--path', pets, '--arch', 'xresnet18', '--size', 32, '--bs', 1, '--epochs', 1, '--results', tmp_path/'results', '--device', 'cpu')
    refused(done, 'bs=1', 'batch normalization', '32 pixels')
    no_training(done)
    assert not list(tmp_path.glob('results/*.json'))

def test_the_result_says_what_it_means(pets, tmp_path):
    done = train(pets, '--results', tmp_path/'results', run=process) # in no terminal
    assert done.returncode==0 and 'nan' not in done.stdout.lower() and '█' not in done.stdout and '\r' not in done.stdout, done
    lines = done.stdout.splitlines()
    assert sum(o.startswith('epoch 1: ') for o in lines)==1
    meaning = ' '.join(done.stdout.split())
    assert '95 % interval' in meaning
    assert ' of 8 validation images right' in meaning and 'most frequent class would give 50.0 %' in meaning and 'Balanced' in meaning
    record, = map(no_nan, tmp_path.glob('results/*.json'))
    found = record['evaluation']
    assert sum(sum(row.values()) for row in found['confusion'].values())==8 and set(found['recall'])=={'cat', 'dog'}
    assert found['balanced_accuracy']==pytest.approx(sum(found['recall'].values())/2, abs=1e-3)

recipe = '[small]\narch = "small_cnn"\nsize = 16\nbs = 4\nepochs = 1\n'

@pytest.mark.parametrize('kind', ['plain', 'recipe'])
def test_resume_of_a_finished_run_trains_nothing(pets, tmp_path, kind):
    (tmp_path/'mine.toml').write_text(recipe)
    def again(*args):
        options = ['--recipe', tmp_path/'mine.toml'] if kind=='recipe' else ['--arch', 'small_cnn', '--size', 16, '--bs', 4, '--epochs', 1]
        return course('train', '--path', pets, *options, '--device', 'cpu', '--results', tmp_path/'results', *args)
    first,*rest = [again(*args) for args in (['--save', tmp_path/'model'], ['--resume'], ['--resume', '--save', tmp_path/'model'])]
    assert first.returncode==0, first
    for done in rest:
        assert done.returncode==0 and 'finished already' in done.stdout and 'nothing is trained' in done.stdout and '95 %' in done.stdout, done
        no_training(done)
    refused(again('--resume', '--save', tmp_path/'other'), 'finished already', 'not kept')
    assert len(list(tmp_path.glob('results/*.json')))==1
    assert again('--resume', '--seed', 1).returncode==0 and len(list(tmp_path.glob('results/*.json')))==2 # another run

# Models that are tested

def page_of(done): return Path(done.stdout.rsplit('Page: ', 1)[1].strip())

def test_a_model_is_tested_on_what_it_has_not_seen(kept, pets, tmp_path):
    shutil.copytree(pets/'val', tmp_path/'new/test')
    for kind,content in broken.items(): (tmp_path/'new/test/cat'/f'{kind}.jpg').write_bytes(content())
    Image.new('RGB', (30, 30), 'white').save(tmp_path/'new/test/cat/polar bear.png') # which it must take for a dog
    done = course('test', kept/'model', tmp_path/'new', '--device', 'cpu', '--page', tmp_path/'page.html')
    assert done.returncode==0, done
    said = ' '.join(done.stdout.split())
    for words in ('8 of 9 images right: 88.9 %', '95 % interval', '3 images could not be read', 'truncated.jpg', 'cat/polar bear.png: cat (', '%), taken for dog (',
        'recall precision', f"Testing on {tmp_path/'new/test'}"): assert words in said, done.stdout
    page = page_of(done).read_text(encoding='utf-8')
    assert page_of(done)==tmp_path/'page.html' and page.count('<img src="data:image/jpeg;base64,')==1 and 'cat: 4 of 5' in page
    assert course('test', kept/'model', tmp_path/'new/test', '--device', 'cpu', '--tta').returncode==0 # class folders alone

def test_a_validation_set_is_tested_where_there_is_no_other(kept, pets):
    done = course('test', kept/'model', pets, '--device', 'cpu')
    assert done.returncode==0 and '8 of 8 images right' in done.stdout and 'These are validation images' in done.stdout, done
    assert page_of(done).name=='test.html'

def test_what_cannot_be_tested(kept, pets, tmp_path):
    test = lambda folder, *args: course('test', kept/'model', folder, '--device', 'cpu', *args)
    refused(test(tmp_path/'nowhere'), 'no folder', 'nowhere')
    (tmp_path/'empty').mkdir()
    refused(test(tmp_path/'empty'), 'no folders of images')
    refused(test(data_set(tmp_path/'zoo', 'cat', 'emu')), "the class 'emu'", 'cat, dog')
    refused(test(data_set(tmp_path/'seen', 'train/cat')), 'has training images and no others')
    (data_set(tmp_path/'spoilt', 'test/cat')/'test/cat/image.jpg').write_bytes(b'')
    refused(test(tmp_path/'spoilt'), 'None of the 1 images', 'image.jpg')
    refused(course('test', tmp_path, pets), tmp_path)
    if sys.platform=='linux': refused(test(pets, '--page', '/sys/page.html'), '/sys')
    assert '--save' in course('predict', '--help').stdout

def test_a_model_is_tested_on_what_was_held_out_of_its_folder(tmp_path):
    classes = shutil.copytree(photos(tmp_path/'pets', 8)/'train', tmp_path/'mine') # class folders without a split
    done = course('train', classes, '--arch', 'small_cnn', '--size', 16, '--bs', 2, '--epochs', 1, '--device', 'cpu', '--valid-pct', 40,
        '--save', tmp_path/'model', '--results', tmp_path/'results')
    assert done.returncode==0, done
    n = json.loads((tmp_path/'model'/'model.json').read_text())['record']['data']['valid']
    done = course('test', tmp_path/'model', classes, '--page', tmp_path/'test.html')
    assert done.returncode==0, done
    said = ' '.join(done.stdout.split())
    assert f'the {n} images that were held out' in said and f'of {n} images right' in said
    (classes/'cat'/'0.png').unlink() # not the same images any more
    done = course('test', tmp_path/'model', classes, '--page', tmp_path/'test.html')
    assert 'held out' not in done.stdout and 'it has seen them' in ' '.join(done.stdout.split())
