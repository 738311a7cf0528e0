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
# What comes next? Spots on the sun, the temperature of a sea, the water in a river: a series of numbers is given, and its
# continuation is wanted. It is the most natural task for a recurrent network, and the one where it is easiest to fool oneself. So
# in this unit you write the network's part **and** everything that keeps you honest: windows that do not see the future, a test
# that proves it, and baselines that are hard to beat.
#
# Let us say it at once: **on the three real series of this unit, no LSTM beats a linear formula from 1927.** You will measure
# that. Then you get a series on which that formula fails, and have to find something better yourself.
#
# **At the end you can**
# - cut a series into windows, and split it in time;
# - test whether a method looks into the future, and show what such a leak pretends;
# - scale data without using what nobody can know yet;
# - write the baselines that every forecast has to beat: the last value, the last season, a linear model;
# - train with early stopping, and compare over several random starts with a test that knows that neighbours are alike;
# - forecast many steps ahead;
# - say when memory is worth its price, and show it.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 and 03 (early stopping); from unit 05 what an LSTM is; means, square roots |
# | **Points** | 20: seven short functions (13), two questions (1) and an open task (6) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, EarlyStopping, LSTMParams, RNNParams, early_stopping  # noqa: F401
from rnnlib.course import check, check_answer, working
from rnnlib.data import el_nino, mountain_rivers, sunspots
from rnnlib.forecaster import Forecaster, forecast, train_forecaster
from rnnlib.paired import paired_difference
from rnnlib.plotting import LiveFigure, plot_traces, show

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
# 1931 into the training and ask for 1930, and whoever has seen the years on both sides need not forecast.

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
from rnnlib.plotting.series import (
    draw_recursion,
    draw_windows,
    plot_errors_ahead,
    plot_fans,
    plot_lag_weights,
    plot_parts,
)

show(
    plot_parts(
        {
            name: (times, values, "°C" if "Niño" in name else "spots", held_out, test)
            for name, ((times, values), held_out, test, _, _) in series.items()
        }
    ),
    "Three series over time, validation and test shaded. Yearly sunspots rise and fall in about "
    "eleven years; monthly ones do so with much more noise. The sea's temperature swings every "
    "year, and rises above 28 degrees in 1983 and 1998.",
)

# %% [markdown]
# *Figure 8.1: the three series.* After 1950 the sun was more active than in most of the two centuries of the training part. **The
# future need not be like the past**, and no method can know that. It will show in the numbers.

# %% [markdown]
# ## 8.2 Windows
#
# **The idea.** A network learns from examples: something goes in, something is wanted. From one long series many examples can be
# cut. A **window** of T values goes in, and the next values are wanted: as many as the **horizon** K says. Then the window moves on
# by one step.

# %% hidden=true
show(
    draw_windows(T=5, horizon=2, L=10),
    "A series of ten values, four times. In window 0 the values 0 to 4 go in and 5 and 6 are wanted; "
    "each further window lies one step to the right.",
)

# %% [markdown]
# *Figure 8.2: all windows of ten values, with T = 5 and K = 2.*
#
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
# <details><summary><b>Hint 1</b></summary>
#
# Work out N first. Then make a list of slices, one for each window, and a second list for the targets.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# A slice does not hold its end, so the targets begin where the window's slice ends. Mind which axis the windows are stacked along.
# </details>

# %% grade="windows" points=2

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
# **Windows and the three parts.** A window may read across a border: in 1950, the years up to 1949 *are* known. What counts is where
# the **targets** lie. Windows whose targets lie in two parts are left out.


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
# <details><summary><b>Hint</b></summary>
#
# Join the old past and the new future into one new series. Call the method twice. How many entries may not differ: t, or t + 1?
# </details>

# %% grade="future_leak" points=2

# %% [markdown]
# **Try it: what a leak pretends.** Sunspot numbers jump about. "Let us smooth them first", somebody says, and replaces each value by
# the mean of itself and its two neighbours. Then a linear model is fitted to windows (the library's; you will write it in 8.6). It
# always forecasts the true value, one step ahead. **Predict first:** which of the four rows below leak?


