"Pretrained networks: weights from a file and from a server, fine-tuning that goes on where it was, folders that need no network"
import hashlib,http.server,json,os,socket,subprocess,sys,threading
import pytest,torch
from fastai.callback.core import Callback
from sota_course.core import CourseError
from sota_course.data.sample import sample_data
from sota_course.networks import build_network
from sota_course.records import load_records
from sota_course.tests.helpers import course,refused

@pytest.fixture
def no_network(monkeypatch):
    "Whoever opens a connection has lost"
    def refuse(*args, **kwargs): raise AssertionError('nothing may be fetched here')
    for name in ('connect', 'connect_ex'): monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, 'create_connection', refuse)

def train(*args, **kwargs):
    from sota_course.experiments.runs import train
    return train(*args, **dict(device='cpu', show=False, num_workers=1) | kwargs)

def weights_of(arch, folder, n_out=7):
    torch.manual_seed(0)
    torch.save(build_network(arch, n_out).state_dict(), folder/f'{arch}.pth')
    return folder/f'{arch}.pth'

# The whole way, with real weights

def test_fine_tune_save_load_predict(lite0, tmp_path, no_network, capsys):
    from sota_course.training.model import load_model,save_model
    learn = train(path=sample_data(10, 4), arch='tf_efficientnet_lite0', weights=lite0, size=64, epochs=1, bs=20, precision='fp32', folder=tmp_path/'r', show=True)
    said,config = capsys.readouterr().out,learn.record.config
    assert 'was trained on images of 224 px, and gets 64 px here' in said and 'on this machine' in said
    assert (config['arch'], config['weights'], config['pretrained'], config['schedule'], config['size'])==('tf_efficientnet_lite0', str(lite0), True, 'fine_tune', 64)
    assert learn.record.evaluation['accuracy']>0.5 # of ten classes, after ten images of each
    assert 'the new head on frozen features: accuracy 0.' in said and 'epoch 1: ' in said
    assert learn.dls.after_batch[-1].mean.flatten().tolist()==[0.5]*3 # as the weights were trained
    with learn.no_bar(): expected = learn.get_preds()[0]
    model = load_model(save_model(learn, tmp_path/'m'), 'cpu')
    files = list(learn.dls.valid_ds.items)
    torch.testing.assert_close(model.predict(files, bs=learn.dls.valid.bs, threads=1), expected.as_subclass(torch.Tensor), atol=1e-5, rtol=0)
    assert model.record.name==learn.record.name and 'tf_efficientnet_lite0 for images of 64 px' in repr(model)

def test_training_all_layers_spoils_nothing(lite0):
    "The head alone is good already, on few images"
    from sota_course.core import seed_everything
    from sota_course.experiments.learners import recipe_learner
    from sota_course.experiments.recipes import Recipe,settled
    from sota_course.training.transfer import HeadFirst,fit_fine_tune
    recipe,_ = settled(Recipe('tf_efficientnet_lite0', 64, 20, weights=lite0), torch.device('cpu'))
    seed_everything(0)
    learn = recipe_learner(recipe, sample_data(20, 10), 'cpu', 'fp32', num_workers=1)
    head = HeadFirst(learn.loss_func)
    fit_fine_tune(learn, 3, cbs=head)
    assert head.accuracy>0.6 and learn.recorder.values[-1][-1]>=head.accuracy-0.05

def test_real_weights_know_imagenette(lite0, imagenette, tmp_path):
    from sota_course.data.folders import class_names,subset
    from sota_course.loading.dls import get_dls
    from sota_course.networks import pretrained_settings
    index = dict(zip(class_names.values(), (0, 217, 482, 491, 497, 566, 569, 571, 574, 701))) # of its classes among the 1,000 of ImageNet
    settings = pretrained_settings('tf_efficientnet_lite0')
    dls = get_dls(50, settings['size'], path=subset(imagenette, tmp_path/'some', per_class=50), stats=settings['stats'], device='cpu')
    network = build_network('tf_efficientnet_lite0', 1000, weights=lite0).eval()
    of = torch.tensor([index[o] for o in dls.vocab])
    with torch.no_grad(): right = torch.cat([network(x.as_subclass(torch.Tensor)).argmax(1)==of[y] for x,y in dls.valid])
    assert len(right)>180 and right.float().mean()>0.6

