"""The questions that sources leave open, answered on photographs: grids of runs with paired seeds, a record each.

    python benchmarks/evidence.py PATH epochs ranking --seeds 1 2 3 4 5        # PATH: Imagenette, with `train` and `val`
    python benchmarks/evidence.py PATH epochs --epochs 5 --only baseline mixup # a part of a grid: one cell of chapter 14
    python benchmarks/evidence.py --quick                                      # does it run? A few drawn images, no records

epochs        Mixup, label smoothing, both, and CutMix against neither, after 5, 20, 80 … epochs: when do they pay?
epochs-large  the same with a larger network
epochs-xresnet  the same with xresnet18
noise         the same on a training set in which 5, 25 or 50 % of the labels are wrong
equal-time    one size, two stages (half of the time at half of the size) and growing images, in the same seconds: 20, 40 and 80
              of the processor, for one thread, which a busy machine does not change much; two stages have a cycle of the rate each
growing       images that grow from 24 to 48 px against 48 px from the start: in as many epochs, and with as many pixels
ranking       ten settings on all images, on a quarter and on a tenth, in about as many steps (292, 288, 280): is their order the same?
views         test-time augmentation at 48, 64 and 128 px: each kind of views on the same networks
transfer      few photographs, with a pretrained network (its head alone, or all of it) and without
transfer-sample  the same on drawn images, which no pretrained network has seen

A record for each goes to benchmarks/results/GRID-NAME, or below --folder, with the commit it was made from; what has its record
there is not done again, and an interrupted run goes on from its checkpoint. Runs share the processors, one thread each: their accuracies can be
compared, their seconds cannot.
"""
import argparse,os,shutil,subprocess,sys,time
from concurrent.futures import ProcessPoolExecutor,as_completed
from contextlib import nullcontext
from dataclasses import dataclass,field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

small = dict(size=32, bs=128, label_smoothing=0.) # of ten-seconds: 71 % after three epochs
regularized = dict(baseline={}, mixup=dict(mixup=0.4), label_smoothing=dict(label_smoothing=0.1),
    **{'mixup+label_smoothing': dict(mixup=0.4, label_smoothing=0.1)}, cutmix=dict(cutmix=1.))
settings = {'baseline': {}, 'mixup': dict(mixup=0.4), 'cutmix': dict(cutmix=1.), 'label_smoothing': dict(label_smoothing=0.1),
    'adamw': dict(optimizer='adam', lr=0.01), 'one size': dict(grow=1.), 'small crops': dict(min_scale=0.1), 'high rate': dict(lr=0.4),
    'low rate': dict(lr=0.01), 'larger network': dict(arch='quicknet_l')}
sizes = dict(baseline={}, progressive=dict(stages=((0.5, 0.5), (1, 0.5))), growing=dict(grow=0.5))
tuned = dict(baseline={}, mixup=dict(mixup=0.4), label_smoothing=dict(label_smoothing=0.1), growing=dict(grow=0.6))
pretrained = dict(arch='tf_efficientnet_lite0', size=128, schedule='fine_tune') # the engine chooses batches that suit few images
networks = {'epochs': {}, 'epochs-large': dict(arch='quicknet_l'),
    'epochs-xresnet': dict(arch='xresnet18', optimizer='adam', lr=0.01, schedule='one_cycle')}

@dataclass(frozen=True)
class Job:
    "One run: what it is called, the recipe it changes, and on which images"
    grid:str
    name:str
    seed:int
    changes:dict = field(default_factory=dict)
    recipe:str|None = 'ten-seconds'
    per_class:int|None = None # training images of each class, all of them if left out
    part:int|None = None # or one image of so many, for `ranking`
    way:str = '' # 'views': a record for each kind; 'head': the last layer alone; 'processor': its seconds count
    @property
    def length(self): return {k: self.changes.get(k, 0) for k in ('epochs', 'size', 'seconds')}
    def __str__(self):
        length = ', '.join(f'{k} {v:g}' for k,v in self.length.items() if v)
        return f'{self.grid}: {self.name}, {length}, seed {self.seed}'
    @property
    def folder(self): return f'{self.grid}-{self.per_class}' if self.grid.startswith('transfer') else self.grid

