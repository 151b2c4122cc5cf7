"""Train state-of-the-art image classifiers: a course to read and run, with questions that check your answers

Modules:

- `sota_course.all`: All that the chapters use, in one import: `from sota_course.all import *` brings fastai's names and the course's"""

__version__ = "0.2.0"

import warnings
# fastai 2.8 still uses torch.jit.script, and newer versions of torch say so in red at every import: this stands before any of them.
warnings.filterwarnings('ignore', message='.*torch.jit.script.*', category=FutureWarning)