# %%
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
    ("as it is", np.copy), ("mean of the last three", mean_of_the_last_three),
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
# The mean *around* brings the error down to a fraction. A breakthrough? No: the prepared value of this year holds a third of next
# year's, and the model has learned to take it out again. The test shows it at once. The mean of the *last* three looks nearly the same
# in code, leaks nothing, and gains nothing either.
#
# The last row leaks too: the mean of all years knows the years to come. Here that does **no harm to the numbers**, because a linear
# model with a bias does not care what is subtracted from every value. A leak does not prove that a result is wrong. It takes away the
# proof that it is right.

# %% [markdown]
# ## 8.4 One scale, from the training part alone
#
# **The idea.** A tanh is flat beyond 2 or 3, so a network that is given 150 sunspots only sees "many". Bring the series to
# mean 0 and deviation 1 first. Mean and deviation are fitted to data, like weights, so they belong to the training part **alone**; then the
# whole series is scaled with them.
#
# **The equations**, for each column d by itself, with $L_{train}$ steps of training:
#
# $$\mu_d = \frac{1}{L_{train}} \sum_{t < L_{train}} x_{t,d} \qquad \sigma_d = \sqrt{\frac{1}{L_{train}} \sum_{t < L_{train}} (x_{t,d} - \mu_d)^2}
# \qquad z_{t,d} = \frac{x_{t,d} - \mu_d}{\sigma_d} \;\text{ for all } t$$
#
# On paper: of 1, 3, 10 the first two are for training. Then $\mu = 2$, $\sigma = 1$, and the scaled series is −1, 1, 8. That 8 is right: the
# training part has never seen such a value.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | x | `series` | (L, D) | the series |
# | $L_{train}$ | `L_train` | a number | so many steps, from the beginning, are for training |
# | z | `scaled` | (L, D) | all of it, scaled |
# | $\mu, \sigma$ | `mean`, `std` | (D,) each | kept, to undo it: $x = z\,\sigma + \mu$ |
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
# Mean and deviation come from the first `L_train` steps, but *all* of the series is scaled with them.
# </details>

# %% grade="standardize" points=1.5

# %% [markdown]
# **Try it.** How far is the test part from what the scale was made for?

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

# %% [markdown]
# The test part of the sunspots lies nearly a deviation above the training part, and varies more. Scaling with everything would hide
# that: it would tell the past how active the sun was going to be.
#
# ## 8.5 The baselines
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
# <details><summary><b>Hint</b></summary>
#
# Cut the last season out of the windows. Which of its steps is step k ahead, when the season starts again and again? An array can be
# indexed with all k at once.
# </details>

# %% grade="seasonal_naive" points=1

# %% [markdown]
# **Try it.** Two more baselines: the mean of the training part, always; and for El Niño the mean of each *month* of the
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
persistence = {}
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
    persistence[name] = rmse(naive(xs[:, test], 1), targets[:, test])
    by_month = (
        f"{rmse(almanac(name)[:, test], targets[:, test]):>9.2f}"
        if name == "El Niño"
        else "        -"
    )
    print(f"{name:<18} {mean:>6.2f} {persistence[name]:>13.2f} {back:>16.2f} {by_month}")

# %% [markdown]
# Which baseline is the one to beat depends on the series, and on how far ahead one asks. For the sunspots it is persistence; "one cycle ago" is
# poor, because a cycle is not *exactly* eleven years, and no two are alike. For the sea off Peru, persistence and the almanac are not
# far apart one month ahead: the one looks at the last month alone, the other at everything but that. (8.8 asks again, for a year ahead.
# Its windows need eleven more months of targets, so its test part, and the almanac's error, are slightly different.)
#
# ## 8.6 A line from 1927
#
# **The idea.** Let the forecast be a weighted sum of the window: $\hat x_T = b + w_0 x_0 + w_1 x_1 + \dots + w_{T-1} x_{T-1}$. This is an
# **autoregressive** model, AR(T) for short: the series, fitted to itself. George Udny Yule invented it in 1927, for these very sunspots.
# The best weights need no training: **least squares** finds them in one step.
#
# **The equation.** Write each window as a row, with a 1 at its end for the bias, and all rows below each other: a matrix X,
# (N, T+1). Write the targets as Y, (N, K). We want the matrix W, (T+1, K), for which
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
# | W | `params.W_hy`, `params.b_y` | (T, K), (K,) | an output layer, on the window instead of a state |
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
# <details><summary><b>Hint 1</b></summary>
#
# Rows are examples: the windows (T, N) have to be transposed, and so do the targets. The bias is the weight of a column of ones.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# `np.linalg.lstsq` returns four things; you need the first. Where among its rows is the bias, if the ones stood in the last column?
# </details>

