"""How long predictions take, `learn.get_preds` and fastai's own `learn.tta`: with fastai's loader, from the cache, and from the cache
with a network that `speed_up` has prepared. Each in processes of its own, in turns.

    python benchmarks/predictions.py PATH               # a data set with `train` and `val`
    python benchmarks/predictions.py PATH --cases xresnet18:64 --rounds 5

The networks are untrained: it is time that is compared. The record goes to benchmarks/results/speed/predictions-NAME.json.
"""
import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

settings = { # loader presized; speed_up and freed memory kept
    'stock': (False, False),
    'presized loader': (True, False),
    'all': (True, True),
}
notes = [
    "seconds for all validation images, medians over processes; each asks once before, uncounted, and caches are built and files read by then",
    "stock: the book's augmentation, by which tta varies images, and fastai's loader without worker processes, as get_dls chooses on a processor; float32",
    "presized loader: the same augmentation from the cache. all: speed_up besides, as after a fit with it, and freed memory kept; what speed_up chose is under `chosen`",
    "difference, with the same weights: the largest and the mean difference of a probability to stock's, and the share of images with the same answer. The pixels differ, since ours are resized from the presized image "
    "and stock's from the file, and bfloat16 has fewer digits. The network is untrained, so its answers vary little: `spread` is the mean over classes of the standard deviation of a probability over the images, to compare with",
]

def measure(path, arch, size, n, presized, fast, probs):
    "Seconds of both kinds of predictions; the probabilities go to the file `probs`"
    import torch
    learn,_,chosen = learner_with(path, arch, size, 64, presized, fast, fast)
    with learn.no_bar():
        learn.get_preds() # warms up
        start,found,between = time.perf_counter(),learn.get_preds()[0],time.perf_counter()
        learn.tta(n=n)
        end = time.perf_counter()
    torch.save(found, probs)
    return dict(get_preds=between-start, tta=end-between, images=len(found), chosen=chosen)

def compare(path, arch, size, n, rounds):
    "A row for each kind of predictions and each setting"
    import torch
    with TemporaryDirectory(dir=path.parent) as folder:
        probs = {o: f'{folder}/{o}.pt' for o in settings}
        found = alternate({o: partial(in_process, __file__, str(path), arch, size, n, *settings[o], probs[o]) for o in settings}, rounds)
        probs = {o: torch.load(f) for o,f in probs.items()}
    stock = probs['stock']
    for kind in ('get_preds', 'tta'):
        taken = {o: [r[kind] for r in runs] for o,runs in found.items()}
        for name,o in taken.items():
            row = dict(arch=arch, size=size, kind=kind, setting=name, images=len(stock), seconds=round(median(o), 3), ratio=round(median(taken['stock'])/median(o), 2), of_processes=[round(s, 3) for s in o], chosen=found[name][0]['chosen'])
            if kind=='get_preds':
                difference = (probs[name]-stock).abs()
                row['difference'] = dict(largest=float(difference.max()), mean=float(difference.mean()), spread=float(stock.std(0).mean()), same_answer=float((probs[name].argmax(1)==stock.argmax(1)).float().mean()))
            print(f'{arch}, {size} px, {kind:<10}{name:<16}{len(stock):>6} images{row["seconds"]:>8.2f} s{row["ratio"]:>7.2f}', *([f'  differs by {row["difference"]["mean"]:.4f} in the mean, spread {row["difference"]["spread"]:.4f}'] if 'difference' in row else []), flush=True)
            yield row

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--cases', nargs='+', default=['small_cnn:128', 'xresnet18:64', 'xresnet18:224'], metavar='ARCH:SIZE')
    parser.add_argument('--per-class', type=int, default=120, help='training images of each class in the part that is used; validation images in proportion')
    parser.add_argument('--n', type=int, default=4, help='augmented predictions of tta')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--quick', action='store_true', help='one round, few images, one case; writes nothing')
    args = parser.parse_args()
    if args.quick: args.cases,args.per_class,args.n,args.rounds = ['small_cnn:64'],10,1,1
    from sota_course.data.folders import subset
    with TemporaryDirectory(dir=args.path.absolute().parent, prefix='.predictions-') as home:
        os.environ['SOTA_COURSE_HOME'] = home
        part = subset(args.path, f'{home}/{args.path.name}', per_class=args.per_class)
        rows = [row for arch,size in (o.split(':') for o in args.cases) for row in compare(part, arch, int(size), args.n, args.rounds)]
        if not args.quick: write_json(f'predictions-{args.path.name}', data=data_of(part), n=args.n, rounds=args.rounds, notes=notes, rows=rows)
