"""The length of the longest part of a text that stands word for word in its source."""

from __future__ import annotations

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.generation import longest_copy


def _draw_copy(rng):
    def letters(count, alphabet="ABCDEFG2|"):
        return "".join(rng.choice(list(alphabet), count))

    def planted(front, copied, behind, shift):
        """A text in which `copied` symbols also stand in the source, elsewhere; and the source."""
        part, same = letters(copied), letters(5)  # `same` stands at the same place in both
        text = "q" + same + letters(front) + "x" + part + ("y" + letters(behind) if behind else "")
        source = "k" + same + letters(front + shift) + "u" + part
        source += "v" + letters(60) if behind else ""
        return text, source

    def case(text, source, **settings):
        return Case((text, source), {"text": repr(text), "source": repr(source)}, **settings)

    yield case(*planted(14, int(rng.integers(11, 16)), 12, 7))
    yield case(*planted(25, int(rng.integers(17, 22)), 9, -4))
    first = letters(9)
    yield case(first + "z" + letters(9), letters(3) + "w" + first + letters(20))
    yield case(*planted(11, int(rng.integers(8, 12)), 0, 5), kind="a copy at the end of both")
    whole = letters(int(rng.integers(12, 20)))
    yield case(whole, whole + letters(35), kind="nothing but a copy")
    part = letters(12)
    yield case(
        letters(20) + "x" + part + letters(9) + "y", part, kind="a text longer than its source"
    )
    kind = "one symbol or none in common"
    yield case(letters(12, "abc"), letters(40), kind=kind)
    yield case(letters(12, "abc") + "|", letters(20) + "|" + letters(20), kind=kind)
    yield case(*planted(30, int(rng.integers(60, 70)), 9, 3))
    each = "".join(rng.permutation(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
    for a, b, c in ((5, 3, 4), (4, 3, 5)):  # two copies of a + b and b + c symbols, b in both
        whole, far = each[: a + b + c], each[-4:]
        source = f"{far}{whole[a:]}-{whole[: a + b]}-{far[::-1]}"
        yield case(whole, source, kind="copies that overlap")


LONGEST_COPY = Exercise(
    "longest_copy",
    longest_copy,
    _draw_copy,
    results={"longest": ""},
    rtol=0,
    atol=1e-9,
)


@LONGEST_COPY.variant
def grown_at_every_start(text, source):
    """At every start the best length so far is tried to be beaten."""
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest


@LONGEST_COPY.variant
def lengths_from_above(text, source):
    """All parts of one length, from the longest down, until one is found."""
    for length in range(len(text), 0, -1):
        if any(text[s : s + length] in source for s in range(len(text) - length + 1)):
            return length
    return 0


@LONGEST_COPY.variant
def table_of_runs(text, source):
    """The classic table, one row at a time: how long a run ends at both places."""
    longest, row = 0, [0] * (len(source) + 1)
    for a in text:
        row = [0] + [row[k] + 1 if a == b else 0 for k, b in enumerate(source)]
        longest = max(longest, *row)
    return longest


@LONGEST_COPY.variant
def every_pair_of_ends(text, source):
    """Every part of the text by its two ends."""
    lengths = [
        stop - start
        for start in range(len(text))
        for stop in range(start + 1, len(text) + 1)
        if text[start:stop] in source
    ]
    return max(lengths, default=0)


@LONGEST_COPY.mistake
def one_too_many(text, source):
    """The length is one too large: it is raised before the longer part is known to be there."""
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest + 1


@LONGEST_COPY.mistake
def only_from_the_start(text, source):
    """Only the text's beginning is looked for; a copy may start anywhere."""
    longest = 0
    while longest < len(text) and text[: longest + 1] in source:
        longest += 1
    return longest


@LONGEST_COPY.mistake
def end_left_out(text, source):
    """The last symbol of the text is never looked at: a slice stops *before* its end."""
    longest = 0
    for start in range(len(text)):
        while start + longest + 1 < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest


@LONGEST_COPY.mistake
def same_place_only(text, source):
    """The two texts are compared at the same places; a copy may stand elsewhere in the source."""
    longest = run = 0
    for a, b in zip(text, source):
        run = run + 1 if a == b else 0
        longest = max(longest, run)
    return longest


@LONGEST_COPY.mistake
def with_gaps(text, source):
    """Symbols in the right order count even with others between them; a copy has no gaps."""
    row = [0] * (len(source) + 1)
    for a in text:
        new = [0]
        for k, b in enumerate(source):
            new.append(row[k] + 1 if a == b else max(row[k + 1], new[-1]))
        row = new
    return row[-1]


@LONGEST_COPY.mistake
def common_symbols(text, source):
    """The symbols that the two texts share are counted, in any order."""
    return len(set(text) & set(source))


@LONGEST_COPY.mistake
def symbols_found(text, source):
    """Each symbol is looked for by itself; whole parts of the text should be."""
    return sum(symbol in source for symbol in text)


@LONGEST_COPY.mistake
def last_start_counts(text, source):
    """The length begins at 0 for every start and the last is returned; keep the largest."""
    for start in range(len(text)):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
    return length


@LONGEST_COPY.mistake
def first_found(text, source):
    """The search ends at the first start that is found at all; a longer copy may come later."""
    for start in range(len(text)):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
        if length:
            return length
    return 0


@LONGEST_COPY.mistake
def share_of_the_text(text, source):
    """The length is divided by that of the text; the number of symbols is wanted."""
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest / len(text)


@LONGEST_COPY.mistake
def copy_itself(text, source):
    """The copy itself is returned; its length is wanted."""
    best = ""
    for start in range(len(text)):
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in source:
            best = text[start : start + len(best) + 1]
    return best


@LONGEST_COPY.mistake
def lengths_added(text, source):
    """The lengths from all starts are added; the largest one is wanted."""
    total = 0
    for start in range(len(text)):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
        total += length
    return total


LONGEST_COPY.slip(
    "raised_once_at_a_start",
    "while start",
    "if start",
    "The length is raised once at each start: `if` stands for `while`.",
)

LONGEST_COPY.slip(
    "starts_of_the_source",
    "range(len(text))",
    "range(len(source))",
    "The starts are those of the source; they are places in the text: `range(len(text))`.",
)


@LONGEST_COPY.mistake
def goes_on_behind_a_copy(text, source):
    """The search goes on *behind* each copy that it finds. A longer copy may begin inside it: try
    every start.
    """
    best, start = 0, 0
    while start < len(text):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
        best = max(best, length)
        start += max(length, 1)
    return best
