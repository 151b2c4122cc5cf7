"""How long predictions take, `learn.get_preds` and fastai's own `learn.tta`, with the presized loader and with fastai's, in turns.

    python benchmarks/predictions.py PATH               # a data set with `train` and `val`

The networks are small and untrained: it is the loaders that are compared. The record goes to benchmarks/results/speed/predictions-NAME.json.
"""
import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from sota_course.core import keep_freed_memory
from timing import *

notes = [
    "seconds for all validation images, medians of rounds in turns; caches are built and files read before",
    "ours, stock (book): the book's augmentation, which tta varies images by; ours, stock (crop and flip): what get_dls does by default, with and without the cache",
    "fastai's loader runs without worker processes, as get_dls chooses on a processor",
    "probabilities: the largest difference between ours and stock for one network with the same weights. The pixels differ, since ours are resized from the presized image and stock's from the file. "
    "The network is untrained, so its answers vary little: `spread` is the largest difference between two images' probability of a class, to compare with",
]

def learners(path, arch, size):
    "The same network on four kinds of loaders, by name"
    load,model = partial(get_dls, 64, size, path=path, stats=imagenet_stats),None
    for name,kwargs in {'ours (book)': dict(augment=book_augment()), 'stock (book)': book_tfms(size), 'ours (crop and flip)': {}, 'stock (crop and flip)': dict(presize=False)}.items():
        learn = quiet(baseline_learner(load(**kwargs), arch))
        learn.model = model = model or learn.model
        yield name, learn

def compare(path, arch, size, rounds, n):
    "A row for predictions and one for test-time augmentation, of each kind"
    seed_everything(0)
    each = dict(learners(path, arch, size))
    def predict(learn, kind):
        with learn.no_bar(): return learn.get_preds()[0] if kind=='get_preds' else learn.tta(n=n)[0]
    probs = {name: predict(learn, 'get_preds') for name,learn in each.items()} # warms up as well
    for kind in ('get_preds', 'tta'):
        taken = alternate({name: partial(seconds, predict, learn, kind) for name,learn in each.items()}, rounds)
        for family in ('book', 'crop and flip'):
            ours,stock = (median(taken[f'{o} ({family})']) for o in ('ours', 'stock'))
            a,b = probs[f'ours ({family})'],probs[f'stock ({family})']
            row = dict(arch=arch, size=size, kind=kind, transforms=family, images=len(a), ours=round(ours, 3), stock=round(stock, 3), ratio=round(stock/ours, 2),
                rounds={o: [round(s, 3) for s in taken[f'{o} ({family})']] for o in ('ours', 'stock')})
            if kind=='get_preds': row |= dict(largest_difference=float((a-b).abs().max()), spread=float((b.max(0).values-b.min(0).values).max()), same_answer=float((a.argmax(1)==b.argmax(1)).float().mean()))
            print(f'{arch}, {size} px, {kind:<10}{family:<14}{len(a):>6} images: ours {ours:.2f} s, stock {stock:.2f} s, ratio {row["ratio"]:.1f}' +
                (f'; probabilities differ by {row["largest_difference"]:.4f} at most, spread {row["spread"]:.4f}' if 'spread' in row else ''), flush=True)
            yield row

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--per-class', type=int, default=240, help='training images of each class in the part that is used; validation images in proportion')
    parser.add_argument('--n', type=int, default=4, help='augmented predictions of tta')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--keep-memory', action='store_true', help='let glibc keep freed memory, for both')
    parser.add_argument('--quick', action='store_true', help='one round, few images; writes nothing')
    args = parser.parse_args()
    kept = args.keep_memory and keep_freed_memory()
    if args.keep_memory and not kept: parser.error('freed memory cannot be kept here: this is no glibc')
    if args.quick: args.per_class,args.n,args.rounds = 10,1,1
    from fastai.vision.all import *
    from sota_course.core import seed_everything
    from sota_course.imagenette import baseline_learner,get_dls,quiet,subset
    with TemporaryDirectory(dir=args.path.absolute().parent, prefix='.predictions-') as home:
        os.environ['SOTA_COURSE_HOME'] = home
        part = subset(args.path, f'{home}/{args.path.name}', per_class=args.per_class)
        rows = [row for arch,size in (('small_cnn', 128), ('xresnet18', 64)) for row in compare(part, arch, size, args.rounds, args.n)]
        if not args.quick: write_json(f'predictions-{args.path.name}{"-kept"*args.keep_memory}', data=data_of(part), memory_kept=kept, n=args.n, notes=notes, rows=rows)
