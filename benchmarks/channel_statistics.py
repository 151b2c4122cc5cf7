"""Streaming channel statistics against the time of only decoding the same images, and their memory.

    python benchmarks/channel_statistics.py PATH        # a data set with a `train` folder; the built-in sample if left out

The two take turns, several times; what counts is the median of the ratios. The record goes to benchmarks/results.
"""
import resource,statistics,sys,time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from PIL import Image
from sota_course.core import to_json,write_atomically
from sota_course.records import device_name,fingerprint,package_versions
from sota_course.normalization import channel_histogram,stats_from_histogram
from sota_course.data.sample import sample_data
from fastai.data.transforms import get_image_files

def decode(files):
    for file in files:
        with Image.open(file) as im: im.load()

def decode_all(files, workers):
    "As lean as it gets: threads that decode 64 images at a time"
    with ThreadPoolExecutor(workers) as pool: list(pool.map(decode, [files[i:i+64] for i in range(0, len(files), 64)]))

def seconds(f, *args):
    start = time.perf_counter()
    f(*args)
    return time.perf_counter()-start

def peak_memory(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024 # MiB on Linux

def main(path=None, rounds=5):
    path = Path(path) if path else sample_data()
    files = get_image_files(path/'train')
    decode_all(files, 1) # so that all files are in the system's cache
    result = dict(what='channel_histogram against decoding', data=dict(name=path.name, fingerprint=fingerprint(files, path), images=len(files)),
        device=device_name(), versions=package_versions(), stats=stats_from_histogram(channel_histogram(files[:len(files)//10])), runs=[])
    before = peak_memory()
    for workers in (1, 2):
        pairs = [(seconds(decode_all, files, workers), seconds(channel_histogram, files, workers)) for _ in range(rounds)]
        ratio = statistics.median(b/a for a,b in pairs)
        result['runs'].append(dict(workers=workers, seconds=[dict(decode=round(a,3), statistics=round(b,3)) for a,b in pairs], median_ratio=round(ratio,3)))
        print(f'{workers} threads: decoding {statistics.median(a for a,_ in pairs):.2f} s, statistics {statistics.median(b for _,b in pairs):.2f} s, ratio {ratio:.2f}')
    result['memory_growth_mib'] = round(peak_memory()-before, 1)
    print(f"memory grew by {result['memory_growth_mib']} MiB from a tenth of the images to all")
    print(write_atomically(Path(__file__).parent/'results'/f'channel_statistics-{path.name}.json', to_json(result, indent=1)))

if __name__ == '__main__': main(*sys.argv[1:])
