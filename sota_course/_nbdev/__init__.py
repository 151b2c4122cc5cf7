"""What this project adds to nbdev: tests exported from notebooks, the README, and links that follow `settings.ini`.
It stays in the checkout: the wheel does without."""

from .exporter import ExportError,TestExporter
from .readme import render_readme
from .links import sync_links
