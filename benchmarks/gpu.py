"""What a graphics card makes of the course: in at most 8 minutes, from one file of less than 60 MB, a record for each figure.

    python benchmarks/gpu.py pack PATH FILE          # beforehand: Imagenette's images, made smaller, in one file
    python benchmarks/gpu.py FILE                    # where the card is; what stands in requirements suffices, nothing is installed
    python benchmarks/gpu.py FILE --parts ladder     # some of the parts
    python benchmarks/gpu.py --quick --device cpu    # does it run? A few drawn images and small networks, no records

share        what share of the rate of the network alone a real epoch of xresnet50 reaches at 224 px (the goal: 95 %)
stock        an epoch of stock fastai against one of the course's, taking turns (the goal: four times as fast)
leaderboard  the recipe leaderboard-128-5, with as many of its seeds as fit
ladder       the recipes of the book, as many as fit

Each part says how long it will take, which its first steps tell, and is left out if the time that is left does not suffice.
Records of the first two go to benchmarks/results/speed, of the others to benchmarks/results/gpu-NAME; a run that has its record there is
not done again. From images that were made smaller the accuracies are no claim about the official ones. For the first two parts
the images are enlarged again, to the size of the official 320 px archive, so that to read them takes its time.
"""
import argparse,faulthandler,gc,io,os,sys,time,traceback
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from zipfile import ZipFile
sys.path.insert(1, str(Path(__file__).parents[1])) # the course of this source tree, which need not be installed
from timing import alternate,learner_with,write_json

pairs = dict( # what the course's epochs are compared with, the goal, and what that means
    share=('one batch', 0.95, 'one batch: as many steps with one batch that is on the card already, in place of those that the loader makes: the rate of the network alone'),
    stock=('stock', 4, "stock: fastai's own loader with as many worker processes as it chooses, float32, fastai's Adam. ours: the cache, and speed_up"),
)
note = """images/s of whole epochs, training and validation, from the call of fit to its end; medians of rounds, in turns. All augment as in the book; the cache was
built before; cudnn tries its algorithms, as fastai has it. The images were made smaller, and enlarged to the size of the official 320 px archive""".replace('\n', ' ')

class Clock:
    "How much time is left, and whether something fits into it"
    def __init__(self, seconds): self.end = time.perf_counter()+seconds
    @property
    def left(self): return self.end-time.perf_counter()
    def fits(self, what, seconds):
        "Say how long `what` will take, and whether it is left out; a tenth of its time is for what was not foreseen"
        left = max(0, self.left)
        fits = 1.1*seconds<=left
        print(f"{what}: about {seconds:.0f} s, {left:.0f} s are left{'' if fits else ': skipped'}.", flush=True)
        return fits

# Images in one file

def shrunk(file, side, quality):
    "An image with a shortest side of at most `side`, as the bytes of a WebP file"
    from PIL import Image
    from sota_course.loading.cache import read_presized
    out = io.BytesIO()
    Image.fromarray(read_presized(file, side).permute(1,2,0).numpy()).save(out, 'WEBP', quality=quality)
    return out.getvalue()

def pack(path, file, side=160, quality=55, megabytes=60):
    "Write all images of a data set to one file, smaller; ends with a sentence where it gets too large"
    from sota_course.core import n_cores,new_file
    from sota_course.data.dataset import open_data
    from sota_course.loading.views import parallel
    data = open_data(path)
    files = [*data.train, *data.valid]
    images = parallel(partial(shrunk, side=side, quality=quality), files, n_cores())
    with new_file(file) as temp:
        with ZipFile(temp, 'w') as packed:
            packed.comment = f'{data.path.name}-packed-{side}'.encode()
            for f,image in zip(files, images): packed.writestr(f'{f.relative_to(data.path).as_posix()}.webp', image)
        size = temp.stat().st_size/1e6
        if size>=megabytes: raise SystemExit(f'{len(files)} images of {side} px take {size:.1f} MB, and {megabytes} are too many: choose a smaller --side or --quality.')
    print(f'{file}: {len(files)} images of {side} px, {size:.1f} MB')

