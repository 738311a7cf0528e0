"""What an exercise is: one declaration from which checks, marks and tests follow.

An exercise names the reference, the inputs it is tried on and its results. Its *mistakes* are wrong
versions that students really write, each with the sentence that explains it; its *variants* are
right answers that look different. Both are plain functions, declared next to the exercise::

    @RNN_STEP.mistake
    def bias_left_out(x, h, params):
        "`b_h` is never added."
        return np.tanh(x @ params.W_xh + h @ params.W_hh)

The function's name is the mistake's name, its docstring is what a student reads. The body may call
earlier exercises by their names (`rnn_step`), as a student's cell does. Where a long body has one
slip in it, `Exercise.slip` names the slip alone::

    LSTM_BACKWARD.slip(
        "dh_not_carried",
        "LSTMState(dh + dhs[t], dc)",
        "LSTMState(dhs[t], dc)",
        "the dh that comes back from the later step is dropped: it is added to `dhs[t]`.",
    )
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rnnlib.course.exercises.versions import Version, slipped

PLAIN = "ordinary sizes"
"""The kind of case on which results are marked: every size differs, and every term counts."""


class Unusable(Exception):
    """A returned value is not of the right kind; the message says in what way."""


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    Parameters
    ----------
    args : tuple
        The positional arguments: arrays, parameter groups, numbers.
    sizes : dict
        What the letters mean here, such as ``{"T": 6, "N": 3}``; used in messages. A text is shown
        as it is, so that students can try the same input: ``{"token": repr(token)}``.
    kind : str
        `PLAIN`, or what is special: "a size of 1", "large numbers". Each kind is a row of a check.
    given : object
        Whatever ``observe`` needs to try out the returned value.
    options : dict
        The keyword arguments, such as ``{"learning_rate": 0.03}``.
    """

    args: tuple
    sizes: dict[str, int | str] = field(default_factory=dict)
    kind: str = PLAIN
    given: object = None
    options: dict[str, object] = field(default_factory=dict)


