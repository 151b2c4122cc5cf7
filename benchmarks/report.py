"""How long a report takes: from records of runs that never were to one HTML file, on one core.

    python benchmarks/report.py                         # ten variants, fifty seeds each
    python benchmarks/report.py --quick                 # two seeds; writes no record

The records have logs of twenty epochs, bins of reliability and twelve worst mistakes, whose pictures are those of the
built-in sample. The record goes to benchmarks/results/speed/report.json.
"""
import argparse
from functools import partial
from tempfile import TemporaryDirectory
from timing import *

notes = [
    'seconds from a folder of records to the file, medians of rounds; processor_seconds are those the process worked itself: on a machine that others use they are fewer',
    'the records are simulated, the pictures those of the sample; the first round has matplotlib to warm up',
]

def timed(f):
    "Seconds that `f` takes, by the clock and of the processor"
    before = time.process_time()
    return seconds(f), time.process_time()-before

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--variants', type=int, default=10)
    parser.add_argument('--seeds', type=int, default=50)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--quick', action='store_true')
    args = parser.parse_args()
    if args.quick: args.seeds,args.rounds = 2,1
    from sota_course.data.sample import sample_data
    from sota_course.simulated import simulated_records
    from sota_course.experiments.report import write_report
    data = sample_data(10, 40)
    files = [o.relative_to(data).as_posix() for o in sorted(data.glob('val/*/*'))]
    names = ['baseline', *(f'variant {i}' for i in range(1, args.variants))]
    records = simulated_records({name: 0.002*i for i,name in enumerate(names)}, args.seeds, epochs=20, files=files)
    with TemporaryDirectory() as home:
        folder,report = Path(home)/'records',Path(home)/'report.html'
        for r in records: r.save(folder)
        taken = [timed(partial(write_report, folder, report, data)) for _ in range(args.rounds)]
        size = report.stat().st_size
    passed,worked = (round(median(o), 2) for o in zip(*taken))
    print(f'{len(records)} runs: {passed:.2f} s, of which the processor worked {worked:.2f} s; {size/1e6:.2f} MB')
    if not args.quick: write_json('report', runs=len(records), variants=args.variants, seeds=args.seeds, epochs=20, seconds=passed, processor_seconds=worked, bytes=size,
        rounds=[[round(o, 2) for o in pair] for pair in taken], notes=notes)
