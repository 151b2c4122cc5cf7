"Everything the course does in a cell, `sota-course` does in a terminal"
from .app import main
from . import data,train,experiments,predict,course,questions # each registers its commands, in the order of `sota-course --help`
