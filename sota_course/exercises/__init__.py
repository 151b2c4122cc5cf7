"""The exercises of the chapters, by name; each room has its notebook in nbs/workshop/exercises."""

from .engine import Checked, Exercise, checks, comparison, exercise
from . import answers, data, helps, images, judging, labels, training, views

__all__ = ['exercise', 'Exercise', 'Checked', 'checks', 'comparison']
