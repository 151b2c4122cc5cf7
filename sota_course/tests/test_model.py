"Saved models on the command line, and folders that only look like one: a bad image costs its line, a bad folder one sentence, and nothing in it is ever run"
import csv,json,pickle,shutil
from hashlib import sha256
from pathlib import Path
import pytest
from sota_course.tests.helpers import broken,course,refused

def predict(*args): return course('predict', *args, '--device', 'cpu')

def test_a_folder_as_table_json_and_csv(home):
    from sota_course.training.model import load_model
    val = home/'pets/val'
    files,loaded = sorted(map(str, val.rglob('*.JPEG'))),load_model(home/'model', 'cpu')
    expected = loaded.predict(files).tolist()
    table = predict(home/'model', val, '--top', 2)
    assert (table.returncode, table.stderr)==(0, '')
    lines = table.stdout.splitlines()
    assert [o.split('   ')[0].strip() for o in lines]==files and all(o.count(' %')==2 for o in lines)
    assert f'{loaded.vocab[max(range(10), key=expected[0].__getitem__)]} {100*max(expected[0]):.1f} %' in lines[0]
    found = json.loads(predict(home/'model', val, '--format', 'json').stdout)
    assert [o['file'] for o in found]==files and list(found[0]['probabilities'])==loaded.vocab
    assert [[*o['probabilities'].values()] for o in found]==[pytest.approx(o, abs=1e-6) for o in expected]
    rows = list(csv.DictReader(predict(home/'model', val, '--format', 'csv').stdout.splitlines()))
    assert [o['file'] for o in rows]==files and float(rows[3]['church'])==pytest.approx(expected[3][loaded.vocab.index('church')], abs=1e-5)
    mirrored = json.loads(predict(home/'model', val, '--format', 'json', '--tta').stdout)
    assert mirrored!=found and sum(mirrored[0]['probabilities'].values())==pytest.approx(1, abs=1e-5)

def test_a_bad_image_costs_its_line(home, tmp_path):
    photos = Path(shutil.copytree(home/'pets/val', tmp_path/'photos'))
    n = len(list(photos.rglob('*.JPEG')))
    for kind,content in broken.items(): (photos/f'{kind}.jpg').write_bytes(content())
    done = predict(home/'model', photos)
    assert done.returncode==1 and len(done.stdout.splitlines())==n+3 and done.stdout.count(' %')==3*n
    for kind in broken: assert next(o for o in done.stdout.splitlines() if f'{kind}.jpg' in o).split('jpg', 1)[1].strip().startswith('cannot be read')
    assert len(done.stderr.splitlines())==1
    refused(done, f'3 of {n+3} images')
    done = predict(home/'model', photos, '--format', 'json')
    refused(done, f'3 of {n+3} images')
    assert sum('error' in o for o in json.loads(done.stdout))==3

@pytest.mark.parametrize('args, clues', [
    (['nowhere.jpg'],           ['no file or folder', 'nowhere.jpg']),
    (['empty'],                 ['no images', 'empty']),
    (['pets', '--format', 'x'], ["no format 'x'", 'table']),
], ids=['no such file', 'no images', 'format'])
def test_arguments(home, monkeypatch, args, clues):
    monkeypatch.chdir(home)
    (home/'empty').mkdir(exist_ok=True)
    refused(predict('model', *args), *clues)
    refused(course('predict', 'model', 'pets', '--device', 'tpu'), "'tpu'")

def test_no_such_model(home): refused(predict(home/'nothing', home/'pets'), home/'nothing')

class Attack:
    def __reduce__(self): return exec, ("import builtins; builtins.model_was_attacked = True",)

def change_json(**fields):
    def damage(folder):
        spec = json.loads((folder/'model.json').read_text()) | fields
        (folder/'model.json').write_text(json.dumps({k: v for k,v in spec.items() if v is not ...}))
    return damage

def change_weights(content):
    "Other bytes, with a digest in `model.json` that fits them: what somebody would do on purpose"
    def damage(folder):
        weights = folder/'weights.safetensors'
        new = content(weights.read_bytes())
        weights.write_bytes(new)
        change_json(weights_sha256=sha256(new).hexdigest())(folder)
    return damage

def header(old):
    "A header that promises more than there is"
    n = int.from_bytes(old[:8], 'little')
    text = json.dumps({k: v if k=='__metadata__' else v | dict(shape=[2**40]) for k,v in json.loads(old[8:8+n]).items()}).encode()
    return len(text).to_bytes(8, 'little') + text + old[8+n:]

def others(old):
    import torch
    from safetensors.torch import load,save
    return save(load(old) | {'0.0.weight': torch.zeros(32, 3, 5, 5)})

def write(name, content): return lambda folder: (folder/name).write_bytes(content)

