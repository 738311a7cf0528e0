"""Train until the validation loss stops falling; keep the best parameters."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.dense import DenseParams
from rnnlib.forecasting import train_early_stopping
from rnnlib.stopping import EarlyStopping, early_stopping

HIGHS_AND_LOWS = (
    (7, 5, 4, 4.5, 4.2, 3, 3.5, 3, 3.2, 1, 0.5, 2, 2, 2, 2),  # lower again too late
    (9, 7, 8, 6, 6.5, 5, 5.5, 5.2, 1, 0.5, 0.4, 0.3, 0.2, 0.1),  # ended by `max_epochs`
    (2, 3, 4, 2.5, 2.2, 1, 0.5, 3, 3, 3, 3, 3),  # the start is the best
    (3, 2.9, *(2.9 - 1e-9 * np.array([1, 2, 3, 4, 3, 5])), 3, 3, 3, 3, 3),  # a little lower
    tuple(np.linspace(3, 1, 130)),  # lower and lower
)


def _training(rng, table, H, K, second_look=0.0):
    """A start, an update that only counts, and an evaluation that reads the table at the count.

    With `second_look`, a loss that is asked for again is higher by so much, as that of another
    validation batch may be.
    """
    start = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
    by = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,)).map(np.abs)
    table = np.array(table) * rng.uniform(0.5, 1.5)
    asked = {"epochs": -1, "again": False}

    def update(params):
        """One epoch of training."""
        return params.map(lambda p, step: p + step, by)

    def evaluate(params):
        """The validation loss."""
        epochs = round(float((params.b_y[0] - start.b_y[0]) / by.b_y[0]))
        asked.update(epochs=epochs, again=epochs == asked["epochs"])
        return float(table[min(epochs, len(table) - 1)]) + second_look * asked["again"]

    return start, update, evaluate


def _draw_train(rng):
    s, t = {"H": 3, "K": 4}, {"H": 5, "K": 2}
    for sizes, table, patience, max_epochs in (
        (s, 0, 3, 40), (t, 1, 4, 7), (t, 2, 3, 20), (s, 0, 2, 30), (t, 3, 3, 40), (t, 0, 6, 40),
    ):  # fmt: skip
        options = {"patience": patience, "max_epochs": max_epochs}
        yield Case(_training(rng, HIGHS_AND_LOWS[table], **sizes), sizes, options=options)
    for letter in "HK":
        sizes = {**s, letter: 1}
        options = {"patience": 3, "max_epochs": 40}
        yield Case(_training(rng, HIGHS_AND_LOWS[0], **sizes), sizes, drawing.ONES, options=options)
    for table in (0, 4):
        yield Case(_training(rng, HIGHS_AND_LOWS[table], **s), s, "the default values")
    for max_epochs in (0, 1):
        options = {"patience": 3, "max_epochs": max_epochs}
        yield Case(_training(rng, HIGHS_AND_LOWS[0], **s), s, "no epoch or one", options=options)
    drawn = _training(rng, HIGHS_AND_LOWS[0], **s, second_look=10.0)
    yield Case(drawn, s, "a validation loss that differs when it is asked for again")


TRAIN_EARLY_STOPPING = Exercise(
    "train_early_stopping",
    train_early_stopping,
    _draw_train,
    results={"best.W_hy": "(H, K)", "best.b_y": "(K,)", "losses": ""},
    weights={"losses": 2},
    borrow=("rnnlib.stopping",),
)


@TRAIN_EARLY_STOPPING.variant
def four_variables(params, update, evaluate, *, patience=5, max_epochs=100):
    """The rule of unit 03 with plain variables."""
    best, best_loss, waited = params, evaluate(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= max_epochs:
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.variant
def with_unit_03(params, update, evaluate, *, patience=5, max_epochs=100):
    """The state of unit 03, given for the start and after each epoch."""
    losses = [evaluate(params)]
    state = EarlyStopping(patience, losses[0], params, 0)
    for _ in range(max_epochs):
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] < state.best_loss:
            state = EarlyStopping(patience, losses[-1], params, 0)
        else:
            state = state._replace(waited=state.waited + 1)
        if state.waited >= patience:
            break
    return state.best_params, np.array(losses)


@TRAIN_EARLY_STOPPING.variant
def with_the_librarys_rule(params, update, evaluate, *, patience=5, max_epochs=100):
    """The library's `early_stopping`, as in the reference."""
    losses, rule = [], EarlyStopping(patience)
    for epochs in range(max_epochs + 1):
        params = update(params) if epochs else params
        losses.append(evaluate(params))
        rule = early_stopping(losses[-1], params, rule)
        if rule.stop:
            break
    return rule.best_params, np.array(losses)


