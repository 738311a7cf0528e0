# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 20
#     seconds: 60
# ---

# %% [markdown]
# # 8 Forecasting
#
# What comes next? Spots on the sun, the temperature of a sea, the water in a river: a series of numbers, and its continuation is
# wanted. It is the most natural task for a recurrent network, and it is where it is easiest to fool oneself. So in this unit
# you write the network's part **and** everything that keeps you honest: windows that do not see the future, a test that proves
# it, dull baselines that are hard to beat, and intervals that say how sure a forecast is.
#
# We say it at once: **on the three real series of this unit, no LSTM beats a linear formula from 1927.** You will
# measure that. Then you will see a series on which the LSTM wins by far, and why.
#
# **At the end you can**
# - cut a series into windows, and split it in time;
# - test whether a method looks into the future, and show what such a leak pretends;
# - scale data without using what nobody can know yet;
# - write the baselines that every forecast has to beat: the last value, the last season, a linear model;
# - train with early stopping, and compare over several random starts;
# - forecast many steps ahead in two ways, give an interval, and measure whether it keeps its promise;
# - say when a network with gates is worth its price.
#
# | | |
# |---|---|
# | **Time** | about 2 hours |
# | **You need** | units 01 and 03 (early stopping); from unit 05 what an LSTM is; means, square roots |
# | **Points** | 20: nine short functions (18) and four questions (2) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, EarlyStopping, LSTMParams, RNNParams, early_stopping  # noqa: F401
from rnnlib.course import check, check_answer, working
from rnnlib.data import el_nino, sunspots
from rnnlib.plotting import plot_traces, show

# %% [markdown]
# ## 8.1 Three series
#
# - **Sunspots by year**: 309 numbers, 1700 to 2008. They come and go in about eleven years, never twice alike.
# - **El Niño**: the temperature of the sea off Peru, 732 months, 1950 to 2010. The seasons are plain to see; in some years the
#   sea stays warm, and half the world's weather changes. Such a year is called El Niño.
# - **Sunspots by month**: 3,126 numbers, the same sun with much more noise.
#
# Each series is cut **in time** into three parts, as names were in unit 03: *training* (the weights are fitted to it), *validation*
# (it decides when to stop, and how long a window is), *test* (looked at once). Never at random: a random split would put
# 1931 into the training and ask for 1930. Who has seen the years on both sides need not forecast.

# %%
series = {
    "sunspots by year": (sunspots(), 1900, 1950, 22, 11),
    "El Niño": (el_nino(), 1985, 1997, 24, 12),
    "sunspots by month": (sunspots(monthly=True), 1900, 1950, 36, 132),
}  # the series, where validation and test begin, steps in a window, steps in a season

print("                     training   validation   test")
for name, ((times, _), held_out, test, _, _) in series.items():
    sizes = np.sum(times < held_out), np.sum((times >= held_out) & (times < test))
    print(f"{name:<20} {sizes[0]:>8} {sizes[1]:>12} {np.sum(times >= test):>6}")

# %% hidden=true
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
)

with styled():
    figure = new_figure(7.0, 5.0)
    for ax, (name, ((times, values), held_out, test, _, _)) in zip(
        figure.subplots(3, 1), series.items()
    ):
        ax.axvspan(held_out, test, color=tint(ORANGE, 0.25), linewidth=0)
        ax.axvspan(test, times[-1], color=tint(GREEN, 0.25), linewidth=0)
        ax.plot(times, values, color=BLUE, linewidth=0.9)
        ax.set_title(name, size=10)
        ax.set(xlim=(times[0], times[-1]), ylabel="°C" if "Niño" in name else "spots")
        if name == "sunspots by year":
            for x, words in ((1900, " validation"), (1950, " test")):
                ax.text(x, 245, words, size=9, va="top")
            ax.set_ylim(0, 250)
    settle(figure)
show(
    figure,
    "Three series over time, each with its validation and its test part shaded. Yearly sunspots swing between about 0 and "
    f"{series['sunspots by year'][0].values.max():.0f} in about eleven years. The sea's temperature swings every year between "
    "about 19 and 27 degrees, and in 1983 and 1998 it rises above 28. Monthly sunspots follow the yearly ones with much noise.",
)

# %% [markdown]
# Look at the sun's test part: after 1950 the sun was more active than in most of the two centuries of the training. **The future
# need not be like the past**, and no method can know that. We shall meet it again in the numbers.

# %% [markdown]
# ## 8.2 Windows
#
# **The idea.** A network learns from examples: something goes in, something is wanted. From one long series many examples can be
# cut. A **window** of T values goes in, and the next values are wanted: as many as the **horizon** K says. Then the window moves on
# by one step.

# %% hidden=true
from matplotlib.patches import Rectangle

with styled():
    figure = new_figure(6.8, 2.3)
    ax = figure.subplots()
    for row in range(4):
        for place in range(10):
            inside, wanted = row <= place < row + 5, row + 5 <= place < row + 7
            color = tint(BLUE, 0.45) if inside else tint(VERMILLION, 0.55) if wanted else "#F3F3F3"
            ax.add_patch(Rectangle((place + 0.04, 3 - row + 0.12), 0.92, 0.76, color=color))
        ax.text(-0.2, 3.5 - row, f"window {row}", ha="right", va="center", size=9.5)
    ax.text(2.5, 4.25, "T = 5 go in", ha="center", size=9.5, color="#00598C")
    ax.text(6.0, 4.25, "K = 2 are wanted", ha="center", size=9.5, color="#A84A00")
    ax.text(
        5.0,
        -0.3,
        "ten values of a series, in the order of time",
        ha="center",
        va="top",
        size=9.5,
        color=GREY,
    )
    ax.set(xlim=(-1.7, 10.3), ylim=(-0.75, 4.6))
    ax.set_axis_off()
    settle(figure)
show(
    figure,
    "A series of ten values, four times. In window 0 the values 0 to 4 go in and the values 5 and 6 are wanted; each further window "
    "lies one step to the right, and window 3 is the last for which both targets exist.",
)

# %% [markdown]
# **The equation.** Window n holds the values $n, \dots, n+T-1$; its targets are the values $n+T, \dots, n+T+K-1$. The last target must
# still exist, so of a series of L values there are
#
# $$N = L - T - K + 1$$
#
# windows. On paper: from 1, 2, 3, 4, 5, 6 with T = 3 and K = 2 come the windows (1, 2, 3) → (4, 5) and (2, 3, 4) → (5, 6), so N = 2.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `series` | (L, D) | L steps, D numbers at each (here mostly D = 1) |
# | T | `T` | a number | how many steps go in |
# | K | `horizon` | a number | how many steps are wanted |
# | | `xs` | (T, N, D) | the windows, time first: `xs[:, n]` is window n |
# | | `targets` | (K, N, D) | what follows: `targets[:, n]` belongs to window n |
#
# **Your turn.** `np.stack(pieces, axis=1)` puts a list of N pieces of shape (T, D) side by side into one array (T, N, D).


# %% exercise="windows"
def windows(series, T, *, horizon=1):
    """Cut a series into windows and what follows each.

    series: (L, D).  T: steps in a window.  horizon: K, steps wanted.
    Returns xs: (T, N, D); targets: (K, N, D).
    """
    ### BEGIN SOLUTION
    N = len(series) - T - horizon + 1
    xs = [series[n : n + T] for n in range(N)]
    targets = [series[n + T : n + T + horizon] for n in range(N)]
    return np.stack(xs, axis=1), np.stack(targets, axis=1)
    ### END SOLUTION


# %%
check(windows)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# Work out N first. Then a list of windows: `[series[n : n + T] for n in range(N)]`.
# </details>
# <details><summary><b>Hint 2</b>: the targets</summary>
#
# A slice does not hold its end: `series[n : n + T]` stops before `n + T`, so that is where the targets begin. They are `horizon` long.
# </details>
# <details><summary><b>Hint 3</b>: the shapes</summary>
#
# `np.stack(pieces, axis=1)`, once for the windows and once for the targets.
# </details>

# %% grade="windows" points=2.5

# %% [markdown]
# **Question 1.** The training part of the yearly sunspots has 200 values. With windows of 22 years and 5 years wanted, how many
# examples does it give?

# %% answer="how_many_windows"
answer_how_many_windows = None  # your answer: a number
### BEGIN SOLUTION
answer_how_many_windows = 174
### END SOLUTION

# %%
check_answer("how_many_windows", answer_how_many_windows)

# %% grade_answer="how_many_windows" points=0.5

