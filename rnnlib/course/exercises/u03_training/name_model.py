"""The open task of unit 03: a trained network that predicts names it has never seen."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from rnnlib.cell_models import CellModel
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u03_training.stored_models import (
    ALPHABET,
    names_to_learn_from,
    stored_model,
)
from rnnlib.dense import DenseParams
from rnnlib.letter_models import letter_batch, letter_loss
from rnnlib.letter_table import LetterTable
from rnnlib.rnn import RNNParams

MOST_WEIGHTS = 2600
CLEARLY = 0.95
"""The perplexity, as a part of the best table's, that earns everything."""

BY_ANY_MEANS = tuple(
    f"rnnlib.{module}"
    for module in (
        "_shapes _timesteps activations cell_models cells clipping coupled_lstm dense dropout "
        "generation init letter_models losses optim params rnn sequences stopping text"
    ).split()
)
"""What has been written before, or is lent; only the result counts here."""

TABLES = {
    "beats the letters' frequencies": (1, 1.0),
    "beats a table of pairs": (2, 1.0),
    "beats a table of three letters": (3, 1.0),
    "beats a table of four letters": (4, 1.0),
    "beats it by 5 percent": (4, CLEARLY),
}
"""Each result: the table, and the part of its perplexity that must not be reached."""


def name_model():
    """A network of 30 units, trained with Adam and weight decay."""
    return stored_model("decayed")


@cache
def new_genera() -> tuple[str, ...]:
    """Genera of dinosaurs that are not among `rnnlib.data.dinosaur_names`: most are newer."""
    path = Path(__file__).with_name("new_genera.json")
    return tuple(json.loads(path.read_text(encoding="ascii"))["names"])


@cache
def _table(n: int) -> LetterTable:
    return LetterTable(names_to_learn_from(), n, ALPHABET)


def _draw_names(rng):
    yield Case((), given=tuple(str(name) for name in rng.choice(new_genera(), 240, replace=False)))


@cache
def table_perplexity(n: int, names: tuple[str, ...]) -> float:
    """The perplexity of a table of n letters, made from the training names, on these names."""
    return float(np.exp(_table(n).loss(names)))


def observe_names(value, case):
    """The perplexity on the names in ``case.given``, and which tables it beats there."""
    _check(value)
    perplexity = float(np.exp(letter_loss(value, *letter_batch(case.given, ALPHABET))))
    beaten = {
        result: float(perplexity < part * table_perplexity(n, case.given))
        for result, (n, part) in TABLES.items()
    }
    return {**beaten, "perplexity": perplexity}


def _check(model):
    """Refuse what is not a network of the right shapes within the budget."""
    if not isinstance(model, CellModel):
        kind = "nothing" if model is None else f"an object of the class {type(model).__name__}"
        raise Unusable(f"returned {kind}; it should return a CellModel(cell, out)")
    for part, kind in ((model.cell, RNNParams), (model.out, DenseParams)):
        if not isinstance(part, kind):
            raise Unusable(
                f"has {type(part).__name__} in it; a CellModel(cell=RNNParams(...), "
                "out=DenseParams(...)) is wanted"
            )
    shapes = {name: array.shape for name, array in model.items()}
    V, H = len(ALPHABET), model.cell.b_h.size
    wanted = {
        "cell.W_xh": (V, H), "cell.W_hh": (H, H), "cell.b_h": (H,),
        "out.W_hy": (H, V), "out.b_y": (V,),
    }  # fmt: skip
    for name, shape in wanted.items():
        if shapes.get(name) != shape:
            raise Unusable(
                f"gave `{name}` the shape {shapes.get(name)}; with 27 symbols and {H} units it "
                f"should be {shape}"
            )
    if model.size > MOST_WEIGHTS:
        raise Unusable(f"has {model.size:,} weights; at most {MOST_WEIGHTS:,} are allowed")
    if not all(np.isfinite(array).all() for _, array in model.items()):
        raise Unusable("has weights that are not finite numbers: the training has exploded")


NAME_MODEL = Exercise(
    "name_model",
    name_model,
    _draw_names,
    results=dict.fromkeys(TABLES, ""),
    weights={
        "beats a table of pairs": 2,
        "beats a table of three letters": 2,
        "beats a table of four letters": 3,
        "beats it by 5 percent": 2,
    },
    observe=observe_names,
    score=("perplexity", "lower"),
    borrow=BY_ANY_MEANS,
    explain={
        "beats the letters' frequencies": "on new names it is not better than counting letters",
        "beats a table of pairs": "a table that sees the last letter is as good on new names",
        "beats a table of three letters": "a table that sees two letters is as good on new names",
        "beats a table of four letters": "a table that sees three letters is as good on new names",
        "beats it by 5 percent": "its perplexity on new names is above 0.95 of that table's",
    },
)


@NAME_MODEL.variant
def adam_with_weight_decay():
    """Thirty units, Adam, and weights that shrink a little at each update."""
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("decayed")


@NAME_MODEL.variant
def running_mean_of_the_weights():
    """RMSprop, and a running mean of the weights instead of the last ones."""
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("averaged")


@NAME_MODEL.variant
def fewer_units_for_longer():
    """Twenty-two units, trained for longer: two thirds of the budget."""
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("small")


@NAME_MODEL.mistake
def never_trained():
    """the network knows less than how frequent each letter is. It is not trained, or it has learned
    something else: are the targets the *next* letters, and are these the weights of the end?
    """
    from rnnlib.course.exercises.u03_training.stored_models import new_model

    return new_model(30, np.random.default_rng(0))


@NAME_MODEL.mistake
def hardly_trained():
    """the network knows how frequent letters are and little more: its training has hardly begun, or
    the learning rate is far too small or too large.
    """
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("hardly_begun")


@NAME_MODEL.mistake
def little_more_than_pairs():
    """the network does little more than a table of pairs: it needs more updates, or it has learned
    a few names by heart.
    """
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("begun")


@NAME_MODEL.mistake
def learned_by_heart():
    """the network is better than short contexts, but a table of four letters is as good. Look at
    the loss on names held out: was training stopped too early, or too late?
    """
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("overfitted")


@NAME_MODEL.mistake
def nothing_against_overfitting():
    """the network beats every table, but not by 5 percent. What is left to gain lies in the gap
    between the names it learns from and those held out, and in the training's last updates.
    """
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("plain")


@NAME_MODEL.mistake
def too_many_weights():
    """the network has more weights than the budget allows: H units cost H² + 55 H + 27 of them."""
    from rnnlib.course.exercises.u03_training.stored_models import new_model

    return new_model(64, np.random.default_rng(0))


@NAME_MODEL.mistake
def loss_returned_too():
    """the network is returned together with something else: the parameters alone are wanted."""
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("decayed"), 2.1


@NAME_MODEL.mistake
def exploded():
    """the weights are no longer numbers: training has exploded. Clip, or go slower."""
    from rnnlib.course.exercises.u03_training.stored_models import stored_model

    return stored_model("decayed").map(lambda array: array * np.nan)


@NAME_MODEL.mistake
def full_stop_forgotten():
    """the alphabet has 26 letters here: the full stop, which begins and ends a name, is a symbol
    too.
    """
    from rnnlib.course.exercises.u03_training.stored_models import new_model

    return new_model(30, np.random.default_rng(0), 26)