@TRAIN_EARLY_STOPPING.variant
def all_kept(params, update, evaluate, *, patience=5, max_epochs=100):
    """All parameters kept; the place of the lowest loss says when to stop."""
    kept, losses = [params], [evaluate(params)]
    while len(losses) <= max_epochs and len(losses) - 1 - np.argmin(losses) < patience:
        kept.append(update(kept[-1]))
        losses.append(evaluate(kept[-1]))
    return kept[np.argmin(losses)], np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def last_parameters_returned(params, update, evaluate, *, patience=5, max_epochs=100):
    """the *last* parameters come back, from after the waiting. Keep those of the lowest loss."""
    best_loss, waited = evaluate(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= max_epochs:
        params = update(params)
        losses.append(evaluate(params))
        waited = 0 if losses[-1] < best_loss else waited + 1
        best_loss = min(best_loss, losses[-1])
    return params, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def stopped_at_once(params, update, evaluate, *, patience=5, max_epochs=100):
    """the training ends at the first loss that is no better, without any patience."""
    best, best_loss, losses = params, evaluate(params), []
    losses.append(best_loss)
    for _ in range(max_epochs):
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] >= best_loss:
            break
        best, best_loss = params, losses[-1]
    return best, np.array(losses)


TRAIN_EARLY_STOPPING.slip(
    "evaluated_twice_in_an_epoch",
    "if losses[-1] < best_loss",
    "if evaluate(params) < best_loss",
    "`evaluate` is called twice in an epoch: that takes twice the time, and where chance plays a "
    "part the second loss is another one. Compare the loss that was noted.",
)

TRAIN_EARLY_STOPPING.slip(
    "waiting_never_begins_again",
    "best, best_loss, waited = params, losses[-1], 0",
    "best, best_loss = params, losses[-1]",
    "`waited` is not set back to 0 by a better loss, so that all bad epochs count together.",
)

TRAIN_EARLY_STOPPING.slip(
    "one_epoch_too_patient",
    "waited < patience",
    "waited <= patience",
    "one epoch more than `patience` is waited: the loop goes on while `waited < patience`.",
)

TRAIN_EARLY_STOPPING.slip(
    "an_equal_loss_taken_for_better",
    "losses[-1] < best_loss",
    "losses[-1] <= best_loss",
    "an equal loss counts as a better one: `<=` stands where `<` belongs.",
)

TRAIN_EARLY_STOPPING.slip(
    "max_epochs_ignored",
    "waited < patience and len(losses) <= max_epochs",
    "waited < patience",
    "`max_epochs` is ignored, and only patience ends the training.",
)