def unpack(file, home):
    "A data set below `home` with the images in `file`; raises an error if one of them is not as it was packed"
    with ZipFile(file) as packed:
        folder = Path(home)/packed.comment.decode()
        packed.extractall(folder) # which checks the sum of each file
    return folder

def enlarged(path, side):
    "A data set beside `path` with its images as JPEG files, a shortest side of `side`"
    from PIL import Image
    from sota_course.core import n_cores
    from sota_course.data.files import image_files
    from sota_course.loading.views import parallel
    folder = path.with_name(f'{path.name}-to-{side}')
    def write(file):
        new = folder/file.relative_to(path).with_suffix('.jpg')
        new.parent.mkdir(parents=True, exist_ok=True)
        image = Image.open(file)
        scale = side/min(image.size)
        image.resize([round(o*scale) for o in image.size]).save(new)
    parallel(write, image_files(path), n_cores())
    return folder

# Speed

def epoch(learn, part=1.):
    "Images a second in an epoch of training and validation, or in a part of one"
    import torch
    from fastai.vision.all import Callback,ShortEpochCallback
    class Count(Callback):
        images = 0
        def after_batch(self): Count.images += len(self.x)
    started = time.perf_counter()
    with learn.no_bar(), learn.no_logging(): learn.fit(1, 1e-3, cbs=[Count(), *[ShortEpochCallback(part)]*(part<1)])
    if learn.dls.device.type=='cuda': torch.cuda.synchronize() # a card works on while Python is already further
    return Count.images/(time.perf_counter()-started)

def one_batch_only(learn):
    "`learn` with one batch, on its device already, in place of each that its loaders make"
    from fastai.vision.all import DataLoader,DataLoaders
    batch,device = learn.dls.one_batch(),learn.dls.device
    learn.dls = DataLoaders(*(DataLoader([batch]*len(o), bs=None, device=device) for o in learn.dls.loaders), device=device)
    return learn

def speed(part, o):
    "Compare epochs of the course's with those of stock fastai, or with the network alone"
    import torch
    from sota_course.experiments.recorder import describe_data
    if not o.large: o.large = enlarged(o.path, o.enlarge)
    def learner(fast): return learner_with(o.large, o.arch, o.size, o.bs, fast, fast, False)[0]
    (other,goal,meaning),ours = pairs[part],learner(True)
    data,n = describe_data(ours.dls),len(ours.dls.train)*o.bs+len(ours.dls.valid_ds)
    learners = {'ours': ours, other: learner(False) if part=='stock' else one_batch_only(learner(True))}
    torch.set_float32_matmul_precision('highest') # what `speed_up` sets is for the whole process, and not for stock
    torch.backends.cudnn.deterministic,torch.backends.cudnn.benchmark = False,True # which a seed changes
    for l in learners.values(): epoch(l, 0.05) # warms up
    once = sum(n/epoch(l, 0.1) for l in learners.values())
    rounds = max(1, min(3, int(o.clock.left/3/once))) # where one takes long, time shall be left for other parts
    if not o.clock.fits(f"{part}, {rounds} epoch{'s'*(rounds>1)} of both", rounds*once): return
    found = alternate({name: partial(epoch, l) for name,l in learners.items()}, rounds)
    rates = {name: median(v) for name,v in found.items()}
    ratio = rates['ours']/rates[other]
    print(f"{part}: {', '.join(f'{name} {v:.0f} images/s' for name,v in rates.items())}: {ratio:.3f}, the goal is {goal}", flush=True)
    write_json(f'gpu-{part}-{o.path.name}', o.folder, command='python benchmarks/gpu.py FILE', data=data, arch=o.arch, size=o.size, bs=o.bs, images=n, notes=[meaning, note],
        ratio=round(ratio, 4), goal=goal, images_a_second={name: round(v, 1) for name,v in rates.items()}, seconds={name: round(n/v, 2) for name,v in rates.items()},
        rounds={name: [round(r, 1) for r in v] for name,v in found.items()})

# Accuracy

def forecast(name, data, changes):
    "How many seconds a run of this recipe takes, from its first steps"
    from sota_course.experiments.forecast import seconds_left
    from sota_course.experiments.learners import recipe_learner
    from sota_course.experiments.recipes import change,named_recipe
    recipe = change(named_recipe(name), **changes)
    return seconds_left(recipe, recipe_learner(recipe, data))(0, [recipe.views])

