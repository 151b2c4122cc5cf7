"Runs when things go wrong: killed processes, two ladders at once, Ctrl-C, NaN, no memory, spoilt checkpoints and records, full disks, wrong clocks"
import contextlib,io,json,multiprocessing,os,pickle,shutil,signal,struct,subprocess,sys,time,weakref
from dataclasses import asdict,replace
from datetime import datetime,timedelta
from functools import partial
from pathlib import Path
import numpy as np
import pytest
import torch
from fastai.callback.core import Callback
from fastcore.test import expect_fail
from sota_course import experiments
from sota_course.core import CourseError,seed_everything
from sota_course.records import load_records
from sota_course.experiments.checkpoints import Checkpoints,StopAtNaN,read_state,write_state
from sota_course.experiments.checkpoints import _check_checkpoint,_learner_state
from sota_course.experiments.ladder import finished,ladder
from sota_course.experiments.learners import fit_recipe,recipe_learner
from sota_course.experiments.recipes import Recipe,vary
from sota_course.experiments.runs import plan
from sota_course.data.sample import sample_data
from sota_course.training.precision import best_precision
from sota_course.tests.helpers import data_set,posix

quick = dict(device='cpu', precision='fp32', arch='small_cnn', size=16, bs=20, epochs=3)

def run(folder, names=('baseline',), seeds=1, **kwargs): return ladder(sample_data(10, 4), names, seeds, folder, **quick | kwargs)

pytestmark = pytest.mark.usefixtures('one_thread') # as in the other processes

@pytest.fixture
def watch(monkeypatch):
    "What happens in this process: the learners made, the epochs trained, and the weights when a training is over"
    class Seen: learners,epochs,weights = [],[],[]
    Seen.learners,Seen.epochs,Seen.weights = [],[],[]
    make,write,evaluate = experiments.runs.recipe_learner,Checkpoints.write,experiments.runs.evaluate
    def made(*args, **kwargs):
        Seen.learners.append(make(*args, **kwargs))
        return Seen.learners[-1]
    def written(self):
        Seen.epochs.append(len(self.log))
        return write(self)
    def evaluated(learn, *args):
        Seen.weights.append(weights_of(learn))
        return evaluate(learn, *args)
    for name,f in dict(recipe_learner=made, evaluate=evaluated).items(): monkeypatch.setattr(experiments.runs, name, f)
    monkeypatch.setattr(Checkpoints, 'write', written)
    return Seen

def weights_of(learn): return torch.cat([o.detach().flatten().double() for o in learn.model.state_dict().values()])

def calling(f, event='after_batch'):
    "A callback that calls `f` with the learner at an event of training"
    return type('Fault', (Callback,), {event: lambda self: f(self.learn), 'order': 61, 'run_valid': False})()

@pytest.fixture
def at_batch(monkeypatch):
    "Call a function with the learner after each training batch of runs that have Mixup; others are as they are"
    make = experiments.runs.recipe_learner
    def put(f, event='after_batch'):
        def made(recipe, *args, **kwargs):
            learn = make(recipe, *args, **kwargs)
            return learn.add_cb(calling(f, event)) if recipe.mixup else learn
        monkeypatch.setattr(experiments.runs, 'recipe_learner', made)
    return put

def same(a, b):
    "Are the records equal but for what a clock says?"
    def plain(r):
        d = asdict(r) | dict(seconds=0, started='')
        for row in [*d['log'], d['evaluation']]: row |= dict(seconds=0, images_a_second=0)
        return d
    return plain(a)==plain(b)

def left(folder):
    "Records in `folder`, and what is unfinished"
    return len(list(Path(folder).glob('*.json'))), sorted(o.name for o in Path(folder).glob('unfinished/*/*'))

# Real processes: one server imports everything, and each process is forked from it.
context = multiprocessing.get_context('spawn' if sys.platform=='win32' else 'forkserver')

