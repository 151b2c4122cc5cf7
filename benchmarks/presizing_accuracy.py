"""Does it cost accuracy to train from the cache? Runs in pairs, with the same seeds: fastai's own loader, which reads each
file in each epoch, and the presized one. Same network, same crops and flips; computed in bfloat16 and the channels-last layout.

    python benchmarks/presizing_accuracy.py PATH --size 64 --epochs 5 --seeds 0 1 2 3 4

A record for each run goes to benchmarks/results/presizing-NAME; a run that has its record there is not done again.
"""
import argparse
from pathlib import Path
from sota_course.core import seed_everything
from sota_course.imagenette import baseline_learner
from sota_course.loading.dls import get_dls
from sota_course.records import load_records
from sota_course.experiments.recorder import RunRecorder
from techniques import Bfloat16
from fastai.vision.all import ProgressCallback

loaders = {"fastai's loader": False, 'presized': True}

def run(path, name, seed, size, epochs, lr, folder):
    if folder.is_dir() and any(r.seed==seed and r.config['size']==size and r.config['epochs']==epochs for r in load_records(folder, name)): return
    seed_everything(seed)
    learn = baseline_learner(get_dls(64, size, path=path, presize=loaders[name]), 'xresnet18')
    learn.model = Bfloat16(learn.model)
    learn.remove_cb(ProgressCallback)
    learn.fit_one_cycle(epochs, lr, cbs=RunRecorder(name, seed, folder, size=size, lr=lr, precision='bfloat16'))
    print(f'{name}, seed {seed}: accuracy {learn.record.metrics["accuracy"]:.4f} in {learn.record.seconds:.0f} s', flush=True)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--size', type=int, default=64)
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--lr', type=float, default=3e-3)
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2, 3, 4])
    args = parser.parse_args()
    folder = Path(__file__).parent/'results'/f'presizing-{args.path.name}'
    for seed in args.seeds:
        for name in loaders: run(args.path, name, seed, args.size, args.epochs, args.lr, folder)
