"""The page "What helps, when": every published comparison, paired by seed, with a verdict.

Made from the records in benchmarks/results and from nothing else; a record of a further run changes the page."""
import json,math
from statistics import mean,stdev
from project import *

folder = root/'benchmarks'/'results'
baselines = ('baseline', 'baseline, plain', "fastai's loader", 'ten-seconds')
parts = {'adam': 'AdamW in place of Muon', 'random flips': 'flips at random, not in turn', 'full size': 'one size in place of growing images',
    'float32': 'float32 in place of bf16'} # of ten-seconds, each taken away; the steps on the way to it are in chapter 09
conditions_only = ('50% wrong labels',) # no technique, and what one is compared with
# two-sided 95 % points of Student's t for 1 to 12 degrees of freedom
t95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)
chapters = dict(mixup='06_mixup', cutmix='06_mixup', smoothing='07_label_smoothing', normal='03_normalization', progressive='04_progressive_resizing',
    growing='04_progressive_resizing', tta='05_tta', mirrored='05_tta', corners='05_tta', random='05_tta', muon='09_train_faster', flips='09_train_faster', bf16='09_train_faster', presized='02_presizing', cosine='08_training')

def accuracy(record):
    "The accuracy a record ends with, or None"
    for found in (record.get('evaluation'), record.get('metrics'), (record.get('log') or [None])[-1]):
        if isinstance(found, dict) and isinstance(found.get('accuracy'), (int, float)): return found['accuracy']

def groups():
    "`{(folder, name of the data, size, epochs, architecture, pretrained): {name: {seed: (accuracy, file)}}}`"
    found = {}
    for file in sorted(folder.glob('*/*.json')):
        r = json.loads(file.read_text(encoding='utf-8'))
        if not isinstance(r, dict) or 'config' not in r or r.get('failed') or r.get('status', 'done')!='done' or accuracy(r) is None: continue
        c = r['config']
        if 'arch' not in c or 'epochs' not in c: continue
        if c.get('seconds'): continue # trained by the clock and for no number of epochs, as by the demo
        if c.get('way')=='plain' and c.get('variant', 'baseline')!='baseline': continue # the same network, measured once more
        key = file.parent.name,r['data']['name'],c.get('size'),c.get('epochs'),c['arch'],bool(c.get('pretrained'))
        found.setdefault(key, {}).setdefault(r['name'], {})[r['seed']] = (accuracy(r), file)
    return found

def interval(differences):
    "Mean of the differences and half the width of its 95 % interval, which is infinite for a single pair"
    n = len(differences)
    if n<2: return mean(differences),math.inf
    return mean(differences),t95[min(n-1, len(t95))-1]*stdev(differences)/math.sqrt(n)

def verdict(centre, half): return 'cannot tell' if abs(centre)<=half else 'helped' if centre>0 else 'hurt'

def rows():
    "A dictionary for each comparison with the baseline of its group"
    out = []
    for (place, data, size, epochs, arch, pretrained),names in groups().items():
        usual = next((names[o] for o in baselines if o in names), None)
        for name,runs in names.items():
            conditions = name.rpartition(', ')[0]
            base = names.get(conditions, usual) # on wrong labels a technique is compared with none, on wrong labels
            if not base or name in conditions_only: continue
            if 'ten-seconds' in names: name = parts.get(name)
            if not name: continue
            pairs = [runs[s][0]-base[s][0] for s in sorted(runs) if s in base]
            if runs is base or not pairs: continue
            centre,half = interval(pairs)
            out.append(dict(name=name, place=place, data=data, size=size, epochs=epochs, arch=arch, start='pretrained' if pretrained else 'from scratch', n=len(pairs),
                accuracy=mean(o[0] for o in runs.values()), base=mean(base[s][0] for s in runs if s in base), centre=centre, half=half, verdict=verdict(centre, half)))
    return sorted(out, key=lambda o: (o['name'].replace('baseline, ', ''), o['data'], o['epochs']))

def _signed(x): return f'{x*100:+.1f}'.replace('-', '−')

def _row(o, books):
    chapter = next((v for k,v in chapters.items() if k in o['name'].lower() and f'{v}.ipynb' in books), '')
    name = escape(o['name'].removeprefix('baseline, '))
    shown = f'<a href="{books[chapter+".ipynb"].page.replace(".md", ".html")}">{name}</a>' if chapter else name
    width = 'one pair' if math.isinf(o['half']) else f'± {o["half"]*100:.1f}'
    mark = {'helped': '▲', 'hurt': '▼', 'cannot tell': '?'}[o['verdict']]
    return (f'<tr class="{o["verdict"].replace(" ", "-")}"><th scope="row">{shown}</th><td>{mark} {o["verdict"]}</td><td>{_signed(o["centre"])} {width}</td><td>{o["base"]:.1%} → {o["accuracy"]:.1%}</td>'
        f'<td>{o["n"]}</td><td>{escape(o["data"])}, {o["size"]} px</td><td>{o["epochs"]}</td><td>{escape(o["arch"])}, {o["start"]}</td>'
        f'<td><a href="{source_url}/tree/{branch}/benchmarks/results/{o["place"]}">records</a></td></tr>')

def page(books):
    found = rows()
    head = ''.join(f'<th scope="col">{o}</th>' for o in ('Technique', 'Verdict', 'Points of accuracy', 'Accuracy', 'Pairs', 'Images', 'Epochs', 'Network', 'From'))
    table = (f'<div class="out evidence" role="region" aria-label="Comparisons" tabindex="0"><table class="data"><thead><tr>{head}</tr></thead><tbody>'
        + ''.join(_row(o, books) for o in found) + '</tbody></table></div>')
    counts = {k: sum(o['verdict']==k for o in found) for k in ('helped', 'hurt', 'cannot tell')}
    count = ', '.join(f'{n} {k}' for k,n in counts.items())
    return f'''---
title: "What helps, when"
description: "Every technique of the course against its baseline: helped, hurt, or cannot tell, from published records"
---

# What helps, when

Every technique against its baseline: helped, hurt, or cannot tell
{{ .lede }}

Of {len(found)} comparisons: {count}. Each line compares runs that differ in one technique and share the seed, on the validation images of the set that it names: Imagenette, or where it says *sample*, drawn images.

{table}

## How to read it

- **Points of accuracy** is the mean difference to the baseline over the pairs, with its 95 % interval (Student's t). Where the interval holds 0, the verdict is *cannot tell*: not that the technique does nothing, but that these runs do not show what it does.
- **One pair or two** hardly ever decide anything. That is no fault of the technique. More seeds make the interval narrower.
- All of it holds for **short training from scratch** on small images. Mixup and label smoothing are made for long training; a network that starts from pretrained weights is another matter. Neither is in this table unless a line says so.

[Is it a difference?]({books['12_is_it_a_difference.ipynb'].page}) explains intervals and pairs; [Run a comparison]({books['13_compare.ipynb'].page}) makes such a table of your own images:

```bash
sota-course ladder --path my-set --arch xresnet18 --size 128
```
'''