def runs(names, o, **changes):
    "Each recipe with each seed, as far as the time goes"
    from sota_course.experiments.ladder import summary_line
    from sota_course.experiments.runs import train
    from sota_course.records import load_records
    folder,took,changes = o.folder/f'gpu-{o.path.name}',{},o.changes | changes
    for seed in range(o.seeds):
        for name in names:
            if folder.is_dir() and any(r.seed==seed and r.status=='done' for r in load_records(folder, name)): continue
            if name not in took: took[name] = forecast(name, o.data, changes)
            if not o.clock.fits(f'{name}, seed {seed}', took[name]): continue
            started = time.perf_counter()
            learn = train(name, o.data, seed, name, folder, show=False, **changes)
            took[name] = time.perf_counter()-started
            print(summary_line(learn.record), flush=True)

def leaderboard(o):
    from sota_course.experiments.recipes import list_recipes
    mark = list_recipes().published['leaderboard-128-5']
    print(f'leaderboard-128-5: the mark is {mark} %, on official images; from these a figure is reported, not claimed', flush=True)
    runs(['leaderboard-128-5'], o)

def ladder(o):
    from sota_course.experiments.recipes import list_recipes
    runs([name for name in list_recipes().index if name.startswith('book-')], o, arch=o.arch)

parts = dict(share=partial(speed, 'share'), stock=partial(speed, 'stock'), leaderboard=leaderboard, ladder=ladder)

def measure(o):
    "All parts, one after the other; what is wrong with one does not stop the others. The names of those with which something was"
    import torch
    from sota_course.data.dataset import open_data
    o.data,failed = open_data(o.path),[]
    for name in o.parts:
        try: parts[name](o)
        except Exception:
            traceback.print_exc()
            failed.append(name)
        gc.collect() # learners go in circles with their callbacks
        torch.cuda.empty_cache()
    return failed

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', nargs='*', type=Path, metavar='FILE', help='what was packed; or: pack PATH FILE')
    parser.add_argument('--side', type=int, default=160, help='for pack: the shortest side of images')
    parser.add_argument('--quality', type=int, default=55, help='for pack: of WebP, 0 to 100')
    parser.add_argument('--parts', nargs='+', choices=list(parts), default=list(parts))
    parser.add_argument('--minutes', type=float, default=8., help='for all of it; then it ends, whatever it is doing')
    parser.add_argument('--device', default='cuda', help='cpu to try it')
    parser.add_argument('--folder', type=Path, help='where folders of records go')
    parser.add_argument('--quick', nargs='?', type=int, const=8, metavar='N', help='N (8) drawn images of each class, smaller networks and images, two epochs')
    args = parser.parse_args()
    clock = Clock(60*args.minutes)
    if len(args.files)==3 and args.files[0]==Path('pack'): sys.exit(pack(*args.files[1:], args.side, args.quality))
    if len(args.files)!=(not args.quick): parser.error('name one file that was packed, or say pack PATH FILE, or --quick')
    faulthandler.dump_traceback_later(60*args.minutes, exit=True)
    if args.device=='cpu': os.environ['CUDA_VISIBLE_DEVICES'] = ''
    with TemporaryDirectory() as temp:
        os.environ['SOTA_COURSE_HOME'] = temp # for caches
        from sota_course.core import get_device
        get_device(args.device) # raises an error if there is none
        settings = dict(arch='xresnet50', size=224, bs=64, enlarge=320, seeds=5, changes={}, large=None)
        folder = args.folder or Path(__file__).parent/'results'
        if args.quick:
            from sota_course.data.sample import sample_data
            args.files = [Path(temp)/'packed.zip']
            pack(sample_data(args.quick, 2), *args.files, side=32)
            settings |= dict(arch='xresnet18', size=32, bs=8, enlarge=48, seeds=1, changes=dict(size=32, bs=8, epochs=2))
            folder = args.folder or Path(temp)/'records'
        failed = measure(SimpleNamespace(path=unpack(*args.files, temp), folder=folder, parts=args.parts, clock=clock, **settings))
    if failed: sys.exit(f"Something was wrong with {' and '.join(failed)}.")
