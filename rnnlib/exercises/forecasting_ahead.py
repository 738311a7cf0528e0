"""Unit 08, second half: training with early stopping, several steps ahead, intervals."""

from __future__ import annotations

import numpy as np

from ..dense import DenseParams
from ..forecasting import (
    coverage,
    prediction_interval,
    recursive_forecast,
    train_early_stopping,
)
from ..optim import EarlyStopping, early_stopping
from . import drawing
from .exercise import Case, Exercise

# --- train_early_stopping ---------------------------------------------------------------------

HIGHS_AND_LOWS = (
    (7, 5, 4, 4.5, 4.2, 3, 3.5, 3, 3.2, 1, 0.5, 2, 2, 2, 2),  # lower again too late
    (9, 7, 8, 6, 6.5, 5, 5.5, 5.2, 1, 0.5, 0.4, 0.3, 0.2, 0.1),  # ended by `longest`
    (2, 3, 4, 2.5, 2.2, 1, 0.5, 3, 3, 3, 3, 3),  # the start is the best
)


def _training(rng, table, H, K):
    """A start, an update that only counts, and a look that reads the table at the count."""
    start = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
    by = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,)).map(np.abs)
    table = np.array(table) * rng.uniform(0.5, 1.5)

    def update(params):
        """One round of training."""
        return params.map(lambda p, step: p + step, by)

    def look(params):
        """The validation loss."""
        rounds = round(float((params.b_y[0] - start.b_y[0]) / by.b_y[0]))
        return float(table[min(rounds, len(table) - 1)])

    return start, update, look


def _draw_train(rng):
    s, t = {"H": 3, "K": 4}, {"H": 5, "K": 2}
    for sizes, table, patience, longest in (
        (s, 0, 3, 40), (t, 1, 4, 7), (t, 2, 3, 20), (s, 0, 2, 30),
    ):  # fmt: skip
        options = {"patience": patience, "longest": longest}
        yield Case(_training(rng, HIGHS_AND_LOWS[table], **sizes), sizes, options=options)
    for letter in "HK":
        sizes = {**s, letter: 1}
        options = {"patience": 3, "longest": 40}
        yield Case(_training(rng, HIGHS_AND_LOWS[0], **sizes), sizes, drawing.ONES, options=options)
    yield Case(_training(rng, HIGHS_AND_LOWS[0], **s), s, "the default patience")


TRAIN_EARLY_STOPPING = Exercise(
    "train_early_stopping",
    train_early_stopping,
    _draw_train,
    results={"best.W_hy": "(H, K)", "best.b_y": "(K,)", "losses": ""},
    weights={"losses": 2},
    borrow=("rnnlib.optim",),
)


@TRAIN_EARLY_STOPPING.variant
def four_variables(params, update, look, *, patience=5, longest=100):
    """The rule of unit 03 with plain variables."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.variant
def with_unit_03(params, update, look, *, patience=5, longest=100):
    """The state of unit 03, given for the start and after each round."""
    losses = [look(params)]
    state = EarlyStopping(patience, losses[0], params, 0)
    for _ in range(longest):
        params = update(params)
        losses.append(look(params))
        if losses[-1] < state.best_loss:
            state = EarlyStopping(patience, losses[-1], params, 0)
        else:
            state = state._replace(waited=state.waited + 1)
        if state.waited >= patience:
            break
    return state.best_params, np.array(losses)


@TRAIN_EARLY_STOPPING.variant
def with_the_librarys_rule(params, update, look, *, patience=5, longest=100):
    """The library's `early_stopping`, as in the reference."""
    losses, rule = [], EarlyStopping(patience)
    for rounds in range(longest + 1):
        params = update(params) if rounds else params
        losses.append(look(params))
        rule = early_stopping(losses[-1], params, rule)
        if rule.stop:
            break
    return rule.best_params, np.array(losses)


