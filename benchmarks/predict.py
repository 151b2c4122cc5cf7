"""How many images a second a saved model's `predict` answers, against its two halves by themselves: the network on batches that are ready,
and reading and resizing. Reading goes on while the network works, so `predict` should take no longer than the two one after the other.

    python benchmarks/predict.py PATH               # a folder of images

The network is untrained: its answers do not matter here. The record goes to benchmarks/results/speed/predict.json.
"""
import argparse
from pathlib import Path
from timing import *

notes = [
    "images a second; medians of rounds in turns, in opposite order every other round, each round with images of its own; files were read before",
    "predict: `model.predict` on files; network: normalization, network and softmax on uint8 batches that are ready; reading: decoding, shrinking and cutting out, batch by batch",
    "serial: what reading and then asking the network would give, from the medians of the two; of_serial: predict as a share of it",
    "default threads everywhere: those of torch for the network, one a core for reading",
]

def measure(path, n, arch, size, bs, rounds):
    "Images in a round, and seconds of each round, by name"
    files = get_image_files(path).sorted()
    files = list(files[::max(1, len(files)//n)][:n])
    parts = [files[i::rounds] for i in range(rounds)] # other images in each round
    network = build_network(arch, 10).eval().requires_grad_(False)
    model = Model(network.to(get_device()), arch, {}, [str(o) for o in range(10)], size, size*3//2, Augment(), ChannelStats(*imagenet_stats), {}, None)
    whole = Probabilities(network, model.stats).to(model.device)
    def read(part): return [model._prepared(o, defaults.cpus)[2] for o in chunked(part, bs)]
    def ask(batches): return torch.cat([whole(o).cpu() for o in batches])
    assert torch.allclose(model.predict(parts[0][:bs], bs=bs), ask(read(parts[0][:bs])), atol=1e-5) # the same work, and a warm-up
    ready = [read(o) for o in parts] # reads all files once
    def each(f, parts):
        parts = iter(parts)
        return lambda: seconds(f, next(parts))
    return len(parts[0]), alternate(dict(predict=each(partial(model.predict, bs=bs), parts), network=each(ask, ready), reading=each(read, parts)), rounds)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', type=Path)
    parser.add_argument('--n', type=int, default=1000, help='images, in all rounds together')
    parser.add_argument('--arch', default='xresnet18')
    parser.add_argument('--size', type=int, default=128)
    parser.add_argument('--bs', type=int, default=64)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--quick', action='store_true', help='one round, few images; writes nothing')
    args = parser.parse_args()
    if args.quick: args.n,args.rounds = 64,1
    from sota_course.core import get_device
    from fastai.vision.all import *
    from fastcore.basics import chunked
    from sota_course.loading.loader_stats import ChannelStats
    from sota_course.loading.augment import Augment
    from sota_course.networks import build_network
    from sota_course.training.model import Model,Probabilities
    n,taken = measure(args.path, args.n, args.arch, args.size, args.bs, args.rounds)
    half = {name: median(o) for name,o in taken.items()}
    rates = {name: round(n/o, 1) for name,o in half.items()} | dict(serial=round(n/(half['network']+half['reading']), 1))
    share = round((half['network']+half['reading'])/half['predict'], 3)
    print(f'{args.arch}, {args.size} px, rounds of {n} images: ' + ', '.join(f'{k} {v:.0f}/s' for k,v in rates.items()) + f'; predict is at {share:.0%} of serial')
    if not args.quick: write_json('predict', images=args.n, images_a_round=n, folder=args.path.name, arch=args.arch, size=args.size, bs=args.bs, notes=notes, images_a_second=rates, of_serial=share,
        seconds={k: [round(s, 3) for s in o] for k,o in taken.items()})