attacks = {
    'no weights':          (lambda o: (o/'weights.safetensors').unlink(), 'no weights.safetensors'),
    'no json':             (lambda o: (o/'model.json').unlink(), 'no model.json'),
    'truncated':           (lambda o: (o/'weights.safetensors').write_bytes((o/'weights.safetensors').read_bytes()[:-100]), 'not those it was saved with'),
    'one bit':             (lambda o: (o/'weights.safetensors').write_bytes((o/'weights.safetensors').read_bytes()[:-1]+b'x'), 'not those it was saved with'),
    'truncated, digest':   (change_weights(lambda o: o[:-100]), ''),
    'empty, digest':       (change_weights(lambda o: b''), ''),
    'pickle':              (write('weights.safetensors', pickle.dumps(Attack())), 'not those it was saved with'),
    'pickle, digest':      (change_weights(lambda o: pickle.dumps(Attack())), ''),
    'pickled json':        (write('model.json', pickle.dumps(Attack())), ''),
    'huge header':         (change_weights(lambda o: (2**62).to_bytes(8, 'little')+o[8:]), ''),
    'huge tensor':         (change_weights(header), ''),
    'huge file':           (change_weights(lambda o: o+bytes(2**21)), 'larger than the network'),
    'other shapes':        (change_weights(others), 'not those of the network'),
    'other architecture':  (change_json(arch='xresnet18'), ''),
    'unknown architecture':(change_json(arch='os.system'), 'architecture'),
    'path as architecture':(change_json(arch='../../etc/passwd'), 'architecture'),
    'list as architecture':(change_json(arch=['small_cnn']), 'arch'),
    'path for weights':    (change_json(weights='../../other/weights.safetensors'), 'fields'),
    'option of a network': (change_json(arch_options=dict(pretrained=True)), 'pretrained'),
    'unknown activation':  (change_json(arch_options=dict(act='exec')), 'activation'),
    'options of small_cnn':(change_json(arch_options=dict(blur_pool=True)), 'small_cnn has no options'),
    'huge images':         (change_json(size=10**9), 'size'),
    'huge number':         (change_json(presize=10**400), 'presize'),
    'size as text':        (change_json(size='16'), 'size'),
    'size as truth':       (change_json(size=True), 'size'),
    'no classes':          (change_json(vocab=[]), 'classes'),
    'one class fewer':     (change_json(vocab=list('abcdefghi')), 'not those of the network'),
    'many classes':        (change_json(vocab=[str(o) for o in range(10**5)]), 'not those of the network'),
    'classes alike':       (change_json(vocab=['cat']*10), 'classes'),
    'cursor in a class':   (change_json(vocab=['\x1b[2J', *'bcdefghij']), 'classes'),
    'zero deviation':      (change_json(stats=dict(mean=[.5]*3, std=[0., 1, 1])), 'statistics'),
    'no number':           (change_json(stats=dict(mean=[float('nan')]*3, std=[1.]*3)), 'statistics'),
    'four channels':       (change_json(stats=dict(mean=[.5]*4, std=[1.]*4)), 'statistics'),
    'odd augmentation':    (change_json(augment=dict(val_xtra=1e308)), 'val_xtra'),
    'odd ratio':           (change_json(augment=dict(ratio=['a'])), ''),
    'more augmentation':   (change_json(augment=dict(run='rm')), 'run'),
    'odd record':          (change_json(record=dict(name=1)), 'name'),
    'half a record':       (change_json(record=dict(name='a')), ''),
    'no statistics':       (change_json(stats=...), 'fields'),
    'newer':               (change_json(format=2), 'newer version'),
    'format as text':      (change_json(format='1'), 'something else'),
    'deep json':           (write('model.json', b'['*10**5), ''),
    'list as json':        (write('model.json', b'[]'), 'something else'),
    'no unicode':          (write('model.json', b'\xff\xfe\x00'), ''),
    'not a model':         (lambda o: [f.unlink() for f in o.iterdir()] + [(o/'notes.txt').write_text('mine')], 'no model.json'),
}

@pytest.mark.parametrize('kind', attacks)
def test_a_folder_that_only_looks_like_a_model(model, kind):
    import builtins
    from sota_course.core import CourseError
    from sota_course.training.model import load_model
    damage,clue = attacks[kind]
    damage(model)
    with pytest.raises(CourseError) as refusal: load_model(model, 'cpu')
    sentence = str(refusal.value)
    assert clue in sentence and str(model) in sentence and '\n' not in sentence and len(sentence)<len(str(model))+400, sentence
    assert not hasattr(builtins, 'model_was_attacked')

def test_the_attack_would_work():
    "If the file were opened as a pickle"
    import builtins
    pickle.loads(pickle.dumps(Attack()))
    assert builtins.__dict__.pop('model_was_attacked')

@pytest.mark.parametrize('kind', ['truncated', 'not a model', 'newer'])
def test_a_damaged_model_costs_one_sentence(model, home, kind):
    attacks[kind][0](model)
    refused(predict(model, home/'pets'), model)
    refused(course('export', model, model.parent/'net.onnx'), model)
    refused(course('export', model, model.parent/'net.txt'), '.onnx')

def test_an_older_model_comes_back_if_the_new_one_cannot_be_put_there(home, model, monkeypatch):
    import os
    from sota_course.core import CourseError
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.training.model import save_model
    before,replace = (model/'model.json').read_bytes(),os.replace
    learn = baseline_learner(get_dls(4, 16, path=home/'pets', device='cpu', num_workers=1), 'small_cnn')
    def refuses(source, target):
        if str(target)==str(model) and not str(source).endswith('-old'): raise PermissionError(13, 'Permission denied')
        replace(source, target)
    monkeypatch.setattr(os, 'replace', refuses)
    with pytest.raises(CourseError, match='Cannot write'): save_model(learn, model)
    assert (model/'model.json').read_bytes()==before and [o.name for o in model.parent.iterdir()]==['model']
