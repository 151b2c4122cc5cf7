"""How the learning rate moves, and what makes a step of a gradient: short trainings on photographs, a record each, for chapter 08.

    python benchmarks/schedules.py PATH --seeds 1 2 3 4 5       # PATH: Imagenette, with `train` and `val`
    python benchmarks/schedules.py PATH --only optimizers
    python benchmarks/schedules.py --quick                      # does it run? A few drawn images, no records

optimizers  SGD, SGD with momentum and Adam, each at several rates that fall along half a cosine
schedules   Adam at constant rates, a high one and a low one, and on schedules that begin with the high one or rise to it

All train `quicknet_s` for three epochs at 32 px and look at the validation images once, at the end. The records go to
benchmarks/results/schedules-NAME; what has its record there is not done again. Accuracies can be compared, seconds cannot.
"""
import argparse
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from fastai.vision.all import *
from sota_course.core import seed_everything,tune_malloc
from sota_course.data.sample import sample_data
from sota_course.experiments.recorder import RunRecorder
from sota_course.loading.augment import Augment
from sota_course.loading.dls import get_dls
from sota_course.networks import build_network
from sota_course.records import load_records
from sota_course.training.callbacks import quiet,ValidateLast
from sota_course.training.schedules import cycle_lengths,fit_schedule,warm_restarts
from sota_course.training.speed import speed_up

rates = {'SGD': (0.03, 0.1, 0.3, 1, 3), 'SGD with momentum': (0.003, 0.01, 0.03, 0.1, 0.3), 'Adam': (0.0003, 0.001, 0.003, 0.01, 0.03)}
optimizers = {'SGD': SGD, 'SGD with momentum': partial(SGD, mom=0.9), 'Adam': Adam}

def falling(learn, n_epoch, lr, cbs): fit_schedule(learn, n_epoch, partial(warm_restarts, [n_epoch]), lr, cbs)
def restarting(learn, n_epoch, lr, cbs): fit_schedule(learn, n_epoch, partial(warm_restarts, cycle_lengths(2, 1, 2)), lr, cbs)
def one_cycle(learn, n_epoch, lr, cbs): learn.fit_one_cycle(n_epoch, lr, cbs=cbs)
def flat_cos(learn, n_epoch, lr, cbs): learn.fit_flat_cos(n_epoch, lr, cbs=cbs)
def constant(learn, n_epoch, lr, cbs): learn.fit(n_epoch, lr, cbs=cbs)

schedules = {'constant, high': (constant, 0.01), 'constant, low': (constant, 0.001), 'cosine': (falling, 0.01), 'warm restarts': (restarting, 0.01),
    'one-cycle': (one_cycle, 0.01), 'flat, then cosine': (flat_cos, 0.01)}

@dataclass
class Job:
    "One training: what it is called, its seed, how it is fitted, and what its record says of it"
    grid:str
    name:str
    seed:int
    fit:object
    config:dict

def jobs(grid, seeds):
    "The trainings of `grid`, all of one seed before the next"
    for seed in seeds:
        if grid=='optimizers':
            for name,lrs in rates.items():
                for lr in lrs: yield Job(grid, name, seed, falling, dict(lr=lr, optimizer=name, schedule='cosine', epochs=3))
        else:
            for name,(fit,lr) in schedules.items(): yield Job(grid, name, seed, fit, dict(lr=lr, optimizer='Adam', schedule=name, epochs=3))

def do(job, dls, folder):
    "Train, and write the record"
    seed_everything(job.seed, dls)
    learn = Learner(dls, build_network('quicknet_s', 10), CrossEntropyLossFlat(), opt_func=optimizers[job.config['optimizer']], metrics=accuracy)
    recorder = RunRecorder(job.name, job.seed, folder, grid=job.grid, arch='quicknet_s', size=32, **job.config)
    with redirect_stdout(None): speed_up(quiet(learn))
    job.fit(learn, job.config['epochs'], job.config['lr'], [recorder, ValidateLast()])
    print(f"{job.grid}: {job.name}, {job.config['lr']:g}, seed {job.seed}: {100*recorder.run_record.metrics['accuracy']:.1f} %", flush=True)

def known(folder): return {(r.config['grid'], r.name, r.seed, r.config['lr']) for r in load_records(folder)} if folder.is_dir() else set()

if __name__=='__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path, nargs='?', help='a data set with `train` and `val`')
    parser.add_argument('--only', nargs='+', choices=['optimizers', 'schedules'], default=['optimizers', 'schedules'])
    parser.add_argument('--seeds', nargs='+', type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument('--quick', action='store_true', help='a few drawn images, one seed')
    args = parser.parse_args()
    if not args.quick and not args.path: parser.error('name a data set with train and val, or say --quick')
    tune_malloc()
    with TemporaryDirectory() as temp:
        if args.quick: path,folder,args.seeds = sample_data(40, 10),Path(temp),args.seeds[:1]
        else: path,folder = args.path,Path(__file__).parent/'results'/f'schedules-{args.path.name}'
        dls = get_dls(64, 32, path=path, presize=48, augment=Augment(min_scale=0.6), device='cpu')
        for grid in args.only:
            for job in jobs(grid, args.seeds):
                if (job.grid, job.name, job.seed, job.config['lr']) not in known(folder): do(job, dls, folder)