# %% [markdown]
# **Windows and the three parts.** A window that reads over the border is no harm: in 1950, the years up to 1949 *are* known. What
# counts is where the **targets** lie. So: training windows have all their targets in the training part, test windows in the test part.
# Windows whose targets lie in two parts are left out.


# %%
def in_parts(name, horizon=1):
    """Windows of a series, and which of them are for training, for validation and for the test."""
    (times, values), held_out, test, T, _ = series[name]
    xs, targets = cut(values[:, None], T, horizon=horizon)
    first, last = times[T : T + xs.shape[1]], times[T + horizon - 1 :]  # times of the targets
    return (
        xs,
        targets,
        last < held_out,
        (first >= held_out) & (last < test),
        first >= test,
    )


cut = working(windows)
print("one step ahead         windows   training   validation   test")
for name in series:
    xs, targets, *parts = in_parts(name)
    row = f"{name:<20} {xs.shape[1]:>9} {parts[0].sum():>10} {parts[1].sum():>12}"
    print(row + f" {parts[2].sum():>6}")

# %% [markdown]
# ## 8.3 A test that changes the future and looks
#
# **The idea.** A forecast for time t may depend on the past, the values before t, and on nothing else. When it depends on a
# later one, that is a **leak**: in the notebook the forecast shines, in real life the value is not there yet. Leaks are easy to make
# and hard to see. But they are easy to *find*: **change the future, and look whether the forecast changes.** An honest
# one cannot.
#
# **The equation.** A method turns a series $x_0, \dots, x_{L-1}$ into forecasts $\hat x_0, \dots, \hat x_{L-1}$; $\hat x_s$ is the one for time s.
# Replace $x_t, x_{t+1}, \dots$ by other numbers, and call the forecasts from that series $\hat x'_s$. Then
#
# $$\text{leak} = \max_{s \le t} \; \lvert \hat x'_s - \hat x_s \rvert$$
#
# Up to s = t **inclusive**: the forecast for t is made before $x_t$ is known. On paper: the method "tomorrow is like today" has
# $\hat x_s = x_{s-1}$. From (1, 2, 4, 8) come the forecasts (0, 1, 2, 4), where nothing is known for the first. With t = 2 and other
# values for 4 and 8, say (1, 2, 5, 5), they are (0, 1, 2, 5). Up to s = 2 nothing has changed: leak 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `method` | a function | `method(series)` gives the forecasts (L,) |
# | x | `series` | (L,) | the series |
# | t | `t` | a number | where the future begins |
# | | `future` | (L − t,) | other values for times t, t + 1, … |
#
# **Your turn.** Do not write into `series` itself. If you call the changed series `changed`, the check can look at it.


# %% exercise="future_leak"
def future_leak(method, series, t, future):
    """How much the forecasts up to time t change when the series changes from t on.

    method: a function of a series (L,) that gives its forecasts (L,).
    series: (L,).  t: a number.  future: (L - t,), other values from t on.
    Returns leak: a number, 0 for an honest method.
    """
    ### BEGIN SOLUTION
    changed = np.concatenate([series[:t], future])
    difference = method(changed) - method(series)
    return np.abs(difference[: t + 1]).max()
    ### END SOLUTION


# %%
check(future_leak)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the other series</summary>
#
# `changed = np.concatenate([series[:t], future])`: the old past, the new future.
# </details>
# <details><summary><b>Hint 2</b>: what is compared</summary>
#
# Call `method` twice, with `series` and with `changed`. Of the difference take the entries up to t: the slice `[: t + 1]`.
# </details>

# %% grade="future_leak" points=2

# %% [markdown]
# **Try it: what a leak pretends.** The sunspots jump about. "Let us smooth them first", somebody says, and replaces each value by the
# mean of itself and its two neighbours. Then the series is cut into windows and a linear model is fitted (the library's; you will
# write it in 8.6). What is forecast is always the true value, one step ahead.


# %%
def as_it_is(values):
    return values


