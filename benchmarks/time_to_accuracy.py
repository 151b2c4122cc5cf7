"""How many seconds for how much accuracy? Stock fastai against the recipes of seconds, and the way from one to the other.

    python benchmarks/time_to_accuracy.py PATH --seeds 1 2 3 4 5        # stock and three recipes; all cores free
    python benchmarks/time_to_accuracy.py PATH --stairs --seeds 1 2 3 4 5 # one change at a time, and what did not help
    python benchmarks/time_to_accuracy.py SAMPLE --only sample-five-seconds sample-two-seconds --seeds 0 1 2 3 4 5 6 7 8 9
    python benchmarks/time_to_accuracy.py --quick                       # does it run? A few drawn images, no records

Stock is fastai as it comes: its own loader, float32, xresnet18, 64 px, five epochs of one cycle, and validation after each.
All others go through the course's engine; `bare` is ten-seconds in a plain loop of PyTorch. Each run has a process of its own
and builds its cache anew. A record's `seconds` are training and validation; its evaluation has `process_seconds` as well, all
from the start of Python to its end, and `cpu_seconds`, which a busy machine disturbs less. Runs take turns, seed by seed.
A record for each goes to benchmarks/results/time_to_accuracy-NAME; what has its record there is not done again.
"""
import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from timing import *

recipes = 'ten-seconds', 'forty-seconds', 'five-minutes'
plain = dict(arch='xresnet18', size=64, epochs=5, validate='end')
network = plain | dict(arch='quicknet_s')
small = network | dict(size=48, presize=72, grow=0.5)
short = small | dict(epochs=3)
mild = short | dict(label_smoothing=0.1, min_scale=0.6)
muon = mild | dict(optimizer='muon', schedule='linear', lr=0.1)
stairs = dict(cache=plain, network=network, small=small, short=short, mild=mild, muon=muon) # names as chapter 09 has them
beside = { # ten-seconds with one thing else
    'xresnet18': dict(arch='xresnet18'), 'adam': dict(optimizer='adam', lr=0.01),
    'adam low': dict(optimizer='adam', lr=0.003), 'full size': dict(grow=1.0), 'random flips': dict(alternate_flips=False), 'float32': dict(precision='fp32')}

def stock(path, epochs):
    "A trained learner, its settings, and its accuracy"
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.training.callbacks import quiet
    learn = quiet(baseline_learner(get_dls(64, 64, path=path, presize=False, device='cpu'), 'xresnet18'))
    with learn.no_logging(): took = seconds(learn.fit_one_cycle, epochs, 3e-3)
    return learn.dls,dict(arch='xresnet18', size=64, bs=64, epochs=epochs, lr=3e-3),took,dict(accuracy=learn.recorder.values[-1][-1])

def course(path, seed, name, epochs):
    "The same of a recipe, through the engine"
    from sota_course.experiments.runs import train
    changes = stairs.get(name) or beside.get(name) or {}
    recipe = None if name in stairs else 'ten-seconds' if name in beside else name
    with TemporaryDirectory() as folder:
        learn = train(recipe, path, seed, folder=folder, device='cpu', show=False, **changes | ({} if epochs is None else dict(epochs=epochs)))
    record,found = learn.record,{k: v for k,v in learn.record.evaluation.items() if k not in ('bins', 'worst')}
    return learn.dls,record.config,record.seconds+found['seconds'],found

