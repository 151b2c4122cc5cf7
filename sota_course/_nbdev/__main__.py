"""Command line: `python -m sota_course._nbdev drift|readme|links [--check] [--old NAME]`"""

import argparse

from .drift import check_drift
from .links import sync_links
from .readme import render_readme

def main(args=None):
    "What `args` (those of the process if left out) ask for"
    p = argparse.ArgumentParser(prog='python -m sota_course._nbdev',
        description='Keep modules, tests, README and links in step with the notebooks.')
    p.add_argument('what', choices=['drift','readme','links'],
        help='clean and export, failing if that changes a file; render README.md; make links follow settings.ini')
    p.add_argument('--check', action='store_true', help='write nothing; exit with a sentence if something is behind')
    p.add_argument('--old', metavar='NAME', help='links: former name of the repository, where that was changed')
    a = p.parse_args(args)
    if a.what=='drift': check_drift()
    elif a.what=='readme': render_readme(check=a.check)
    else:
        for f in sync_links(check=a.check, old=a.old): print(f)

if __name__ == '__main__': main()
