"Training in two real processes, started by `accelerate launch` on the processor: the same as in one process with batches twice as large"
# The same to the last digits but a few, with a network without batch normalization and without random crops: the processes see each
# batch in halves, and a sum of floats depends on its order. With batch normalization a process on a processor normalizes by its own
# half of the batch (torch's `SyncBatchNorm` is for GPUs only), and each process draws crops of its own: then the curves are alike
# only as those of two seeds are.
import json,os,shutil,subprocess,sys
import pytest
pytest.importorskip('accelerate', reason="needs accelerate: pip install 'sota_course[distributed]'")
if sys.platform=='win32': pytest.skip("torch's launcher needs a build with libuv on Windows", allow_module_level=True)
import torch
from sota_course.core import CourseError,seed_everything
from sota_course.records import load_records
from sota_course.data.images import read_rgb
from sota_course.imagenette import baseline_learner
from sota_course.loading.dls import get_dls
from sota_course.experiments.checkpoints import RunFailed
from sota_course.experiments.recipes import Recipe
from sota_course.experiments.recorder import RunRecorder
from sota_course.experiments.runs import train
from sota_course.networks import CourseLearner,small_cnn
from sota_course.training.callbacks import quiet
from sota_course.training.distributed import data_parallel
from sota_course.loading.augment import Augment
from sota_course.data.sample import sample_data
from fastai.vision.all import CrossEntropyLossFlat,F1Score,accuracy,get_image_files

