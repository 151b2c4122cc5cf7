"""How fast images come: the presized loader and fastai's own, in turns in one process.

    python benchmarks/loading.py PATH                   # a data set with `train` and `val`
    python benchmarks/loading.py PATH --keep-memory     # both with freed memory kept

Both augment as in the book. fastai's own loader is tried without and with two worker processes, and ours is compared with whichever
is faster. The table goes to benchmarks/results/speed/loading-NAME.json as well.
"""
import argparse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from sota_course.core import tune_malloc
from timing import *

notes = [
    "images/s, medians over the rounds; the first batch of each pass, which starts workers and threads, is not counted, except in the rows of a first epoch",
    "all files are in the system's cache: they are read once before",
    "training: float batches, normalized, ready for a network on this processor; validation: the same for the val split",
    "crop and flip: what get_dls does if nothing else is asked for; fastai's side is RandomResizedCrop and FlipItem on each image, no batch transforms but normalizing",
    "for a card: nothing was sent to a card. fastai: items of the book's size as uint8 batches, with the batch transforms, which a card would run, left out. "
    "Ours: images gathered from the cache in random order as one row of bytes, with their targets, as presizing.send does; sampling the views, which a card would run, and pinning the bytes are left out. "
    "Where the whole cache fits on the card even this is not done",
    "first epoch: ours is measured, get_dls with building the cache of train and val and one pass over the training batches. fastai's is the rate of the same row without 'first epoch', "
    "extrapolated from as many batches as `stock_batches` says to all training images; finding the files and starting workers is not counted for fastai's, finding the files is for ours",
    "first epoch, for a card: both are computed from the measured seconds of building and the rates of 'for a card'",
    "rooflines have no counterpart: decode, the files at their full size; read, a copy of each image out of the cache in order; sample, views of one cached image, sixteen at a time, drawn beforehand",
]

def pass_rate(dl, batches=None):
    "Images a second of a pass over `dl`, or of its first `batches`, after one that is not counted"
    n,it = 0,iter(dl)
    next(it)
    start = time.perf_counter()
    for i,b in enumerate(it, 1):
        n += len(b[0])
        if i==batches: break
    rate = n/(time.perf_counter()-start)
    it.close()
    return rate

def gather(dl, threads, batches=None):
    "Images a second, from the cache to bytes that can be sent"
    import torch
    from sota_course.loading.loader import send
    from sota_course.loading.views import parallel
    from fastai.vision.all import chunked,fa_collate
    items,targets = dl.dataset.items,fa_collate([dl.dataset.tls[1][i] for i in range(len(dl.dataset))])
    idxs = list(chunked(dl.get_idxs(), dl.bs))[:batches]
    def batch(o): return len(send([dl.cache.image(items[i]) for i in o], torch.device('cpu'))), targets[list(o)]
    start = time.perf_counter()
    parallel(batch, idxs, threads)
    return sum(map(len, idxs))/(time.perf_counter()-start)

def rooflines(ours, files, size, threads):
    "Functions that measure images a second, by name"
    import numpy as np
    from sota_course.loading.cache import read_presized
    from sota_course.loading.views import parallel,sample_views
    from fastai.vision.all import chunked
    cache,image = ours.train.cache,ours.train.cache.image(files[0])
    m,_ = book_augment().draw(np.array([image.shape[1:]]*len(files)), np.random.default_rng(0))
    def sample(part): sample_views([image]*len(part), m[list(part)], size)
    def decode(part): [read_presized(files[j], 10**6) for j in part]
    def read(part): [cache.image(files[j]).clone() for j in part]
    parts = list(chunked(range(len(files)), 16))
    def rate(f): return len(files)/seconds(parallel, f, parts, threads)
    return {f.__name__: partial(rate, f) for f in (decode, read, sample)}