@TRAIN_EARLY_STOPPING.mistake
def patience_ignored(params, update, evaluate, *, patience=5, max_epochs=100):
    """`patience` is ignored, and all `max_epochs` epochs are trained."""
    best, best_loss = params, evaluate(params)
    losses = [best_loss]
    for _ in range(max_epochs):
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] < best_loss:
            best, best_loss = params, losses[-1]
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def start_not_evaluated(params, update, evaluate, *, patience=5, max_epochs=100):
    """the start is never evaluated: the first loss is that *before* the first epoch."""
    best, best_loss, waited, losses = params, np.inf, 0, []
    while waited < patience and len(losses) < max_epochs:
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def compared_with_the_epoch_before(params, update, evaluate, *, patience=5, max_epochs=100):
    """each loss is compared with that of the epoch before. Compare it with the lowest so far."""
    best, before, waited = params, evaluate(params), 0
    losses = [before]
    while waited < patience and len(losses) <= max_epochs:
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] < before:
            best, waited = params, 0
        else:
            waited += 1
        before = losses[-1]
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def evaluated_before_the_update(params, update, evaluate, *, patience=5, max_epochs=100):
    """the loss is measured before the update, but belongs to the parameters after it. First
    update, then evaluate.
    """
    best, best_loss, waited = params, evaluate(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= max_epochs:
        losses.append(evaluate(params))
        params = update(params)
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


TRAIN_EARLY_STOPPING.slip(
    "trained_on_from_the_best",
    "update(params)",
    "update(best)",
    "every epoch begins again from the *best* parameters. Training goes on from the last ones; "
    "the best are only kept.",
)

TRAIN_EARLY_STOPPING.slip(
    "best_loss_alone_returned",
    "np.array(losses)",
    "min(losses)",
    "the lowest loss comes back as the second value. All losses are wanted, in their order.",
)

TRAIN_EARLY_STOPPING.slip(
    "only_better_losses_kept",
    "np.array(losses)",
    "np.array([x for k, x in enumerate(losses) if k == 0 or x < min(losses[:k])])",
    "only the losses that were better are noted. Each one is.",
)

TRAIN_EARLY_STOPPING.slip(
    "best_loss_never_lowered",
    "best, best_loss, waited = params, losses[-1], 0",
    "best, waited = params, 0",
    "the lowest loss is never noted: every loss is compared with that of the start.",
)

TRAIN_EARLY_STOPPING.slip(
    "highest_loss_kept",
    "losses[-1] < best_loss",
    "losses[-1] > best_loss",
    "the parameters with the *highest* loss are kept: the comparison is turned round.",
)

TRAIN_EARLY_STOPPING.slip(
    "losses_returned_first",
    "best, np.array(losses)",
    "np.array(losses), best",
    "the two are returned in the wrong order: it is the best parameters, then the losses.",
)

TRAIN_EARLY_STOPPING.slip(
    "one_epoch_too_many",
    "len(losses) <= max_epochs",
    "len(losses) <= max_epochs + 1",
    "one epoch too many is trained: the start is none, so `max_epochs` epochs give "
    "`max_epochs + 1` losses.",
)

TRAIN_EARLY_STOPPING.slip(
    "update_thrown_away",
    "params = update(params)",
    "update(params)",
    "what `update` returns is thrown away, so that nothing is ever trained: `params = "
    "update(params)`.",
)


TRAIN_EARLY_STOPPING.slip(
    "one_epoch_too_few",
    "len(losses) <= max_epochs",
    "len(losses) < max_epochs",
    "one epoch too few is trained where `max_epochs` ends it: the start is none, so `max_epochs` "
    "epochs give `max_epochs + 1` losses.",
)

TRAIN_EARLY_STOPPING.slip(
    "a_little_lower_is_not_enough",
    "losses[-1] < best_loss",
    "losses[-1] < best_loss - 1e-3",
    "a loss has to be lower by some amount to count as better. Any lower loss is better.",
)


@TRAIN_EARLY_STOPPING.mistake
def last_loss_not_noted(params, update, evaluate, *, patience=5, max_epochs=100):
    """the loss with which patience ends is not noted: append it before the loop is left."""
    best, best_loss, waited = params, evaluate(params), 0
    losses = [best_loss]
    for _ in range(max_epochs):
        params = update(params)
        loss = evaluate(params)
        if loss < best_loss:
            best, best_loss, waited = params, loss, 0
        else:
            waited += 1
        if waited >= patience:
            break
        losses.append(loss)
    return best, np.array(losses)


TRAIN_EARLY_STOPPING.slip(
    "one_epoch_too_impatient",
    "waited < patience",
    "waited < patience - 1",
    "one epoch less than `patience` is waited: the loop goes on while `waited < patience`.",
)
