"""Files of the project: written whole or not at all; which of them are notebooks"""

import os
from pathlib import Path

def write(path, text):
    "Write `text` to `path` in one step, unless that is what it holds"
    if path.exists() and path.read_bytes()==text.encode(): return
    tmp = path.with_name(path.name+'.tmp')
    tmp.write_text(text, encoding='utf-8', newline='\n')
    os.replace(tmp, path)

def notebooks(folder='nbs'):
    "All notebooks of the project: the chapters and, in folders below, the workshop; hidden folders hold copies"
    found = Path(folder).rglob('*.ipynb')
    return sorted(o for o in found if not any(p.startswith(('.', '_')) for p in o.relative_to(folder).parts))