def work(folder, said, prepare, kwargs):
    "In another process: `prepare` what shall go wrong, then a ladder"
    signal.signal(signal.SIGINT, signal.default_int_handler) # a shell that runs the tests in the background has it ignored
    torch.set_num_threads(1)
    with open(said, 'w', buffering=1) as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        prepare(Path(folder))
        print('returned', len(run(folder, **kwargs)))

def start(folder, prepare, said='said', **kwargs):
    context.set_forkserver_preload([__name__])
    process = context.Process(target=work, args=(str(folder), str(Path(folder).parent/said), prepare, kwargs), daemon=True)
    process.start()
    return process

def until(happened, process):
    "Wait for something that `process` does"
    for _ in range(12_000):
        if happened(): return
        assert process.is_alive()
        time.sleep(0.005)
    raise AssertionError('it did not happen within a minute')

def end(process, sign=None):
    if sign: os.kill(process.pid, sign)
    process.join(60)
    return process.exitcode

def said(file, words): return file.exists() and words in file.read_text()

def checkpoints(folder): return sorted(o.name for o in Path(folder).glob('unfinished/*/epoch-*.safetensors'))

def slowly(folder):
    "Batches that take a while"
    def after_batch(self):
        print('a batch')
        time.sleep(0.2) # an epoch takes a second: whoever interrupts it has time to, on a busy machine too
    StopAtNaN.after_batch = after_batch

def never_ends(folder): (folder.parent/'here').touch() or time.sleep(600)

def stop_before_the_record(folder): experiments.runs.evaluate = lambda *args: never_ends(folder)

