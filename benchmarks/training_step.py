"""The training step (forward, loss, backward, optimizer) on random images: stock fastai against each switch of chapter 8, and all.

    python benchmarks/training_step.py
    python benchmarks/training_step.py --cases xresnet50:128 --bs 32 --rounds 5 --compile

Every setting takes its steps in turn with the others. What glibc does with freed memory (`tune_malloc`) cannot be
undone in a process, so processes with and without it take turns as well. The medians go to benchmarks/results/speed/training_step.json.
The rows that begin with "limit" are for comparison: all multiplications and additions of a step (counted by torch), at the rate at which
this processor multiplies two large matrices of the same number format, and nothing else.
"""
import argparse
from timing import *

def limits(dls, model):
    "Seconds that nothing but the products of a step would take, by number format"
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    x,y = dls.one_batch()
    with FlopCounterMode(display=False) as counter: torch.nn.functional.cross_entropy(model(x), y).backward()
    for name,dtype in dict(float32=torch.float32, bfloat16=torch.bfloat16).items():
        a = torch.randn(2048, 2048, device=x.device).to(dtype)
        def product():
            a@a
            if x.is_cuda: torch.cuda.synchronize()
        product() # warms up
        yield f'limit: products alone, {name}', counter.get_total_flops()*median(seconds(product) for _ in range(9))/(2*len(a)**3)

def measure(arch, size, bs, rounds, compile, cpu_seconds, keep):
    "Median seconds of a step for each setting, in this process"
    from sota_course.core import tune_malloc,seed_everything
    if keep and not tune_malloc(): return {}
    import torch
    from sota_course.imagenette import baseline_learner
    from sota_course.training.precision import AutoMixedPrecision
    from sota_course.training.speed import fused_adamw,speed_up,synthetic_dls,time_steps
    from fastai.callback.channelslast import ChannelsLast
    torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))
    seed_everything(0)
    dls = synthetic_dls(bs, size)
    settings = {'stock': {}, 'channels last': dict(cbs=ChannelsLast), 'mixed precision': dict(cbs=AutoMixedPrecision),
        'channels last and mixed precision': dict(cbs=[ChannelsLast, AutoMixedPrecision]), 'fused AdamW': dict(opt_func=fused_adamw)}
    learners = {name: baseline_learner(dls, arch, **kwargs) for name,kwargs in settings.items()}
    if dls.device.type=='cuda': # TF32 is a setting of the whole process, so it shows in `speed_up` only
        learners['speed_up, without TF32'] = speed_up(baseline_learner(dls, arch))
        torch.set_float32_matmul_precision('highest')
    else:
        class WithoutSmallMaps(AutoMixedPrecision):
            def before_fit(self):
                super().before_fit()
                del self.contexts[1:]
        learners['speed_up, without SmallMaps'] = speed_up(baseline_learner(dls, arch)).remove_cb(AutoMixedPrecision).add_cb(WithoutSmallMaps())
        learners['speed_up'] = speed_up(baseline_learner(dls, arch))
    if compile:
        learners['stock, compiled'] = baseline_learner(dls, arch)
        learners['stock, compiled'].model.compile()
        learners['speed_up, compiled'] = speed_up(baseline_learner(dls, arch), compile=True)
    found = time_steps(learners, rounds, time.process_time if cpu_seconds else time.perf_counter).seconds.to_dict()
    return found | ({} if cpu_seconds else dict(limits(dls, learners['stock'].model)))

def case(arch, size, bs, rounds, turns, threads, compile, cpu_seconds):
    "The rows of one network and size: medians over processes, and how many times as fast as stock without `tune_malloc`"
    seconds = {}
    for _ in range(turns):
        for keep in (False, True):
            for name,o in in_process(__file__, arch, size, bs, rounds, compile, cpu_seconds, keep, OMP_NUM_THREADS=str(threads)).items(): seconds.setdefault((name, keep), []).append(o)
    stock = median(seconds['stock', False])
    return [dict(arch=arch, size=size, bs=bs, setting=name, keep_freed_memory=keep, seconds=round(median(o), 4), images_a_second=round(bs/median(o), 1),
        ratio=round(stock/median(o), 2), of_processes=[round(s, 4) for s in o]) for (name,keep),o in seconds.items()]

def show(rows):
    print(f'{rows[0]["arch"]}, {rows[0]["size"]} px, batches of {rows[0]["bs"]}\n  {"":<36}{"seconds":>9}{"images/s":>10}{"ratio":>7}   freed memory kept: {"seconds":>7}{"images/s":>10}{"ratio":>7}')
    for name in dict.fromkeys(o['setting'] for o in rows):
        each = [o for o in rows if o['setting']==name]
        cells = [f'{o["seconds"]:>9.3f}{o["images_a_second"]:>10.1f}{o["ratio"]:>7.2f}' for o in each]
        print(f'  {name:<36}' + (' '*20).join(cells), flush=True)

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cases', nargs='+', default=['xresnet18:64', 'xresnet18:128', 'xresnet50:128'], metavar='ARCH:SIZE')
    parser.add_argument('--bs', type=int, default=64, help='images in a batch')
    parser.add_argument('--rounds', type=int, default=3, help='steps of each setting in a process, after one to warm up')
    parser.add_argument('--turns', type=int, default=2, help='processes of each kind')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--cpu-seconds', action='store_true', help="the processor's seconds in place of the clock's: on a busy machine, with --threads 1")
    parser.add_argument('--compile', action='store_true', help='torch.compile as well: up to minutes for each process')
    parser.add_argument('--quick', action='store_true', help='one small case, to see that all works; writes nothing')
    args = parser.parse_args()
    if args.quick: args.cases,args.bs,args.rounds,args.turns = ['xresnet18:32'],8,1,1
    result = dict(threads=args.threads, clock='processor' if args.cpu_seconds else 'wall', rounds=args.rounds, turns=args.turns, rows=[])
    for o in args.cases:
        arch,size = o.split(':')
        rows = case(arch, int(size), args.bs, args.rounds, args.turns, args.threads, args.compile, args.cpu_seconds)
        show(rows)
        result['rows'] += rows
        if not args.quick: write_json('training_step', **result)