@TRAIN_EARLY_STOPPING.variant
def all_kept(params, update, look, *, patience=5, longest=100):
    """All parameters kept; the place of the lowest loss says when to stop."""
    kept, losses = [params], [look(params)]
    while len(losses) <= longest and len(losses) - 1 - np.argmin(losses) < patience:
        kept.append(update(kept[-1]))
        losses.append(look(kept[-1]))
    return kept[np.argmin(losses)], np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def last_parameters_returned(params, update, look, *, patience=5, longest=100):
    """the *last* parameters come back, from after the waiting. Keep those of the lowest loss."""
    best_loss, waited = look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        waited = 0 if losses[-1] < best_loss else waited + 1
        best_loss = min(best_loss, losses[-1])
    return params, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def stopped_at_once(params, update, look, *, patience=5, longest=100):
    """the training ends at the first loss that is no better, without any patience."""
    best, best_loss, losses = params, look(params), []
    losses.append(best_loss)
    for _ in range(longest):
        params = update(params)
        losses.append(look(params))
        if losses[-1] >= best_loss:
            break
        best, best_loss = params, losses[-1]
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def waiting_never_begins_again(params, update, look, *, patience=5, longest=100):
    """`waited` is not set back to 0 by a better loss, so that all bad rounds count together."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss = params, losses[-1]
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def one_round_too_patient(params, update, look, *, patience=5, longest=100):
    """one round more than `patience` is waited: the loop goes on while `waited < patience`."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited <= patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def an_equal_loss_taken_for_better(params, update, look, *, patience=5, longest=100):
    """an equal loss counts as a better one: `<=` stands where `<` belongs."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] <= best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def longest_ignored(params, update, look, *, patience=5, longest=100):
    """`longest` is ignored, and only patience ends the training."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def patience_ignored(params, update, look, *, patience=5, longest=100):
    """`patience` is ignored, and all `longest` rounds are trained."""
    best, best_loss = params, look(params)
    losses = [best_loss]
    for _ in range(longest):
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss = params, losses[-1]
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def start_not_looked_at(params, update, look, *, patience=5, longest=100):
    """the start is never looked at: the first loss is that *before* the first round."""
    best, best_loss, waited, losses = params, np.inf, 0, []
    while waited < patience and len(losses) < longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def compared_with_the_round_before(params, update, look, *, patience=5, longest=100):
    """each loss is compared with that of the round before. Compare it with the lowest so far."""
    best, before, waited = params, look(params), 0
    losses = [before]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < before:
            best, waited = params, 0
        else:
            waited += 1
        before = losses[-1]
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def looked_before_the_update(params, update, look, *, patience=5, longest=100):
    """the loss is looked at before the update, but belongs to the parameters after it. First
    update, then look.
    """
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        losses.append(look(params))
        params = update(params)
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def trained_on_from_the_best(params, update, look, *, patience=5, longest=100):
    """every round begins again from the *best* parameters. Training goes on from the last ones;
    the best are only kept.
    """
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(best)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def best_loss_alone_returned(params, update, look, *, patience=5, longest=100):
    """the lowest loss comes back as the second value. All losses are wanted, in their order."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, min(losses)


@TRAIN_EARLY_STOPPING.mistake
def only_better_losses_kept(params, update, look, *, patience=5, longest=100):
    """only the losses that were better are noted. Each look is."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array([x for k, x in enumerate(losses) if k == 0 or x < min(losses[:k])])


@TRAIN_EARLY_STOPPING.mistake
def best_loss_never_lowered(params, update, look, *, patience=5, longest=100):
    """the lowest loss is never noted: every loss is compared with that of the start."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, waited = params, 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def highest_loss_kept(params, update, look, *, patience=5, longest=100):
    """the parameters with the *highest* loss are kept: the comparison is turned round."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] > best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def losses_returned_first(params, update, look, *, patience=5, longest=100):
    """the two are returned in the wrong order: it is the best parameters, then the losses."""
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return np.array(losses), best


@TRAIN_EARLY_STOPPING.mistake
def one_round_too_many(params, update, look, *, patience=5, longest=100):
    """one round too many is trained: the look at the start is none, so `longest` rounds give
    `longest + 1` losses.
    """
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest + 1:
        params = update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


