"""Training steps of one process with two threads against two processes with one thread each (`accelerate launch`, `data_parallel`),
loading included, with the same images in a step altogether.

    python benchmarks/distributed.py PATH                    # a data set with `train` and `val`

The two take turns. The record goes to benchmarks/results/speed/distributed.json.
"""
import argparse
from functools import partial
from timing import *

notes = ["seconds: from the end of one training step to the end of the next, loading and the exchange of gradients included; the median over the steps of a process after the warm-up, then over runs",
    "ratio: images/s over those of one process with as many threads altogether"]

def measure(path, arch, size, bs, steps, warm_up):
    "Seconds of each step after the warm-up, in this process"
    from sota_course.core import seed_everything
    import torch
    from sota_course.imagenette import baseline_learner
    from sota_course.loading.dls import get_dls
    from sota_course.training.callbacks import quiet
    from sota_course.training.distributed import data_parallel
    from fastai.vision.all import Callback,CancelFitException,rank_distrib
    torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))
    class Clock(Callback):
        order,ends = 10**6,[]
        def after_batch(self):
            self.ends.append(time.perf_counter())
            if len(self.ends)>steps+warm_up: raise CancelFitException
    seed_everything(0)
    learn = quiet(baseline_learner(get_dls(bs, size, path=Path(path), device='cpu', num_workers=int(os.environ['OMP_NUM_THREADS'])), arch))
    with data_parallel(learn): learn.fit(1, 1e-3, cbs=Clock)
    if rank_distrib(): sys.exit()
    return [b-a for a,b in zip(Clock.ends[warm_up:], Clock.ends[warm_up+1:])]

def launched(processes, threads, *args):
    "`measure` in that many processes"
    if processes==1: return in_process(__file__, *args, OMP_NUM_THREADS=str(threads))
    options = f'--multi_gpu --num_processes {processes} --num_machines 1 --mixed_precision no --dynamo_backend no --main_process_port 0 --num_cpu_threads_per_process {threads}'.split()
    done = subprocess.run([sys.executable, '-m', 'accelerate.commands.accelerate_cli', 'launch', *options, __file__, '--measure', json.dumps(args)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])

if __name__ == '__main__':
    if_asked(measure)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--arch', default='xresnet18')
    parser.add_argument('--size', type=int, default=64)
    parser.add_argument('--bs', type=int, default=64, help='images in a step, of all processes together')
    parser.add_argument('--steps', type=int, default=12)
    parser.add_argument('--rounds', type=int, default=2)
    parser.add_argument('--quick', action='store_true', help='few small steps; writes nothing')
    args = parser.parse_args()
    if args.quick: args.arch,args.size,args.steps,args.rounds = 'small_cnn',32,3,1
    def case(processes, threads): return partial(launched, processes, threads, str(args.path.absolute()), args.arch, args.size, args.bs//processes, args.steps, 2)
    found = alternate({(1,2): case(1, 2), (2,1): case(2, 1)}, args.rounds)
    rows = [dict(processes=p, threads=t, bs=args.bs//p, seconds=round(median(map(median, runs)), 4), images_a_second=round(args.bs/median(map(median, runs)), 1), of_runs=[round(args.bs/median(o), 1) for o in runs]) for (p,t),runs in found.items()]
    for o in rows: o['ratio'] = round(o['images_a_second']/rows[0]['images_a_second'], 2)
    for o in rows: print(f'{o["processes"]} × {o["threads"]} threads: {o["images_a_second"]:.1f} images/s, {o["ratio"]:.2f} ({o["of_runs"]})')
    if not args.quick: write_json('distributed', data=data_of(args.path), arch=args.arch, size=args.size, bs=args.bs, steps=args.steps, rounds=args.rounds, notes=notes, rows=rows)