# %% grade="fit_ar" points=2.5

# %% [markdown]
# **Try it.** How long should the window be? The validation part decides; the test part is printed beside it and decides nothing.

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
show(
    plot_lag_weights(weights),
    f"The weights of the linear model with a window of {p} years. The year before has "
    f"{weights[-1]:.2f}, two years before {weights[-2]:.2f}; the others lie between "
    f"{weights[:-2].min():.2f} and {weights[:-2].max():.2f}.",
)

# %% [markdown]
# *Figure 8.3: what the linear model has found in the yearly sunspots.* Much of last year, minus a part of the year before it: "go on as you
# were going, and turn back in time". A few small weights for the eleven years, and that is all.
#
# Read a block of the table downwards: the *training* error falls with every further weight, always. For the yearly sunspots,
# validation and test error rise again: with 13 parameters for 178 examples, the model has begun to fit the noise. The longer series can
# afford longer windows.

# %% [markdown]
# ## 8.7 The network, and when to stop
#
# **The idea.** The network reads the window step by step, and an output layer makes the forecast from its last state: many to one. It is
# trained as in unit 03, and on few data it will overfit, so it has to be stopped in time. Unit 03 wrote the *rule*
# (`early_stopping`: note the loss, keep the best parameters, count how long nothing better came). Here you write the *loop*, once and
# for any model: two functions tell it what an epoch of training is, and how the validation loss is measured.
#
# **The loop.** Evaluate the start. Then, again and again: train for an epoch, evaluate, keep the parameters if the loss is lower than ever.
# End when `patience` epochs in a row brought nothing lower, or after `max_epochs` epochs. On paper, with a patience of 2:
#
# | epoch | start | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | loss | 9 | 4 | 1 | 2 | 1 |
# | waited | 0 | 0 | 0 | 1 | 2: end |
#
# The parameters after epoch 2 are returned, and the losses 9, 4, 1, 2, 1. (An equal loss is no lower one.)
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
# <details><summary><b>Hint 1</b></summary>
#
# There are two reasons to stop, and both belong in the loop's condition (or use `break`). How many epochs are over when `losses` has
# n entries?
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# Three things change when the new loss is the lowest so far. And training goes on from the latest parameters, not from the best ones.
# </details>

# %% grade="train_early_stopping" points=2.5

# %% [markdown]
# **The network** is an LSTM that reads the window step by step, and an output layer on its last state; the library's `train_forecaster`
# trains it with Adam, 15 batches of 64 windows an epoch, in **your** loop. It works on the scaled series. First one training, on the yearly sunspots,
# as it goes on.

# %% tags=["nbval-ignore-output"]
until_it_stops = working(train_early_stopping)


def scaled_parts(name, horizon=1):
    """As `in_parts`, in units of the training part; and that unit."""
    xs, targets, *parts = in_parts(name, horizon)
    _, mean, std = scaled[name]
    xs, targets = (((a - mean) / std).astype(np.float32) for a in (xs, targets))
    return xs, targets, *parts, mean, std


xs, targets, training, held_out, test, mean, std = scaled_parts("sunspots by year")
one_linear = rmse(
    linear["sunspots by year"][:, held_out], in_parts("sunspots by year")[1][:, held_out]
)
live = LiveFigure()


def watch(losses):
    """The error on the validation part, in spots, as training goes on."""
    spots = std * np.sqrt(losses)
    live.show(
        plot_traces(
            {"LSTM": np.minimum(spots, 45), "linear model": np.full(len(spots), one_linear)},
            xlabel="epoch (15 updates each)",
            ylabel="RMSE on the validation part",
        ),
        f"The error of an LSTM on the validation part over {len(spots) - 1} epochs falls from "
        f"{spots[0]:.0f} to {spots.min():.1f} spots; the linear model has {one_linear:.1f}.",
    )


_, losses = train_forecaster(
    xs, targets, training, held_out, 8, 0, loop=until_it_stops,
    watch=lambda losses: watch(losses) if len(losses) % 5 == 2 else None,
)  # fmt: skip
watch(losses)
print(f"stopped after epoch {len(losses) - 1}; the best was epoch {losses.argmin()}")

