"""The questions that sources leave open, answered on photographs: grids of runs with paired seeds, a record each.

    python benchmarks/evidence.py PATH epochs ranking --seeds 1 2 3 4 5        # PATH: Imagenette, with `train` and `val`
    python benchmarks/evidence.py PATH epochs --epochs 5 --only baseline mixup # a part of a grid: one cell of chapter 14
    python benchmarks/evidence.py --quick                                      # does it run? A few drawn images, no records

epochs        Mixup, label smoothing, both, and CutMix against neither, after 5, 20, 80 … epochs: when do they pay?
epochs-large  the same with a larger network
epochs-xresnet  the same with xresnet18
noise         the same on a training set in which 5, 25 or 50 % of the labels are wrong
equal-time    one size, two stages (half of the time at half of the size) and growing images, in the same seconds: 20, 40 and 80
              of the processor, for one thread, which a busy machine does not change much
growing       images that grow from 24 to 48 px against 48 px from the start: in as many epochs, and with as many pixels
ranking       ten settings on all images, on a quarter and on a tenth, in equal numbers of steps: is their order the same?
views         test-time augmentation at 48, 64 and 128 px: each kind of views on the same networks
transfer      few photographs, with a pretrained network (its head alone, or all of it) and without
transfer-sample  the same on drawn images, which no pretrained network has seen

A record for each goes to benchmarks/results/GRID-NAME, with the commit it was made from; what has its record there is not done
again, and an interrupted run goes on from its checkpoint. Runs share the processors, one thread each: their accuracies can be
compared, their seconds cannot.
"""
import argparse,os,subprocess,time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass,field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

small = dict(size=32, bs=128, label_smoothing=0.) # of ten-seconds: 71 % after three epochs
regularized = dict(baseline={}, mixup=dict(mixup=0.4), label_smoothing=dict(label_smoothing=0.1),
    **{'mixup+label_smoothing': dict(mixup=0.4, label_smoothing=0.1)}, cutmix=dict(cutmix=1.))
settings = dict(baseline={}, mixup=dict(mixup=0.4), cutmix=dict(cutmix=1.), label_smoothing=dict(label_smoothing=0.1), adamw=dict(optimizer='adam', lr=0.01),
    **{'one size': dict(grow=1.), 'small crops': dict(min_scale=0.1), 'high rate': dict(lr=0.4), 'low rate': dict(lr=0.01), 'larger network': dict(arch='quicknet_l')})
sizes = dict(baseline={}, progressive=dict(stages=((0.5, 0.5), (1, 0.5))), growing=dict(grow=0.5))
tuned = dict(baseline={}, mixup=dict(mixup=0.4), label_smoothing=dict(label_smoothing=0.1), growing=dict(grow=0.6))
pretrained = dict(arch='tf_efficientnet_lite0', size=128, schedule='fine_tune', epochs=5)

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
    def __str__(self): return f"{self.grid}: {self.name}, {', '.join(f'{k} {v:g}' for k,v in self.length.items() if v)}, seed {self.seed}"
    @property
    def folder(self): return f'{self.grid}-{self.per_class}' if self.grid.startswith('transfer') else self.grid