@dataclass
class Exercise:
    """One function that students write.

    Parameters
    ----------
    name : str
        The function's name.
    reference : callable
        The right answer, from `rnnlib`.
    draw : callable
        ``draw(rng)`` yields the `Case` objects that the function is tried on.
    results : dict
        Each result's name and its shape in letters, in the order of the return values, such as
        ``{"hs": "(T, N, H)", "h": "(N, H)"}``. What a parameter group or a named tuple holds is
        named with a dot: ``"grads.W_xh"``.
    weights : dict
        Each result's part of the marks; 1 where nothing is said.
    uses : tuple of str
        Earlier exercises that the function calls; needs `follow_on`.
    intermediates : callable, optional
        ``intermediates(*args)`` gives intermediate values by name. If the student's function has
        a local variable of that name, the check compares it, unmarked, to find the first wrong
        line.
    observe : callable, optional
        ``observe(returned, case)`` turns what was returned into the results, for an exercise that
        is marked by how something behaves.
    advise : callable, optional
        ``advise(returned)`` looks at what was returned when no known mistake fits, for an exercise
        with `observe`; a sentence like a mistake's, or None.
    explain : dict
        What to say when a result is wrong, instead of "first wrong entry": for results of
        ``observe``. A sentence, or a function that makes one of the wrong result and the
        right one.
    borrow : tuple of str
        Modules that the student may call here, such as ``"rnnlib.activations"``. ``"torch"`` is
        all of torch but its recurrent layers, which are ``"torch.nn.modules.rnn"``.
    alike : tuple of str
        Functions of `rnnlib` under another name that do what is asked for here, or most of it, such
        as ``"rnnlib.lstm:lstm_step_backward"``. Where answers are marked they are not there; nor is
        any that has the exercise's own name.
    kept : callable, optional
        ``kept(returned, case)`` says what is wrong with what is returned for a later function, for
        an exercise with `observe`; None where it is right. Without `observe` a cache is compared
        field by field.
    digits : float
        How far a result in float64 may be from the right one, as a part of its largest number.
        A result that is returned in float32 says itself that it holds half of the digits.
    score : tuple of str
        For an open task: the name of a number that `observe` gives beside the results, and which
        way is better: ``("perplexity", "lower")``. It is shown and earns nothing by itself.
    start : str
        For an open task: the name of the mistake whose body stands in the students' cell, a program
        to be mended. It must earn nothing.
    whole : bool
        Whether results that are integers in the reference, such as ids and counts, must be of an
        integer type.
    rtol, atol : float
        A result is right within ``rtol * |expected| + atol * max|expected|``. The default leaves
        room for float32.
    """

    name: str
    reference: Callable
    draw: Callable[[np.random.Generator], Iterable[Case]]
    results: dict[str, str]
    weights: dict[str, float] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    intermediates: Callable | None = None
    observe: Callable | None = None
    advise: Callable | None = None
    explain: dict[str, str | Callable[[np.ndarray, np.ndarray], str]] = field(default_factory=dict)
    borrow: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    kept: Callable | None = None
    digits: float = 1e-9
    score: tuple[str, str] | tuple[()] = ()
    start: str = ""
    whole: bool = True
    rtol: float = 1e-4
    atol: float = 1e-5
    mistakes: list[Version] = field(default_factory=list, repr=False)
    variants: list[Version] = field(default_factory=list, repr=False)
    own: Version | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.weights) - set(self.results)
        if unknown:
            raise ValueError(f"{self.name}: weights for results that do not exist: {unknown}")
        if self.score and (self.observe is None or self.score[1] not in ("lower", "higher")):
            raise ValueError(f"{self.name}: a score needs `observe`, and 'lower' or 'higher'")

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the positional arguments."""
        return tuple(
            p.name
            for p in inspect.signature(self.reference).parameters.values()
            if p.kind is p.POSITIONAL_OR_KEYWORD
        )

    @property
    def returned(self) -> tuple[str, ...]:
        """The names of the returned values: ``("dx", "grads")`` for results dx, grads.W_xh, ..."""
        return tuple(dict.fromkeys(name.split(".")[0] for name in self.results))

    @cached_property
    def values(self) -> int:
        """How many values are returned: those of `returned`, and a cache if the reference has one.

        With `observe`, whatever that accepts.
        """
        if self.observe is not None:
            return len(self.returned)
        case = next(iter(self.draw(np.random.default_rng(1))))
        value = self.reference(*copy.deepcopy(case.args), **case.options)
        plain = isinstance(value, tuple) and not hasattr(value, "_fields")
        return len(value) if plain else max(1, len(self.returned))

    def start_body(self) -> str:
        """What stands below the signature in the students' cell of a program to be mended.

        Raises
        ------
        ValueError
            When no mistake is called `start`.
        """
        for version in self.mistakes:
            if version.name == self.start:
                return version.body()
        raise ValueError(f"{self.name}: no mistake is called {self.start!r}")

    def share(self, result: str) -> float:
        """The result's part of all results, between 0 and 1."""
        total = sum(self.weights.get(name, 1.0) for name in self.results)
        return self.weights.get(result, 1.0) / total

    def mistake(self, function: Callable) -> Callable:
        """Declare a wrong version; its docstring says what is wrong (decorator)."""
        return self._declare(self.mistakes, function)

    def variant(self, function: Callable) -> Callable:
        """Declare a right version that looks different (decorator)."""
        return self._declare(self.variants, function)

    def follow_on(self, function: Callable) -> Callable:
        """Declare the plain version that calls earlier exercises by name (decorator).

        A student whose earlier function is wrong, and whose function agrees with this one when it
        is given that earlier function, loses no marks a second time. It is a variant too.
        """
        self.own = Version.of(self.name, function)
        return self.variant(function)

    def slip(self, name: str, old: str, new: str, sentence: str, *, of: str | None = None) -> None:
        """Declare a mistake that differs from a right version in one place, for long bodies.

        Parameters
        ----------
        name : str
            The mistake's name.
        old, new : str
            What stands in the right version, exactly once, and what a student writes instead.
        sentence : str
            What is wrong, as in a mistake's docstring.
        of : str, optional
            The variant, or the mistake, that is changed; the first variant if none is named.

        Raises
        ------
        ValueError
            When there is no such variant, or `old` does not occur in it exactly once.
        """
        versions = self.variants + (self.mistakes if of else [])
        version = next((v for v in versions if of in (None, v.name)), None)
        if version is None:
            raise ValueError(f"{self.name}: the slip {name!r} needs a variant {of or 'before it'}")
        self._add(self.mistakes, slipped(self.name, version, name, old, new, sentence))

    def _declare(self, versions: list[Version], function: Callable) -> Callable:
        self._add(versions, Version.of(self.name, function))
        return function

    def _add(self, versions: list[Version], version: Version) -> None:
        if any(version.name == other.name for other in self.mistakes + self.variants):
            raise ValueError(f"{self.name}: two versions are called {version.name!r}")
        versions.append(version)