def test_on_the_command_line(lite0, tmp_path):
    options = '--arch tf_efficientnet_lite0 --size 64 --epochs 1 --device cpu'.split()
    done = course('train', '--path', sample_data(4, 2), *options, '--weights', lite0, '--results', tmp_path/'r', '--save', tmp_path/'m')
    assert done.returncode==0, done
    record, = load_records(tmp_path/'r')
    assert (record.name, record.config['weights'], record.config['bs'], record.status)==('pretrained', str(lite0), 5, 'done')
    assert 'Batches of 5 images, since there are 40 to train on.' in done.stdout
    done = course('predict', tmp_path/'m', sample_data(4, 2)/'val', '--format', 'json', '--device', 'cpu')
    assert done.returncode==0 and len(json.loads(done.stdout))==20
    refused(course('train', '--path', sample_data(4, 2), '--arch', 'resnet18', '--weights', lite0, '--results', tmp_path/'r'), lite0, 'resnet18', 'conv1.weight is missing', 'more')
    refused(course('train', '--path', sample_data(4, 2), '--arch', 'resnet_18', '--pretrained', '--results', tmp_path/'r'), 'did you mean', 'resnet18')
    refused(course('train', '--path', sample_data(4, 2), '--arch', 'xresnet18', '--pretrained', '--results', tmp_path/'r'), 'no pretrained weights for xresnet18')
    refused(course('train', '--path', sample_data(4, 2), '--weights', tmp_path/'x.pth', '--results', tmp_path/'r'), 'x.pth', 'weights')

def test_a_ladder(tmp_path):
    weights = weights_of('test_resnet', tmp_path)
    options = '--arch test_resnet --size 32 --bs 10 --epochs 2 --seeds 1 --device cpu --variants baseline,normalized,progressive,mixup,tta'.split()
    done = course('ladder', '--path', sample_data(4, 2), *options, '--weights', weights, '--results', tmp_path/'r')
    assert done.returncode==0, done
    records = load_records(tmp_path/'r')
    assert sorted(r.name for r in records)==['baseline', 'mixup', 'normalized', 'progressive', 'tta'] and {r.status for r in records}=={'done'}

# Runs that go on

class Stop(Callback):
    order = 10**6
    def __init__(self, n): self.left = n
    def after_epoch(self):
        self.left -= 1
        if not self.left: raise KeyboardInterrupt

@pytest.mark.parametrize('arch, changes, after', [('test_vit', {}, 1), ('test_vit', dict(mixup=0.4, label_smoothing=0.1), 2),
    ('test_resnet', dict(stages=((0.5, 0.5), (1, 0.5))), 1), ('test_resnet', dict(stages=((0.5, 0.5), (1, 0.5))), 2), ('test_resnet', dict(seconds=0.), 3)])
def test_an_interrupted_run_ends_like_one_that_was_not(tmp_path, one_thread, arch, changes, after):
    from sota_course.experiments.recipes import Recipe,settled
    from sota_course.experiments.runs import do_run,plan
    recipe,_ = settled(Recipe(arch, 32, 10, 4, weights=weights_of(arch, tmp_path), **changes), torch.device('cpu'))
    def run(folder, *cbs):
        made, = plan(recipe, ['baseline'], [3], sample_data(4, 2), folder, device='cpu')
        learn,(record,),error = do_run(made, cbs=cbs, forecast=True)
        assert error is None
        return [{k: v for k,v in o.items() if k!='seconds'} for o in record.log],learn.model.state_dict()
    log,whole = run(tmp_path/'whole')
    with pytest.raises(KeyboardInterrupt): run(tmp_path/'cut', Stop(after))
    again,cut = run(tmp_path/'cut')
    assert again==log and len(log)==4
    for k,v in cut.items(): assert v.equal(whole[k]), k

def test_keys_tell_weights_apart_by_what_is_in_them(tmp_path):
    from sota_course.experiments.recipes import Recipe
    from sota_course.experiments.runs import plan
    first = weights_of('test_vit', tmp_path)
    same,other = tmp_path/'same.pth',tmp_path/'other.pth'
    same.write_bytes(first.read_bytes())
    torch.save(build_network('test_vit', 7).state_dict(), other)
    def key(weights): return plan(Recipe('test_vit', 32, weights=weights), ['baseline'], [1], sample_data(4, 2), tmp_path, device='cpu')[0].key
    assert key(first)==key(same)!=key(other)

