"""Are modules, tests and notebooks in step?"""

import subprocess,sys
from pathlib import Path

from nbdev.config import get_config

from .files import notebooks

def check_drift():
    "Clean the notebooks and export them; exit with a sentence if that changes any file"
    def contents(): return {f.as_posix(): f.read_bytes() for f in [*notebooks(), *Path(get_config().lib_path.name).rglob('*.py')]}
    before = contents()
    for command in ('nbdev_clean', 'nbdev_export'):
        code = f'from nbdev.clean import *; from nbdev.doclinks import *; {command}()'
        if subprocess.run([sys.executable, '-c', code]).returncode: raise SystemExit(f'{command} failed: see above.')
    after = contents()
    if changed := sorted(f for f in before.keys() | after.keys() if before.get(f)!=after.get(f)):
        raise SystemExit(f"{', '.join(changed)} was not in step with the notebooks and is now: look at the change and commit it.")