# %% [markdown]
# *Figure 8.4: the validation error of one LSTM, epoch by epoch.* It looks like a victory: below the linear model! But this curve *chose* its
# lowest point, on these very 50 years. Only the test part can tell.
#
# **The comparison.** For each series we compare LSTMs from several random starts with the linear model. All are fitted to the same training part
# and tested on the same targets. What was chosen on the validation part: for the linear model the length of its window, for the
# LSTM when to stop. Its size, its learning rate and its window were set once and not searched. A search might make it a little
# better; keep that in mind.
#
# Is a difference more than chance? Months and years are not independent: after a bad month comes another one. The **paired test** of Diebold
# and Mariano (1995) takes the difference of the two squared errors at each time, and a standard error of its mean that knows how alike
# neighbours are (here over one season). Up to two standard errors are called a tie. **Predict first:** who wins on which series?

# %% tags=["nbval-ignore-output"]
nets, verdicts = {}, {}
print("RMSE on the test part   persistence   linear   LSTM            mean of all LSTMs")
for name, H, seeds in (
    ("sunspots by year", 8, 3),
    ("El Niño", 16, 3),
    ("sunspots by month", 16, 2),
):
    xs, targets, training, held_out, test, mean, std = scaled_parts(name)
    nets[name] = []
    for seed in range(seeds):
        net, losses = train_forecaster(
            xs, targets, training, held_out, H, seed, loop=until_it_stops
        )
        nets[name].append(net)
        best = std * np.sqrt(losses.min())
        print(f"  trained: {name}, start {seed}; validation {best:.2f} at epoch {losses.argmin()}")
    guesses = np.stack([mean + std * forecast(xs[:, test], net)[0] for net in nets[name]])
    wanted = mean + std * targets[:, test]
    each = [rmse(guess, wanted) for guess in guesses]
    by_line = (linear[name][:, test] - wanted).ravel()
    pairs = [
        paired_difference((guess - wanted).ravel(), by_line, lags=series[name][4])
        for guess in guesses
    ]
    verdicts[name] = pairs, np.mean(by_line**2)
    row = f"{name:<22} {persistence[name]:>12.2f} {rmse(linear[name][:, test], wanted):>8.2f}"
    together = rmse(guesses.mean(axis=0), wanted)
    print(f"{row}   {np.mean(each):>5.2f} ± {np.std(each):.2f} {together:>14.2f}")

print("\nmean squared error, each LSTM minus linear, in percent of the linear model's")
for name, (pairs, size) in verdicts.items():
    words = [f"{100 * p.mean / size:>+4.0f} give or take {100 * p.error / size:.0f}" for p in pairs]
    print(f"{name:<20} {'; '.join(words)}")

# %% [markdown]
# **Read this honestly.**
# - Both beat persistence, on the first two series by a wide margin.
# - **No LSTM here beats the linear model beyond doubt, on any of the three series.** A difference within two standard errors is no
#   win, for either side. A tie is not an improvement.
# - The mean of several networks tends to be a little better than one of them: their errors differ, and partly cancel. It also costs
#   several trainings.
# - The linear model has about ten to forty weights and is found in one step. The LSTM has hundreds to more than a thousand, and is
#   searched for. At a tie, the cheap and plain one wins.
#
# Why is there so little to gain? In such a series nearly all that can be known about the next value stands in the last few, and the
# dependence is close to a straight line. There is nothing to keep for long, and nothing to gate. An LSTM on sunspots without a linear
# model beside it shows nothing.

# %% [markdown]
# **Question 2.** Somebody counts spots on another star. In the training part their deviation is 34 spots. On the *scaled* series a network has a mean
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
# - **Recursive:** a model for *one* step. Treat its forecast as a real value, put it at the end of the window, drop the oldest value, and ask
#   again. Its errors are read as data by the next step, and add up; on the other hand it needs to learn only one thing.

# %% hidden=true
show(
    draw_recursion(),
    "Recursive forecasting with a window of four: each step drops the oldest value and reads the "
    "forecast before it instead of a value.",
)

# %% [markdown]
# *Figure 8.5: recursive forecasting.*
#
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
# <details><summary><b>Hint</b></summary>
#
# Three things in the loop: ask the model, keep its answer in a list, make a *new* window of the same length.
# </details>

# %% grade="recursive_forecast" points=1.5

# %% [markdown]
# **Try it: El Niño, up to twelve months ahead.** The recursive LSTMs are those of 8.7; two direct ones are trained now. All errors are
# RMSE on the test part, in degrees. **Predict first:** who is best at one month, and who at twelve?