def mean_of_the_last_three(values):
    padded = np.concatenate([values[:1], values[:1], values])
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def mean_around(values):
    """Of the value before, the value itself, and the value after it."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def less_the_mean_of_all(values):
    return values - values.mean()


def forecasts_from(prepare):
    """What the forecast for each time may read last: the prepared value of the time before."""
    return lambda values: np.concatenate([[0.0], prepare(values)[:-1]])


leak_of = working(future_leak)
rng = np.random.default_rng(8)
print("                           leak (largest of 20 times t)      error on the test part (RMSE)")
print("                           sunspots by year   El Niño        sunspots by year   El Niño")
for words, prepare in (
    ("as it is", as_it_is), ("mean of the last three", mean_of_the_last_three),
    ("mean around", mean_around), ("less the mean of all", less_the_mean_of_all),
):  # fmt: skip
    leaks, errors = [], []
    for name in ("sunspots by year", "El Niño"):
        (_, values), _, _, T, _ = series[name]
        leaks.append(
            max(
                leak_of(forecasts_from(prepare), values, t, rng.permutation(values)[t:])
                for t in rng.integers(20, len(values), 20)
            )
        )
        _, targets, training, _, test = in_parts(name)
        xs, _ = cut(prepare(values)[:, None], T)
        model = rnnlib.fit_ar(xs[-9:, training], targets[:, training])
        errors.append(rnnlib.ar_forecast(xs[-9:, test], model) - targets[:, test])
    rmse = [np.sqrt(np.mean(e**2)) for e in errors]
    row = f"{words:<26} {leaks[0]:>16.2f} {leaks[1]:>9.2f}"
    print(row + f" {rmse[0]:>23.1f} {rmse[1]:>9.2f}")

# %% [markdown]
# **RMSE** is the root of the mean squared error: in the units of the series, the typical size of an error.
#
# The mean *around* brings the error down to a fraction. A sensation? No: the prepared value of this year holds a third of next year's,
# and the model has learned to take it out again. The leak shows it at once, and the mean of the *last* three, which looks nearly the
# same in code, has none, and gains nothing either.
#
# The last row is a leak too: the mean of all years knows the years to come. Here it does **no harm to the numbers**: a linear model
# with a bias does not care what is subtracted from every value. A leak is no proof that a result is wrong. It is the loss of the proof
# that it is right.

# %% [markdown]
# **Question 2.** Nobody counted sunspots in February 1824. In our file that month holds the mean of January and March. Which forecasts,
# one month ahead, from the values before, get help from the future by this?
#
# - a) none: one month does not matter
# - b) that for March 1824, and later ones hardly at all
# - c) that for January 1824
# - d) that for February 1824

# %% answer="february"
answer_february = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_february = "b"
### END SOLUTION

# %%
check_answer("february", answer_february)

# %% grade_answer="february" points=0.5

# %% [markdown]
# ## 8.4 One scale, from the training part alone
#
# **The idea.** A tanh is flat beyond 2 or 3, so a network that is given 150 sunspots sees nothing but "a lot". Bring the series to
# mean 0 and deviation 1 first. Mean and deviation are fitted to data, like weights, so they belong to the training part **alone**; then the
# whole series is scaled with them.
#
# **The equations**, for each column d by itself, with $L_{train}$ steps of training:
#
# $$\mu_d = \frac{1}{L_{train}} \sum_{t < L_{train}} x_{t,d} \qquad \sigma_d = \sqrt{\frac{1}{L_{train}} \sum_{t < L_{train}} (x_{t,d} - \mu_d)^2}
# \qquad z_{t,d} = \frac{x_{t,d} - \mu_d}{\sigma_d} \;\text{ for all } t$$
#
# On paper: of 1, 3, 10 the first two are for training. Then $\mu = 2$, $\sigma = 1$, and the scaled series is −1, 1, 8. That 8 is right: the
# last value *is* unheard of.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | x | `series` | (L, D) | the series |
# | $L_{train}$ | `L_train` | a number | so many steps, from the beginning, are for training |
# | z | `scaled` | (L, D) | all of it, scaled |
# | $\mu, \sigma$ | `mean`, `std` | (D,) each | kept, for the way back: $x = z\,\sigma + \mu$ |
#
# **Your turn.** `series.mean(axis=0)` goes over time; so does `.std(axis=0)`.


# %% exercise="standardize"
def standardize(series, L_train):
    """Scale each column to mean 0 and deviation 1, as measured on the training part.

    series: (L, D).  L_train: a number of steps.
    Returns scaled: (L, D); mean: (D,); std: (D,).
    """
    ### BEGIN SOLUTION
    mean = series[:L_train].mean(axis=0)
    std = series[:L_train].std(axis=0)
    return (series - mean) / std, mean, std
    ### END SOLUTION


# %%
check(standardize)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Three lines: the mean of `series[:L_train]`, its deviation, and `(series - mean) / std` with *all* of the series. Mind the brackets.
# </details>

# %% grade="standardize" points=1.5

# %% [markdown]
# **Try it.** How far is the test part from what the scale was made for? And is scaling honest: does what came before 1950 change when
# the time after 1950 does?

# %%
scale = working(standardize)
scaled = {}
print(
    "in units of the training part      mean of the test part   its deviation   its largest value"
)
for name, ((times, values), held_out, test, _, _) in series.items():
    z, mean, std = scale(values[:, None], int(np.sum(times < held_out)))
    scaled[name] = (z[:, 0], mean.item(), std.item())
    last = z[times >= test]
    print(f"{name:<34} {last.mean():>21.2f} {last.std():>15.2f} {last.max():>19.2f}")

begin = 250  # the year 1950
(_, values), future = series["sunspots by year"][0], np.zeros(59)


def with_training(values):
    return np.concatenate([[0.0], scale(values[:, None], 200)[0][:-1, 0]])


def with_everything(values):
    return np.concatenate([[0.0], ((values - values.mean()) / values.std())[:-1]])


print(f"\nleak, scaled with the training part  {leak_of(with_training, values, begin, future):.2f}")
print(f"leak, scaled with everything         {leak_of(with_everything, values, begin, future):.2f}")

# %% [markdown]
# The test part of the sunspots lies nearly a deviation above the training part and is wilder. Scaling with everything would hide that: it
# would tell the past how active the sun was going to be.
#
# ## 8.5 The dull baselines
#
# **The idea.** Before any model, ask what costs nothing. **Persistence:** tomorrow is like today. **Seasonal naive:** this March is like
# last March. Both say: what was there one *period* ago comes again. With a period of 1 that is persistence. For steps beyond one
# period the last season is simply repeated.
#
# **The equation**, for the steps $k = 0, \dots, K-1$ ahead and a period P:
#
# $$\hat x_{T+k} = x_{T-P+(k \bmod P)}$$
#
# On paper: the window 1, 2, 3, 4, a period of 2 and five steps ahead give 3, 4, 3, 4, 3.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | x | `xs` | (T, N, D) | the windows |
# | K | `horizon` | a number | steps ahead |
# | P | `period` | a number, at most T | length of a season; 1 is persistence |
# | $\hat x$ | | (K, N, D) | the forecasts |
#
# **Your turn.** All windows at once: `xs[t]` is step t of all of them. In Python the rest of a division is `k % period`.


# %% exercise="seasonal_naive"
def seasonal_naive(xs, horizon, *, period=1):
    """Forecast what was there one period ago.

    xs: (T, N, D).  horizon: K.  period: a number, at most T.
    Returns forecasts: (K, N, D).
    """
    ### BEGIN SOLUTION
    season = xs[len(xs) - period :]
    return season[np.arange(horizon) % period]
    ### END SOLUTION


# %%
check(seasonal_naive)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the last season</summary>
#
# `season = xs[-period:]` holds it, (P, N, D).
# </details>
# <details><summary><b>Hint 2</b>: again and again</summary>
#
# Step k ahead is `season[k % period]`. A list of these for all k, and `np.stack`; or index with all k at once: `np.arange(horizon) % period`.
# </details>

# %% grade="seasonal_naive" points=1.5

# %% [markdown]
# **Try it.** Two more baselines are even duller: the mean of the training part, always; and for El Niño the mean of each *month* of the
# training part (what an almanac says). The errors are RMSE on the test part, one step ahead.


# %%
def rmse(forecasts, targets):
    """The root of the mean squared error."""
    return np.sqrt(np.mean((forecasts - targets) ** 2))


def almanac(name, horizon=1):
    """For each step of each window the mean of that month in the training part: (K, N, 1)."""
    (times, values), held_out, _, T, _ = series[name]
    month = np.round(12 * times).astype(int) % 12
    means = np.array([values[(month == m) & (times < held_out)].mean() for m in range(12)])
    return cut(means[month][:, None], T, horizon=horizon)[1]


naive = working(seasonal_naive)
dull = {}
print("                     mean   persistence   one season ago   almanac")
for name, ((times, values), held_out, *_, season) in series.items():
    xs, targets, training, _, test = in_parts(name)
    if season > len(xs):  # a season longer than the window: cut longer ones
        longer, wanted = cut(values[:, None], season)
        n = int(test.sum())
        back = rmse(naive(longer[:, -n:], 1, period=season), wanted[:, -n:])
    else:
        back = rmse(naive(xs[:, test], 1, period=season), targets[:, test])
    mean = rmse(values[times < held_out].mean(), targets[:, test])
    dull[name] = rmse(naive(xs[:, test], 1), targets[:, test])
    by_month = (
        f"{rmse(almanac(name)[:, test], targets[:, test]):>9.2f}"
        if name == "El Niño"
        else "        -"
    )
    print(f"{name:<18} {mean:>6.2f} {dull[name]:>13.2f} {back:>16.2f} {by_month}")

# %% [markdown]
# Which baseline is the one to beat depends on the series, and on how far ahead one asks. For the sunspots it is persistence; "one cycle ago" is
# poor, because a cycle is not *exactly* eleven years, and no two are alike. For the sea off Peru persistence and the almanac are not far apart, one
# month ahead: the one looks at the last month alone, the other at everything but that. (8.8 asks again, for a year ahead.)
#
# ## 8.6 A line from 1927
#
# **The idea.** Let the forecast be a weighted sum of the window: $\hat x_T = b + w_0 x_0 + w_1 x_1 + \dots + w_{T-1} x_{T-1}$. This is an
# **autoregressive** model, AR(T) for short: the series, fitted to itself. George Udny Yule invented it in 1927, for these very sunspots.
# The best weights need no training: **least squares** finds them in one step.
#
# **The equation.** Write each window as a row, with a 1 at its end for the bias, and all rows below each other: a matrix X,
# (N, T+1). Write the targets as Y, (N, K). Wanted is the matrix W, (T+1, K), for which
#
# $$\lVert X W - Y \rVert^2 \;\text{ is smallest:}\qquad \texttt{W = np.linalg.lstsq(X, Y, rcond=None)[0]}$$
#
# Its last row is the bias. With K > 1 each step ahead gets weights of its own. On paper: the windows of one value 4, 3.5, 3.25 with the
# targets 3.5, 3.25, 3.125 are fitted exactly by $0.5\,x + 1.5$.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `xs` | (T, N, 1) | windows of one series: `xs[:, :, 0]` is (T, N) |
# | | `targets` | (K, N, 1) | what follows |
# | X | `rows` | (N, T+1) | a window a row, then a 1 |
# | W | `params.W_hy`, `params.b_y` | (T, K), (K,) | an output layer, on the window in the place of a state |
#
# **Your turn.** `np.column_stack([A, b])` puts a column b beside a matrix A. If you call the matrix `rows`, the check can look at it.


# %% exercise="fit_ar"
def fit_ar(xs, targets):
    """Fit an autoregressive model by least squares.

    xs: (T, N, 1).  targets: (K, N, 1).
    Returns params: DenseParams with W_hy (T, K), oldest step first, and b_y (K,).
    """
    ### BEGIN SOLUTION
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])
    ### END SOLUTION


# %%
check(fit_ar)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the rows</summary>
#
# `xs[:, :, 0]` is (T, N). Rows are examples, so transpose it: `.T`. Then a column `np.ones(N)` beside it.
# </details>
# <details><summary><b>Hint 2</b>: the solution</summary>
#
# `np.linalg.lstsq` returns four things; the solution is the first: `[0]`. The targets are transposed as the windows are.
# </details>
# <details><summary><b>Hint 3</b>: weights and bias</summary>
#
# The ones stood in the last column, so the bias is the last row: `weights[:-1]` and `weights[-1]`.
# </details>

# %% grade="fit_ar" points=2.5

# %% [markdown]
# **Try it.** How long should the window be? The validation part decides; the test part is shown beside it, for honesty, and decides nothing.

# %%
fit = working(fit_ar)
order, linear = {}, {}
print("RMSE                    window    training   validation   test")
for name in series:
    xs, targets, training, held_out, test = in_parts(name)
    results = {}
    for p in (1, 2, 3, 9, 12, 24, 36):
        if p <= len(xs):
            model = fit(xs[-p:, training], targets[:, training])
            forecasts = rnnlib.ar_forecast(xs[-p:], model)
            results[p] = [
                rmse(forecasts[:, part], targets[:, part]) for part in (training, held_out, test)
            ]
    order[name] = min(results, key=lambda p: results[p][1])
    model = fit(xs[-order[name] :, training], targets[:, training])
    linear[name] = rnnlib.ar_forecast(xs[-order[name] :], model)
    for p, errors in results.items():
        chosen = "   chosen" if p == order[name] else ""
        print(f"{name:<23} {p:>6} {errors[0]:>11.2f} {errors[1]:>12.2f} {errors[2]:>6.2f}{chosen}")

# %% hidden=true
p = order["sunspots by year"]
xs, targets, training, _, test = in_parts("sunspots by year")
weights = fit(xs[-p:, training], targets[:, training]).W_hy[:, 0]
with styled():
    figure = new_figure(6.8, 2.3)
    ax = figure.subplots()
    ax.bar(
        np.arange(-p, 0),
        weights,
        color=[tint(BLUE, 0.7) if w > 0 else tint(VERMILLION, 0.7) for w in weights],
    )
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set(xlabel="years before the forecast", ylabel="weight", xticks=np.arange(-p, 0))
    settle(figure)
show(
    figure,
    f"The weights of the linear model with a window of {p} years. The year before has {weights[-1]:.2f}, two years before "
    f"{weights[-2]:.2f}; the others lie between {weights[:-2].min():.2f} and {weights[:-2].max():.2f}.",
)

# %% [markdown]
# Much of last year, less of the year before it: "go on as you were going, and turn back in time". Add a few small weights for the
# eleven years, and that is all. It is fitted in well under a millisecond, and it is far better than persistence.
#
# Read a block of the table downwards: the *training* error falls with every further weight, always. For the yearly sunspots validation and test turn up
# again: of 178 examples, 13 weights have begun to learn the noise. The longer series can afford longer windows.

# %% [markdown]
# ## 8.7 The network, and when to stop
#
# **The idea.** The network reads the window step by step, and an output layer makes the forecast from its last state: many to one. It is
# trained as in unit 03, and on few data it will overfit, so it has to be stopped in time. Unit 03 wrote the *rule*
# (`early_stopping`: note the loss, keep the best parameters, count how long nothing better came). Here you write the *loop*, once and
# for any model: what an epoch of training is, and how the validation loss is measured, it is told by two functions.
#
# **The loop.** Evaluate the start. Then, again and again: train for an epoch, evaluate, keep the parameters if the loss is lower than ever.
# End when `patience` epochs in a row brought nothing lower, or after `max_epochs` epochs. On paper, with a patience of 2:
#
# | epoch | start | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | loss | 9 | 4 | 1 | 2 | 1 |
# | waited | 0 | 0 | 0 | 1 | 2: end |
#
# Returned are the parameters after epoch 2, and the losses 9, 4, 1, 2, 1. (An equal loss is no lower one.)
#
# | code | meaning |
# |---|---|
# | `params` | the parameters at the start: a group of arrays |
# | `update(params)` | trains for an epoch and returns the new parameters |
# | `evaluate(params)` | the validation loss, a number |
# | `patience`, `max_epochs` | when to end |
# | `best` | the parameters with the lowest loss |
# | `losses` | an array with every loss, the start's first |
#
# **Your turn.** The first two lines and the last are given. You may use `early_stopping` and `EarlyStopping` of unit 03 in their place.


# %% exercise="train_early_stopping"
def train_early_stopping(params, update, evaluate, *, patience=5, max_epochs=100):
    """Train until the validation loss has not fallen for a while.

    params: a group of arrays.  update(params) -> params.  evaluate(params) -> a loss.
    Returns best: the parameters with the lowest loss; losses: one for each evaluation.
    """
    best, best_loss, waited = params, evaluate(params), 0
    losses = [best_loss]
    ### BEGIN SOLUTION
    while waited < patience and len(losses) <= max_epochs:
        params = update(params)
        losses.append(evaluate(params))
        if losses[-1] < best_loss:
            best, best_loss, waited = params, losses[-1], 0
        else:
            waited += 1
    ### END SOLUTION
    return best, np.array(losses)


# %%
check(train_early_stopping)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the loop</summary>
#
# `for _ in range(max_epochs):` with a `break`, or `while waited < patience and ...`. In it: `params = update(params)`, then `losses.append(evaluate(params))`.
# </details>
# <details><summary><b>Hint 2</b>: better, or not</summary>
#
# If the new loss is lower than `best_loss`: three things change, `best`, `best_loss` and `waited`. If not: `waited += 1`.
# </details>
# <details><summary><b>Hint 3</b>: which parameters go on</summary>
#
# Training goes on from `params`, the latest ones. `best` is only kept.
# </details>

# %% grade="train_early_stopping" points=3

# %% [markdown]
# **The network.** Nothing here is new; the LSTM is the library's. (If your own of unit 05 is at hand, it does the same.) What you see
# is everything that happens between a window and a forecast.


# %%
@rnnlib.parameters
class Forecaster(rnnlib.Params):
    """A recurrent cell and its output layer."""

    cell: rnnlib.Params
    out: DenseParams


def network(xs, model):
    """Forecasts (K, N, 1) from the last state; that state, and what the way back needs."""
    zeros = np.zeros((xs.shape[1], len(model.out.W_hy)), xs.dtype)
    _, state, cache = rnnlib.lstm_forward(xs, (zeros, zeros), model.cell)
    return rnnlib.output_step(state.h, model.out).T[:, :, None], state, cache


def network_gradient(xs, targets, model):
    """The gradient of the mean squared error for every weight."""
    forecasts, state, cache = network(xs, model)
    d = rnnlib.mean_squared_error_backward(forecasts, targets)
    dh, grads_out = rnnlib.output_step_backward(d[:, :, 0].T, state.h, model.out)
    _, _, grads_cell = rnnlib.lstm_backward(None, (dh, np.zeros_like(dh)), cache)
    return Forecaster(grads_cell, grads_out)


def train(xs, targets, training, held_out, H, seed):
    """An LSTM with H units from a random start, stopped in time; and its losses."""
    rng = np.random.default_rng(seed)
    model = Forecaster(rnnlib.init_lstm(1, H, rng), rnnlib.init_dense(H, len(targets), rng))
    model = model.astype(np.float32)  # faster, and exact enough
    adam, places = rnnlib.adam_state(model), np.flatnonzero(training)

    def update(model):
        """An epoch, as it is called here: 15 batches of 64 windows."""
        nonlocal adam
        for _ in range(15):
            batch = rng.choice(places, 64, replace=False)
            grads = network_gradient(xs[:, batch], targets[:, batch], model)
            grads, _ = rnnlib.clip_grad_norm(grads, 1.0)
            model, adam = rnnlib.adam_step(model, grads, adam, learning_rate=0.01)
        return model

    def evaluate(model):
        return rnnlib.mean_squared_error(network(xs[:, held_out], model)[0], targets[:, held_out])

    return until_it_stops(model, update, evaluate, patience=9, max_epochs=40)


# %% [markdown]
# **First the picture of one training**, on the yearly sunspots. The network works on the scaled series.

# %% tags=["nbval-ignore-output"]
until_it_stops = working(train_early_stopping)


def scaled_parts(name, horizon=1):
    """As `in_parts`, in units of the training part; and that unit."""
    xs, targets, *parts = in_parts(name, horizon)
    _, mean, std = scaled[name]
    xs, targets = (((a - mean) / std).astype(np.float32) for a in (xs, targets))
    return xs, targets, *parts, mean, std


xs, targets, training, held_out, test, mean, std = scaled_parts("sunspots by year")
model, losses = train(xs, targets, training, held_out, H=8, seed=0)
network_rmse = std * np.sqrt(losses)
one_linear = rmse(
    linear["sunspots by year"][:, held_out], in_parts("sunspots by year")[1][:, held_out]
)
show(
    plot_traces(
        {"LSTM": np.minimum(network_rmse, 45), "linear model": np.full(len(losses), one_linear)},
        xlabel="epoch (15 updates each)",
        ylabel="RMSE on the validation part",
    ),
    f"The error of an LSTM on the validation part over {len(losses) - 1} epochs falls from {network_rmse[0]:.0f} to "
    f"{network_rmse.min():.1f} spots; the linear model has {one_linear:.1f}.",
)
print(f"stopped after epoch {len(losses) - 1}; the best was epoch {losses.argmin()}")

# %% [markdown]
# It looks like a victory: below the linear model! But this curve *chose* its lowest point, on these very 50 years. Only the test part can tell.
#
# **The comparison.** For each series LSTMs from several random starts, and the linear model. Everything is fair: the same training part,
# the same validation part for all choices (when to stop; how long the window), the same test targets. Behind ± stands the deviation
# over the random starts.

# %% tags=["nbval-ignore-output"]
nets, verdicts = {}, {}
print("RMSE on the test part   persistence   linear   LSTM            mean of all LSTMs")
for name, H, seeds in (
    ("sunspots by year", 8, 5),
    ("El Niño", 16, 5),
    ("sunspots by month", 16, 3),
):
    xs, targets, training, held_out, test, mean, std = scaled_parts(name)
    nets[name] = [train(xs, targets, training, held_out, H, seed)[0] for seed in range(seeds)]
    forecasts = np.stack([mean + std * network(xs[:, test], net)[0] for net in nets[name]])
    wanted = mean + std * targets[:, test]
    each = [rmse(f, wanted) for f in forecasts]
    # Where chance in the test years may hide the difference: squared errors, year by year.
    by_network = np.mean((forecasts - wanted) ** 2, axis=0).ravel()
    apart = by_network - (linear[name][:, test] - wanted).ravel() ** 2
    verdicts[name] = (
        apart.mean(),
        apart.std() / np.sqrt(len(apart)),
        np.mean((linear[name][:, test] - wanted) ** 2),
    )
    row = f"{name:<22} {dull[name]:>12.2f} {rmse(linear[name][:, test], wanted):>8.2f}"
    print(
        f"{row}   {np.mean(each):>5.2f} ± {np.std(each):.2f} {rmse(forecasts.mean(axis=0), wanted):>14.2f}"
    )

print("\nmean squared error, LSTM minus linear, in percent of the linear model's")
for name, (apart, chance, size) in verdicts.items():
    who = (
        "a tie"
        if abs(apart) < 2 * chance
        else "the LSTM wins"
        if apart < 0
        else "the linear model wins"
    )
    print(f"{name:<22} {100 * apart / size:>+5.0f} give or take {100 * chance / size:.0f}: {who}")

# %% [markdown]
# **Read this honestly.**
# - Both beat persistence, on the first two series by a wide margin.
# - **The LSTM does not beat the linear model on any of the three series.** On the two short ones it is a tie: the difference is no larger than chance
#   may make it, in the random start and in which years happened to be the test. (Up to two standard errors are called a tie here.) On the long one the linear
#   model wins, by about six percent of its RMSE.
# - The mean of several networks is usually a little better than one of them: their errors differ, and partly cancel. It also costs several trainings.
# - The linear model has about ten to forty weights and is fitted in a few milliseconds at most. The LSTM has hundreds to more than a thousand weights and takes
#   a second. At a tie, the cheap and plain one wins.
#
# Why is there so little to gain? In such a series nearly all that can be known about the next value stands in the last few, and the
# dependence is close to a straight line. There is nothing to keep for long, and nothing to gate. Whoever shows you an LSTM on sunspots without a
# linear model beside it has not shown you anything.

# %% [markdown]
# **Question 3.** Somebody counts spots on another star. In the training part their deviation is 34 spots. On the *scaled* series a network has a mean
# squared error of 0.25. What is its RMSE in spots?

# %% answer="in_spots"
answer_in_spots = None  # your answer: a number
### BEGIN SOLUTION
answer_in_spots = 17
### END SOLUTION

# %%
check_answer("in_spots", answer_in_spots)

# %% grade_answer="in_spots" points=0.5

# %% [markdown]
# ## 8.8 Many steps ahead
#
# **The idea.** How warm will the sea be in a year? There are two ways.
# - **Direct:** a model with K outputs, one for each step ahead. You have it already: `fit_ar` with K targets, a network with K outputs.
# - **Recursive:** a model for *one* step. Take its forecast for real, put it at the end of the window, drop the oldest value, and ask
#   again. Its errors are read as data by the next step, and add up; on the other hand it needs to learn only one thing.

# %% hidden=true
with styled():
    figure = new_figure(6.8, 2.0)
    ax = figure.subplots()
    letters = ["$x_0$", "$x_1$", "$x_2$", "$x_3$", r"$\hat x_4$", r"$\hat x_5$", r"$\hat x_6$"]
    for row in range(3):
        for place in range(row, row + 5):
            known, wanted = place < 4, place == row + 4
            color = tint(BLUE, 0.45) if known else tint(VERMILLION, 0.55 if wanted else 0.25)
            ax.add_patch(Rectangle((place + 0.04, 2 - row + 0.1), 0.92, 0.8, color=color))
            ax.text(place + 0.5, 2.5 - row, letters[place], ha="center", va="center", size=11)
        ax.text(-0.2, 2.5 - row, f"step {row + 1}", ha="right", va="center", size=9.5)
        words = (
            "from four known values",
            "from three, and one forecast",
            "from two, and two forecasts",
        )
        ax.text(row + 5.2, 2.5 - row, words[row], va="center", size=9.5, color=GREY)
    ax.set(xlim=(-1.0, 11.4), ylim=(-0.1, 3.1))
    ax.set_axis_off()
    settle(figure)
show(
    figure,
    "Recursive forecasting with a window of four. Step 1: x0 to x3 give the forecast of x4. Step 2: x1 to x3 and that forecast give "
    "the forecast of x5. Step 3: x2, x3 and both forecasts give the forecast of x6.",
)

# %% [markdown]
# **The rule**, K times: $\hat x = f(\text{window})$; then the new window is the old one without its first step, and with $\hat x$ as its
# last. On paper: with $f$ = "twice the last value" the window (1, 1) gives 2, then (1, 2) gives 4, then (2, 4) gives 8.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | f | `one_step` | a function | `one_step(xs)` gives the next value of each window, (N, D) |
# | | `xs` | (T, N, D) | the windows, all known |
# | K | `horizon` | a number | steps ahead |
# | | | (K, N, D) | the forecasts, in the order of time |
#
# **Your turn.** The window keeps its length T. A forecast y of shape (N, D) becomes a step (1, N, D) by `y[None]`.


# %% exercise="recursive_forecast"
def recursive_forecast(one_step, xs, horizon):
    """Forecast many steps with a model for one.

    one_step(xs) -> (N, D).  xs: (T, N, D).  horizon: K.
    Returns forecasts: (K, N, D).
    """
    ### BEGIN SOLUTION
    forecasts = []
    for _ in range(horizon):
        y = one_step(xs)
        forecasts.append(y)
        xs = np.concatenate([xs[1:], y[None]])
    return np.stack(forecasts)
    ### END SOLUTION


# %%
check(recursive_forecast)

# %% [markdown]
# <details><summary><b>Hint 1</b>: in the loop</summary>
#
# Three things: ask `one_step(xs)`, keep the answer in a list, make the new window.
# </details>
# <details><summary><b>Hint 2</b>: the new window</summary>
#
# `np.concatenate([xs[1:], y[None]])` makes a new array; the given one stays as it is. After the loop: `np.stack`.
# </details>

# %% grade="recursive_forecast" points=2

# %% [markdown]
# **Try it: El Niño, up to twelve months ahead.** The recursive LSTMs are those of 8.7; the direct ones are trained now, three of them.
# All errors are RMSE on the test part, in degrees.

# %% tags=["nbval-ignore-output"]
ahead, K = working(recursive_forecast), 12
xs, targets, training, held_out, test, mean, std = scaled_parts("El Niño", K)
one_step = fit(xs[:, training], targets[:1, training])
all_steps = fit(xs[:, training], targets[:, training])
direct_nets = [train(xs, targets, training, held_out, 16, seed)[0] for seed in range(3)]


def by_step(forecasts):
    """RMSE for each step ahead, in degrees."""
    return std * np.sqrt(np.mean((forecasts - targets[:, test]) ** 2, axis=(1, 2)))


errors = {
    "persistence": [by_step(naive(xs[:, test], K))],
    "one year ago": [by_step(naive(xs[:, test], K, period=12))],
    "almanac": [by_step((almanac("El Niño", K)[:, test] - mean) / std)],
    "linear, recursive": [
        by_step(ahead(lambda xs: rnnlib.ar_forecast(xs, one_step)[0], xs[:, test], K))
    ],
    "linear, direct": [by_step(rnnlib.ar_forecast(xs[:, test], all_steps))],
    "LSTM, recursive": [
        by_step(ahead(lambda xs, net=net: network(xs, net)[0][0], xs[:, test], K))
        for net in nets["El Niño"]
    ],
    "LSTM, direct": [by_step(network(xs[:, test], net)[0]) for net in direct_nets],
}
print("months ahead                  1             3             6            12")
for name, each in errors.items():
    each = np.array(each)[:, [0, 2, 5, 11]]
    spread = [f" ± {s:.2f}" if len(each) > 1 else "       " for s in each.std(axis=0)]
    print(f"{name:<20}" + "".join(f"{m:>7.2f}{s}" for m, s in zip(each.mean(axis=0), spread)))

# %% hidden=true tags=["nbval-ignore-output"]
mean_errors = {name: np.mean(each, axis=0) for name, each in errors.items()}
lines = {
    "persistence": GREY,
    "almanac": GREEN,
    "linear, recursive": BLUE,
    "LSTM, recursive": VERMILLION,
    "LSTM, direct": ORANGE,
}
with styled():
    figure = new_figure(6.8, 3.2)
    ax = figure.subplots()
    for name, color in lines.items():
        ax.plot(np.arange(1, 13), mean_errors[name], "-o", color=color, markersize=3.5, label=name)
    ax.set(xlabel="months ahead", ylabel="RMSE (degrees)", xticks=range(1, 13), ylim=(0, 2.2))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9.5)
    settle(figure)
show(
    figure,
    "RMSE by months ahead, 1 to 12. At one month: "
    + ", ".join(f"{name} {mean_errors[name][0]:.2f}" for name in lines)
    + ". At twelve: "
    + ", ".join(f"{name} {mean_errors[name][11]:.2f}" for name in lines)
    + ". Persistence leaves the picture between two and eleven months.",
)

# %% [markdown]
# - **One month ahead** the models know more than the almanac: is the sea warmer than usual *now*, it will be next month.
# - **At six months the best of them is level with the almanac, and at twelve the almanac beats them all.** What is special about this year is forgotten;
#   what is left is the calendar, and the almanac has it exactly.
# - Recursive or direct? The linear model gives nearly the same both ways. The direct LSTM pays at the first month: one state has to serve
#   twelve answers at once, and the loss is mostly about the far ones.
# - "One year ago" is much worse than the almanac: a single year has its own weather; a mean of many years has none.
#
# Always print the errors by step ahead. A single number over twelve months hides that the first three are a forecast, and the rest is a calendar.

# %% [markdown]
# ## 8.9 How sure?
#
# **The idea.** "24.3 degrees" is half a forecast. "Between 23.6 and 25.1, eight times out of ten" is a whole one. We know how wrong the model
# was on the validation part, which it was *not* fitted to. Suppose that it will go on being wrong in the same way. Then take the
# middle 80 % of those errors, and lay them around each new forecast.
#
# **The equations.** For each step ahead k, with errors $e_{k} = \text{target} - \text{prediction}$ on the validation part, and the level $s$:
#
# $$\text{lower}_k = \hat x_k + Q_k\!\left(\tfrac{1-s}{2}\right) \qquad \text{upper}_k = \hat x_k + Q_k\!\left(\tfrac{1+s}{2}\right)$$
#
# $Q_k(q)$ is the **quantile**: the number below which a part q of the errors of step k lies. On paper: the errors −4, −1, 0, 1, 8 and s = 0.5 have
# the quantiles −1 (a quarter) and 1 (three quarters). Around the prediction 10 that is the interval from 9 to 11.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\hat x$ | `predictions` | (K, N) | N new forecasts, K steps each |
# | e | `errors` | (K, M) | M old errors of each step |
# | s | `level` | a number | the share of the targets that it should hold, 0 to 1 |
# | | `lower`, `upper` | (K, N) each | the ends |
#
# **Your turn.** `np.quantile(errors, q, axis=1)` gives a quantile for each row, (K,). To add it to (K, N) it needs a second axis: `[:, None]`.


# %% exercise="prediction_interval"
def prediction_interval(predictions, errors, *, level=0.8):
    """An interval around each prediction that should hold this share of the targets.

    predictions: (K, N).  errors: (K, M), target - prediction on held-out data.
    Returns lower: (K, N); upper: (K, N).
    """
    ### BEGIN SOLUTION
    low = np.quantile(errors, (1 - level) / 2, axis=1)
    high = np.quantile(errors, (1 + level) / 2, axis=1)
    return predictions + low[:, None], predictions + high[:, None]
    ### END SOLUTION


# %%
check(prediction_interval)

# %% [markdown]
# <details><summary><b>Hint 1</b>: which quantiles</summary>
#
# For 80 %, one tenth is left out below and one tenth above: 0.1 and 0.9. In general `(1 - level) / 2` and `(1 + level) / 2`.
# </details>
# <details><summary><b>Hint 2</b>: which errors</summary>
#
# Each step has its own: `axis=1` goes over the M errors of each row.
# </details>

# %% grade="prediction_interval" points=2

# %% [markdown]
# **A promise can be checked.** Count, on the test part, how many targets lie in their interval: the **coverage**. A target on the edge is inside.
#
# $$\text{coverage}_k = \text{share of the n with } \text{lower}_{k,n} \le x_{k,n} \le \text{upper}_{k,n}$$
#
# On paper: the targets 1, 2, 3, 9 and the interval from 0 to 4 for all of them give 0.75. All three arrays are (K, N); the result is (K,), one
# share for each step ahead.
#
# **Your turn.** `(a <= b) & (b <= c)` compares entry by entry; the mean of True and False is a share.


# %% exercise="coverage"
def coverage(targets, lower, upper):
    """The share of targets in their interval, for each step ahead.

    targets, lower, upper: (K, N) each.
    Returns coverage: (K,).
    """
    ### BEGIN SOLUTION
    return np.mean((lower <= targets) & (targets <= upper), axis=1)
    ### END SOLUTION


# %%
check(coverage)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The brackets around each comparison are needed: `&` binds tighter than `<=`. Then `np.mean(..., axis=1)`.
# </details>

# %% grade="coverage" points=1

# %% [markdown]
# **Try it.** Intervals for 80 % around the direct linear forecasts: once from the errors on the validation part, once (wrongly) from those on
# the training part. First on a series that we make ourselves, by a law that never changes: 200 values for training, 10,000 for validation and as many for the test.

# %%
interval, hits = working(prediction_interval), working(coverage)
rng = np.random.default_rng(9)
made = [0.0, 0.0]
for _ in range(20_200):
    made.append(1.3 * made[-1] - 0.6 * made[-2] + rng.normal())
xs, targets = cut(np.array(made)[:, None], 3, horizon=5)
model = fit(xs[:, :200], targets[:, :200])
forecasts = rnnlib.ar_forecast(xs, model)[:, :, 0]
errors = targets[:, :, 0] - forecasts
print("80 % promised           errors from     coverage on the test part, by step ahead")
for words, part in (("validation", slice(200, 10_200)), ("training", slice(0, 200))):
    share = hits(targets[:, 10_200:, 0], *interval(forecasts[:, 10_200:], errors[:, part]))
    print(
        f"{'made by one law':<23} {words:<12}    "
        + "   ".join(f"{k}: {share[k - 1]:.2f}" for k in (1, 2, 3, 5))
    )

fan = {}
for name, K, shown in (("El Niño", 12, (1, 3, 6, 12)), ("sunspots by year", 5, (1, 2, 3, 5))):
    xs, targets, training, held_out, test = in_parts(name, K)
    xs = xs[-order[name] :]
    model = fit(xs[:, training], targets[:, training])
    forecasts = rnnlib.ar_forecast(xs, model)[:, :, 0]
    errors = targets[:, :, 0] - forecasts
    for words, part in (("validation", held_out), ("training", training)):
        lower, upper = interval(forecasts[:, test], errors[:, part])
        share = hits(targets[:, test, 0], lower, upper)
        row = "   ".join(f"{k}: {share[k - 1]:.2f}" for k in shown)
        print(f"{name:<23} {words:<12}    {row}")
        if words == "validation":
            fan[name] = forecasts[:, test], lower, upper, targets[:, test, 0]

# %% hidden=true
forecasts, lower, upper, wanted = fan["El Niño"]
(times, values), _, begin_test, T, _ = series["El Niño"]
starts = (4, 40, 112)  # forecasts made at three times
first = int(np.searchsorted(times, begin_test - 1e-9))
with styled():
    figure = new_figure(7.0, 2.8)
    ax = figure.subplots()
    ax.plot(times[first - 24 :], values[first - 24 :], color=INK, linewidth=1.1)
    for start in starts:
        when = times[first + start : first + start + 12]
        ax.fill_between(
            when, lower[:, start], upper[:, start], color=tint(VERMILLION, 0.35), linewidth=0
        )
        ax.plot(when, forecasts[:, start], color=VERMILLION)
    ax.set(ylabel="°C", xlim=(times[first - 24], times[-1]))
    settle(figure)
inside = [np.mean((lower[:, s] <= wanted[:, s]) & (wanted[:, s] <= upper[:, s])) for s in starts]
show(
    figure,
    "The sea's temperature from 1995 to 2010, and three forecasts for twelve months with their 80 percent intervals, made in "
    + ", ".join(
        f"{times[first + s]:.0f} ({share:.0%} of the months inside)"
        for s, share in zip(starts, inside)
    )
    + ".",
)

# %% [markdown]
# - **Made by one law:** what is promised comes true, with errors from the validation part. With those of a short training part a little less comes true: the weights
#   were fitted to these very errors, and made them small.
# - **The real series break the promise**, and where is worth a look. One year ahead, the sunspots came true far less often than 80 %: the sun was more active after 1950
#   than in the 50 years of the validation part, and larger numbers come with larger errors. El Niño stays below, too: the test part begins with the strongest event of
#   all, and a year like 1997 lies outside for many months in a row (the first fan in the picture).
# - Here the *training* errors gave intervals no worse than the validation errors did, or even better. That is luck: they are older and happen to be larger. Both assume that
#   errors go on as before.
#
# With 59 test years a measured coverage is itself uncertain, by 0.05 or more (neighbouring years are alike). Print it all the same. An
# interval whose coverage nobody has measured is decoration.

# %% [markdown]
# ## 8.10 Where gates win
#
# On the real series the last few values knew nearly everything. Now a series in which they do not.
#
# **A river in the mountains.** In winter snow falls, now and then, a little or a lot. It stays where it fell. After 20 to 60 days comes the thaw, and
# *all* the snow of the winter goes into the river at once. Then the river runs down, and the next winter begins. What is the level tomorrow?
#
# $$\text{level}_{t+1} = 0.6\ \text{level}_t + \begin{cases} 0.3 \times \text{all the snow of this winter} & \text{if it thaws today} \\ 0 & \text{else} \end{cases} + \text{noise}$$
#
# Every day we see three numbers: the level, today's snowfall, and a mark if it thaws. **Nobody tells us how much snow lies up there.** The noise has
# the deviation 0.05, so no forecast can have a smaller RMSE than that.


# %%
def river(T, N, rng):
    """N rivers for T days: level, snowfall, thaw (T, N, 3); and the snow that lies (T, N)."""
    days, lying = np.zeros((T, N, 3)), np.zeros((T, N))
    level, snow, left = np.zeros(N), np.zeros(N), rng.integers(20, 60, N)
    for t in range(T):
        thaw = left == 0
        fall = np.where((rng.random(N) < 0.15) & ~thaw, rng.uniform(0.2, 1, N), 0)
        snow = snow + fall
        days[t], lying[t] = np.stack([level, fall, thaw], axis=1), snow
        level = 0.6 * level + 0.3 * snow * thaw + 0.05 * rng.normal(size=N)
        snow, left = np.where(thaw, 0, snow), np.where(thaw, rng.integers(20, 60, N), left - 1)
    return days, lying


rng = np.random.default_rng(0)
rivers = {
    "training": river(121, 256, rng),
    "held out": river(121, 64, rng),
    "test": river(121, 128, rng),
}
FROM = 80  # forecasts are measured from here on, so that a window of 80 days fits
days, lying = rivers["test"]
wanted = days[FROM + 1 :, :, 0]
thaws = days[FROM:-1, :, 2] == 1

# %% hidden=true
show(
    plot_traces(
        {"level": days[:, 0, 0], "snow that lies": lying[:, 0] / 3},
        xlabel="day",
        ylabel="level; snow (divided by 3)",
        events={"snowfall": days[:, 0, 1] > 0, "thaw": days[:, 0, 2] > 0},
    ),
    f"One river over 121 days. The snow that lies climbs with each snowfall, up to {lying[:, 0].max():.1f}, and drops to 0 after each of "
    f"{int(days[:, 0, 2].sum())} thaws; the level stays near 0 and jumps on the day after a thaw, as high as the snow was.",
)

# %% [markdown]
# **Who can know?**
# - A linear model with a window of 10 days sees the thaw. But the snow fell weeks ago, outside of its window.
# - A window of 80 days has the whole winter in it. But "all the snow, **if** it thaws today" is a product, snow times thaw, and a weighted sum cannot multiply. It
#   can only say: at a thaw, add what is usual.
# - A *feed-forward* network (one layer of tanh units on the window) can bend the line, but it, too, has only its window: with 10 days the snow is missing, and with 80 it
#   has to find the last winter among 240 numbers.
# - A *recurrent* network can carry on what it saw. And an **LSTM** has what this needs built in: a cell that **adds**, a gate that lets it **out**, and
#   a gate that **empties** it.
#
# All networks are trained with your loop on the same 256 rivers, each from three random starts. The last row is for comparison: a linear model that is *told* how
# much snow goes into the river. It cheats, and shows what the best possible forecast is worth.


# %% hidden=true tags=["nbval-ignore-output"]
def rows(days, p):
    """The last p days before each forecast, all three numbers: (examples, 3p)."""
    T = len(days) - 1
    return np.concatenate([days[FROM - k : T - k] for k in range(p)], axis=2).reshape(-1, 3 * p)


def linear_errors(p, told=False):
    """Errors of the linear model with a window of p days, on the test rivers."""
    X, y = {}, {}
    for part, (seen, snow) in rivers.items():
        extra = [(snow * seen[:, :, 2])[FROM:-1].reshape(-1, 1)] if told else []
        X[part] = np.concatenate([rows(seen, p), *extra], axis=1)
        y[part] = seen[FROM + 1 :, :, :1].reshape(-1, 1)
    model = rnnlib.fit_ar(X["training"].T[:, :, None], y["training"].T[:, :, None])
    forecasts = rnnlib.ar_forecast(X["test"].T[:, :, None], model)
    return forecasts.reshape(wanted.shape) - wanted


FORWARD = {LSTMParams: rnnlib.lstm_forward, RNNParams: rnnlib.rnn_forward}
BACKWARD = {LSTMParams: rnnlib.lstm_backward, RNNParams: rnnlib.rnn_backward}


def read(xs, model):
    """The forecast after every step, (T, N, 1); the states, and what the way back needs."""
    zeros = np.zeros((xs.shape[1], len(model.out.W_hy)), xs.dtype)
    start = (zeros, zeros) if isinstance(model.cell, LSTMParams) else zeros
    hs, _, cache = FORWARD[type(model.cell)](xs, start, model.cell)
    return rnnlib.output_step(hs, model.out), hs, cache


def train_on_rivers(kind, H, seed, learning_rate, window=None):
    """A network on the training rivers. With a window: feed-forward, a single step of a simple cell."""
    rng = np.random.default_rng(seed)
    data = {}
    for part, (seen, _) in rivers.items():
        if window is None:
            data[part] = seen[:-1].astype(np.float32), seen[1:, :, :1].astype(np.float32), FROM
        else:  # many examples of one step each
            y = seen[FROM + 1 :, :, :1].reshape(1, -1, 1).astype(np.float32)
            data[part] = rows(seen, window)[None].astype(np.float32), y, 0
    xs, targets, _ = data["training"]
    size, batch = (xs.shape[2], 32 if window is None else 512)
    start = rnnlib.init_lstm if kind == "LSTM" else rnnlib.init_rnn
    model = Forecaster(start(size, H, rng), rnnlib.init_dense(H, 1, rng)).astype(np.float32)
    adam = rnnlib.adam_state(model)

    def update(model):
        nonlocal adam
        for _ in range(25):
            chosen = rng.choice(xs.shape[1], batch, replace=False)
            forecasts, hs, cache = read(xs[:, chosen], model)
            d = rnnlib.mean_squared_error_backward(forecasts, targets[:, chosen])
            dhs, grads_out = rnnlib.output_step_backward(d, hs, model.out)
            grads = Forecaster(BACKWARD[type(model.cell)](dhs, None, cache)[2], grads_out)
            model, adam = rnnlib.adam_step(
                model, rnnlib.clip_grad_norm(grads, 1.0)[0], adam, learning_rate=learning_rate
            )
        return model

    def evaluate(model):
        seen, y, begin = data["held out"]
        return rnnlib.mean_squared_error(read(seen, model)[0][begin:], y[begin:])

    best, _ = until_it_stops(
        model, update, evaluate, patience=6, max_epochs=20 if window is None else 40
    )
    seen, _, begin = data["test"]
    return read(seen, best)[0][begin:].reshape(wanted.shape) - wanted, best


def row_of(words, errors):
    """A line of the table: over all days, on days after a thaw, on all others."""
    parts = np.array(
        [
            [
                np.sqrt(np.mean(e**2)),
                np.sqrt(np.mean(e[thaws] ** 2)),
                np.sqrt(np.mean(e[~thaws] ** 2)),
            ]
            for e in errors
        ]
    )
    spread = [f" ± {s:.3f}" if len(errors) > 1 else "        " for s in parts.std(axis=0)]
    print(f"{words:<32}" + "  ".join(f"{m:.3f}{s}" for m, s in zip(parts.mean(axis=0), spread)))


print("RMSE on the test rivers         all days       after a thaw   otherwise")
row_of("always the mean", [rivers["training"][0][:, :, 0].mean() - wanted])
row_of("persistence", [days[FROM:-1, :, 0] - wanted])
row_of("linear, 10 days", [linear_errors(10)])
row_of("linear, 80 days", [linear_errors(80)])
row_of(
    "feed-forward, 10 days", [train_on_rivers("tanh", 32, seed, 0.003, 10)[0] for seed in range(3)]
)
row_of(
    "feed-forward, 80 days", [train_on_rivers("tanh", 32, seed, 0.01, 80)[0] for seed in range(3)]
)
row_of(
    "simple recurrent, 32 units", [train_on_rivers("RNN", 32, seed, 0.01)[0] for seed in range(3)]
)
lstms = [train_on_rivers("LSTM", 16, seed, 0.01) for seed in range(3)]
row_of("LSTM, 16 units", [errors for errors, _ in lstms])
row_of("linear, told the snow (cheats)", [linear_errors(10, told=True)])

# %% [markdown]
# **The gates win, and the table says why.**
# - **After a thaw** is where it is decided. The linear model with 10 days misses by about half a unit there; with 80 days it is hardly better, though all the
#   snow stands in its window. So a longer window is not the cure.
# - The feed-forward network with 10 days is no better than the linear one: bending does not help where the snow cannot be seen. With 80 days it has hardly
#   begun to find it, and pays for its many weights on all other days.
# - The simple recurrent network carries on a part of the snow. Its state is replaced at every step (unit 04), and over weeks it blurs.
# - **The LSTM's error after a thaw is about a fifth of the linear model's**, and over all days it is nearly down to the one that is told. On the other days a
#   line is enough, and the LSTM is no better than a line.
#
# Does it really keep the snow? We ask its state. A **probe** is a linear model from the 16 cells and 16 hidden units to the snow that lies, fitted on the rivers held out and
# measured on the test rivers: which part of the snow's variance it explains (R², 1 is all). Beside it: the same probe on *untrained* LSTMs, and on the last 10 days. And we look at the
# forget gate of the cell that follows the snow most closely.

# %% tags=["nbval-ignore-output"]
held_out_days, held_out_lying = rivers["held out"]


def probe(see, days, lying, held_out_days, held_out_lying):
    """R² on the test rivers of a linear model from see(days) to the snow; and its forecast."""
    shown = [
        np.column_stack([see(d), np.ones((len(d) - 1 - FROM) * d.shape[1])])
        for d in (held_out_days, days)
    ]
    wanted = [
        np.where(d[:-1, :, 2] == 1, 0, snow[:-1])[FROM:].ravel()
        for d, snow in ((held_out_days, held_out_lying), (days, lying))
    ]
    found = shown[1] @ np.linalg.lstsq(shown[0], wanted[0], rcond=None)[0]
    return 1 - np.mean((found - wanted[1]) ** 2) / wanted[1].var(), found.reshape(-1, days.shape[1])


def inner(net, days):
    """What a network keeps: cells and hidden states, and its forget gates."""
    cache = read(days[:-1].astype(np.float32), net)[2]
    return np.concatenate([cache.cs, cache.hs], axis=2), cache.f


both = (days, lying, held_out_days, held_out_lying)
after_thaw = days[FROM:-1, :, 2] == 1
print("                        R² of the probe   best cell's forget gate, in winter   at a thaw")
print(f"the last 10 days        {probe(lambda d: rows(d, 10), *both)[0]:>15.2f}")
for words, nets_of in (("untrained LSTM", None), ("trained LSTM", lstms)):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        net = Forecaster(rnnlib.init_lstm(3, 16, rng), rnnlib.init_dense(16, 1, rng))
        net = net if nets_of is None else nets_of[seed][1]
        r2, gauge = probe(lambda d, net=net: inner(net, d)[0][FROM:].reshape(-1, 32), *both)
        states, forget = inner(net, days)
        snow = np.where(after_thaw, 0, lying[FROM:-1]).ravel()
        r = [np.corrcoef(states[FROM:, :, unit].ravel(), snow)[0, 1] for unit in range(16)]
        unit = int(np.argmax(np.abs(r)))
        kept = forget[FROM:, :, unit]
        row = f"{words + ', start ' + str(seed):<23} {r2:>16.2f} {kept[~after_thaw].mean():>36.2f}"
        print(f"{row} {kept[after_thaw].mean():>11.2f}")

# %% hidden=true tags=["nbval-ignore-output"]
shown = np.where(after_thaw[:, 0], 0, lying[FROM:-1, 0])
show(
    plot_traces(
        {"snow that lies": shown, "read from the state": gauge[:, 0]},
        xlabel=f"day, counted from {FROM}",
        ylabel="snow",
        events={"snowfall": days[FROM:-1, 0, 1] > 0, "thaw": after_thaw[:, 0]},
    ),
    f"One test river from day {FROM} on: the snow that lies, and the snow read from the LSTM's state by the probe. Over all test rivers it "
    f"explains {r2:.0%} of the variance.",
)

# %% [markdown]
# Nobody told the network about snow that lies. It built a gauge for it, since the forecast needs one, and its state holds the snow nearly exactly. (An untrained LSTM holds
# much of it, too: any leaky sum of what came in is a rough gauge. Compare with the untrained network: unit 01.) At the thaw the forget gate of the cell that follows the snow closes
# further than in winter: the store is emptied. It is not one cell that keeps it all; several share the work.

# %% [markdown]
# **Question 4.** The linear model with a window of 80 days sees every snowfall of the winter and the mark of the thaw. Why does it fail all the same?
#
# - a) It has too few examples for 240 weights.
# - b) How much a snowfall counts depends on whether it thaws today, and a weighted sum gives each number the same weight every day.
# - c) The noise is too large.
# - d) Least squares does not find the best weights for so many inputs.

# %% answer="why_linear_fails"
answer_why_linear_fails = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_why_linear_fails = "b"
### END SOLUTION

# %%
check_answer("why_linear_fails", answer_why_linear_fails)

# %% grade_answer="why_linear_fails" points=0.5

# %% [markdown]
# **This river was made up to show it, and we say so.** Real series like it exist wherever something piles up unseen and is let go by an event: stores, debts, wear,
# charge. If you have one series, short, noisy and smooth, begin with the line of 1927. If you have many long ones in which something seen long ago decides what comes, try the gates.
#
# ## Summary
#
# - Cut a series in time, never at random. A window may read over a border; a target may not lie beyond it.
# - To find a leak, change the future and look. To scale, use the training part alone.
# - Persistence, the last season, the almanac: print them next to every model. Which one is hard to beat depends on the series.
# - An autoregressive model is a weighted sum of the window, fitted in one step. On sunspots and El Niño no LSTM **beats** it: two ties and a defeat, over several starts.
# - Early stopping chooses the lowest validation loss, so that loss is too good to be reported. Report the test part, with error bars.
# - Many steps ahead: recursive reads its own forecasts, direct has an output for each step. Print the error for each step; far ahead the almanac wins.
# - An interval made of held-out errors keeps its promise only while errors go on as before. Measure its coverage: on the real series here it was too low.
# - Gates win where something seen long ago must be kept, and used only when a signal comes: memory *and* multiplication.
#
# **Next:** unit 09 leaves numbers for words.
#
# ## References
#
# - G. U. Yule, *On a method of investigating periodicities in disturbed series, with special reference to Wolfer's sunspot numbers*, Philosophical
#   Transactions of the Royal Society A 226 (1927), 267–298.
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), 1735–1780.
# - F. A. Gers, D. Eck, J. Schmidhuber, *Applying LSTM to time series predictable through time-window approaches*, ICANN (2001): where a window is enough,
#   the LSTM did not do better.
# - L. Prechelt, *Early stopping – but when?*, in: Neural Networks: Tricks of the Trade, Springer (1998).
# - R. J. Hyndman, G. Athanasopoulos, *Forecasting: principles and practice*, OTexts (3rd edition 2021): baselines, and much more.
# - S. Makridakis, E. Spiliotis, V. Assimakopoulos, *Statistical and machine learning forecasting methods: concerns and ways forward*, PLOS ONE 13 (2018): the same comparison on a thousand
#   series.
# - Data: sunspots and El Niño from the package `statsmodels` 0.15.0, public domain (see `rnnlib/data/LICENSES.md`).
