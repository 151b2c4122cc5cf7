"""More accuracy in the same time? Stock fastai trains five epochs; then a recipe of the course gets the seconds that these took.

    python benchmarks/equal_time.py PATH --seeds 1 2 3      # a data set with `train` and `val`; all cores free

Stock is fastai as it comes: its own loader, float32, xresnet18, 64 px, one cycle, and validation after each epoch. The recipe
is validated once, at the end. Seconds are all between the imports and the last result: loaders, the cache (built anew each
time), channel statistics, training, validation. Each run has a process of its own. A record for each goes to
benchmarks/results/equal_time-NAME; what has its record there is not done again.
"""
import argparse
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

epochs,size = 5,64
for_validation = 0.04 # of the seconds, kept for the end

def stock(path):
    "A trained learner, its settings, and the number of epochs"
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.training.callbacks import quiet
    learn = quiet(baseline_learner(get_dls(64, size, path=path, presize=False), 'xresnet18'))
    with learn.no_logging(): learn.fit_one_cycle(epochs, 3e-3)
    return learn,dict(arch='xresnet18', size=size, bs=64, lr=3e-3),epochs

def course(path, name, seconds):
    "The same, within `seconds` but for the last validation"
    from sota_course.core import tune_malloc
    from sota_course.experiments.learners import fit_recipe,recipe_learner
    from sota_course.experiments.recipes import change,named_recipe
    from fastai.vision.all import Callback,CancelValidException
    class TrainOnly(Callback):
        images = 0
        def before_validate(self): raise CancelValidException()
        def after_batch(self): TrainOnly.images += len(self.x)
    began = time.perf_counter()
    tune_malloc()
    recipe = named_recipe(name)
    learn = recipe_learner(recipe, path)
    recipe = change(recipe, seconds=seconds*(1-for_validation)-(time.perf_counter()-began))
    with learn.no_logging(): fit_recipe(learn, recipe, cbs=TrainOnly())
    return learn,{k: v for k,v in asdict(recipe).items() if k not in ('seconds', 'epochs')},TrainOnly.images/learn.dls.train.n

def measure(path, seed, name, seconds):
    "What a record says of one run"
    from sota_course.core import seed_everything
    from sota_course.experiments.learners import evaluate
    from sota_course.experiments.recorder import describe_data
    began = time.perf_counter()
    seed_everything(seed)
    learn,config,n = course(Path(path), name, seconds) if name else stock(Path(path))
    if name: found = evaluate(learn, config['views'], seed, n_worst=0) # stock has validated while it trained
    took = time.perf_counter()-began
    plain = evaluate(learn, n_worst=0)
    return dict(data=describe_data(learn.dls), config=dict(settings=config), seconds=round(took, 3), evaluation=(found if name else plain) | dict(without_views=plain['accuracy'], epochs=round(n, 2)))

def run(path, name, seed, seconds, folder):
    "The `Record` of one run, done now or before"
    from sota_course.records import Record,device_name,load_records,package_versions
    known = [r for r in load_records(folder, name or 'stock') if r.seed==seed] if folder.is_dir() else []
    if known: return known[-1]
    started = datetime.now(timezone.utc).isoformat(timespec='microseconds')
    with TemporaryDirectory(dir=path.absolute().parent, prefix='.equal-') as home: found = in_process(__file__, str(path), seed, name, seconds, SOTA_COURSE_HOME=home)
    record = Record(name or 'stock', seed=seed, device=device_name(), versions=package_versions(), started=started, **found)
    record.save(folder)
    print(f"{record.name}, seed {seed}: {100*record.evaluation['accuracy']:.2f} % ({100*record.evaluation['without_views']:.2f} without views) in {record.seconds:.0f} s", flush=True)
    return record

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--seeds', nargs='+', type=int, default=[1, 2, 3])
    parser.add_argument('--recipe', default='two-cores', help='a name, or FILE.toml:NAME')
    parser.add_argument('--folder', type=Path, help='where records go')
    args = parser.parse_args()
    folder = args.folder or Path(__file__).parent/'results'/f'equal_time-{args.path.name}'
    for seed in args.seeds:
        before = run(args.path, '', seed, 0, folder)
        after = run(args.path, args.recipe, seed, before.seconds, folder)
        gain = 100*(after.evaluation['accuracy']-before.evaluation['accuracy'])
        print(f'seed {seed}: {gain:+.2f} points in {after.seconds/before.seconds:.3f} of the time', flush=True)
