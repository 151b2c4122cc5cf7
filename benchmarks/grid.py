"""What a grid of runs costs beside training and evaluation: loaders, networks, checkpoints, locks and records.

    python benchmarks/grid.py PATH --epochs 5 --seeds 1

The record goes to benchmarks/results/speed/grid-NAME.json.
"""
import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

variants = 'baseline', 'label_smoothing', 'mirrored'
notes = [
    "wall: from the call of ladder to its return, the cache of images being there already",
    "training: all epochs of all networks with their validation, without the checkpoints that are written after them",
    "evaluation: each variant asked once, as its record says",
    "other: all the rest, which is what the goal of 3 % is about",
]

def measure(path, folder, seeds, **settings):
    "Seconds of a ladder and of its parts"
    from fastai.vision.all import Callback,defaults
    from sota_course.experiments.checkpoints import Checkpoints
    from sota_course.experiments.ladder import ladder
    from sota_course.loading.dls import get_dls
    class Clock(Callback):
        order,seconds,started = Checkpoints.order-1,0.,None
        def before_train(self): self.started = time.perf_counter()
        def after_epoch(self): # also where predictions end, which are counted as evaluation
            if self.started: Clock.seconds += time.perf_counter()-self.started
            self.started = None
    get_dls(64, settings['size'], path=path)
    defaults.callbacks = [*defaults.callbacks, Clock]
    started = time.perf_counter()
    records = ladder(path, variants, seeds, folder, **settings)
    wall,evaluation = time.perf_counter()-started,sum(r.evaluation['seconds'] for r in records)
    return dict(networks=len({(r.seed, r.started) for r in records}), wall=wall, training=Clock.seconds, evaluation=evaluation, other=wall-Clock.seconds-evaluation)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--size', type=int, default=64)
    parser.add_argument('--seeds', type=int, default=1)
    args = parser.parse_args()
    with TemporaryDirectory(dir=args.path.absolute().parent, prefix='.grid-') as folder: found = measure(args.path, folder, args.seeds, arch='xresnet18', size=args.size, epochs=args.epochs)
    share = 100*found['other']/found['wall']
    print(', '.join(f'{k} {v:.1f} s' for k,v in found.items() if k!='networks'), f'for {found["networks"]} networks: {share:.1f} % is neither training nor evaluation')
    write_json(f'grid-{args.path.name}', data=data_of(args.path), epochs=args.epochs, size=args.size, seeds=args.seeds, variants=variants, notes=notes, percent_other=round(share, 2), **{k: round(v, 2) for k,v in found.items()})
