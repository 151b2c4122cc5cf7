"""Train state-of-the-art image classifiers: a course you can read, run, install and be checked by

Modules:

- `sota_course.tests.test_distributed`: Training in two real processes, started by `accelerate launch` on the processor: the same as in one process with batches twice as large"""

__version__ = "0.1.0"
