"Cells of chapters, for tests that run some of them"
import json
from functools import cache
from pathlib import Path
import numpy as np,pandas as pd
import pytest

notebooks = Path(__file__).parents[2]/'nbs'
in_checkout = pytest.mark.skipif(not notebooks.is_dir(), reason='needs the notebooks of a checkout')

@cache
def cells_of(chapter):
    "Type and source of each cell of a chapter, such as '05_tta'"
    found = json.loads((notebooks/f'{chapter}.ipynb').read_text(encoding='utf-8'))['cells']
    return [(o['cell_type'], ''.join(o['source'])) for o in found]

def cells_that_begin(chapter, begins):
    "The code cells of `chapter` that begin so, one for each of `begins`; other numbers of them are no failed claim but a test to mend"
    chosen = [source for kind,source in cells_of(chapter) if kind=='code' and source.startswith(begins)]
    if len(chosen)!=len(begins): raise LookupError(f'{chapter} has {len(chosen)} cells that begin as one of {begins}, not {len(begins)}.')
    return chosen

def run_cells(chapter, begins, **names):
    "Run these cells where numpy, pandas and `names` are known"
    names = dict(np=np, pd=pd) | names
    for source in cells_that_begin(chapter, begins): exec(source, names)
