"A ladder in Ray's hands: a real local Ray, real workers, and a real `kill -9`"
import os,signal,sys
from functools import partial
from pathlib import Path
from unittest.mock import patch
import pytest

ray = pytest.importorskip('ray', reason="needs Ray: pip install 'sota_course[ray]'")
psutil = pytest.importorskip('psutil')
import torch
from sota_course.core import CourseError
from sota_course.records import load_records
from sota_course.experiments.checkpoints import StopAtNaN
from sota_course.experiments.cluster import _start_ray,ray_map
from sota_course.experiments.ladder import do_once,ladder
from sota_course.experiments.recipes import Recipe
from sota_course.experiments.runs import plan
from sota_course.data.sample import sample_data

def ray_processes(): return [o for o in psutil.Process().children(recursive=True) if 'ray' in o.name()]

pytestmark = pytest.mark.usefixtures('one_thread') # as in the other processes

@pytest.fixture(scope='module')
def cluster(tmp_path_factory):
    with patch.dict(os.environ, SOTA_COURSE_CACHE=str(tmp_path_factory.getbasetemp()/'presized')): _start_ray(ray)
    yield
    ray.shutdown()

@pytest.fixture
def tiny(): return sample_data(6, 2)

small = dict(arch='small_cnn', size=16, bs=10, epochs=4)
go = partial(ladder, names=['baseline', 'tta'], device='cpu', precision='fp32', **small)

def measured(records):
    "What has to be equal: all but times"
    drop = lambda o: {k: v for k,v in o.items() if k not in ('seconds', 'images_a_second')}
    return [(r.name, r.seed, r.config, [drop(o) for o in r.log], drop(r.evaluation), r.failed) for r in records]

@pytest.fixture
def serial(tiny, tmp_path): return measured(go(tiny, seeds=1, folder=tmp_path/'serial'))

def kill_once(run):
    "`do_once` by a worker that is killed in the middle of the third epoch; the next one notes which checkpoints it finds"
    killed = Path(run.folder)/'killed'
    if killed.exists():
        (Path(run.folder)/'found').write_text(' '.join(sorted(o.name for o in run.unfinished.glob('epoch-*'))))
        return do_once(run)
    check = StopAtNaN.after_batch
    def after_batch(self):
        check(self)
        if len(self.checkpoints.log)==2 and self.iter==1:
            killed.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
    with patch.object(StopAtNaN, 'after_batch', after_batch): return do_once(run)

def fail(run): raise CourseError(f'{run.seed} is no good: choose another.')

def die(run): os.kill(os.getpid(), signal.SIGKILL)

def runs(tiny, folder, seeds=(0,)): return plan(Recipe(**small), ['baseline'], seeds, tiny, folder, 'fp32', 'cpu')

def test_a_ladder_is_the_same_with_ray(tiny, tmp_path, capfd):
    "In a Ray that it starts and ends itself, and that says nothing"
    serial = measured(go(tiny, seeds=2, folder=tmp_path/'serial'))
    capfd.readouterr()
    assert measured(go(tiny, seeds=2, folder=tmp_path/'ray', each=ray_map))==serial
    out,err = capfd.readouterr()
    assert len([o for o in out.splitlines() if o.startswith('About ') and ' for 2 networks of ' in o])==1, out
    assert sorted(o.split(':')[0] for o in out.splitlines() if ', seed ' in o)==['baseline, seed 0', 'baseline, seed 1', 'tta, seed 0', 'tta, seed 1'] and not err, (out, err)
    assert not ray.is_initialized() and not ray_processes()

@pytest.mark.skipif(sys.platform=='win32', reason='Windows has no SIGKILL')
def test_a_killed_run_is_done_again(cluster, tiny, tmp_path, serial):
    folder = tmp_path/'killed'
    assert ray_map(kill_once, plan(Recipe(**small), ['baseline', 'tta'], [0], tiny, folder, 'fp32', 'cpu'))==[True]
    assert (folder/'killed').exists() and (folder/'found').read_text()=='epoch-00001.safetensors epoch-00002.safetensors'
    assert measured(load_records(folder))==serial

def test_an_error_ends_the_ladder(cluster, tiny, tmp_path):
    with pytest.raises(CourseError, match='is no good: choose another.$'): ray_map(fail, runs(tiny, tmp_path, range(4)))

@pytest.mark.skipif(sys.platform=='win32', reason='Windows has no SIGKILL')
def test_a_run_that_always_dies_ends_the_ladder(cluster, tiny, tmp_path):
    with pytest.raises(CourseError, match='baseline, seed 0 was killed 2 times'): ray_map(die, runs(tiny, tmp_path), retries=1)

def test_what_is_done_is_not_done_again(cluster, tiny, tmp_path):
    do_once(*runs(tiny, tmp_path))
    assert ray_map(fail, runs(tiny, tmp_path))==[True]

def test_without_ray(tiny, tmp_path):
    with patch.dict(sys.modules, ray=None), pytest.raises(CourseError, match="pip install 'sota_course\\[ray\\]'"): ray_map(do_once, runs(tiny, tmp_path))
