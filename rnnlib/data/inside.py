"""Small trained networks to be opened, and one that has learned tunes.

The small ones were made once by ``rnnlib train inside``; `rnnlib.course.stored.inside` says how,
and `rnnlib.inside_tasks` what they learned. The one for tunes is that of the live page *tune*.
"""

import json
from importlib.resources import files

import numpy as np

from rnnlib.cell_models import CellModel
from rnnlib.dense import DenseParams
from rnnlib.gru import GRUParams
from rnnlib.json_params import from_json
from rnnlib.lstm import LSTMParams
from rnnlib.music.tune_model import TuneModel
from rnnlib.rnn import RNNParams
from rnnlib.text import Vocabulary

__all__ = ["inside_model", "inside_names", "tune_network"]


def _stored():
    with files("rnnlib.data").joinpath("inside.npz").open("rb") as opened:
        return dict(np.load(opened))


def inside_names():
    """The names of the small networks.

    Examples
    --------
    >>> inside_names()[:3]
    ['switches', 'motif', 'lines']
    """
    return list(dict.fromkeys(key.partition("/")[0] for key in _stored()))


def inside_model(name):
    """A small trained network.

    Parameters
    ----------
    name : str
        One of `inside_names`.

    Returns
    -------
    CellModel

    Raises
    ------
    KeyError
        If there is no such network.

    Examples
    --------
    >>> inside_model("switches").cell
    RNNParams(W_xh (3, 16), W_hh (16, 16), b_h (16,))
    """
    own = {
        key.partition("/")[2].split(".")[1]: array / 1000
        for key, array in _stored().items()
        if key.startswith(f"{name}/")
    }
    if not own:
        raise KeyError(f"there is no network called {name!r}")
    out = DenseParams(own.pop("W_hy"), own.pop("b_y"))
    if "b_hn" in own:
        return CellModel(GRUParams(**own), out)
    H = len(out.W_hy)
    return CellModel((RNNParams if own["W_hh"].shape[1] == H else LSTMParams)(**own), out)


def tune_network():
    """The network of the live page *tune*: an LSTM of 128 units that has read 705 Irish tunes.

    Returns
    -------
    model : TuneModel
    symbols : Vocabulary

    Examples
    --------
    >>> model, symbols = tune_network()
    >>> model.cell.W_hh.shape, len(symbols)
    ((128, 512), 48)
    """
    page = files("rnnlib.plotting").joinpath("pages/tune.html").read_text(encoding="utf-8")
    stored = json.loads(page.partition('id="weights">')[2].partition("</script>")[0])
    arrays = {k: np.zeros(v["shape"]) for k, v in stored["params"].items()}
    like = TuneModel(
        LSTMParams(*(arrays[f"cell.{name}"] for name in ("W_xh", "W_hh", "b_h"))),
        DenseParams(arrays["out.W_hy"], arrays["out.b_y"]),
    )
    return from_json(stored["params"], like), Vocabulary(stored["symbols"])
