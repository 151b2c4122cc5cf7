"""What the benchmarks of speed share: taking turns, medians, records, processes of their own, and the augmentation of the
fastai book in fastai's words and in ours."""
import json,os,platform,subprocess,sys,time
from datetime import datetime,timezone
from pathlib import Path
from statistics import median

def seconds(f, *args):
    start = time.perf_counter()
    f(*args)
    return time.perf_counter()-start

def alternate(cases, rounds):
    "What the functions in the dict `cases` return, a list of `rounds` for each; they take turns, in opposite order every other round"
    found = {name: [] for name in cases}
    for i in range(rounds):
        for name in list(cases)[::-1 if i%2 else 1]: found[name].append(cases[name]())
    return found

def in_process(script, *args, **env):
    "Call `script` with --measure and `args` in a process of its own: what it prints last, as JSON"
    done = subprocess.run([sys.executable, script, '--measure', json.dumps(args)], env=os.environ | env, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])

def if_asked(measure):
    "In a process that `in_process` has started: print what `measure` finds, as JSON, and end"
    if '--measure' not in sys.argv: return
    print(json.dumps(measure(*json.loads(sys.argv[-1]))))
    sys.exit()

def recorded(script, folder, name, seed, args, packages=(), **env):
    "The `Record` in `folder` of what `script` measures with `args` in a process of its own; and was it measured now, or before?"
    from sota_course.records import Record,device_name,load_records,package_versions
    known = [r for r in load_records(folder, name) if r.seed==seed] if folder.is_dir() else []
    if known: return known[-1],False
    began,started = time.perf_counter(),datetime.now(timezone.utc).isoformat(timespec='microseconds')
    found = in_process(script, *args, **env)
    found['evaluation']['process_seconds'] = round(time.perf_counter()-began, 1)
    record = Record(name, seed=seed, device=device_name(), versions=package_versions()|package_versions(packages), started=started, **found)
    record.save(folder)
    return record,True

def write_json(name, folder=None, **found):
    "Record what was `found`, with what it takes to measure it again, in speed/`name`.json of `folder`, or of results beside this file"
    import torch
    from sota_course.core import to_json,write_atomically
    from sota_course.records import device_name,package_versions
    head = dict(command=' '.join(['python', f'benchmarks/{Path(sys.argv[0]).name}', *(str(o).replace(str(Path.home()), '~') for o in sys.argv[1:])]),
        finished=datetime.now(timezone.utc).isoformat(timespec='seconds'), device=device_name(), threads=torch.get_num_threads(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count(), system=platform.platform(terse=True), versions=package_versions())
    print(write_atomically((folder or Path(__file__).parent/'results')/'speed'/f'{name}.json', to_json(head | found, indent=1)))

def data_of(path):
    "What a record says of a data set"
    from sota_course.records import fingerprint
    from fastai.data.transforms import get_image_files
    files = {split: get_image_files(path/split) for split in ('train', 'val')}
    both = [*files['train'], *files['val']]
    return dict(name=path.name, fingerprint=fingerprint(both, path), train=len(files['train']), val=len(files['val']), bytes_a_file=round(sum(f.stat().st_size for f in both)/len(both)))

def book_tfms(size):
    "The book's augmentation for fastai's own loader: presizing of each image to 460 px for 224, else to twice the size, then all else in batches"
    from fastai.vision.all import Resize,aug_transforms
    return dict(presize=False, item_tfms=Resize(460 if size==224 else 2*size), batch_tfms=aug_transforms(size=size, min_scale=0.75))

def book_augment():
    "The same, in our words; its validation sees the whole centre"
    from sota_course.loading.augment import Augment
    return Augment(min_scale=0.75, max_rotate=10, max_zoom=1.1, max_warp=0.2, max_lighting=0.2, val_xtra=0)

def learner_with(path, arch, size, bs, presized, fast, keep):
    "A seeded `Learner` with the book's augmentation, in a process of its own: presized loader or fastai's, `speed_up` or not, freed memory kept or not; the seconds of `get_dls`, and what `speed_up` said"
    from sota_course.core import tune_malloc,seed_everything
    if keep and not tune_malloc(): raise SystemExit('freed memory cannot be kept here: this is no glibc')
    import contextlib,io
    from fastai.vision.all import imagenet_stats
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.training.callbacks import quiet
    from sota_course.training.speed import speed_up
    seed_everything(0)
    start = time.perf_counter()
    dls = get_dls(bs, size, path=Path(path), stats=imagenet_stats, **dict(augment=book_augment()) if presized else book_tfms(size))
    start,said = time.perf_counter()-start,io.StringIO()
    seed_everything(0, dls) # the same weights with whichever loader
    learn = quiet(baseline_learner(dls, arch))
    if fast:
        with contextlib.redirect_stdout(said): speed_up(learn)
    return learn, start, said.getvalue().strip()