# %% tags=["nbval-ignore-output"]
ahead, K = working(recursive_forecast), 12
xs, targets, training, held_out, test, mean, std = scaled_parts("El Niño", K)
one_step = fit(xs[:, training], targets[:1, training])
all_steps = fit(xs[:, training], targets[:, training])
direct_nets = [
    train_forecaster(xs, targets, training, held_out, 16, seed, loop=until_it_stops)[0]
    for seed in range(2)
]


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
        by_step(ahead(lambda xs, net=net: forecast(xs, net)[0][0], xs[:, test], K))
        for net in nets["El Niño"]
    ],
    "LSTM, direct": [by_step(forecast(xs[:, test], net)[0]) for net in direct_nets],
}
print(f"{'months ahead':<20}" + "".join(f"{k:>7}       " for k in (1, 3, 6, 12)).rstrip())
for name, each in errors.items():
    each = np.array(each)[:, [0, 2, 5, 11]]
    spread = [f" ± {s:.2f}" if len(each) > 1 else "       " for s in each.std(axis=0)]
    print(f"{name:<20}" + "".join(f"{m:>7.2f}{s}" for m, s in zip(each.mean(axis=0), spread)))

# %% hidden=true tags=["nbval-ignore-output"]
shown = ("persistence", "almanac", "linear, recursive", "LSTM, recursive", "LSTM, direct")
mean_errors = {name: np.mean(errors[name], axis=0) for name in shown}
show(
    plot_errors_ahead(mean_errors, ylabel="RMSE (°C)"),
    "RMSE by months ahead, 1 to 12. At one month: "
    + ", ".join(f"{name} {line[0]:.2f}" for name, line in mean_errors.items())
    + ". At twelve: "
    + ", ".join(f"{name} {line[11]:.2f}" for name, line in mean_errors.items())
    + ".",
)

# %% [markdown]
# *Figure 8.6: errors by months ahead (steps of one month).*
#
# - **One month ahead** the models know more than the almanac: if the sea is warmer than usual *now*, it will be so next month.
# - **At twelve months the almanac beats them all.** What is special about this year is forgotten; what is left is the calendar, and the
#   almanac has it exactly.
# - Recursive or direct? The linear model gives nearly the same both ways. The direct LSTM pays at the first month: one state has to
#   serve twelve answers at once, and the loss is mostly about the far ones.
# - "One year ago" is much worse than the almanac: a single year has its own weather, and a mean of many years has none.
#
# Always print the errors by step ahead. A single number over twelve months hides that the first three are a forecast and the rest is a
# calendar.

# %% [markdown]
# ## 8.9 Open task: a series on which the line fails
#
# On the real series the last few values knew nearly everything. Now a series in which they do not.
#
# **Rivers in the mountains** (made up, and all after one law). Snow falls now and then, a little or a lot. It stays where it fell, all
# winter. After 20 to 60 days comes the thaw: it thaws on one day, and *all* the snow of the winter goes into the river at once. Then the
# river runs down again, and the next winter begins.
#
# Each day three things are measured: the level of the river, how much snow fell on that day (by a gauge that is a little off), and whether
# it thaws. **Nobody measures how much snow lies up there.** What will the level be tomorrow?

# %%
rivers = mountain_rivers(121, 200, np.random.default_rng(0))
show(
    plot_traces(
        {"level": rivers.levels[:, 0], "snowfall": rivers.snowfall[:, 0]},
        xlabel="day",
        ylabel="level; snowfall of the day",
        events={"thaw": rivers.thaws[:, 0]},
    ),
    "One river over 121 days. The level stays near 0 and jumps after each thaw, to a different height "
    "each time, then falls within days.",
)