def jobs(grid, seeds, epochs=None, per_class=10):
    "The runs of `grid`, shortest first, all variants with one seed before the next; `epochs` are seconds for equal-time"
    def each(named, changes, **kwargs): return [Job(grid, name, seed, changes | o, **kwargs) for seed in seeds for name,o in named.items()]
    if grid in networks: return [o for n in epochs or (5, 20) for o in each(regularized, small | networks[grid] | dict(epochs=n))]
    if grid=='noise':
        arms = {k: regularized[k] for k in ('baseline', 'mixup', 'label_smoothing')}
        named = {f'{n}% wrong labels'+(k!='baseline')*f', {k}': dict(noise=n) | o for n in (50, 25, 5) for k,o in arms.items()}
        return [o for n in epochs or (20,) for o in each(named, small | dict(epochs=n))]
    if grid=='growing': # growing, five epochs have the pixels of three at full size
        plain = dict(size=48, bs=64)
        three = each(dict(baseline=dict(grow=1.), growing={}), plain | dict(epochs=3))
        return [o for o in three + each(dict(growing={}), plain | dict(epochs=5)) if not epochs or o.changes['epochs'] in epochs]
    if grid=='equal-time':
        plain = dict(size=64, bs=128, presize=96, grow=1., label_smoothing=0., optimizer='adam', lr=0.01, schedule='one_cycle', epochs=1)
        return [o for n in epochs or (20, 40, 80) for o in each(sizes, plain | dict(seconds=float(n)), way='processor')]
    n = epochs[0] if epochs else dict(ranking=4, views=3).get(grid, 5)
    if grid=='ranking':
        parts = [o for part in (1, 4, 10) for o in each(settings, small | dict(epochs=n*part), part=part)]
        return sorted(parts, key=lambda o: o.seed)
    if grid=='views':
        plain = dict(bs=128, epochs=n)
        return [o for size in (48, 64, 128) for o in each(dict(baseline={}), plain | dict(size=size, presize=round(1.5*size)), way='views')]
    if not grid.startswith('transfer'): raise SystemExit(f'There is no grid {grid}.')
    few = dict(recipe=None, per_class=per_class)
    tuning = each(dict(head={}), pretrained | dict(epochs=n), way='head', **few) + each(tuned, pretrained | dict(epochs=n), **few)
    scratch = dict(small, label_smoothing=0.1, size=48, bs=32, epochs=max(1, 400*n//per_class)) # about 600 steps, as many as suffice
    return sorted(tuning + each({'from scratch': {}}, scratch, per_class=per_class), key=lambda o: o.seed)

def part_of(path, job):
    "The images of `job`: all, a quarter or a tenth of the training images, or so many of each class; and all validation images"
    from pretrained import some_of
    from sota_course.data.dataset import open_data
    whole = open_data(path)
    n = len(whole.train)//len(whole.vocab)//job.part if job.part else job.per_class
    return whole if job.part==1 or n is None else some_of(path, max(1, n))

def save(job, learn, folder, name, config, log, seconds, found, started=''):
    "Write a record of `job`, without what no table needs"
    from sota_course.experiments.recorder import describe_data
    from sota_course.records import device_name,mean_confidence,package_versions,Record
    if bins := found.get('bins'): found = found | dict(confidence=round(mean_confidence(bins), 6))
    found = {k: v for k,v in found.items() if k not in ('bins', 'worst', 'confusion', 'recall', 'images_a_second')}
    if 'weights' in config: config = config | dict(weights=Path(config['weights']).name)
    few = {k: v for k in ('per_class', 'part') if (v := getattr(job, k))}
    versions = package_versions() | dict(commit=commit())
    Record(name, describe_data(learn.dls), config | few, job.seed, log, round(seconds, 3), device_name(learn.dls.device), versions, started,
        evaluation=found, status='done').save(folder)

def head_only(job, data, changes, folder):
    "A pretrained network with a new last layer, trained on features that are computed once; its record says the epochs of its neighbours"
    from sota_course.core import seed_everything
    from sota_course.experiments.learners import evaluate,recipe_learner
    from sota_course.experiments.recipes import change,Recipe
    from sota_course.training.transfer import fit_head
    seed_everything(job.seed)
    began = time.perf_counter()
    learn = recipe_learner(change(Recipe(), **changes), data, 'cpu')
    fit_head(learn)
    took = time.perf_counter()-began
    save(job, learn, folder, job.name, changes, [], took, evaluate(learn, n_worst=0))

def trained(job, data, changes, work):
    "The `Learner` of `job`, trained now; what was trained before and has no record is trained again"
    from sota_course.experiments.runs import RunFinished,train
    how = dict(name=job.name, folder=work, device='cpu', show=False, resume=True, num_workers=1)
    clock = mock.patch('time.perf_counter', time.process_time) if job.way=='processor' else nullcontext()
    with clock:
        try: return train(job.recipe, data, job.seed, **how, **changes)
        except RunFinished:
            shutil.rmtree(work)
            return train(job.recipe, data, job.seed, **how, **changes)

def made(job, path, folder, work, weights):
    "Train what `job` says and write its record, or several"
    from sota_course.core import seed_everything
    from sota_course.label_smoothing import calibration_error
    from sota_course.tta import CornerViews,FlipViews,RandomViews,SlidingViews,nll,tta
    from fastai.vision.all import accuracy
    data,changes = part_of(path, job),job.changes | dict(validate='end')
    if job.recipe is None: changes['weights'] = str(weights)
    else: changes['bs'] = min(changes.get('bs', 64), max(2, len(data.train)//2)) # --quick has few images
    if job.way=='head': return head_only(job, data, changes, folder)
    learn = trained(job, data, changes, work)
    r = learn.record
    kinds = dict(mirrored=FlipViews(), corners=CornerViews(), sliding=SlidingViews(), random=RandomViews(4))
    if job.way=='views':
        began = time.process_time()
        with learn.no_bar(): learn.get_preds()
        r.evaluation['cpu_seconds'] = round(time.process_time()-began, 2)
    for name,views in kinds.items() if job.way=='views' else ():
        seed_everything(job.seed, learn.dls)
        began = time.process_time()
        with learn.no_bar(): probs,targets = tta(learn, views=views)
        found = dict(accuracy=accuracy(probs, targets).item(), loss=nll(probs, targets).item(), images=len(targets),
            calibration_error=calibration_error(probs, targets), cpu_seconds=round(time.process_time()-began, 2))
        save(job, learn, folder, name, r.config, r.log[-1:], r.seconds, found, r.started)
    save(job, learn, folder, job.name, r.config, r.log[-1:], r.seconds, r.evaluation, r.started) # last: with it, the job is done
    shutil.rmtree(work, ignore_errors=True)

@cache
def commit():
    "The commit of the course that runs"
    done = subprocess.run(['git', 'rev-parse', '--short=12', 'HEAD'], cwd=Path(__file__).parent, capture_output=True, text=True)
    return done.stdout.strip()

def known(job, folder):
    "Has `job` its record?"
    from sota_course.records import load_records
    if not folder.is_dir(): return False
    def same(r):
        config = dict(seconds=0) | r.config
        return (r.seed, config.get('part'))==(job.seed, job.part) and all(config.get(k)==v for k,v in job.length.items())
    return any(map(same, load_records(folder, job.name)))

def one(job, path, results, work, weights):
    "Do `job` unless that is done; what is wrong with it does not stop the others"
    from filelock import FileLock
    folder = Path(results)/f'{job.folder}-{path.name}'
    code = '-'.join(map(str, (job.folder, path.name, job.name, *job.length.values(), job.part, job.seed))).replace(' ', '_')
    Path(work).mkdir(parents=True, exist_ok=True)
    with FileLock(Path(work)/f'{code}.lock'):
        if known(job, folder): return ''
        commit() # before anything is trained: the course may change meanwhile
        try: made(job, path, folder, Path(work)/code, weights)
        except Exception as e: return f'{job}: {type(e).__name__}: {e}' # said at the end, which is then no success
    return f'{job}: done'

def alone():
    "In each process: one thread, and behind all else that the machine does"
    import torch
    from sota_course.core import tune_malloc
    tune_malloc()
    torch.set_num_threads(1)
    if hasattr(os, 'nice'): os.nice(10)

quick = 'epochs','noise','equal-time','ranking','views','transfer-sample'

def arguments(words=None):
    "What the command line says, and the runs it asks for"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path, nargs='?', help='a data set with `train` and `val`')
    parser.add_argument('grids', nargs='*', help='names of grids, see above')
    parser.add_argument('--seeds', nargs='+', type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument('--epochs', nargs='+', type=int, help='those of the grid if left out; seconds for equal-time')
    parser.add_argument('--only', nargs='+', help='names of variants')
    parser.add_argument('--per-class', type=int, default=10, help='photographs of each class, for transfer')
    parser.add_argument('--processes', type=int, default=cores)
    parser.add_argument('--weights', type=Path, help='for transfer; those of the installed package if left out')
    parser.add_argument('--folder', type=Path, default=Path(__file__).parent/'results', help='where folders of records go')
    parser.add_argument('--quick', action='store_true', help='a few drawn images, one epoch, one seed')
    args = parser.parse_args(words)
    if args.quick: args.seeds,args.epochs,args.grids = args.seeds[:1],[1],args.grids or [*quick]
    elif args.path is None or not args.grids: parser.error('name a data set with train and val, and a grid, or say --quick')
    runs = [o for grid in args.grids for o in jobs(grid, args.seeds, args.epochs, args.per_class) if not args.only or o.name in args.only]
    if not runs: parser.error(f"no run is called {' or '.join(args.only)}")
    return args,runs

if __name__ == '__main__':
    args,runs = arguments()
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    from sota_course.core import cache_home
    with TemporaryDirectory() as temp:
        path,folder,work,weights = args.path,args.folder,cache_home()/'evidence',args.weights
        if args.quick:
            from sota_course.data.sample import sample_data
            path,folder,work = sample_data(20, 10),Path(temp),Path(temp)/'work'
        if weights is None and any(o.recipe is None for o in runs):
            from pretrained import installed_weights
            weights = installed_weights(temp)
        print(f'{len(runs)} runs', flush=True)
        with ProcessPoolExecutor(args.processes, initializer=alone) as pool:
            done = [pool.submit(one, o, path.absolute(), folder, work, weights) for o in runs]
            failed = 0
            for o in as_completed(done):
                if said := o.result(): print(said, flush=True)
                failed += bool(said) and not said.endswith(': done')
    sys.exit(bool(failed))
