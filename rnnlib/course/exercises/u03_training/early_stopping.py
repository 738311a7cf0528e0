"""After an epoch, note the loss, and keep the parameters if it is the lowest so far."""

from __future__ import annotations

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u03_training.inputs import PLAIN_SIZES, group
from rnnlib.stopping import EarlyStopping, early_stopping


def _draw_early(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        # The second time by a hair, and at the last look before the patience is at its end.
        hair = s == PLAIN_SIZES[1]
        for change in (-1e-6, 1e-6) if hair else (-0.1, 0.1):
            best, patience = float(rng.uniform(1.5, 2.5)), int(rng.integers(5, 8))
            state = EarlyStopping(patience, best, group(rng, **s), patience - 1 if hair else 3)
            yield Case((best * (1 + change), group(rng, **s), state), s, kind)
    s, loss = PLAIN_SIZES[0], float(rng.uniform(1.5, 2.5))
    first = EarlyStopping(patience=4)
    yield Case((loss, group(rng, **s), first), s, "the first loss of all")
    same = EarlyStopping(5, loss, group(rng, **s), 2)
    yield Case((loss, group(rng, **s), same), s, "a loss that is equal to the best")
    for loss, best in ((0.0, 0.5), (0.5, 0.0)):
        state = EarlyStopping(5, best, group(rng, **s), 2)
        yield Case((loss, group(rng, **s), state), s, "a loss of 0")
    tried = (1.2, 1.1, 5), (1.2, 1.1, 0), (1.0, 1.1, 5), (-1.0, -0.5, 2), (-0.4, -0.5, 2)
    for loss, best, waited in tried:
        # Patience is at its end, a later look finds something better; losses below 0.
        state = EarlyStopping(5, best, group(rng, **s), waited)
        yield Case((loss, group(rng, **s), state), s)


EARLY_STOPPING = Exercise(
    "early_stopping",
    early_stopping,
    _draw_early,
    results={
        "state.patience": "",
        "state.best_loss": "",
        "state.best_params.W": "(H, K)",
        "state.best_params.b": "(K,)",
        "state.waited": "",
    },
    weights={"state.patience": 0.5, "state.waited": 2},
)


@EARLY_STOPPING.variant
def two_cases(loss, params, state):
    """A new state in either case."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, state.best_loss, state.best_params, state.waited + 1)


@EARLY_STOPPING.variant
def with_replace(loss, params, state):
    """What does not change is kept by `_replace`."""
    if loss >= state.best_loss:
        return state._replace(waited=state.waited + 1)
    return state._replace(best_loss=loss, best_params=params, waited=0)


@EARLY_STOPPING.variant
def unpacked(loss, params, state):
    """The state taken apart and put together."""
    patience, best_loss, best_params, waited = state
    waited += 1
    if loss < best_loss:
        best_loss, best_params, waited = loss, params.copy(), 0
    return EarlyStopping(patience, best_loss, best_params, waited)


@EARLY_STOPPING.mistake
def highest_kept(loss, params, state):
    """The comparison is reversed: the parameters with the highest loss are kept."""
    if loss > state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def equal_is_better(loss, params, state):
    """An equal loss is taken for a better one: with `<=` a loss that stands still never stops."""
    if loss <= state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def waiting_not_reset(loss, params, state):
    """`waited` goes on counting after a better loss; it starts again from 0."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, state.waited)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def waiting_from_one(loss, params, state):
    """`waited` is 1 after a better loss; nothing has been waited for yet, so it is 0."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 1)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def waiting_not_counted(loss, params, state):
    """`waited` stays as it is where the loss is no better, so the training never stops."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state


@EARLY_STOPPING.mistake
def latest_params_kept(loss, params, state):
    """The latest parameters are kept at every call; keep those of the lowest loss."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, state.best_loss, params, state.waited + 1)


@EARLY_STOPPING.mistake
def latest_loss_kept(loss, params, state):
    """The latest loss is kept as the best one even where it is higher."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, loss, state.best_params, state.waited + 1)


@EARLY_STOPPING.mistake
def best_params_not_updated(loss, params, state):
    """The lowest loss is noted, but not the parameters that belong to it."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, state.best_params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def best_loss_not_updated(loss, params, state):
    """The best parameters are noted, but not the loss that belongs to them."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, state.best_loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def patience_used_up(loss, params, state):
    """`patience` is counted down; it is a setting, and `waited` does the counting."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(patience=state.patience - 1, waited=state.waited + 1)


@EARLY_STOPPING.mistake
def reset_when_worse(loss, params, state):
    """The two cases have changed places for `waited`: it counts the better losses."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, state.waited + 1)
    return state._replace(waited=0)


@EARLY_STOPPING.mistake
def answer_only(loss, params, state):
    """An answer yes or no is returned; the state should come back, with what is best so far."""
    return loss >= state.best_loss


@EARLY_STOPPING.mistake
def better_by_a_margin(loss, params, state):
    """A loss that is only a little lower is not taken for better. By the rule any lower loss is."""
    if loss < state.best_loss - 1e-3:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def patience_written_in(loss, params, state):
    """The patience is always 8 in the new state. It is a setting and is handed on:
    `state.patience`.
    """
    if loss < state.best_loss:
        return EarlyStopping(8, loss, params, 0)
    return EarlyStopping(8, state.best_loss, state.best_params, state.waited + 1)


@EARLY_STOPPING.mistake
def nothing_returned_when_worse(loss, params, state):
    """Nothing is returned where the loss is no better. That case ends with a line `return` as
    well.
    """
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)


@EARLY_STOPPING.mistake
def nothing_returned_when_better(loss, params, state):
    """Nothing is returned where the loss is better. That case ends with a line `return` as well."""
    if loss >= state.best_loss:
        return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def best_params_dropped(loss, params, state):
    """The best parameters are dropped where the loss is no better: hand on `state.best_params`."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, state.best_loss, None, state.waited + 1)


@EARLY_STOPPING.mistake
def zero_taken_for_no_loss(loss, params, state):
    """A best loss of 0 is taken for none: 0 counts as false. At first the best loss is
    infinite, and `loss < state.best_loss` is all that is needed.
    """
    if not state.best_loss or loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def state_never_changed(loss, params, state):
    """The old state is returned as it is. `_replace` makes a new state, which has to be
    returned.
    """
    if loss < state.best_loss:
        state._replace(best_loss=loss, best_params=params, waited=0)
    else:
        state._replace(waited=state.waited + 1)
    return state
