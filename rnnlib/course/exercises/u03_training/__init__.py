"""Unit 03. Training: optimizers and clipping, a start, early stopping, perplexity, sampling."""

from rnnlib.course.exercises.u03_training.adam_step import ADAM_STEP
from rnnlib.course.exercises.u03_training.clip_grad_norm import CLIP_GRAD_NORM
from rnnlib.course.exercises.u03_training.early_stopping import EARLY_STOPPING
from rnnlib.course.exercises.u03_training.perplexity import PERPLEXITY
from rnnlib.course.exercises.u03_training.rmsprop_step import RMSPROP_STEP
from rnnlib.course.exercises.u03_training.sample import SAMPLE
from rnnlib.course.exercises.u03_training.sgd_step import SGD_STEP
from rnnlib.course.exercises.u03_training.xavier_uniform import XAVIER_UNIFORM

EXERCISES = (
    SGD_STEP,
    CLIP_GRAD_NORM,
    RMSPROP_STEP,
    ADAM_STEP,
    XAVIER_UNIFORM,
    EARLY_STOPPING,
    PERPLEXITY,
    SAMPLE,
)
"""In the order of the notebook."""