def measure(path, size, rounds, batches, n_roof):
    "A row for each thing that is compared at this size"
    build,own = [],SimpleNamespace()
    load = partial(get_dls, 64, size, path=path, stats=imagenet_stats)
    book,crop = ({w: load(num_workers=w, **o) for w in (0,2)} for o in (book_tfms(size), dict(presize=False)))
    items = load(num_workers=2, **book_tfms(size)).train
    items.after_batch = Pipeline()
    def first_epoch():
        clear_cache(path)
        build.append(seconds(lambda: setattr(own, 'book', load(augment=book_augment()))))
        own.crop = load()
        return len(own.book.train_ds)/(build[-1]+seconds(lambda: [None for _ in own.book.train]))
    first_epoch(), build.clear()
    def stock(dls, i): return {f'stock, {w} workers': (lambda dl=o[i]: pass_rate(dl, batches)) for w,o in dls.items()}
    rows = {'training': {'ours': lambda: pass_rate(own.book.train)} | stock(book, 0),
        'training, crop and flip': {'ours': lambda: pass_rate(own.crop.train)} | stock(crop, 0),
        'validation': {'ours': lambda: pass_rate(own.book.valid)} | stock(book, 1),
        'for a card': {f'ours, {t} threads': partial(lambda t: gather(own.book.train, t), t) for t in (1,2)} | {'stock, 2 workers': lambda: pass_rate(items, batches)},
        'first epoch': {'ours': first_epoch}}
    files = list(own.book.train_ds.items[:n_roof])
    for t in (1,2): rows |= {f'roofline: {name}, {t} threads': {'ours': f} for name,f in rooflines(own.book, files, size, t).items()}
    found = {name: alternate(o, rounds) for name,o in rows.items()}
    n,seconds_built = len(own.book.train_ds),median(build)
    best = {name: {side: max((median(v) for k,v in o.items() if k.startswith(side)), default=None) for side in ('ours', 'stock')} for name,o in found.items()}
    best['first epoch']['stock'] = best['training']['stock']
    best['first epoch, for a card'] = dict(ours=n/(seconds_built + n/best['for a card']['ours']), stock=best['for a card']['stock'])
    out = [dict(row=name, size=size, **{k: v and round(v, 1) for k,v in o.items()}, ratio=o['stock'] and round(o['ours']/o['stock'], 2),
        rounds={k: [round(r, 1) for r in v] for k,v in found.get(name, {}).items()}) for name,o in best.items()]
    return dict(rows=out, seconds_built={size: [round(o, 2) for o in build]}, cache={size: repr(own.book.train.cache)})

def show(rows):
    print(f'{"":<32}{"px":>5}{"ours":>12}{"stock":>10}{"ratio":>8}')
    for o in rows: print(f'{o["row"]:<32}{o["size"]:>5}{o["ours"]:>12,.0f}' + (f'{o["stock"]:>10,.0f}{o["ratio"]:>8.1f}' if o['stock'] else ''), flush=True)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--sizes', nargs='+', type=int, default=[224, 128])
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--stock-batches', type=int, default=24, help='batches in a pass of fastai\'s loader')
    parser.add_argument('--roof', type=int, default=1000, help='images for the rooflines')
    parser.add_argument('--keep-memory', action='store_true', help='let glibc keep freed memory, for both')
    parser.add_argument('--quick', action='store_true', help='one round, three batches, on a small copy; writes nothing')
    args = parser.parse_args()
    kept = args.keep_memory and tune_malloc()
    if args.keep_memory and not kept: parser.error('freed memory cannot be kept here: this is no glibc')
    from fastai.vision.all import *
    from sota_course.data.folders import subset
    from sota_course.loading.dls import get_dls
    from sota_course.loading.cache import clear_cache
    from sota_course.loading.views import parallel
    found = dict(data=data_of(args.path), rounds=args.rounds, stock_batches=args.stock_batches, memory_kept=kept, notes=notes, rows=[], seconds_built={}, cache={})
    with TemporaryDirectory(dir=args.path.absolute().parent, prefix='.loading-') as home:
        os.environ['SOTA_COURSE_HOME'] = home
        if args.quick: args.path,args.rounds,args.stock_batches,args.roof = subset(args.path, f'{home}/quick', per_class=32),1,3,64
        parallel(lambda f: len(f.read_bytes()), get_image_files(args.path), 2)
        for size in args.sizes:
            new = measure(args.path, size, args.rounds, args.stock_batches, args.roof)
            show(new['rows'])
            found = {k: v+new[k] if k=='rows' else v | new.get(k, {}) if isinstance(v, dict) else v for k,v in found.items()}
    if not args.quick: write_json(f'loading-{args.path.name}{"-kept"*args.keep_memory}', **found)
