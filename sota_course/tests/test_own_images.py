"What people really have, each fault by its command: images, folders to save in, runs that go wrong, models that are tested"
import json,os,sys
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
