"""Unit 03. Training: optimizers and clipping, early stopping, sampling, a network of one's own."""

from rnnlib.course.exercises.u03_training.adam_step import ADAM_STEP
from rnnlib.course.exercises.u03_training.clip_grad_norm import CLIP_GRAD_NORM
from rnnlib.course.exercises.u03_training.early_stopping import EARLY_STOPPING
from rnnlib.course.exercises.u03_training.name_model import NAME_MODEL
from rnnlib.course.exercises.u03_training.rmsprop_step import RMSPROP_STEP
from rnnlib.course.exercises.u03_training.sample import SAMPLE
from rnnlib.course.exercises.u03_training.sgd_step import SGD_STEP

EXERCISES = (
    SGD_STEP,
    CLIP_GRAD_NORM,
    RMSPROP_STEP,
    ADAM_STEP,
    EARLY_STOPPING,
    SAMPLE,
    NAME_MODEL,
)
"""In the order of the notebook."""
