"ONNX files: what other programs would run says what the model says, or is not kept"
import json
import pytest
from sota_course.tests.helpers import course,refused

def test_without_the_extra(model, tmp_path, monkeypatch):
    import sys
    for name in ('onnx', 'onnxruntime', 'onnxscript'): monkeypatch.setitem(sys.modules, name, None) # as if it were not there
    refused(course('export', model, tmp_path/'net.onnx'), 'not installed', 'sota_course[onnx]')
    assert not (tmp_path/'net.onnx').exists()

@pytest.fixture
def onnxruntime():
    for name in ('onnx', 'onnxscript'): pytest.importorskip(name, reason='needs the extra: pip install sota_course[onnx]')
    return pytest.importorskip('onnxruntime', reason='needs the extra: pip install sota_course[onnx]')

def test_onnx_says_what_the_model_says(home, tmp_path, onnxruntime):
    import torch
    from sota_course.training.model import Probabilities,load_model
    from sota_course.training.onnx import _onnx_differs
    done = course('export', home/'model', tmp_path/'net.onnx')
    assert (done.returncode, done.stdout.strip(), done.stderr)==(0, str(tmp_path/'net.onnx'), '')
    assert [o.name for o in tmp_path.iterdir()]==['net.onnx']
    model = load_model(home/'model', 'cpu')
    files = sorted((home/'pets/val').rglob('*.JPEG'))
    *_,views = model._prepared(files, 1)
    session = onnxruntime.InferenceSession(tmp_path/'net.onnx', providers=['CPUExecutionProvider'])
    for n in (1, 7, len(files)):
        found, = session.run(None, dict(images=views[:n].numpy()))
        assert torch.from_numpy(found).allclose(model.predict(files[:n]), atol=1e-5)
    said = session.get_modelmeta().custom_metadata_map
    assert json.loads(said['vocab'])==model.vocab and said['size']=='16' and 'on white' in said['prepare']
    assert session.get_inputs()[0].type=='tensor(uint8)'
    # with other statistics the predictions differ, and by more than is allowed
    assert _onnx_differs(tmp_path/'net.onnx', Probabilities(model.network, model.stats), 16) < 1e-5
    assert _onnx_differs(tmp_path/'net.onnx', Probabilities(model.network, None), 16) > 1e-4

@pytest.mark.parametrize('arch,options,size', [('xresnet18', dict(act='mish', self_attention=True, blur_pool=True), 16), ('quicknet_s', {}, 24),
    ('quicknet_xl', {}, 32), ('test_efficientnet', {}, 32)])
def test_onnx_of_every_kind_of_network(tmp_path, onnxruntime, arch, options, size):
    import torch
    from sota_course.loading.augment import Augment
    from sota_course.networks import build_network
    from sota_course.training.model import Model
    from sota_course.training.onnx import export_onnx
    torch.manual_seed(0)
    network = build_network(arch, 3, **options).eval().requires_grad_(False)
    export_onnx(Model(network, arch, network.arch_options, list('abc'), size, size*3//2, Augment(), None, {}, None), tmp_path/'net.onnx')
    assert (tmp_path/'net.onnx').exists()

def test_onnx_that_predicts_otherwise_is_not_kept(home, tmp_path, monkeypatch, onnxruntime):
    from sota_course.training import onnx
    monkeypatch.setattr(onnx, '_onnx_differs', lambda *args: float('nan'))
    (tmp_path/'net.onnx').write_text('an older one')
    refused(course('export', home/'model', tmp_path/'net.onnx'), 'differ', 'net.onnx')
    assert [o.name for o in tmp_path.iterdir()]==['net.onnx'] and (tmp_path/'net.onnx').read_text()=='an older one'