# %% [markdown]
# *Figure 8.7: what is measured of one river.* You can draw as many rivers as you like: `mountain_rivers(T, N, rng)` gives `levels`, `snowfall`
# and `thaws`, each (T, N). (The law stands in that function. Looking it up is one way to solve the task; to find it from data is the
# better one.)
#
# **The goal.** Write `river_forecast(levels, snowfall, thaws)`, which reads what was measured on the days so far and forecasts
# tomorrow's level. By any means: a rule that you thought of, a line with better inputs, a network that you train in cells of your own and
# whose parameters the function uses. You may call all of `rnnlib`'s cells, layers and forecasting functions. A call may take two
# seconds at most, so train outside of it.
#
# **How it is marked.** Your function gets 90 days of 300 rivers that you have never seen, and the next day is kept back. At a quarter of them it
# thaws on the last day: that is the day that counts. Your score is your RMSE divided by that of **AR**, a linear model with the last ten days
# of all three numbers. There are marks for being better than AR, and for errors below 0.7 and 0.4 of AR's.
#
# | code | shape | meaning |
# |---|---|---|
# | `levels` | (T, N) | the level on each day so far, oldest first |
# | `snowfall` | (T, N) | the day's snowfall, as the gauge shows it |
# | `thaws` | (T, N), True or False | whether it thaws on that day |
# | | (N,) | the forecasts of tomorrow's level |


# %% exercise="river_forecast" minutes=35
def river_forecast(levels, snowfall, thaws):
    """Tomorrow's level of each river.

    levels, snowfall: (T, N).  thaws: (T, N), True or False.
    Returns forecasts: (N,).
    """
    ### BEGIN SOLUTION

    # The snow that lies: what has fallen since the last thaw before today.
    def features(levels, snowfall, thaws):
        snow = np.zeros(levels.shape[1])
        for fall, melted in zip(snowfall[:-1], thaws[:-1]):
            snow = np.where(melted, 0, snow + fall)
        snow = snow + snowfall[-1]
        return np.column_stack([levels[-1], snow * thaws[-1], np.ones(levels.shape[1])])

    # A line on features with a product, fitted to other rivers.
    others = rnnlib.data.mountain_rivers(91, 300, np.random.default_rng(1))
    days = [features(*(part[:t] for part in others)) for t in range(61, 91)]
    weights = np.linalg.lstsq(np.vstack(days), others.levels[61:].ravel(), rcond=None)[0]
    return features(levels, snowfall, thaws) @ weights
    ### END SOLUTION


# %%
check(river_forecast)

# %% [markdown]
# <details><summary><b>Where to begin</b></summary>
#
# Write the ruler before the forecast: draw rivers for training and others for validation, fit AR, and print the errors on days after a
# thaw and on all other days apart. Where is the line bad? Then ask what a person with a notebook would write down every evening.
# </details>
#
# **Your forecast beside the baselines**, on rivers that were not used for anything so far:

# %%
yours = working(river_forecast)
new = mountain_rivers(120, 300, np.random.default_rng(20))
first = mountain_rivers(120, 300, np.random.default_rng(21))
WINDOW = 10


def last_days(rivers, t):
    """The last ten days before day t, all three numbers, in shape (30, N, 1)."""
    return np.concatenate([np.asarray(part[t - WINDOW : t], float) for part in rivers])[:, :, None]


days = range(60, 120)
xs = np.concatenate([last_days(first, t) for t in days], axis=1)
line = fit(xs, first.levels[60:].reshape(1, -1, 1))
guesses = {
    "always the mean": lambda t: np.full(300, first.levels.mean()),
    "persistence": lambda t: new.levels[t - 1],
    "AR, ten days": lambda t: rnnlib.ar_forecast(last_days(new, t), line)[0, :, 0],
    "yours": lambda t: yours(*(part[:t] for part in new)),
}
print("RMSE                all days   after a thaw   otherwise")
thawed = new.thaws[59:119]
for name, guess in guesses.items():
    off = np.stack([guess(t) for t in range(60, 120, 4)]) - new.levels[60:120:4]
    parts = off, off[thawed[::4]], off[~thawed[::4]]
    print(f"{name:<20} {rmse(off, 0):>7.3f} {rmse(parts[1], 0):>14.3f} {rmse(parts[2], 0):>11.3f}")
print("\nour best: a score of about 0.15 to 0.23; the noise alone has a deviation of 0.05")

# %% grade="river_forecast" points=6