def stop_while_writing(folder):
    "The second checkpoint stays half-written"
    save = experiments.checkpoints.save_file
    def half(tensors, path, metadata):
        save(tensors, path, metadata)
        if 'epoch-00002' in path.name:
            os.truncate(path, path.stat().st_size//2)
            never_ends(folder)
    experiments.checkpoints.save_file = half

@posix
@pytest.mark.parametrize('name, kwargs', [('baseline', {}), ('progressive+mixup+normalized', dict(epochs=4)), ('flat_cos', dict(optimizer='ranger')), ('baseline', dict(precision='bf16'))])
def test_a_killed_run_goes_on_as_if_nothing_had_been(tmp_path, watch, name, kwargs):
    if kwargs.get('precision')=='bf16' and best_precision('cpu')!='bf16': pytest.skip('this processor has no bfloat16')
    whole, = run(tmp_path/'whole', [name], **kwargs)
    process = start(tmp_path/'killed', slowly, names=[name], **kwargs)
    until(lambda: len(checkpoints(tmp_path/'killed'))>(name!='baseline'), process)
    assert end(process, signal.SIGKILL)==-signal.SIGKILL
    done = int(checkpoints(tmp_path/'killed')[-1][6:11])
    assert 0<done<len(whole.log) and not load_records(tmp_path/'killed')
    watch.epochs.clear()
    resumed, = run(tmp_path/'killed', [name], resume=True, **kwargs)
    assert watch.epochs==list(range(done+1, len(whole.log)+1)) # no epoch that was over is done again
    assert torch.equal(*watch.weights) and same(whole, resumed) and left(tmp_path/'killed')==(1, [])

@posix
@pytest.mark.parametrize('prepare, again', [(stop_before_the_record, []), (stop_while_writing, [2, 3])])
def test_killed_at_an_awkward_moment(tmp_path, watch, prepare, again):
    whole, = run(tmp_path/'whole')
    process = start(tmp_path/'killed', prepare)
    until((tmp_path/'here').exists, process)
    end(process, signal.SIGKILL)
    assert len(left(tmp_path/'killed')[1])==2 # two checkpoints, or one and a half
    watch.epochs.clear()
    resumed, = run(tmp_path/'killed', resume=True)
    assert watch.epochs==again and torch.equal(*watch.weights) and same(whole, resumed) and left(tmp_path/'killed')==(1, [])

def note_runs(folder):
    slowly(folder)
    do = experiments.ladder.do_run
    def noted(run, *args):
        with open(folder.parent/'trained', 'a') as f: f.write(f'{run}\n')
        return do(run, *args)
    experiments.ladder.do_run = noted

@posix
def test_two_ladders_share_the_work(tmp_path):
    both = [start(tmp_path/'records', note_runs, f'said{i}', names=['baseline', 'tta', 'mixup'], seeds=2, epochs=1, resume=True) for i in range(2)]
    assert [end(o) for o in both]==[0, 0]
    trained = (tmp_path/'trained').read_text().splitlines()
    assert len(trained)==4 and sorted(trained)==sorted(f'{a}, seed {s}' for a in ('baseline and tta', 'mixup') for s in range(2))
    for i in range(2): assert (tmp_path/f'said{i}').read_text().endswith('returned 6\n')
    assert left(tmp_path/'records')==(6, [])

@posix
def test_a_ladder_takes_over_the_run_of_one_that_was_killed(tmp_path, watch):
    whole, = run(tmp_path/'whole', epochs=4)
    killed = start(tmp_path/'records', slowly, 'killed', epochs=4)
    until(lambda: checkpoints(tmp_path/'records'), killed)
    other = start(tmp_path/'records', note_runs, 'other', epochs=4, resume=True)
    until(lambda: said(tmp_path/'other', 'Waiting for baseline, seed 0, which another process is training.'), other)
    assert not (tmp_path/'trained').exists() and end(killed, signal.SIGKILL)==-signal.SIGKILL and end(other)==0
    assert (tmp_path/'other').read_text().endswith('returned 1\n') and same(whole, *load_records(tmp_path/'records'))

@posix
def test_ctrl_c(tmp_path, watch):
    folder = tmp_path/'stopped'
    whole, = run(tmp_path/'whole')
    for _ in range(2): # and again, before the next epoch is over
        (tmp_path/'said').unlink(missing_ok=True)
        process = start(folder, slowly, resume=True)
        until(lambda: checkpoints(folder) and said(tmp_path/'said', 'a batch'), process)
        assert end(process, signal.SIGINT)==1
        assert said(tmp_path/'said', f' of 3 epochs are kept in {folder}') and said(tmp_path/'said', 'resume=True (--resume) goes on from there.')
        stopped, = load_records(folder)
        assert stopped.failed==f'interrupted after {len(stopped.log)} of 3 epochs' and 0<len(stopped.log)<3
    assert finished(plan(Recipe(**{k: v for k,v in quick.items() if k not in ('device', 'precision')}), ['baseline'], [0], sample_data(10, 4), folder, 'fp32', 'cpu')[0], [stopped])==[]
    resumed, = run(folder, resume=True)
    assert torch.equal(*watch.weights) and same(whole, resumed) and left(folder)==(1, [])

def test_an_interrupt_in_a_notebook(tmp_path, watch, at_batch):
    times = [3, 9]
    def stop(learn):
        times[0] -= 1
        if not times[0]: raise KeyboardInterrupt
    at_batch(stop)
    with pytest.raises(KeyboardInterrupt): run(tmp_path, ['baseline', 'mixup', 'mixup+tta'])
    assert [r.failed for r in load_records(tmp_path)]==['', *['interrupted after 0 of 3 epochs']*2]
    assert watch.learners[-1].loss_func is experiments.runs.restore_loss(watch.learners[-1]).loss_func and 'MixUp' not in repr(watch.learners[-1].loss_func)
    times[0] = 8
    with pytest.raises(KeyboardInterrupt): run(tmp_path, ['baseline', 'mixup', 'mixup+tta'], resume=True)
    assert [r.failed for r in load_records(tmp_path)]==['', *['interrupted after 1 of 3 epochs']*2] and left(tmp_path)[1]==['epoch-00001.safetensors']
    done = run(tmp_path, ['baseline', 'mixup', 'mixup+tta'], resume=True)
    assert [r.failed for r in done]==['']*3 and left(tmp_path)==(3, [])

def test_a_loss_that_is_no_number(tmp_path, watch, at_batch):
    def spoil(learn):
        if learn.epoch==1: learn.pred = learn.pred*float('nan')
    at_batch(spoil, 'after_pred')
    names = ['mixup', 'baseline']
    failed,fine = run(tmp_path, names)
    assert all(o in failed.failed for o in ('nan', 'epoch 2', 'batch 1:', 'lower learning rate', '0.0029.')) and len(failed.log)==1, failed.failed
    assert not fine.failed and fine.evaluation and left(tmp_path)==(2, [])
    watch.epochs.clear()
    assert [r.started for r in run(tmp_path, names, resume=True)]==[failed.started, fine.started] and not watch.epochs

def test_a_learning_rate_that_is_far_too_high(tmp_path):
    failed, = run(tmp_path, lr=1e30)
    assert all(o in failed.failed for o in ('loss', 'lower learning rate', '1e+30')), failed.failed

shortages = {'card': (torch.OutOfMemoryError, 'CUDA out of memory. Tried to allocate 2.00 GiB.'), 'processor': (RuntimeError, "[enforce fail] . DefaultCPUAllocator: can't allocate memory: you tried"),
    'Apple': (RuntimeError, 'MPS backend out of memory (MPS allocated: 5 GB)'), 'Python': (MemoryError,)}

@pytest.mark.parametrize('kind', shortages)
@pytest.mark.parametrize('most, clue', [(8, 'a batch of bs=5 fits'), (0, 'not even a batch of 2 fits')])
def test_out_of_memory(tmp_path, at_batch, kind, most, clue):
    (error,*words),models,kept = shortages[kind],[],[]
    def fill(learn):
        model = learn.model # which the traceback keeps
        kept.extend(o for o in models if o() not in (None, model))
        models.append(weakref.ref(model))
        if len(learn.xb[0])>most: raise error(*words)
    at_batch(fill)
    failed,fine = run(tmp_path, ['mixup+progressive', 'baseline'])
    assert all(o in failed.failed for o in ('out of memory', 'bs=20', clue)) and not fine.failed and left(tmp_path)==(2, [])
    assert len(models)>1 and not kept # while a batch is tried, the memory of those before is free

def test_what_fits_is_tried_at_full_size(tmp_path, at_batch):
    def fill(learn):
        if learn.x.shape[-1]>16 and len(learn.x)>8: raise MemoryError
    at_batch(fill)
    failed, = run(tmp_path, ['mixup+progressive'], size=32)
    assert 'bs=5 fits' in failed.failed

@pytest.mark.parametrize('error, words', [(RuntimeError('out of paper\nand of ink'), 'RuntimeError: out of paper'), (AssertionError(), 'AssertionError'), (KeyError('no such "key"'), 'KeyError: no such "key"'),
    (OSError(5, 'Input/output error'), 'OSError: [Errno 5] Input/output error'), (CourseError('The moon is full: wait.'), 'The moon is full: wait.'), (IndexError('list index out of range'), 'IndexError: list index out of range')], ids=repr)
@pytest.mark.parametrize('event', ['after_batch', 'after_epoch'])
def test_another_error_in_a_run(tmp_path, at_batch, error, words, event):
    def fail(learn): raise error
    at_batch(fail, event)
    failed,fine = run(tmp_path, ['mixup', 'baseline'], epochs=1)
    assert failed.failed==words and not fine.failed and left(tmp_path)==(2, [])

def test_an_error_of_the_network_itself(tmp_path, watch, monkeypatch):
    monkeypatch.setattr(experiments.learners, 'accuracy', None)
    failed, = run(tmp_path, epochs=1)
    assert failed.failed=="TypeError: 'NoneType' object is not callable" and len(failed.log)==1

def test_an_image_that_cannot_be_read(tmp_path):
    folder = data_set(tmp_path/'pets', 'train/cat', 'train/dog', 'val/cat', 'val/dog')
    (folder/'train/dog/image.jpg').write_bytes(b'no image')
    with expect_fail(CourseError, 'train/dog/image.jpg cannot be read as an image'): ladder(folder, ['baseline', 'mixup'], folder=tmp_path/'records', **quick | dict(bs=2))
    assert left(tmp_path/'records')==(0, [])

# Checkpoints: a run of three epochs that was killed in the third, and what may have become of its files

small = Recipe('small_cnn', 16, 20, 3)
class Killed(Exception): pass

def train(folder, cbs=(), recipe=small, name='mine'):
    "Train on, with checkpoints in `folder`: the weights"
    seed_everything(1)
    learn = recipe_learner(recipe, sample_data(10, 4), 'cpu', 'fp32')
    fit_recipe(learn, recipe, cbs=[Checkpoints(folder, name), *cbs])
    return weights_of(learn)

@pytest.fixture(scope='module')
def begun(tmp_path_factory):
    "A folder with two checkpoints, and the weights that the run should end with"
    def kill(learn):
        if learn.epoch==2: raise Killed('now')
    folder = tmp_path_factory.mktemp('begun')
    with contextlib.suppress(Killed): train(folder/'killed', [calling(kill)])
    return folder/'killed', train(folder/'whole')

def crafted(header, body=b''):
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    return struct.pack('<Q', len(text)) + text + body

class Payload:
    def __init__(self, file): self.file = file
    def __reduce__(self): return open, (str(self.file), 'w')

def torch_pickle(payload):
    file = io.BytesIO()
    torch.save(payload, file)
    return file.getvalue()

foreign = {
    'empty': lambda whole, payload: b'',
    'truncated': lambda whole, payload: whole[:len(whole)//2],
    'one byte short': lambda whole, payload: whole[:-1],
    'random bytes': lambda whole, payload: np.random.default_rng(0).bytes(5000),
    'a pickle': lambda whole, payload: pickle.dumps(payload),
    'a pickle of torch': lambda whole, payload: torch_pickle(payload),
    'no state': lambda whole, payload: crafted({}),
    'deep nesting': lambda whole, payload: crafted({'__metadata__': dict(state='{"list":['*100_000)}),
    'deep nesting that ends': lambda whole, payload: crafted({'__metadata__': dict(state='{"list":['*5000 + ']}'*5000)}),
    'a deep header': lambda whole, payload: crafted(b'{"a":'*100_000),
    'a huge tensor': lambda whole, payload: crafted({'__metadata__': dict(state='{"tensor": 0}'), '0': dict(dtype='F32', shape=[10**12], data_offsets=[0, 4*10**12])}),
    'a tensor of no length': lambda whole, payload: crafted({'__metadata__': dict(state='{"tensor": 0}'), '0': dict(dtype='F32', shape=[0, 2**62], data_offsets=[0, 0])}),
    'a header that is long': lambda whole, payload: struct.pack('<Q', 2**63) + b'{}',
    'a list': lambda whole, payload: crafted({'__metadata__': dict(state='[1, 2]')}),
}

@pytest.mark.parametrize('kind', foreign)
def test_files_that_are_no_checkpoints(begun, tmp_path, capsys, kind):
    folder,weights = begun
    shutil.copytree(folder, tmp_path/'one')
    for name in ('one', *(['both'] if kind in ('truncated', 'a pickle', 'a list') else [])):
        shutil.copytree(folder, tmp_path/name, dirs_exist_ok=True)
        last = tmp_path/name/'epoch-00002.safetensors'
        last.write_bytes(foreign[kind](last.read_bytes(), Payload(tmp_path/'opened')))
        if name=='both': shutil.copy(last, tmp_path/name/'epoch-00001.safetensors')
        capsys.readouterr()
        assert torch.equal(train(tmp_path/name), weights)
        line, = capsys.readouterr().out.splitlines()
        assert line.startswith(str(last)) and ('after epoch 1.' if name=='one' else 'begins again') in line
        assert sorted(o.name for o in (tmp_path/name).iterdir())==['epoch-00002.safetensors', 'epoch-00003.safetensors'] # and these can be read
        assert not (tmp_path/'opened').exists() and read_state(tmp_path/name/'epoch-00003.safetensors')['epoch']==3
    assert pickle.loads(pickle.dumps(Payload(tmp_path/'opened'))) and (tmp_path/'opened').exists() # which is what the pickle would have done

def test_later_files_of_another_run_do_not_push_out_new_ones(begun, tmp_path, capsys):
    folder,weights = begun
    for n in (7, 8): write_state(tmp_path/f'epoch-{n:05}.safetensors', read_state(folder/'epoch-00002.safetensors') | dict(run='theirs'))
    (tmp_path/'.epoch-00001.safetensors.123').write_bytes(b'what a killed process left')
    (tmp_path/'notes.txt').touch()
    assert torch.equal(train(tmp_path), weights) and 'another run' in capsys.readouterr().out
    assert sorted(o.name for o in tmp_path.iterdir())==['epoch-00002.safetensors', 'epoch-00003.safetensors', 'notes.txt']

def places(state, at=()):
    "Where in `state` something stands, with what it is; of long rows the first"
    yield at,state
    inner = list(state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, (list,tuple)) else ())
    for k,v in inner[:3 if len(inner)>16 else None]: yield from places(v, (*at, k))

def changed(state, at, value):
    "A copy of `state` with `value` at a place"
    if not at: return value
    if isinstance(state, dict): return state | {at[0]: changed(state.get(at[0]), at[1:], value)}
    return type(state)(changed(o, at[1:], value) if i==at[0] else o for i,o in enumerate(state))

def strange(o):
    "What may stand where `o` should"
    if isinstance(o, torch.Tensor): return o[None], o.double() if o.dtype!=torch.float64 else o.int(), None
    return [x for x in ('x', None, [], {}, torch.zeros(3)) if type(x) is not type(o)]

hostile = [(('version',), 0), (('run',), 'theirs'), (('log', 0, 'valid_loss'), 'low'), (('log', 1), {}), (('random',), {}), (('random', 'more'), 1), (('random', 'loaders'), []),
    (('random', 'loaders', 0, 1), (-1,)*625), (('random', 'loaders', 1, 1), (0,)*3), (('random', 'random_state', 0), 9), (('random', 'numpy_state', 1), torch.zeros(5)),
    (('random', 'numpy_state', 2), 10**9), (('random', 'torch_state'), torch.zeros(8, dtype=torch.uint8)), (('random', 'torch_state'), torch.zeros(5056))] # that of numpy would read beyond its memory

def test_checkpoints_made_of_other_things(begun, monkeypatch):
    good,taken = read_state(begun[0]/'epoch-00002.safetensors'),[]
    learn = recipe_learner(small, sample_data(10, 4), 'cpu', 'fp32')
    def now(): return experiments.checkpoints._flatten(_learner_state(learn), tensors:=[]), tensors
    def look(learn):
        def refused(at, value):
            monkeypatch.setattr(experiments.checkpoints, 'read_state', lambda file: changed(good, at, value))
            with expect_fail(CourseError, 'the checkpoint of another run, network or version'): _check_checkpoint('file', 'mine', learn)
        monkeypatch.setattr(experiments.checkpoints, 'read_state', lambda file: good)
        assert _check_checkpoint('file', 'mine', learn) is good
        state,tensors = now()
        for at,value in hostile + [(at, x) for at,o in places(good) if at[:1]!=('random',) for x in strange(o)]:
            taken.append(at)
            refused(at, value)
        after,others = now()
        assert after==state and all(map(torch.equal, tensors, others)) # nothing was put in place
    learn.fit(1, cbs=calling(look, 'before_fit'))
    assert len(taken)>200

def test_a_clock_goes_on_where_it_was(tmp_path, capsys):
    recipe = vary(Recipe('small_cnn', 16, 20, seconds=0.6, stages=((0.5, 0.5), (1, 0.5))), 'mixup')
    def kill(learn):
        if learn.train_for.fits==1: raise Killed('now')
    with contextlib.suppress(Killed): train(tmp_path, [calling(kill)], recipe)
    spent = read_state(max(tmp_path.iterdir()))['log']
    train(tmp_path, recipe=recipe)
    log = read_state(max(tmp_path.iterdir()))['log']
    assert log[:len(spent)]==spent and [o['size'] for o in spent]==[8]*len(spent) and log[-1]['size']==16 and capsys.readouterr().out==''

# Disks and folders

def test_no_room_for_checkpoints(tiny_disk, tmp_path, watch, capsys):
    whole,fine = run(tmp_path/'whole', ['baseline', 'mixup']), run(tiny_disk/'records', ['baseline', 'mixup'])
    assert all(map(same, whole, fine)) and left(tiny_disk/'records')==(2, [])
    told = [o for o in capsys.readouterr().out.splitlines() if o.startswith('No checkpoint could be written')]
    assert len(told)==2 and 'No space left on device' in told[0] and torch.equal(watch.weights[0], watch.weights[2])

def test_no_room_for_a_record(tiny_disk, at_batch):
    filled = []
    def fill(learn):
        with contextlib.suppress(OSError): filled or (tiny_disk/'full').write_bytes(bytes(2**20))
        filled.append(1)
    at_batch(fill)
    with expect_fail(CourseError, 'No space left on device'): run(tiny_disk/'records', ['baseline', 'mixup'], epochs=1)
    assert left(tiny_disk/'records')==(1, []) and not list((tiny_disk/'records').glob('.*'))
    (tiny_disk/'full').unlink()
    assert [r.failed for r in run(tiny_disk/'records', ['baseline', 'mixup'], resume=True, epochs=1)]==['', '']

@posix
def test_a_folder_that_can_only_be_read(tiny_disk):
    run(tiny_disk/'records', epochs=1)
    subprocess.run(['mount', '-o', 'remount,ro', tiny_disk], check=True)
    for resume in (False, True):
        with expect_fail(CourseError, f'{tiny_disk/"records"} cannot be written'): run(tiny_disk/'records', ['mixup'], resume=resume)

def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path/'file').touch()
    with expect_fail(CourseError, 'cannot be written'): run(tmp_path/'file')