def bare(path, epochs):
    "The same of ten-seconds without fastai's loop and callbacks: the course's loader and parts, and what PyTorch asks for"
    import torch
    import torch.nn.functional as F
    from sota_course.experiments.recipes import named_recipe
    from sota_course.loading.augment import Augment
    from sota_course.loading.dls import get_dls
    from sota_course.networks import build_network
    from sota_course.progressive_resizing import GrowImages
    from sota_course.training.muon import muon
    r = named_recipe('ten-seconds')
    dls = get_dls(r.bs, r.size, path=path, presize=r.presize, augment=Augment(min_scale=r.min_scale), stats=r.stats, device='cpu')
    network = build_network(r.arch, len(dls.vocab)).to(memory_format=torch.channels_last)
    opt,grow,train = muon(list(network.parameters()), r.lr),GrowImages(r.grow),dls.train
    def batches(dl):
        for x,y in dl: yield x.as_subclass(torch.Tensor).contiguous(memory_format=torch.channels_last),y.as_subclass(torch.Tensor)
    def fit():
        step,n_steps = 0,(epochs or r.epochs)*len(train)
        for epoch in range(epochs or r.epochs):
            train.turn,train.now = epoch,grow.size(r.size, step/n_steps)
            for x,y in batches(train):
                with torch.autocast('cpu', torch.bfloat16): scores = network(x)
                F.cross_entropy(scores.float(), y, label_smoothing=r.label_smoothing).backward()
                opt.set_hyper('lr', r.lr*min(step/n_steps/0.1, (1-step/n_steps)/0.9))
                opt.step()
                network.zero_grad()
                step += 1
                train.now = grow.size(r.size, step/n_steps)
    @torch.no_grad()
    def right():
        network.eval()
        with torch.autocast('cpu', torch.bfloat16): return sum((network(x).argmax(1)==y).sum().item() for x,y in batches(dls.valid))/len(dls.valid_ds)
    took,accuracy = seconds(fit),[]
    took += seconds(lambda: accuracy.append(right()))
    return dls,dict(arch=r.arch, size=r.size, bs=r.bs, epochs=epochs or r.epochs, lr=r.lr),took,dict(accuracy=accuracy[0])

def measure(path, seed, name, epochs):
    "What a record says of one run"
    from sota_course.core import tune_malloc,seed_everything
    from sota_course.experiments.recorder import describe_data
    seed_everything(seed)
    if name!='stock': tune_malloc()
    dls,config,took,found = stock(path, epochs or 5) if name=='stock' else bare(path, epochs) if name=='bare' else course(path, seed, name, epochs)
    return dict(data=describe_data(dls), config=config, seconds=round(took, 3), evaluation=found | dict(cpu_seconds=round(time.process_time(), 1), load=round(os.getloadavg()[0], 1)))

def run(path, name, seed, folder, epochs=None):
    "The `Record` of one run, done now or before"
    with TemporaryDirectory(prefix='.seconds-') as home:
        record,new = recorded(__file__, folder, name, seed, (str(path), seed, name, epochs), SOTA_COURSE_HOME=home)
    if not new: return record
    e = record.evaluation
    print(f"{name}, seed {seed}: {100*e['accuracy']:.2f} % in {record.seconds:.1f} s, whole process {e['process_seconds']:.1f} s, of processors {e['cpu_seconds']:.1f} s", flush=True)
    return record

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path, nargs='?', help='a data set with `train` and `val`')
    parser.add_argument('--seeds', nargs='+', type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument('--only', nargs='+', default=[], help='names of recipes, stairs, or what stands beside them')
    parser.add_argument('--stairs', action='store_true', help='one change at a time')
    parser.add_argument('--quick', action='store_true', help='a few drawn images and one epoch, to see whether all of it runs')
    parser.add_argument('--folder', type=Path, help='where records go')
    args = parser.parse_args()
    names = args.only or ['stock', *((*stairs, 'ten-seconds', *beside) if args.stairs else (*recipes, 'bare'))]
    with TemporaryDirectory() as temp:
        path,folder,epochs = args.path,args.folder,None
        if args.quick:
            from sota_course.data.sample import sample_data
            path,folder,epochs,args.seeds = sample_data(20, 10),Path(temp),1,args.seeds[:1]
        elif path is None: parser.error('name a data set with train and val, or say --quick')
        folder = folder or Path(__file__).parent/'results'/f'time_to_accuracy-{path.name}'
        for i,seed in enumerate(args.seeds):
            for name in names[::-1 if i%2 else 1]: run(path.absolute(), name, seed, folder, epochs)
