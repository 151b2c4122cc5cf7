"""All that the chapters use, in one import: `from sota_course.all import *` brings fastai's names and the course's

Names that would hide fastai's own (`save_model`, `load_model`) or that collide easily (`train`, the questionnaire's `check`)
are imported by name from their rooms."""

from fastai.vision.all import *
from sota_course.core import *
from sota_course.records import *
from sota_course.doctor import *
from sota_course.compare import *
from sota_course.simulated import *
from sota_course.plots import *
from sota_course.data.images import *
from sota_course.data.folders import *
from sota_course.data.sample import *
from sota_course.data.download import *
from sota_course.data.dataset import *
from sota_course.loading.augment import *
from sota_course.loading.views import *
from sota_course.loading.cache import *
from sota_course.loading.loader import *
from sota_course.loading.loader_stats import *
from sota_course.loading.dls import *
from sota_course.loading.stages import *
from sota_course.networks import *
from sota_course.imagenette import *
from sota_course.normalization import *
from sota_course.progressive_resizing import *
from sota_course.tta import *
from sota_course.mixup import *
from sota_course.label_smoothing import *
from sota_course.training.callbacks import *
from sota_course.training.schedules import *
from sota_course.training.transfer import *
from sota_course.training.precision import *
from sota_course.training.speed import *
from sota_course.training.muon import *
from sota_course.training.distributed import *
from sota_course.training.model import *
from sota_course.training.onnx import *
from sota_course.training.testing import *
from sota_course.experiments.recipes import *
from sota_course.experiments.learners import *
from sota_course.experiments.checkpoints import *
from sota_course.experiments.forecast import *
from sota_course.experiments.recorder import *
from sota_course.experiments.runs import *
from sota_course.experiments.ladder import *
from sota_course.experiments.cluster import *
from sota_course.experiments.report import *