options = '--multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no --dynamo_backend no --main_process_port 0'.split()
def launch(*args, **env):
    "What `accelerate launch` of two processes with `args` leaves: (status, stdout, stderr)"
    process = subprocess.Popen([sys.executable, '-m', 'accelerate.commands.accelerate_cli', 'launch', *options, *map(str, args)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | dict(OMP_NUM_THREADS='1') | env)
    try: out,err = process.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        process.terminate() # the launcher ends what it has started
        out,err = process.communicate(timeout=60)
        pytest.fail(f'The processes hang.\n{out}\n{err}')
    return process.returncode, out, err

@pytest.fixture(scope='module')
def odd(tmp_path_factory):
    "49 images to train on and 19 for validation: neither can be shared out evenly; all of one shape, of which the largest square is in the middle"
    folder = tmp_path_factory.mktemp('odd')/'set'
    shutil.copytree(sample_data(5, 2), folder)
    for split in ('train', 'val'): sorted(get_image_files(folder/split))[0].unlink()
    for file in get_image_files(folder): read_rgb(file).resize((60, 40)).save(file)
    return folder

plain = Augment(min_scale=1, ratio=(1,1), do_flip=False)
def plain_run(path, bs, seed, folder, **kwargs):
    "Two epochs in which nothing is random but the first weights and the order of the images"
    seed_everything(seed)
    dls = get_dls(bs, 32, path=path, device='cpu', augment=plain, num_workers=1)
    learn = CourseLearner(dls, small_cnn(10, batchnorm=False), loss_func=CrossEntropyLossFlat(), metrics=[accuracy, F1Score(average='macro')], **kwargs)
    learn.recorder.train_metrics = True
    quiet(learn)
    with data_parallel(learn): learn.fit_one_cycle(2, 3e-3, cbs=RunRecorder('plain', seed, folder, size=32))
    return learn

worker = '''
import json,sys
from pathlib import Path
from sota_course.tests.test_distributed import *
from sota_course.loading.loader import PresizedDL
from fastai.vision.all import Callback,params,rank_distrib
path,out,rank = Path(sys.argv[1]),Path(sys.argv[2]),rank_distrib()

seen,drawn,first = [],[],[]
own_batch,own_draw = PresizedDL._batch,Augment.draw
def _batch(self, idxs, rng):
    seen.append(['valid' if rng is None else 'train', idxs])
    return own_batch(self, idxs, rng)
def draw(self, *args):
    found = own_draw(self, *args)
    drawn.append(found[0].tolist())
    return found
class First(Callback):
    def before_batch(self): first or first.extend(o.sum().item() for o in params(self.model))
PresizedDL._batch,Augment.draw = _batch,draw
sums = lambda model: [o.double().sum().item() for o in model.state_dict().values()]

learn = plain_run(path, 6, 7+rank, out/'records', cbs=First) # processes that disagree on the seed: the first decides
plain_end,plain_losses,plain_seen = sums(learn.model),[o.item() for o in learn.recorder.losses],list(seen)
if not rank: torch.save(learn.model.state_dict(), out/'plain.pth')

seed_everything(3)
learn = quiet(baseline_learner(get_dls(6, 32, path=path, device='cpu', num_workers=1), 'small_cnn'))
drawn.clear()
with data_parallel(learn):
    for _ in range(2): learn.fit(1, 1e-2)
    end = learn.recorder.values[-1][1:]
    inside = learn.validate()
after = learn.validate() # each process by itself
preds,targets = learn.get_preds()
(out/f'{rank}.json').write_text(json.dumps(dict(first=first, end=plain_end, losses=plain_losses, seen=plain_seen, drawn=drawn, measured=[list(o) for o in (end, inside, after)],
    bn_end=sums(learn.model), shape=list(preds.shape), same_order=targets.tolist()==[int(y) for _,y in learn.dls.valid_ds], type=type(learn.model).__name__)))

from sota_course import cli
sys.argv = ['sota-course', *f'train --device cpu --arch small_cnn --size 32 --bs 6 --epochs 1 --path {path} --results {out}/line'.split()]
cli.main()
'''

@pytest.fixture(scope='module')
def both(odd, tmp_path_factory):
    "What each of two processes found; and the folder with the rest"
    out = tmp_path_factory.mktemp('out')
    (out/'worker.py').write_text(worker)
    status,said,err = launch(out/'worker.py', odd, out, SOTA_COURSE_CACHE=str(tmp_path_factory.mktemp('caches')))
    assert status==0, err[-3000:]
    (out/'said').write_text(said)
    return *(json.loads((out/f'{rank}.json').read_text()) for rank in range(2)), out

@pytest.fixture(scope='module')
def one(odd, tmp_path_factory):
    "One process with batches twice as large"
    return plain_run(odd, 12, 7, tmp_path_factory.mktemp('one'))

def test_each_image_is_seen_by_one_process(both):
    for split,n,padded in (('train', 49, 48), ('valid', 19, 20)):
        hands = [[i for s,idxs in rank['seen'] if s==split for i in idxs] for rank in both[:2]]
        for epoch in range(2):
            first,second = (hand[epoch*padded//2:(epoch+1)*padded//2] for hand in hands)
            assert len(first)==len(second)==padded//2
            assert len({*first, *second})==min(n, padded)

def test_the_loss_curve_is_that_of_one_process_with_batches_twice_as_large(both, one):
    first,second,out = both
    assert first['losses']==second['losses'] and len(first['losses'])==8
    assert first['losses']==pytest.approx([o.item() for o in one.recorder.losses], rel=1e-5)

def test_the_first_process_writes_what_all_have_found(both, one):
    record, = load_records(both[2]/'records')
    assert (record.config['bs'], record.config['processes'], record.config['epochs'], record.seed)==(6, 2, 2, 7)
    assert record.device.startswith('cpu: ') and (record.data['train'], record.data['valid'])==(49, 19)
    assert 'processes' not in one.record.config
    for row,expected in zip(record.log, one.record.log, strict=True):
        assert set(row)==set(expected)=={'epoch', 'seconds', *(f'{a}_{b}' for a in ('train', 'valid') for b in ('loss', 'accuracy', 'f1_score'))}
        for name in set(row)-{'seconds'}: assert row[name]==pytest.approx(expected[name], rel=1e-5), name

def test_accuracy_is_exactly_that_of_one_process_on_the_same_weights(both, one):
    record, = load_records(both[2]/'records')
    one.model.load_state_dict(torch.load(both[2]/'plain.pth'))
    loss,accuracy,f1 = one.validate()[-3:]
    assert accuracy*19==pytest.approx(round(accuracy*19), abs=1e-4) # a count of images
    assert (record.metrics['valid_loss'], record.metrics['valid_accuracy'], record.metrics['valid_f1_score'])==pytest.approx((loss, accuracy, f1), rel=1e-6)

def test_networks_are_equal_at_the_start_and_at_the_end(both):
    first,second,_ = both
    assert first['first']==second['first'] and first['end']==second['end']
    assert first['bn_end']==second['bn_end'] and len(first['bn_end'])>20 # the statistics of batch normalization too
    assert first['type']==second['type']=='Sequential'

def test_each_process_crops_by_its_own_random_numbers(both):
    first,second,_ = both
    crops = [str(m) for rank in (first, second) for batch in rank['drawn'] for m in batch]
    assert len(crops)==2*2*24 and len(set(crops))==len(crops)

def test_after_the_training_each_process_measures_by_itself(both):
    for rank in both[:2]:
        assert rank['shape']==[19, 10] and rank['same_order']
        for found in rank['measured'][1:]: assert found==pytest.approx(rank['measured'][0], rel=1e-5)

def test_the_command_line(both):
    said,(record,) = (both[2]/'said').read_text(),load_records(both[2]/'line')
    assert len(list((both[2]/'line').iterdir()))==1 and record.config['processes']==2
    assert record.metrics['accuracy']*19==pytest.approx(round(record.metrics['accuracy']*19), abs=1e-4)
    for once in ('95 % interval', 'Records: '): assert said.count(once)==1, said

goer = '''
import contextlib,json,sys
from pathlib import Path
from unittest.mock import patch
from fastai.vision.all import rank_distrib
from sota_course.experiments.checkpoints import StopAtNaN
from sota_course.tests.test_distributed import *
path,out,rank,check = Path(sys.argv[1]),Path(sys.argv[2]),rank_distrib(),StopAtNaN.after_batch
def numbers(learn):
    log = [{k: v for k,v in o.items() if k!='seconds'} for o in learn.record.log]
    return [log, [o.double().sum().item() for o in learn.model.state_dict().values()], learn.record.config]
def stop(self):
    check(self)
    if len(self.checkpoints.log)==3 and self.iter==1: raise KeyboardInterrupt
found = [numbers(go_on(path, out/'whole'))]
with patch.object(StopAtNaN, 'after_batch', stop):
    for name in ('stopped', 'left'):
        with contextlib.suppress(KeyboardInterrupt): go_on(path, out/name)
found.append(numbers(go_on(path, out/'stopped', resume=True)))
try: go_on(path, out/'failed', lr=1e30)
except RunFailed as e: found.append(str(e))
(out/f'{rank}.json').write_text(json.dumps(found))
'''

def go_on(path, folder, **changes):
    recipe = Recipe('small_cnn', 32, 6, 4, mixup=0.4, stages=((0.5, 0.5), (1, 0.5)))
    return train(recipe, path, 7, folder=folder, device='cpu', show=False, num_workers=1, **changes)

def test_a_run_of_two_processes_goes_on_as_if_nothing_had_been(odd, tmp_path):
    "With checkpoints that hold the random numbers of both, and only with as many"
    (tmp_path/'goer.py').write_text(goer)
    status,said,err = launch(tmp_path/'goer.py', odd, tmp_path, SOTA_COURSE_CACHE=str(tmp_path/'caches'))
    assert status==0, err[-3000:]
    ranks = [json.loads((tmp_path/f'{rank}.json').read_text()) for rank in range(2)]
    for whole,resumed,failed in ranks:
        assert whole==resumed and len(whole[0])==4 and whole[2]['processes']==2
        assert 'has no result: the loss became' in failed
    assert ranks[0][:2]==ranks[1][:2] # the same network
    assert said.count('Interrupted. 3 of 4 epochs are kept in ')==2, said # of each run, one process speaks
    assert [o.status for name in ('whole', 'stopped', 'failed', 'left') for o in load_records(tmp_path/name)]==['done', 'done', 'failed', 'interrupted']
    with pytest.raises(CourseError, match='after 3 of 4 epochs, in 2 processes, and this is 1: go on with as many'): go_on(odd, tmp_path/'left', resume=True)

stumbler = '''
import os,sys
from sota_course import cli
if os.environ['RANK']=='1': cli.main()
import torch
torch.distributed.init_process_group('gloo')
torch.distributed.barrier() # as the others wait in the middle of a training
'''
def test_a_process_that_fails_ends_the_run(tmp_path):
    (tmp_path/'stumbler.py').write_text(stumbler)
    status,said,err = launch(tmp_path/'stumbler.py', 'train', '--path', 'no/such/folder')
    assert status!=0
    errors = [l for l in err.splitlines() if l.startswith('error: ')]
    assert len(errors)==1 and 'no/such/folder' in errors[0], err

def test_one_process_where_several_were_wanted(odd, monkeypatch):
    "`accelerate launch --cpu --num_processes 2` starts one process, and leaves these in its environment"
    monkeypatch.setenv('ACCELERATE_USE_CPU', 'True')
    monkeypatch.setenv('MASTER_ADDR', '127.0.0.1')
    with pytest.raises(CourseError, match='starts one process'), data_parallel(None): pass
