"""Recurrent networks in NumPy: forward, and backward by hand.

The public names of the mathematics, and nothing else; importing this costs little more than
importing NumPy. Checks, figures and PyTorch have their own modules.
"""

from rnnlib.activations import (
    log_softmax,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, init_rnn, orthogonal, xavier_uniform
from rnnlib.losses import (
    cross_entropy,
    cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
)
from rnnlib.optim import (
    AdamState,
    MomentumState,
    RMSpropState,
    SGDState,
    adam_state,
    adam_step,
    clip_grad_norm,
    clip_grad_value,
    grad_norm,
    momentum_state,
    momentum_step,
    rmsprop_state,
    rmsprop_step,
    sgd_state,
    sgd_step,
)
from rnnlib.params import Params, parameters
from rnnlib.rnn import (
    RNNCache,
    RNNParams,
    rnn_backward,
    rnn_forward,
    rnn_step,
    rnn_step_backward,
)
from rnnlib.shapes import ShapeError
from rnnlib.text import Vocabulary, one_hot

__all__ = [
    "AdamState",
    "DenseParams",
    "MomentumState",
    "Params",
    "RMSpropState",
    "RNNCache",
    "RNNParams",
    "SGDState",
    "ShapeError",
    "Vocabulary",
    "adam_state",
    "adam_step",
    "clip_grad_norm",
    "clip_grad_value",
    "cross_entropy",
    "cross_entropy_backward",
    "grad_norm",
    "init_dense",
    "init_rnn",
    "log_softmax",
    "mean_squared_error",
    "mean_squared_error_backward",
    "momentum_state",
    "momentum_step",
    "one_hot",
    "orthogonal",
    "output_step",
    "output_step_backward",
    "parameters",
    "relu",
    "relu_backward",
    "rmsprop_state",
    "rmsprop_step",
    "rnn_backward",
    "rnn_forward",
    "rnn_step",
    "rnn_step_backward",
    "sgd_state",
    "sgd_step",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
    "xavier_uniform",
]
