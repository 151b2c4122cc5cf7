"""Train state-of-the-art image classifiers: a course you can read, run, install and be checked by"""

__version__ = "0.1.0"
