"""Whole training epochs, loading, training and validation: the book's settings against the course's, each in processes of its own.

    python benchmarks/epochs.py PATH                    # a data set with `train` and `val`
    python benchmarks/epochs.py PATH --images 1000 --arch xresnet18 --size 128 --rounds 3

The settings take turns. The record goes to benchmarks/results/speed/epochs-NAME.json.
"""
import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

settings = { # loader presized, speed_up, freed memory kept
    'book': (False, False, False),
    'book, memory kept': (False, False, True),
    'presized loader': (True, False, False),
    'presized loader, speed_up': (True, True, False),
    'all': (True, True, True),
}
notes = [
    "images/s: the training and validation images an epoch really used (a last training batch that is not full is left out), divided by its seconds; "
    "the second epoch of each process, the first being kept apart: it warms up, and `start` before it holds get_dls, building the cache where there is one. Medians over processes",
    "book: float32, fastai's Adam, Resize then aug_transforms on batches, no worker processes, as get_dls chooses on a processor. speed_up: what sota_course.training.speed_up chose is under `chosen`. All augment alike",
    "accuracy is not compared here: these are two epochs on a part of the images",
]

def measure(path, arch, size, bs, presized, fast, keep):
    "Seconds of two epochs in this process, and of what was before them"
    from fastai.vision.all import Callback
    class Count(Callback):
        epochs = []
        def before_epoch(self): self.images,self.started = 0,time.perf_counter()
        def after_batch(self): self.images += len(self.x)
        def after_epoch(self): self.epochs.append([self.images, time.perf_counter()-self.started])
    learn,start,chosen = learner_with(path, arch, size, bs, presized, fast, keep)
    learn.fit_one_cycle(2, 3e-3, cbs=Count)
    return dict(start=start, epochs=Count.epochs, chosen=chosen)

def in_new_home(path, home, *args):
    "`measure` in a process of its own, with a cache of its own"
    with TemporaryDirectory(dir=home) as folder: return in_process(__file__, str(path), *args, SOTA_COURSE_HOME=folder)

def table(found):
    "A row for each setting"
    rows = []
    for name,runs in found.items():
        rates = [o['epochs'][1][0]/o['epochs'][1][1] for o in runs]
        rows.append(dict(setting=name, images_a_second=round(median(rates), 1), seconds=round(median(o['epochs'][1][1] for o in runs), 2), start=round(median(o['start'] for o in runs), 2),
            first_epoch=round(median(o['epochs'][0][1] for o in runs), 2), images=runs[0]['epochs'][1][0], of_processes=[round(o, 1) for o in rates], chosen=runs[0]['chosen']))
    for o in rows: o['ratio'] = round(o['images_a_second']/rows[0]['images_a_second'], 2)
    return rows

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--images', type=int, default=1000, help='training images; validation images in proportion')
    parser.add_argument('--arch', default='xresnet18')
    parser.add_argument('--size', type=int, default=128)
    parser.add_argument('--bs', type=int, default=64)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--settings', nargs='+', choices=list(settings), default=list(settings), help='the first is what others are compared with')
    parser.add_argument('--quick', action='store_true', help='one round, few images; writes nothing')
    args = parser.parse_args()
    if args.quick: args.images,args.size,args.bs,args.rounds = 40,64,16,1
    from sota_course.data.folders import subset
    with TemporaryDirectory(dir=args.path.absolute().parent, prefix='.epochs-') as home:
        part = subset(args.path, f'{home}/{args.path.name}', per_class=round(args.images/len(list((args.path/'train').iterdir()))))
        rows = table(alternate({o: partial(in_new_home, part, home, args.arch, args.size, args.bs, *settings[o]) for o in args.settings}, args.rounds))
        print(f'{"":<28}{"images/s":>9}{"ratio":>7}{"s an epoch":>12}{"first epoch":>12}{"start":>7}')
        for o in rows: print(f'{o["setting"]:<28}{o["images_a_second"]:>9.1f}{o["ratio"]:>7.2f}{o["seconds"]:>12.2f}{o["first_epoch"]:>12.2f}{o["start"]:>7.2f}')
        if not args.quick: write_json(f'epochs-{args.path.name}', data=data_of(part), arch=args.arch, size=args.size, bs=args.bs, rounds=args.rounds, notes=notes, rows=rows)