@pytest.mark.filterwarnings('ignore:.* is not a run record')
def test_strange_records(tmp_path, watch):
    fine,_ = run(tmp_path, seeds=2, epochs=1)
    text = next(tmp_path.glob('*-baseline-s0.json')).read_text()
    ours = json.loads(text)
    others = dict(half=text[:len(text)//2], list='[1]', empty='', null=json.dumps(ours | dict(config=None)), copy=text, number=json.dumps(ours | dict(config=[1], name=5, failed=None)),
        data=json.dumps(ours | dict(data=ours['data'] | dict(fingerprint='0'*12), config=ours['config'] | dict(run='0'*12))), run=json.dumps(ours | dict(config=ours['config'] | dict(run=[1]))))
    for name,o in others.items(): (tmp_path/f'{name}.json').write_text(o)
    watch.epochs.clear()
    found = run(tmp_path, seeds=3, epochs=1, resume=True)
    assert [(r.name, r.seed, r.failed) for r in found]==[('baseline', s, '') for s in range(3)] and same(found[0], fine) and watch.epochs==[1]
    with expect_fail(CourseError, 'has 2 results of this ladder already'): run(tmp_path, seeds=2, epochs=1)

def test_other_data_has_other_runs(tmp_path, watch):
    run(tmp_path/'records', epochs=1)
    data = shutil.copytree(sample_data(10, 4), tmp_path/'data')
    next((data/'val').rglob('*.JPEG')).unlink()
    other, = ladder(data, ['baseline'], 1, tmp_path/'records', **quick | dict(epochs=1))
    assert other.data['valid']==39 and len(load_records(tmp_path/'records'))==2

def test_a_folder_is_read_a_few_times_only(tmp_path, monkeypatch):
    run(tmp_path, seeds=3, epochs=1)
    read = []
    monkeypatch.setattr(experiments.ladder, 'load_records', lambda folder: read.append(folder) or load_records(folder))
    assert len(run(tmp_path, seeds=3, epochs=1, resume=True))==3 and len(read)==2

# What can be known before anything trains

@pytest.mark.parametrize('kwargs, clue', [(dict(names=['baseline', 'mixpu']), "no variant 'mixpu'"), (dict(names='baseline,nmixup'), "no variant 'nmixup'"), (dict(names=[]), 'no variants'), (dict(seeds=[]), 'no seeds'),
    (dict(seeds=[0, -1]), 'The seed -1 is out of range'), (dict(seeds=[0, 2**32]), 'is out of range'), (dict(seeds=[0, '1']), "The seed '1'"), (dict(names=['baseline', 'progressive'], epochs=1), 'too few epochs (1)'),
    (dict(bs=101), 'The batch size 101 is larger than the 100 training images'), (dict(precision='fp16'), "'fp16' is for NVIDIA GPUs"), (dict(precision='fp7'), "no precision 'fp7'"), (dict(device='gpu'), "The device 'gpu'"),
    (dict(names=['baseline', 'mixup+cutmix']), 'cannot have cutmix'), (dict(stages=[(1, 1)]), 'cannot have stages'), (dict(stages=([1, 1],)), 'cannot have stages')], ids=repr)
def test_wrong_input(tmp_path, monkeypatch, kwargs, clue):
    trained = []
    monkeypatch.setattr(experiments.runs, 'fit_recipe', lambda *args, **kwargs: trained.append(args))
    with expect_fail(CourseError, clue): run(tmp_path, **kwargs)
    assert not trained and left(tmp_path)==(0, [])

@pytest.mark.parametrize('folders, clue', [([], 'no folder train and no val'), (['train/cat', 'val/cat'], "only one class"), (None, 'There is no folder')], ids=repr)
def test_no_images(tmp_path, folders, clue):
    if folders is not None: data_set(tmp_path/'pets', *folders).mkdir(exist_ok=True)
    with expect_fail(CourseError, clue): ladder(tmp_path/'pets', ['baseline', 'mixup'], folder=tmp_path/'records', **quick | dict(bs=1))
    assert left(tmp_path/'records')==(0, [])

def test_same_seed_twice_is_trained_once(tmp_path):
    assert len(run(tmp_path, ['baseline', 'baseline'], [1, 1], epochs=1))==1

# Clocks and seeds

def test_a_clock_that_is_set_back(tmp_path, monkeypatch):
    now = [datetime(2030, 1, 1)]
    class Back(datetime):
        @classmethod
        def now(cls, tz=None):
            now[0] -= timedelta(hours=1)
            return now[0].replace(tzinfo=tz)
    monkeypatch.setattr(experiments.runs, 'datetime', Back)
    monkeypatch.setattr(time, 'time', lambda: now[0].timestamp())
    records = run(tmp_path, ['baseline', 'mixup', 'tta'], 2, epochs=1)
    assert len(records)==6 and left(tmp_path)==(6, [])
    assert all(0<=o<60 for r in records for o in (r.seconds, r.evaluation['seconds'], *(row['seconds'] for row in r.log)))
    monkeypatch.setattr(Back, 'now', classmethod(lambda cls, tz=None: datetime(2029, 1, 1, tzinfo=tz))) # a clock that stands still
    assert len(run(tmp_path, ['baseline', 'mixup', 'tta'], 4, epochs=1, resume=True))==12 and left(tmp_path)==(12, [])

@pytest.mark.parametrize('name', ['baseline', 'mixup+normalized+progressive'])
def test_same_seed_same_weights(name):
    def weights(workers, seed=3):
        recipe = vary(small, name)
        seed_everything(seed)
        learn = recipe_learner(recipe, sample_data(10, 4), 'cpu', 'fp32', num_workers=workers)
        fit_recipe(learn, recipe)
        return weights_of(learn)
    first = weights(1)
    assert torch.equal(first, weights(1)) and torch.equal(first, weights(2)) and not torch.equal(first, weights(1, seed=4))

def test_statistics_are_of_the_images_that_are_there(tmp_path):
    data = shutil.copytree(sample_data(10, 4), tmp_path/'data')
    def mean(): return recipe_learner(vary(small, 'normalized'), data, 'cpu', 'fp32').dls.after_batch[1].mean.flatten().tolist()
    before = mean()
    for f in list((data/'train').rglob('*.JPEG'))[::2]: f.unlink()
    assert mean()!=before