def jobs(grid, seeds, epochs, per_class):
    "The runs of `grid`, shortest first, all variants with one seed before the next"
    def each(named, **kw): return [Job(grid, name, seed, **{k: v for k,v in kw.items() if k!='changes'}, changes=kw['changes'] | o) for seed in seeds for name,o in named.items()]
    if grid.startswith('epochs'):
        network = {'epochs': {}, 'epochs-large': dict(arch='quicknet_l'), 'epochs-xresnet': dict(arch='xresnet18', optimizer='adam', lr=0.01, schedule='one_cycle')}[grid]
        return [o for n in epochs or (5, 20) for o in each(regularized, changes=small | network | dict(epochs=n))]
    if grid=='noise':
        arms = {k: regularized[k] for k in ('baseline', 'mixup', 'label_smoothing')}
        named = {f'{n}% wrong labels'+(k!='baseline')*f', {k}': dict(noise=n) | o for n in (50, 25, 5) for k,o in arms.items()}
        return [o for n in epochs or (20,) for o in each(named, changes=small | dict(epochs=n))]
    if grid=='growing': # growing, five epochs have the pixels of three at full size
        return [o for n,named in ((3, dict(baseline=dict(grow=1.), growing={})), (5, dict(growing={}))) for o in each(named, changes=dict(size=48, bs=64, epochs=n))]
    if grid=='ranking':
        n = (epochs or [4])[0]
        return [o for seed in seeds for part in (1, 4, 10) for o in each(settings, changes=small | dict(epochs=n*part), part=part) if o.seed==seed]
    if grid=='equal-time':
        plain = dict(size=64, bs=128, presize=96, grow=1., label_smoothing=0., optimizer='adam', lr=0.01, schedule='one_cycle', epochs=1)
        return [o for n in (epochs or (20, 40, 80)) for o in each(sizes, changes=plain | dict(seconds=float(n)), way='processor')]
    if grid=='views':
        return [o for size in (48, 64, 128) for o in each(dict(baseline={}), changes=dict(size=size, bs=128, presize=round(1.5*size), epochs=(epochs or [3])[0]), way='views')]
    if grid.startswith('transfer'):
        n = (epochs or [5])[0]
        found = each(dict(head={}), recipe=None, changes=pretrained | dict(epochs=n), way='head', per_class=per_class)
        found += each(tuned, recipe=None, changes=pretrained | dict(epochs=n), per_class=per_class)
        scratch = dict(small, label_smoothing=0.1, size=48, bs=32, epochs=max(1, 2000//per_class)) # about as many steps as suffice
        return sorted(found + each({'from scratch': {}}, changes=scratch, per_class=per_class), key=lambda o: o.seed)
    raise SystemExit(f'There is no grid {grid}.')

def part_of(path, job):
    "The images of `job`: all, a quarter or a tenth of the training images, or so many of each class; and all validation images"
    from pretrained import some_of
    from sota_course.data.dataset import open_data
    whole = open_data(path)
    n = len(whole.train)//len(whole.vocab)//job.part if job.part else job.per_class
    return whole if job.part==1 or n is None else some_of(path, max(1, n))

def head_only(recipe, data, seed):
    "A pretrained network with a new last layer, trained on features"
    from sota_course.core import seed_everything
    from sota_course.experiments.learners import recipe_learner
    from sota_course.training.transfer import fit_head
    seed_everything(seed)
    learn = recipe_learner(recipe, data, 'cpu')
    fit_head(learn)
    return learn

def made(job, path, folder, work, weights):
    "Train what `job` says and write its record, or several"
    from dataclasses import asdict
    from sota_course.core import seed_everything
    from sota_course.experiments.learners import evaluate
    from sota_course.experiments.recipes import change,named_recipe,Recipe
    from sota_course.experiments.recorder import describe_data
    from sota_course.experiments.runs import train
    from sota_course.label_smoothing import calibration_error
    from sota_course.records import device_name,load_records,package_versions,Record
    from sota_course.tta import CornerViews,FlipViews,RandomViews,SlidingViews,nll,tta
    from fastai.vision.all import accuracy
    data = part_of(path, job)
    changes = dict(job.changes)
    if job.grid.startswith('transfer') and job.recipe is None: changes |= dict(weights=str(weights), bs=32)
    changes['validate'] = 'end'
    changes['bs'] = min(changes['bs'], max(2, len(data.train)//2))
    def saved(name, config, log, seconds, found, **besides):
        found = {k: v for k,v in found.items() if k not in ('bins', 'worst', 'confusion', 'recall', 'images_a_second')}
        if 'weights' in config: config = config | dict(weights=Path(config['weights']).name)
        Record(name, describe_data(learn.dls), config | besides, job.seed, log, seconds, device_name(learn.dls.device), package_versions() | dict(commit=commit()),
            evaluation=found, status='done').save(folder)
    if job.way=='head':
        recipe = change(Recipe(), **changes)
        learn = head_only(recipe, data, job.seed)
        shown = {k: v for k,v in asdict(recipe).items() if v!=getattr(Recipe(), k)} | dict(epochs=job.changes['epochs'])
        return saved(job.name, shown, [], 0., evaluate(learn, n_worst=0))
    clock = mock.patch('time.perf_counter', time.process_time) if job.way=='processor' else nullcontext()
    with clock: learn = train(job.recipe, data, job.seed, name=job.name, folder=work, device='cpu', show=False, resume=True, num_workers=0, **changes)
    r = learn.record
    besides = {k: v for k in ('per_class', 'part') if (v := getattr(job, k))}
    saved(job.name, r.config, r.log[-1:], r.seconds, r.evaluation, **besides)
    if job.way!='views': return
    for name,views in dict(mirrored=FlipViews(), corners=CornerViews(), sliding=SlidingViews(), random=RandomViews(4)).items():
        seed_everything(job.seed, learn.dls)
        began = time.process_time()
        with learn.no_bar(): probs,targets = tta(learn, views=views)
        found = dict(accuracy=accuracy(probs, targets).item(), loss=nll(probs, targets).item(), calibration_error=calibration_error(probs, targets), images=len(targets))
        saved(name, r.config, r.log[-1:], r.seconds, found | dict(cpu_seconds=round(time.process_time()-began, 2)))

def commit():
    "The commit of the course that runs"
    done = subprocess.run(['git', 'rev-parse', '--short=12', 'HEAD'], cwd=Path(__file__).parent, capture_output=True, text=True)
    return done.stdout.strip()

def known(job, folder):
    "Has `job` its record?"
    from sota_course.records import load_records
    if not folder.is_dir(): return False
    def same(r): return r.seed==job.seed and job.part==r.config.get('part') and all(r.config.get(k, 0)==v for k,v in job.length.items())
    return any(map(same, load_records(folder, 'random' if job.way=='views' else job.name)))

def one(job, path, results, work, weights):
    "Do `job` unless that is done; what is wrong with it does not stop the others"
    from filelock import FileLock
    folder = Path(results)/f'{job.folder}-{path.name}'
    code = '-'.join(map(str, (job.folder, path.name, job.name, *job.length.values(), job.part, job.seed))).replace(' ', '_')
    Path(work).mkdir(parents=True, exist_ok=True)
    with FileLock(Path(work)/f'{code}.lock'):
        if known(job, folder): return ''
        try: made(job, path, folder, Path(work)/code, weights)
        except Exception as e: return f'{job}: {type(e).__name__}: {e}'
    return f'{job}: done'

def alone():
    "In each process: one thread, and behind all else that the machine does"
    import torch
    from sota_course.core import tune_malloc
    tune_malloc()
    torch.set_num_threads(1)
    os.nice(10)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path, nargs='?', help='a data set with `train` and `val`')
    parser.add_argument('grids', nargs='*', help='names of grids, see above')
    parser.add_argument('--seeds', nargs='+', type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument('--epochs', nargs='+', type=int, help='those of the grid if left out')
    parser.add_argument('--only', nargs='+', help='names of variants')
    parser.add_argument('--per-class', type=int, default=10, help='photographs of each class, for transfer')
    parser.add_argument('--processes', type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count())
    parser.add_argument('--weights', type=Path, help='for transfer; those of the installed package if left out')
    parser.add_argument('--folder', type=Path, default=Path(__file__).parent/'results', help='where folders of records go')
    parser.add_argument('--quick', action='store_true', help='a few drawn images, one epoch, one seed')
    args = parser.parse_args()
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    from sota_course.core import cache_home
    with TemporaryDirectory() as temp:
        path,folder,work = args.path,args.folder,cache_home()/'evidence'
        if args.quick:
            from sota_course.data.sample import sample_data
            path,folder,work,args.seeds,args.epochs = sample_data(20, 10),Path(temp),Path(temp)/'work',args.seeds[:1],[1]
            args.grids = args.grids or ['epochs', 'noise', 'equal-time', 'ranking', 'views', 'transfer-sample']
        elif path is None or not args.grids: parser.error('name a data set with train and val, and a grid, or say --quick')
        weights = args.weights
        if any(o.startswith('transfer') for o in args.grids) and weights is None:
            from pretrained import installed_weights
            weights = installed_weights(temp)
        todo = [o for grid in args.grids for o in jobs(grid, args.seeds, args.epochs, args.per_class) if not args.only or o.name in args.only]
        print(f'{len(todo)} runs', flush=True)
        with ProcessPoolExecutor(args.processes, initializer=alone) as pool:
            done = [pool.submit(one, o, path.absolute(), folder, work, weights) for o in todo]
            for o in done:
                if said := o.result(): print(said, flush=True)
