"""Data sets that come with the library; LICENSES.md says where each is from."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from rnnlib.data.adding import adding_batch, adding_problem
from rnnlib.data.dates import WrittenDate, date_readings, written_dates
from rnnlib.data.rivers import Rivers, mountain_rivers
from rnnlib.data.texts import FilmOpinions, film_opinions, named_text, words_and_names, words_of

__all__ = [
    "FilmOpinions",
    "Rivers",
    "Series",
    "Utterances",
    "WrittenDate",
    "adding_batch",
    "adding_problem",
    "date_readings",
    "dinosaur_names",
    "el_nino",
    "film_opinions",
    "irish_tunes",
    "japanese_vowels",
    "mountain_rivers",
    "named_text",
    "spanish_proverbs",
    "sunspots",
    "surnames",
    "words_and_names",
    "words_of",
    "written_dates",
]


@cache
def dinosaur_names():
    """The names of 1,318 genera of dinosaurs, in lower case, a to z, sorted.

    Returns
    -------
    tuple of str

    Notes
    -----
    Sorted names next to each other are alike. Shuffle them before a split into training and
    validation, or the validation set is all z.

    Examples
    --------
    >>> names = dinosaur_names()
    >>> len(names), names[0], names[-1]
    (1318, 'aachenosaurus', 'zupaysaurus')
    """
    text = files("rnnlib.data").joinpath("dinosaur_names.txt").read_text(encoding="ascii")
    return tuple(text.split())


@cache
def irish_tunes():
    """Traditional Irish tunes in ABC notation: 765 texts with the lines M:, L:, K: and the notes.

    Returns
    -------
    tuple of str

    Notes
    -----
    Tunes of one kind stand together (hornpipes, jigs, reels, ...): shuffle before a split. They
    have no titles and no names. `rnnlib.music` reads them.

    Examples
    --------
    >>> tunes = irish_tunes()
    >>> len(tunes)
    765
    >>> print("\\n".join(tunes[0].splitlines()[:4]))
    M:C|
    L:1/8
    K:D Major
    (3ABc|dAFA DFAd|fdcd FAdf|gfge fefd|(3efe (3dcB A2 (3ABc|
    """
    text = files("rnnlib.data").joinpath("irish_tunes.txt").read_text(encoding="ascii")
    return tuple(text.strip().split("\n\n"))


class Utterances(NamedTuple):
    """Spoken sequences and who spoke them.

    Attributes
    ----------
    sequences : tuple of arrays (T_n, 12)
        Twelve cepstral coefficients a time step.
    speakers : (N,) of int
        0 to 8.
    """

    sequences: tuple
    speakers: np.ndarray


def japanese_vowels():
    """Nine speakers say two Japanese vowels, /ae/: 270 utterances for training, 370 for testing.

    Returns
    -------
    training, testing : Utterances
        Sequences of 7 to 29 steps.

    Notes
    -----
    Training holds 30 utterances of each speaker, one speaker after the other: shuffle. In testing
    a speaker has 24 to 88.

    References
    ----------
    Kudo, Toyama and Shimbo, "Multidimensional curve classification using passing-through regions",
    Pattern Recognition Letters 20 (1999), 1103-1111.

    Examples
    --------
    >>> training, testing = japanese_vowels()
    >>> len(training.sequences), len(testing.sequences), training.sequences[0].shape
    (270, 370, (20, 12))
    """
    with np.load(files("rnnlib.data").joinpath("japanese_vowels.npz")) as stored:
        frames = stored["frames"] / 1e4  # kept as whole ten-thousandths
        ends = np.cumsum(stored["lengths"], dtype=int)
        speakers, training = stored["speakers"].astype(int), stored["training"]
    sequences = np.split(frames, ends[:-1])
    return tuple(
        Utterances(tuple(sequences[n] for n in np.flatnonzero(chosen)), speakers[chosen])
        for chosen in (training, ~training)
    )


@cache
def spanish_proverbs():
    """Traditional Spanish proverbs with their accents: 4,395 lines of 12 to 80 symbols, sorted.

    Returns
    -------
    tuple of str

    Notes
    -----
    Sorted lines next to each other are alike. Shuffle them before a split. The texts are as they
    were collected, with a few misspellings.

    Examples
    --------
    >>> proverbs = spanish_proverbs()
    >>> len(proverbs), "Más vale tarde que nunca." in proverbs
    (4395, True)
    """
    text = files("rnnlib.data").joinpath("spanish_proverbs.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


@cache
def surnames():
    """Surnames of ten languages: 6,514 names, in lower case, without accents, a to z, sorted.

    Returns
    -------
    dict
        Each language and a tuple of its names: 371 (Finnish) to 800 (German, Italian, Spanish).

    Notes
    -----
    A name that stands in the lists of two languages was left out, so each has one right answer.
    What a list calls a language is where its names are usual, and says nothing of a person.
    Sorted names next to each other are alike: shuffle them before a split.

    Examples
    --------
    >>> names = surnames()
    >>> len(names), sum(map(len, names.values())), names["Finnish"][:3]
    (10, 6514, ('aalto', 'aaltonen', 'aho'))
    """
    text = files("rnnlib.data").joinpath("surnames.txt").read_text(encoding="ascii")
    return {
        language: tuple(names.split())
        for language, names in (line.split(":") for line in text.splitlines())
    }


class Series(NamedTuple):
    """A series in equal steps of time.

    Attributes
    ----------
    times : (L,)
        In years: 1950.0 is January 1950 in a monthly series, 1950.5 is July.
    values : (L,)
    """

    times: np.ndarray
    values: np.ndarray


def sunspots(*, monthly=False):
    """How many spots the sun had: means of 309 years, 1700 to 2008, or of 3,126 months.

    Parameters
    ----------
    monthly : bool
        From January 1749 to June 2009, instead of by year.

    Returns
    -------
    Series

    Notes
    -----
    The international sunspot number as it was before its revision in 2015. Nobody observed in
    February 1824: that month is the mean of its neighbours. The months after December 2008 were
    preliminary.

    Examples
    --------
    >>> times, values = sunspots()
    >>> len(values), float(times[-1]), float(values[-1])
    (309, 2008.0, 2.9)
    >>> len(sunspots(monthly=True).values)
    3126
    """
    return _read_series("sunspots_monthly.csv" if monthly else "sunspots_yearly.csv")


def el_nino():
    """Temperature of the sea off Peru (the region Niño 1+2): 732 months, 1950 to 2010.

    Returns
    -------
    Series
        In degrees Celsius.

    Notes
    -----
    The year has a strong part in it: the mean of each month is a baseline that comes for nothing.

    Examples
    --------
    >>> times, values = el_nino()
    >>> len(values), float(values[0])
    (732, 23.11)
    """
    return _read_series("el_nino.csv")


def _read_series(name):
    text = files("rnnlib.data").joinpath(name).read_text(encoding="ascii")
    rows = np.array([line.split(",") for line in text.splitlines()[1:]], float)
    months = rows[:, 1] - 1 if rows.shape[1] == 3 else np.zeros(len(rows))
    return Series(rows[:, 0] + months / 12, rows[:, -1])
