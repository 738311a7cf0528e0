"""After an epoch, note the loss, and keep the parameters if it is the lowest so far."""

from __future__ import annotations

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u03_training.inputs import PLAIN_SIZES, group
from rnnlib.stopping import EarlyStopping, early_stopping


def _draw_early(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        for better in (True, False):
            best = float(rng.uniform(1.5, 2.5))
            loss = best * (0.9 if better else 1.1)
            state = EarlyStopping(int(rng.integers(6, 9)), best, group(rng, **s), 3)
            yield Case((loss, group(rng, **s), state), s, kind)
    s, loss = PLAIN_SIZES[0], float(rng.uniform(1.5, 2.5))
    first = EarlyStopping(patience=4)
    yield Case((loss, group(rng, **s), first), s, "the first loss of all")
    same = EarlyStopping(5, loss, group(rng, **s), 2)
    yield Case((loss, group(rng, **s), same), s, "a loss that is equal to the best")


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