@TRAIN_EARLY_STOPPING.mistake
def update_thrown_away(params, update, look, *, patience=5, longest=100):
    """what `update` returns is thrown away, so that nothing is ever trained: `params =
    update(params)`.
    """
    best, best_loss, waited = params, look(params), 0
    losses = [best_loss]
    while waited < patience and len(losses) <= longest:
        update(params)
        losses.append(look(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    return best, np.array(losses)


# --- recursive_forecast -----------------------------------------------------------------------


def _one_step(rng, T, D):
    """A model for one step; every place in the window counts in its own way."""
    w, mix = drawing.array(rng, T, scale=1 / np.sqrt(T)), drawing.array(rng, D, D, scale=D**-0.5)
    b = drawing.array(rng, D, scale=0.3)

    def one_step(xs):
        """The next value of each window."""
        if xs.ndim != 3 or len(xs) != len(w):
            raise ValueError(f"one_step reads windows (T, N, D) with T={len(w)}, got {xs.shape}")
        return np.tanh(np.tensordot(w, xs, 1) @ mix + b)

    return one_step


def _draw_recursive(rng):
    plain = [{"T": 5, "N": 3, "D": 2, "K": 7}, {"T": 6, "N": 4, "D": 3, "K": 5}]
    for kind, s in drawing.sizes(plain, "TNDK"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((_one_step(rng, s["T"], s["D"]), xs, s["K"]), s, kind)


RECURSIVE_FORECAST = Exercise(
    "recursive_forecast",
    recursive_forecast,
    _draw_recursive,
    results={"forecasts": "(K, N, D)"},
)


@RECURSIVE_FORECAST.variant
def moved_window(one_step, xs, horizon):
    """Without the oldest, with the newest."""
    forecasts = []
    for _ in range(horizon):
        y = one_step(xs)
        forecasts.append(y)
        xs = np.concatenate([xs[1:], y[None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.variant
def one_long_series(one_step, xs, horizon):
    """The series grows; its last T values are read."""
    T = len(xs)
    series = list(xs)
    for _ in range(horizon):
        series.append(one_step(np.array(series[-T:])))
    return np.array(series[T:])


@RECURSIVE_FORECAST.variant
def rolled_copy(one_step, xs, horizon):
    """A copy, rolled by one, whose last place is written over."""
    window, forecasts = xs.copy(), np.zeros((horizon, *xs.shape[1:]))
    for k in range(horizon):
        forecasts[k] = one_step(window)
        window = np.roll(window, -1, axis=0)
        window[-1] = forecasts[k]
    return forecasts


@RECURSIVE_FORECAST.mistake
def window_never_moved(one_step, xs, horizon):
    """the window never moves, and every forecast is the first one again."""
    return np.stack([one_step(xs) for _ in range(horizon)])


@RECURSIVE_FORECAST.mistake
def oldest_value_kept(one_step, xs, horizon):
    """the oldest value stays in the window, which grows: drop it, `xs[1:]`."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs, forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def newest_value_dropped(one_step, xs, horizon):
    """the *newest* value is dropped from the window. The oldest one goes: `xs[1:]`."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[:-1], forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def forecast_put_in_front(one_step, xs, horizon):
    """the forecast is put in front of the window. The newest value stands last."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([forecasts[-1][None], xs[:-1]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def rolled_and_not_replaced(one_step, xs, horizon):
    """the oldest value comes round to the end of the window, as by `np.roll`, and the forecast is
    never put in.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], xs[:1]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def last_value_repeated(one_step, xs, horizon):
    """the last known value is put into the window in the place of the forecast."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], xs[-1:]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def taken_for_a_change(one_step, xs, horizon):
    """the forecast is added to the last value, as if it were a change. It is the next value
    itself.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(xs[-1] + one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def only_the_last_returned(one_step, xs, horizon):
    """only the last forecast comes back. All K of them are wanted."""
    for _ in range(horizon):
        y = one_step(xs)
        xs = np.concatenate([xs[1:], y[None]])
    return y


@RECURSIVE_FORECAST.mistake
def window_returned(one_step, xs, horizon):
    """the window comes back, as it is at the end. The K forecasts are wanted."""
    for _ in range(horizon):
        xs = np.concatenate([xs[1:], one_step(xs)[None]])
    return xs


@RECURSIVE_FORECAST.mistake
def written_into_the_window(one_step, xs, horizon):
    """the given window is written into. Make a new one, by `np.concatenate` or from a copy."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs[:-1] = xs[1:].copy()
        xs[-1] = forecasts[-1]
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def one_forecast_missing(one_step, xs, horizon):
    """one forecast is missing: `range(horizon)` has as many turns as there are steps."""
    forecasts = []
    for _ in range(max(1, horizon - 1)):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def kept_after_the_next(one_step, xs, horizon):
    """the list begins with the last *known* value, so that every forecast stands one step too
    late.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(xs[-1])
        xs = np.concatenate([xs[1:], one_step(xs)[None]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def forecasts_glued(one_step, xs, horizon):
    """the forecasts are glued together along the batch by `np.concatenate`. `np.stack` makes an
    axis for time.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.concatenate(forecasts)


@RECURSIVE_FORECAST.mistake
def forecasts_along_the_second_axis(one_step, xs, horizon):
    """the forecasts are stacked along the second axis. Time is the first."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1][None]])
    return np.stack(forecasts, axis=1)


@RECURSIVE_FORECAST.mistake
def no_axis_for_the_new_step(one_step, xs, horizon):
    """a forecast (N, D) is joined to a window (T - 1, N, D). It needs an axis for its step:
    `y[None]`.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.concatenate([xs[1:], forecasts[-1]])
    return np.stack(forecasts)


@RECURSIVE_FORECAST.mistake
def window_flattened(one_step, xs, horizon):
    """the window is flattened: `np.append` makes one long row of all its numbers. `np.concatenate`
    joins along time.
    """
    forecasts = []
    for _ in range(horizon):
        forecasts.append(one_step(xs))
        xs = np.append(xs[1:], forecasts[-1])
    return np.stack(forecasts)


# --- prediction_interval ----------------------------------------------------------------------


def _draw_interval(rng):
    plain = [{"K": 3, "N": 4, "M": 23}, {"K": 5, "N": 2, "M": 31}]
    for kind, s in drawing.sizes(plain, "KNM"):
        predictions = 3 + drawing.array(rng, s["K"], s["N"])
        errors = drawing.array(rng, s["K"], s["M"], scale=0.4) * np.exp(
            0.5 * drawing.array(rng, s["K"], s["M"])  # longer on some days than on others
        )
        errors += drawing.array(rng, s["K"], 1, scale=0.3)
        options = {"share": float(rng.uniform(0.55, 0.72))}
        yield Case((predictions, errors), s, kind, options=options)
    s = {"K": 2, "N": 3, "M": 25}
    case = 3 + drawing.array(rng, 2, 3), drawing.array(rng, 2, 25)
    yield Case(case, s, "the default share")


PREDICTION_INTERVAL = Exercise(
    "prediction_interval",
    prediction_interval,
    _draw_interval,
    results={"lower": "(K, N)", "upper": "(K, N)"},
)


@PREDICTION_INTERVAL.variant
def two_quantiles(predictions, errors, *, share=0.8):
    """The two quantiles of each step's errors, added to its predictions."""
    low = np.quantile(errors, (1 - share) / 2, axis=1)
    high = np.quantile(errors, (1 + share) / 2, axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.variant
def in_percent(predictions, errors, *, share=0.8):
    """Percentiles, with the axis kept."""
    tail = 50 * (1 - share)
    low, high = np.percentile(errors, [tail, 100 - tail], axis=1, keepdims=True)
    return low + predictions, high + predictions


@PREDICTION_INTERVAL.variant
def counted_in_sorted_errors(predictions, errors, *, share=0.8):
    """The errors sorted, and the place of each quantile found between two of them."""
    ranked, M = np.sort(errors, axis=1), errors.shape[1]
    ends = []
    for q in ((1 - share) / 2, 1 - (1 - share) / 2):
        place = q * (M - 1)
        k = min(int(place), M - 1)
        after = ranked[:, min(k + 1, M - 1)]
        ends.append(predictions + (ranked[:, k] + (place - k) * (after - ranked[:, k]))[:, None])
    return tuple(ends)


@PREDICTION_INTERVAL.variant
def step_by_step_ahead(predictions, errors, *, share=0.8):
    """A loop over the steps."""
    lower, upper = np.empty(predictions.shape), np.empty(predictions.shape)
    for k in range(len(predictions)):
        lower[k] = predictions[k] + np.quantile(errors[k], 0.5 - share / 2)
        upper[k] = predictions[k] + np.quantile(errors[k], 0.5 + share / 2)
    return lower, upper


@PREDICTION_INTERVAL.mistake
def all_of_the_rest_on_each_side(predictions, errors, *, share=0.8):
    """1 - share is left out on *each* side. It is halved: (1 - share) / 2 below, as much above."""
    low, high = np.quantile(errors, [1 - share, share], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def half_the_share_on_each_side(predictions, errors, *, share=0.8):
    """the quantiles are share / 2 and 1 - share / 2. That leaves out *share*; the interval should
    hold it.
    """
    low, high = np.quantile(errors, [share / 2, 1 - share / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def steps_pooled(predictions, errors, *, share=0.8):
    """the errors of all steps are thrown together. The farther ahead, the larger they are: each
    step has quantiles of its own, `axis=1`.
    """
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2])
    return predictions + low, predictions + high


@PREDICTION_INTERVAL.mistake
def errors_subtracted(predictions, errors, *, share=0.8):
    """the quantiles are subtracted. An error is target - prediction, so the target is prediction
    *plus* error.
    """
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return predictions - high[:, None], predictions - low[:, None]


@PREDICTION_INTERVAL.mistake
def sizes_of_the_errors(predictions, errors, *, share=0.8):
    """the errors lose their signs: a quantile of their sizes is taken to both sides. Below and
    above may differ.
    """
    width = np.quantile(np.abs(errors), share, axis=1)[:, None]
    return predictions - width, predictions + width


@PREDICTION_INTERVAL.mistake
def deviations_to_both_sides(predictions, errors, *, share=0.8):
    """the interval is one standard deviation to each side, whatever `share` says. Take
    quantiles.
    """
    width = errors.std(axis=1)[:, None]
    return predictions - width, predictions + width


@PREDICTION_INTERVAL.mistake
def smallest_and_largest_error(predictions, errors, *, share=0.8):
    """the interval goes from the smallest to the largest error: it would hold them all, and widen
    with each new one.
    """
    low, high = errors.min(axis=1), errors.max(axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def prediction_left_out(predictions, errors, *, share=0.8):
    """the predictions are not added: that is the interval of the *errors*."""
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return np.zeros_like(predictions) + low[:, None], np.zeros_like(predictions) + high[:, None]


@PREDICTION_INTERVAL.mistake
def lower_and_upper_exchanged(predictions, errors, *, share=0.8):
    """lower and upper are exchanged: lower comes first."""
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return predictions + high[:, None], predictions + low[:, None]


@PREDICTION_INTERVAL.mistake
def share_ignored(predictions, errors, *, share=0.8):
    """the quantiles are always 0.1 and 0.9, whatever `share` says."""
    low, high = np.quantile(errors, [0.1, 0.9], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def quantiles_in_percent(predictions, errors, *, share=0.8):
    """`np.percentile` is given a part of 1. It counts in percent: 10 and 90, or take
    `np.quantile`.
    """
    low, high = np.percentile(errors, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def mean_error_taken_off(predictions, errors, *, share=0.8):
    """the mean of the errors is taken off first. If a model is always too low, its interval should
    lie above it.
    """
    errors = errors - errors.mean(axis=1, keepdims=True)
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def quantiles_of_the_predictions(predictions, errors, *, share=0.8):
    """the quantiles of the *predictions* are taken. They say how much the forecasts differ, and
    nothing about how wrong they are.
    """
    low, high = np.quantile(predictions, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return np.zeros_like(predictions) + low[:, None], np.zeros_like(predictions) + high[:, None]


@PREDICTION_INTERVAL.mistake
def along_the_wrong_axis(predictions, errors, *, share=0.8):
    """the quantiles run over the steps, axis 0. They run over the M errors of a step: `axis=1`."""
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return predictions + low[:, None], predictions + high[:, None]


@PREDICTION_INTERVAL.mistake
def no_axis_for_the_windows(predictions, errors, *, share=0.8):
    """a quantile for each step, (K,), is added to (K, N) as it is. It needs a second axis:
    `low[:, None]`.
    """
    low, high = np.quantile(errors, [(1 - share) / 2, (1 + share) / 2], axis=1)
    return predictions + low, predictions + high


# --- coverage ---------------------------------------------------------------------------------


def _draw_coverage(rng):
    plain = [{"K": 4, "N": 17}, {"K": 3, "N": 26}]
    for kind, s in drawing.sizes(plain, "KN"):
        targets = drawing.array(rng, s["K"], s["N"])
        # Between 0.9 below and 0.9 above a centre of its own: some miss it on either side.
        centre = 0.6 * drawing.array(rng, s["K"], s["N"])
        below, above = rng.uniform(0.3, 1.2, (2, s["K"], s["N"]))
        above *= 1.6
        for k in range(s["K"]):  # each step has its own share, and misses on both sides
            n = np.arange(s["N"])
            if s["N"] > 3 * s["K"]:
                centre[k] = np.where(n < 3 + k, targets[k] + 2.5, centre[k])
                centre[k] = np.where((n > 9) & (n < 11 + k), targets[k] - 3.0, centre[k])
                inside = (n >= 3 + k) & (n <= 9)
                centre[k] = np.where(inside, targets[k] + 0.11 * rng.uniform(0.5, 1), centre[k])
        yield Case((targets, centre - below, centre + above), s, kind)


COVERAGE = Exercise("coverage", coverage, _draw_coverage, results={"share": "(K,)"})


@COVERAGE.variant
def mean_of_both(targets, lower, upper):
    """Both comparisons, and the mean along each row."""
    return np.mean((lower <= targets) & (targets <= upper), axis=1)


@COVERAGE.variant
def counted_and_divided(targets, lower, upper):
    """The misses counted, and taken off."""
    missed = (targets < lower) | (targets > upper)
    return 1 - missed.sum(axis=1) / targets.shape[1]


@COVERAGE.variant
def row_by_row(targets, lower, upper):
    """A loop over steps and targets."""
    shares = []
    for k in range(len(targets)):
        hits = [lo <= y <= hi for y, lo, hi in zip(targets[k], lower[k], upper[k])]
        shares.append(sum(hits) / len(hits))
    return np.array(shares)


@COVERAGE.mistake
def too_high_not_noticed(targets, lower, upper):
    """only the lower end is compared: a target above the interval counts as inside."""
    return np.mean(lower <= targets, axis=1)


@COVERAGE.mistake
def too_low_not_noticed(targets, lower, upper):
    """only the upper end is compared: a target below the interval counts as inside."""
    return np.mean(targets <= upper, axis=1)


@COVERAGE.mistake
def either_is_enough(targets, lower, upper):
    """one of the two comparisons is enough, by `|`. Both must hold: `&`."""
    return np.mean((lower <= targets) | (targets <= upper), axis=1)


@COVERAGE.mistake
def share_that_was_missed(targets, lower, upper):
    """the targets *outside* are counted."""
    return np.mean((lower > targets) | (targets > upper), axis=1)


@COVERAGE.mistake
def one_share_for_all_steps(targets, lower, upper):
    """all steps are thrown together. Each step ahead has a share of its own: `axis=1`."""
    return np.mean((lower <= targets) & (targets <= upper))


@COVERAGE.mistake
def share_over_the_steps(targets, lower, upper):
    """the mean runs over the steps, axis 0. It runs over the N targets of a step: `axis=1`."""
    return np.mean((lower <= targets) & (targets <= upper), axis=0)


@COVERAGE.mistake
def hits_not_divided(targets, lower, upper):
    """the hits are counted, and not divided by how many targets there are."""
    return np.sum((lower <= targets) & (targets <= upper), axis=1)


@COVERAGE.mistake
def share_in_percent(targets, lower, upper):
    """the share is given in percent. It lies between 0 and 1."""
    return 100 * np.mean((lower <= targets) & (targets <= upper), axis=1)


@COVERAGE.mistake
def each_hit_returned(targets, lower, upper):
    """it is said for each target whether it was hit. The share of each step is wanted."""
    return ((lower <= targets) & (targets <= upper)).astype(float)


@COVERAGE.mistake
def all_or_nothing(targets, lower, upper):
    """a step counts only if *all* its targets are inside."""
    return ((lower <= targets) & (targets <= upper)).all(axis=1).astype(float)


@COVERAGE.mistake
def ends_exchanged(targets, lower, upper):
    """the ends are exchanged: no target is above the upper end and below the lower one."""
    return np.mean((upper <= targets) & (targets <= lower), axis=1)


@COVERAGE.mistake
def mean_width(targets, lower, upper):
    """the mean width of the interval is measured. Whether it *hits* is asked."""
    return np.mean(upper - lower, axis=1)


@COVERAGE.mistake
def two_signs_in_a_row(targets, lower, upper):
    """`lower <= targets <= upper` is written for whole arrays. Python cannot do that: join two
    comparisons with `&`, each in brackets.
    """
    return np.mean(lower <= targets <= upper, axis=1)


@COVERAGE.mistake
def brackets_left_out(targets, lower, upper):
    """the brackets around the comparisons are missing: `&` binds tighter than `<=`, and comes
    first.
    """
    return np.mean(lower <= targets & targets <= upper, axis=1)