# %% [markdown]
# Otherwise, a line is enough. **After a thaw it fails**, and no longer window would cure that: how much a snowfall counts depends on
# whether it thaws *today*, and a weighted sum gives each number the same weight every day. What is needed is **memory** (of something seen weeks
# ago) **and multiplication** (if it thaws). A rule can have both; an LSTM has both built in: a cell that adds, and gates that let it out
# and empty it. Section 8.10 trains one.
#
# Real series like this one exist wherever something piles up unseen and is let go by an event: stores, debts, wear, charge. If you
# have one series, short, noisy and smooth, begin with the line of 1927. If you have many long ones in which something seen long ago
# decides what comes, try the gates.
#
# ## Summary
#
# - Cut a series in time, never at random. A window may read across a border; a target may not lie beyond it.
# - To find a leak, change the future and look. To scale, use the training part alone.
# - Persistence, the last season, the almanac: print them next to every model. Which one is hard to beat depends on the series.
# - An autoregressive model is a weighted sum of the window, fitted in one step. On sunspots and El Niño no LSTM here **beats** it.
# - Early stopping chooses the lowest validation loss, so that loss is too good to be reported. Report the test part, with a paired test.
# - Many steps ahead: recursive reads its own forecasts, direct has an output for each step. Print the error for each step.
# - Memory wins where something seen long ago must be kept, and used only when a signal comes.
#
# ## 8.10 Going further
#
# Nothing from here on is marked.
#
# ### An LSTM on the rivers
#
# Networks with and without memory on the same rivers, two random starts each. The forecasts are measured from day 80 on, so that a window of 80
# days fits. The last row is for comparison: a linear model that is *told* how much snow lies. It cheats, and shows what the best forecast
# is worth. (Training takes a while; a row appears when it is ready.)


# %% hidden=true
def with_snow(T, N, rng):
    """Rivers as one array (T, N, 3), and the snow that lies (T, N)."""
    measured, lying = mountain_rivers(T, N, rng, lying=True)
    return np.stack([np.asarray(part, float) for part in measured], axis=2), lying


rng = np.random.default_rng(0)
rivers = {
    "training": with_snow(121, 256, rng),
    "held out": with_snow(121, 64, rng),
    "test": with_snow(121, 128, rng),
}
FROM = 80
days, lying = rivers["test"]
wanted = days[FROM + 1 :, :, 0]
thaws = days[FROM:-1, :, 2] == 1


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
    """The forecast after every step, (T, N, 1); the states, and what the backward pass needs."""
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
row_of("simple recurrent, 32 units", [train_on_rivers("RNN", 32, s, 0.01)[0] for s in range(2)])
lstms = [train_on_rivers("LSTM", 16, seed, 0.01) for seed in range(2)]
row_of("LSTM, 16 units", [errors for errors, _ in lstms])
row_of("linear, told the snow (cheats)", [linear_errors(10, told=True)])

# %% [markdown]
# - **After a thaw** is where it is decided. The linear model with 80 days is hardly better than the one with 10, though all the snow stands
#   in its window: a longer window is not the cure.
# - The simple recurrent network could carry the snow on in its state, but in this training it does not learn to: it does no better than a
#   line. Its state is replaced at every step, and a gradient over weeks vanishes on the way (unit 04).
# - **The LSTM's error after a thaw is a fraction of the linear model's**, not far from the one that is told.
#
# Does it really keep the snow? A **probe** is a linear model from its 16 cells and 16 hidden units to the snow that lies, fitted on the
# held-out rivers and measured on the test rivers: which part of the snow's variance it explains (R², 1 is all). The control is the
# same probe on *untrained* LSTMs.

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
    """What a network keeps: cells and hidden states."""
    cache = read(days[:-1].astype(np.float32), net)[2]
    return np.concatenate([cache.cs, cache.hs], axis=2)


both = (days, lying, held_out_days, held_out_lying)
print("                         R² of the probe")
print(f"the last 10 days         {probe(lambda d: rows(d, 10), *both)[0]:>15.2f}")
for words, trained in (("untrained LSTM", False), ("trained LSTM", True)):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        net = Forecaster(rnnlib.init_lstm(3, 16, rng), rnnlib.init_dense(16, 1, rng))
        net = lstms[seed][1] if trained else net
        r2, gauge = probe(lambda d, net=net: inner(net, d)[FROM:].reshape(-1, 32), *both)
        print(f"{words + ', start ' + str(seed):<24} {r2:>15.2f}")

# %% hidden=true tags=["nbval-ignore-output"]
n = int(np.argmax(days[FROM + 10 : -10, :, 2].any(axis=0)))  # a river on which it thaws
thaw = days[FROM:-1, n, 2] == 1
shown = np.where(thaw, 0, lying[FROM:-1, n])
show(
    plot_traces(
        {"snow that lies": shown, "read from the state": gauge[:, n]},
        xlabel=f"day, counted from {FROM}",
        ylabel="snow",
        events={"thaw": thaw},
    ),
    f"One test river from day {FROM} on: the snow that lies, and the snow read from the LSTM's "
    f"state by the probe. Over all test rivers it explains {r2:.0%} of the variance.",
)

