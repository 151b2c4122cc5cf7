"""Each technique of the course on a whole data set: runs with several seeds, a record each.

    python benchmarks/techniques.py PATH --variants baseline mixup --size 64 --epochs 5 --seeds 0 1

The records go to benchmarks/results/techniques-NAME, the weights to the course's cache, for `evaluate_techniques.py`.
A run that has its weights there is not done again. Networks compute in bfloat16 and the channels-last layout.
"""
import argparse
from functools import partial
from pathlib import Path
from sota_course.core import cache_home,seed_everything
from sota_course.imagenette import baseline_learner
from sota_course.loading.dls import get_dls
from sota_course.experiments.recorder import RunRecorder
from sota_course.progressive_resizing import GrowImages,Stage,fit_progressive
from fastai.vision.all import *

class Bfloat16(nn.Module):
    "A network that computes in bfloat16 where that is safe, from float images to float scores"
    def __init__(self, model):
        super().__init__()
        self.model = model.to(memory_format=torch.channels_last)
    def forward(self, x):
        x = x.as_subclass(torch.Tensor).contiguous(memory_format=torch.channels_last)
        with torch.autocast(x.device.type, torch.bfloat16): return self.model(x).float()

smooth = partial(CrossEntropyLossFlat, label_smoothing=0.1)
variants = {'baseline': {}, 'mixup': dict(cbs=MixUp), 'label smoothing': dict(loss_func=smooth),
    '50% wrong labels': dict(noise=50), '50% wrong labels, label smoothing': dict(noise=50, loss_func=smooth),
    'flat then cosine': dict(schedule='fit_flat_cos'), 'growing images': dict(cbs=GrowImages), 'progressive': dict(stages=True)}

def weights_file(path, name, size, epochs, seed): return cache_home()/'benchmark-weights'/f'{path.name}-{name}-{size}px-{epochs}e-s{seed}.pth'

def make_learner(path, size, bs=64, noise=0, loss_func=CrossEntropyLossFlat, cbs=None):
    learn = baseline_learner(get_dls(bs, size, path=path, noise=noise), 'xresnet18', loss_func=loss_func(), cbs=cbs and cbs())
    learn.model = Bfloat16(learn.model)
    return learn

def run(path, name, size, epochs, seed, lr, folder, schedule='fit_one_cycle', stages=False, **kwargs):
    weights = weights_file(path, name, size, epochs, seed)
    if weights.exists(): return print(f'{weights.name} is there already')
    seed_everything(seed)
    learn = make_learner(path, size, **kwargs)
    learn.remove_cb(ProgressCallback)
    recorder = RunRecorder(name, seed, folder, size=size, lr=lr, noise=kwargs.get('noise', 0), precision='bfloat16')
    if stages: fit_progressive(learn, [Stage(size//2, (epochs+1)//2, lr=lr), Stage(size, epochs//2, lr=lr)], cbs=recorder)
    else: getattr(learn, schedule)(epochs, lr, cbs=recorder)
    weights.parent.mkdir(parents=True, exist_ok=True)
    torch.save(learn.model.state_dict(), weights)
    print(f'{name}, {size} px, seed {seed}: accuracy {learn.record.metrics["accuracy"]:.4f} in {learn.record.seconds:.0f} s', flush=True)

def results_folder(path): return Path(__file__).parent/'results'/f'techniques-{path.name}'

def arguments(doc, chosen):
    "The parser of what both scripts are told; `chosen` are the variants if none are named"
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--variants', nargs='+', choices=list(variants), default=chosen)
    parser.add_argument('--size', type=int, default=64)
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1])
    return parser

if __name__ == '__main__':
    parser = arguments(__doc__, list(variants))
    parser.add_argument('--lr', type=float, default=3e-3)
    args = parser.parse_args()
    for seed in args.seeds:
        for name in args.variants: run(args.path, name, args.size, args.epochs, seed, args.lr, results_folder(args.path), **variants[name])
