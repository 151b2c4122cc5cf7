"""What `techniques.py` trained, judged again: test-time augmentation and calibration, without training anything.

    python benchmarks/evaluate_techniques.py PATH --variants baseline --ways plain mirrored corners --size 64

One record a network and way, in benchmarks/results/evaluated-NAME.
"""
import time
from techniques import arguments,make_learner,results_folder,weights_file
from sota_course.core import seed_everything
from sota_course.records import Record,device_name,package_versions
from sota_course.tta import CornerViews,FlipViews,RandomViews,SlidingViews,nll,tta
from sota_course.experiments.recorder import describe_data
from sota_course.label_smoothing import calibration_error
from fastai.vision.all import *

ways = dict(mirrored=FlipViews(), corners=CornerViews(), sliding=SlidingViews(), random=RandomViews(4))

def trained(path, name, size, epochs, seed):
    "The network that `techniques.py` trained, in a `Learner`"
    learn = make_learner(path, size)
    learn.remove_cb(ProgressCallback)
    learn.model.load_state_dict(torch.load(weights_file(path, name, size, epochs, seed), weights_only=True))
    return learn

def evaluate(learn, path, name, way, size, epochs, seed):
    seed_everything(seed, learn.dls)
    start = time.perf_counter()
    probs,targets = learn.get_preds() if way=='plain' else tta(learn, views=ways[way])
    seconds = time.perf_counter()-start
    row = dict(valid_loss=nll(probs, targets).item(), accuracy=accuracy(probs, targets).item(), calibration_error=calibration_error(probs, targets),
        confidence=probs.max(1).values.mean().item(), seconds=round(seconds, 1))
    record = Record(f'{name}, {way}', describe_data(learn.dls), dict(arch='xresnet18', size=size, epochs=epochs, way=way, variant=name, precision='bfloat16'),
        seed, [row], round(seconds, 1), device_name(learn.dls.device), package_versions())
    record.save(results_folder(path).with_name(f'evaluated-{path.name}'))
    print(f'{name}, {way}, {size} px, seed {seed}: {row}', flush=True)

if __name__ == '__main__':
    parser = arguments(__doc__, ['baseline'])
    parser.add_argument('--ways', nargs='+', choices=['plain', *ways], default=['plain', *ways])
    args = parser.parse_args()
    for seed in args.seeds:
        for name in args.variants:
            learn = trained(args.path, name, args.size, args.epochs, seed)
            for way in args.ways: evaluate(learn, args.path, name, way, args.size, args.epochs, seed)