# %% [markdown]
# *Figure 8.8: the snow that lies on one river, and what the probe reads from the LSTM's state.*

# %% [markdown]
# Nobody told the network about snow that lies. It built a gauge for it, since the forecast needs one. An untrained LSTM holds much of it
# too: any leaky sum of what came in is a rough gauge. That control is part of the result.
#
# ### How sure? Intervals
#
# "24.3 degrees" is half a forecast. "Between 23.6 and 25.1, eight times out of ten" is a whole one. Take the errors on the validation part,
# which the model was *not* fitted to, for each step ahead, and lay their middle 80 % around each new forecast. (In statistics this is
# **split conformal prediction**; with exchangeable data it keeps its promise exactly. A time series is not exchangeable.) A promise can be
# checked: the **coverage** is the share of test targets inside their interval. First a series made by a law that never changes: 200
# values for training, 10,000 each for validation and test.

# %%
interval, hits = rnnlib.prediction_interval, rnnlib.coverage
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
forecasts, lower, upper, _ = fan["El Niño"]
(times, values), _, begin_test, _, _ = series["El Niño"]
first = int(np.searchsorted(times, begin_test - 1e-9))
show(
    plot_fans(
        times[first - 24 :],
        values[first - 24 :],
        [
            (times[first + k : first + k + 12], forecasts[:, k], lower[:, k], upper[:, k])
            for k in (4, 40, 112)
        ],
        "°C",
    ),
    "The sea's temperature from 1995 to 2010, and three forecasts for twelve months with their 80 "
    "percent intervals. In the first one, of 1997, the sea is above the interval for many months.",
)

# %% [markdown]
# *Figure 8.9: three forecasts with intervals.*
#
# - **Made by one law:** the promise is kept, with errors from the validation part. With errors from a short training part the coverage is a little
#   lower: the weights were fitted to these very errors, and made them small.
# - **The real series break the promise.** After 1950 the sun was more active than in the 50 years of the validation part, and larger
#   numbers come with larger errors. El Niño's test part begins with the strongest event of all.
# - Here the *training* errors gave intervals no worse than the validation errors did. That is luck: they are older and happen to be
#   larger.
#
# With 59 test years a measured coverage is itself uncertain, by 0.05 or more (neighbouring years are alike). Print it all the same. An
# interval whose coverage nobody has measured is decoration.
#
# **Next:** unit 09 leaves numbers for words.

# %% [markdown]
# ## References
#
# - G. U. Yule, *On a method of investigating periodicities in disturbed series, with special reference to Wolfer's sunspot numbers*, Philosophical
#   Transactions of the Royal Society A 226 (1927), 267–298.
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), 1735–1780.
# - F. A. Gers, D. Eck, J. Schmidhuber, *Applying LSTM to time series predictable through time-window approaches*, ICANN (2001): where a window is enough,
#   the LSTM did not do better.
# - F. X. Diebold, R. S. Mariano, *Comparing predictive accuracy*, Journal of Business and Economic Statistics 13 (1995), 253–263.
# - W. K. Newey, K. D. West, *A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix*,
#   Econometrica 55 (1987), 703–708: a standard error that knows of neighbours.
# - H. Papadopoulos, K. Proedrou, V. Vovk, A. Gammerman, *Inductive confidence machines for regression*, ECML (2002); J. Lei, M. G'Sell,
#   A. Rinaldo, R. J. Tibshirani, L. Wasserman, *Distribution-free predictive inference for regression*, Journal of the American
#   Statistical Association 113 (2018), 1094–1111: split conformal prediction.
# - L. Prechelt, *Early stopping – but when?*, in: Neural Networks: Tricks of the Trade, Springer (1998).
# - R. J. Hyndman, G. Athanasopoulos, *Forecasting: principles and practice*, OTexts (3rd edition 2021): baselines, and much more.
# - S. Makridakis, E. Spiliotis, V. Assimakopoulos, *Statistical and machine learning forecasting methods: concerns and ways forward*, PLOS ONE 13 (2018): the same comparison on a thousand
#   series.
# - Data: sunspots and El Niño from the package `statsmodels` 0.15.0, public domain (see `rnnlib/data/LICENSES.md`).