# Folders that need no network

def test_a_model_is_loaded_without_a_network(tmp_path, no_network):
    "Also where the folder says that it was pretrained"
    from sota_course.training.model import load_model,save_model
    learn = train(path=sample_data(4, 2), arch='test_vit', weights=weights_of('test_vit', tmp_path), size=32, epochs=1, bs=10, folder=tmp_path/'r')
    save_model(learn, tmp_path/'m')
    assert load_model(tmp_path/'m', 'cpu').predict(learn.dls.valid_ds.items[:3]).shape==(3, 10)
    spec = json.loads((tmp_path/'m/model.json').read_text())
    for wrong in (dict(arch='hf-hub:timm/test_vit'), dict(arch='local-dir:/tmp'), dict(arch='test_vit.r160_in1k'), dict(arch=str(tmp_path)), dict(arch='test_resnet'),
        dict(arch_options=dict(size=9999)), dict(arch_options=dict(pretrained=True)), dict(arch_options=dict(weights='/etc/passwd'))):
        (tmp_path/'m/model.json').write_text(json.dumps(spec | wrong))
        with pytest.raises(CourseError, match='is not a model that can be loaded'): load_model(tmp_path/'m', 'cpu')

@pytest.mark.parametrize('arch', ['test_vit', 'test_efficientnet'])
def test_onnx(tmp_path, arch):
    for o in ('onnx', 'onnxruntime', 'onnxscript'): pytest.importorskip(o)
    from sota_course.training.model import save_model
    from sota_course.training.onnx import export_onnx
    learn = train(path=sample_data(4, 2), arch=arch, size=32, epochs=1, bs=10, folder=tmp_path/'r')
    assert export_onnx(save_model(learn, tmp_path/'m'), tmp_path/'m.onnx').is_file()

# Weights from a server

@pytest.fixture
def hub(tmp_path):
    "A server of the weights of test_resnet, which speaks as the Hugging Face Hub does"
    from safetensors.torch import save
    torch.manual_seed(1)
    network = build_network('test_resnet', 1000)
    content = save(network.state_dict())
    class Hub(http.server.BaseHTTPRequestHandler):
        def answer(self):
            there = self.path.endswith('/resolve/main/model.safetensors')
            self.send_response(200 if there else 404)
            headers = {'Content-Length': len(content), 'ETag': f'"{hashlib.sha256(content).hexdigest()}"', 'X-Repo-Commit': 'a'*40} if there else {'Content-Length': 0, 'X-Error-Code': 'EntryNotFound'}
            for k,v in headers.items(): self.send_header(k, str(v))
            self.end_headers()
            if there and self.command=='GET': self.wfile.write(content)
        do_GET = do_HEAD = answer
        def log_message(self, *args): pass
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}',network.state_dict()
    server.shutdown()
    server.server_close()

fetch = """import sys,torch
from sota_course.core import CourseError
from sota_course.networks import build_network
try: torch.save(build_network('test_resnet', 5, pretrained=True, size=64).state_dict(), sys.argv[1])
except CourseError as e: print(e)"""

def test_a_download(hub, tmp_path):
    "In processes of their own: the Hub's address is read once"
    address,served = hub
    def run(address):
        env = os.environ | dict(HF_ENDPOINT=address, HF_HOME=str(tmp_path/'hub'), HF_HUB_DISABLE_TELEMETRY='1')
        return subprocess.run([sys.executable, '-c', fetch, str(tmp_path/'found.pth')], env=env, capture_output=True, text=True, timeout=120)
    done = run('http://127.0.0.1:9')
    assert done.stdout.strip()=='The weights of test_resnet could not be downloaded (http://127.0.0.1:9 does not answer): look at the connection, or give a file with weights (--weights).', done
    for where in (address, 'http://127.0.0.1:9'): # the second time from the cache
        (tmp_path/'found.pth').unlink(missing_ok=True)
        done = run(where)
        assert (done.returncode, done.stdout)==(0, ''), done
        found = torch.load(tmp_path/'found.pth')
        assert all(v.equal(served[k]) for k,v in found.items() if not k.startswith('fc.')) and found['fc.weight'].shape[0]==5
