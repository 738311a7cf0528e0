"""Unit 14. The same in PyTorch: weights, gates, packed sequences, modules, a program to mend."""

from rnnlib.course.exercises.u14_pytorch.gru_from_torch import GRU_FROM_TORCH
from rnnlib.course.exercises.u14_pytorch.kneser_ney import KNESER_NEY
from rnnlib.course.exercises.u14_pytorch.kneser_ney_counts import KNESER_NEY_COUNTS
from rnnlib.course.exercises.u14_pytorch.last_hidden import LAST_HIDDEN
from rnnlib.course.exercises.u14_pytorch.mgu_module import MGU_MODULE
from rnnlib.course.exercises.u14_pytorch.own_bptt import OWN_BPTT
from rnnlib.course.exercises.u14_pytorch.pack import PACK
from rnnlib.course.exercises.u14_pytorch.reorder_gates import REORDER_GATES
from rnnlib.course.exercises.u14_pytorch.rnn_to_torch import RNN_TO_TORCH
from rnnlib.course.exercises.u14_pytorch.train_stream import TRAIN_STREAM
from rnnlib.course.exercises.u14_pytorch.truncated_gradients import TRUNCATED_GRADIENTS

EXERCISES = (
    RNN_TO_TORCH,
    GRU_FROM_TORCH,
    REORDER_GATES,
    PACK,
    LAST_HIDDEN,
    TRUNCATED_GRADIENTS,
    MGU_MODULE,
    OWN_BPTT,
    TRAIN_STREAM,
    KNESER_NEY_COUNTS,
    KNESER_NEY,
)
"""In the order of the notebook."""
