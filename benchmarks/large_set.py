"""A data set of large files of varying shape, made from small real photographs, to measure speed on: not to learn from.

    python benchmarks/large_set.py PATH                 # PATH: a data set with `train` and `val`; makes NAME-large430 beside it
    python benchmarks/large_set.py PATH --train 100 --val 40 --dest FOLDER

Each image is a canvas of enlarged photographs of one class, some of them mirrored, with fine noise, so that a JPEG file has as much
detail to code as a photograph of that size. The same arguments give the same pixels.
"""
import argparse,math,random
from pathlib import Path
from statistics import mean
import numpy as np
from PIL import Image,ImageOps
from sota_course.data.images import read_rgb

def shape(rng):
    "Width and height: the shorter side of 430 to 600 px, 4:3 to 16:9, lying or standing"
    short = rng.randint(430, 600)
    sides = round(short*math.exp(rng.uniform(math.log(4/3), math.log(16/9)))),short
    return sides if rng.random()<0.5 else sides[::-1]

def canvas(files, rng):
    "A picture of pictures"
    width,height = shape(rng)
    side = rng.randint(240, 320)
    out = Image.new('RGB', (width, height))
    for x in range(0, width, side):
        for y in range(0, height, side):
            tile = read_rgb(rng.choice(files)).resize((side, side), Image.Resampling.BICUBIC)
            out.paste(ImageOps.mirror(tile) if rng.random()<0.5 else tile, (x, y))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(6, 14), (height, width, 1))
    return Image.fromarray((np.asarray(out)+noise).clip(0, 255).astype(np.uint8))

def make(path, dest, counts, seed):
    for split,n in counts.items():
        for folder in sorted(o for o in (path/split).iterdir() if o.is_dir()):
            files = sorted(o for o in folder.iterdir() if o.is_file())
            (dest/split/folder.name).mkdir(parents=True)
            for i in range(n):
                rng = random.Random(f'{seed} {split} {folder.name} {i}')
                canvas(files, rng).save(dest/split/folder.name/f'{i:05}.jpg', quality=rng.randint(87, 95))

def describe(dest):
    "Number of files, their mean size in bytes and in pixels"
    files = sorted(dest.glob('*/*/*.jpg'))
    sizes = [Image.open(f).size for f in files]
    nbytes,pixels = mean(f.stat().st_size for f in files),mean(w*h for w,h in sizes)
    return f'{dest}: {len(files)} images, {nbytes/1000:.0f} kB a file, {mean(map(max, sizes)):.0f} × {mean(map(min, sizes)):.0f} px, {nbytes/pixels:.2f} bytes a pixel'

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--dest', type=Path, help='folder to make')
    parser.add_argument('--train', type=int, default=100, help='training images of each class')
    parser.add_argument('--val', type=int, default=40, help='validation images of each class')
    parser.add_argument('--seed', type=int, default=42)
    parser.add_argument('--quick', action='store_true', help='four and two images of each class')
    args = parser.parse_args()
    if args.quick: args.train,args.val = 4,2
    dest = args.dest or args.path.with_name(f'{args.path.name}-large430{"-quick" if args.quick else ""}')
    if dest.exists(): parser.error(f'{dest} is there already')
    make(args.path, dest, dict(train=args.train, val=args.val), args.seed)
    print(describe(dest))
