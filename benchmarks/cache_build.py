"""Building the cache of presized images: seconds, size on the disk, and whether memory stays flat as the data set grows.

    python benchmarks/cache_build.py PATH --presize 256 192     # a data set with `train` and `val`

Each measurement runs in a process of its own, with a new cache on the disk of PATH, for a quarter, a half and all of the images.
The record goes to benchmarks/results/speed/cache_build-NAME.json.
"""
import argparse,threading
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

notes = [
    "build: cache_images of the training files, images smaller than presize as they are; seconds without starting Python, all files in the system's cache; bytes are handed to the system, which may still be writing them to the disk",
    "PIL: the same files decoded to RGB one after another in one process, and decoded and resized to the same shortest side (bilinear, as fastai's Resize), nothing kept",
    "epoch: one pass over the training batches of get_dls, its cache built before by another process; size is two thirds of presize, batches of 64",
    "peak_mib: the highest anonymous resident memory (RssAnon, read every 2 ms) beyond what there was after imports, for build, or after get_dls, for epoch. Pages of the cache file itself, "
    "which the system drops when it needs room, do not count",
]

def anonymous(): return next(int(o.split()[1])/1024 for o in open('/proc/self/status') if o.startswith('RssAnon'))

def watched(f):
    "Seconds that `f` takes, and MiB by which anonymous memory grew meanwhile at most"
    start,done,peaks = anonymous(),threading.Event(),[0]
    def watch():
        while not done.wait(0.002): peaks[0] = max(peaks[0], anonymous()-start)
    thread = threading.Thread(target=watch)
    thread.start()
    try: s = seconds(f)
    finally:
        done.set()
        thread.join()
    return dict(seconds=round(s, 3), peak_mib=round(peaks[0], 1))

def measure(what, path, presize, share):
    "One measurement in this process; `share` 4 is a quarter of the images"
    from PIL import Image
    if what not in ('decode', 'resize'): from sota_course import imagenette,presizing
    files = sorted((Path(path)/'train').glob('*/*'))[::share]
    def pil(resize):
        for f in files:
            with Image.open(f) as im:
                im = im.convert('RGB')
                if resize and (k := presize/min(im.size))<1: im.resize([round(o*k) for o in im.size], Image.Resampling.BILINEAR)
    def build(): out['GB'] = round(presizing.cache_images(files, path, presize).nbytes/1e9, 4)
    def dls(): return imagenette.get_dls(64, presize*2//3, path=path, presize=presize)
    out = dict(images=len(files))
    if what=='prepare': dls()
    elif what=='epoch':
        dl = dls().train
        out |= watched(lambda: [None for _ in dl])
    else: out |= watched(dict(build=build, decode=lambda: pil(False), resize=lambda: pil(True))[what])
    return out

def in_new_home(what, path, presize, share, prepare=False):
    "`measure` in a process of its own, with caches of its own"
    with TemporaryDirectory(dir=home) as folder:
        for o in ['prepare']*prepare + [what]: found = in_process(__file__, o, str(path), presize, share, SOTA_COURSE_HOME=folder)
        return found

def summary(runs):
    "The median of what was measured several times"
    return runs[0] | {k: median(o[k] for o in runs) for k in ('seconds', 'peak_mib')} | dict(runs=[[o['seconds'], o['peak_mib']] for o in runs])

def cases(path, presize, shares, rounds):
    "A row for each share of the images: building in turns with PIL, then an epoch"
    n = len(list((path/'train').glob('*/*')))
    classes = len(list((path/'train').iterdir()))
    for share in shares:
        if share==1: part = path
        else: part = subset(path, home/f'{path.name}-{presize}-{share}', per_class=round(n/classes/share))
        todo = {what: partial(in_new_home, what, path, presize, share) for what in ['build'] + ['decode', 'resize']*(share==1)}
        found = {what: summary(runs) for what,runs in alternate(todo, rounds).items()}
        found['epoch'] = summary([in_new_home('epoch', part, presize, 1, prepare=True)])
        for what,o in found.items():
            print(f'presize {presize}, {what:<7}{o["images"]:>6} images{o["seconds"]:>8.2f} s{o["images"]/o["seconds"]:>8,.0f} images/s{o["peak_mib"]:>7.0f} MiB' + (f'{o["GB"]:>7.2f} GB' if 'GB' in o else ''), flush=True)
            yield dict(presize=presize, what=what, share=1/share) | o

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--presize', nargs='+', type=int, default=[256, 192])
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--quick', action='store_true', help='one round of 128 images and of half of them; writes nothing')
    args = parser.parse_args()
    from functools import partial
    from sota_course.data.folders import subset
    with TemporaryDirectory(dir=args.path.absolute().parent, prefix='.cache_build-') as home:
        home,shares = Path(home),[4, 2, 1]
        if args.quick: args.path,args.presize,args.rounds,shares = subset(args.path, home/'quick', per_class=16),args.presize[:1],1,[2, 1]
        rows = [row for presize in args.presize for row in cases(args.path, presize, shares, args.rounds)]
        if not args.quick: write_json(f'cache_build-{args.path.name}', data=data_of(args.path), rounds=args.rounds, notes=notes, rows=rows)
