"""Count the inner bars of a tune, and those that add up to its metre."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u12_music.inputs import letter
from rnnlib.music import complete_bars, note_durations

LENGTHS = [(1, ""), (2, "2"), (3, "3"), (1.5, "3/2"), (0.5, "/2"), (0.25, "/4")]


def plain_bar(rng, units):
    """Notes that last so many units together."""
    tokens = []
    while units > 0:
        length, text = LENGTHS[rng.integers(len(LENGTHS))]
        if length <= units:
            tokens.append(letter(rng) + text)
            units -= length
    return tokens


def _draw_complete(rng):
    def bars(full, offsets):
        return [plain_bar(rng, full + off) for off in offsets]

    def shuffled(*offsets):
        return [float(off) for off in rng.permutation(offsets)]

    for full, more in ((6.0, ()), (9.0, (0, 0, 0.5))):
        upbeat, short = -full + 1, -2.0
        first = bars(full, [upbeat, *shuffled(0, 0, 0, -1, 1, 0), short])
        second = bars(full, [0, *shuffled(0, 0, -0.5, 0.25, -0.25, 2, 0), upbeat])
        third = bars(full, [0, *shuffled(0, 0, -1, 0.5, *more), upbeat])
        more = [bars(full, [upbeat, *shuffled(0, -1, 0.5, 1, -0.5), short]) for _ in more[1:]]
        yield Case(([first, second, *more, third], full), {"full": full})
    full = 4.0
    sections = [bars(full, [0.0]), bars(full, [0, -1]), bars(full, [-3, 0, 1, 0, 0])]
    yield Case((sections, full), {"full": full}, "sections of one or two bars")
    thirds = [["(3", *(letter(rng) for _ in range(3)), letter(rng) + "/2", letter(rng) + "3/2"]]
    other = [[letter(rng) + "2", "(3", letter(rng), letter(rng), letter(rng)]]
    many = thirds * 2 + other + [["(3", *(letter(rng) for _ in range(3))] * 3] + thirds
    yield Case(([many], full), {"full": full}, "triplets")
    gap = bars(6.0, [-5, 0, 0, -1, 0])
    gap[2:2] = [[]]
    yield Case(([gap, [[], *bars(6.0, [0, 0]), []]], 6.0), {"full": 6.0}, "a bar without notes")
    near = [*bars(4.0, [0]), [letter(rng) + "4"], *bars(4.0, [0, 0, -1, 0])]
    for full in (4.0, 4.005):  # a bar of a single note; bars that are short by a hair
        yield Case(([near], full), {"full": full})


COMPLETE_BARS = Exercise(
    "complete_bars",
    complete_bars,
    _draw_complete,
    results={"complete": "", "inner": ""},
    weights={"complete": 2},
    uses=("note_durations",),
    borrow=("rnnlib.music.lengths",),  # for `note_durations`
)


@COMPLETE_BARS.follow_on
def list_of_inner_bars(sections, full):
    """A list of the inner bars, and which of them fit."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.variant
def two_counters(sections, full):
    """Two loops and two counters."""
    complete = inner = 0
    for bars in sections:
        for bar in bars[1:-1]:
            inner += 1
            if np.isclose(note_durations(bar).sum(), full):
                complete += 1
    return complete, inner


@COMPLETE_BARS.variant
def by_number(sections, full):
    """Bars by their number; the sums are rounded before they are compared."""
    complete, inner = 0, 0
    for bars in sections:
        for b in range(1, len(bars) - 1):
            complete += round(float(sum(note_durations(bars[b]))), 4) == full
            inner += 1
    return int(complete), inner


@COMPLETE_BARS.mistake
def all_bars_counted(sections, full):
    """The first and the last bar of a section are counted too; they are often short on purpose."""
    inner = [bar for bars in sections for bar in bars]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def last_bars_counted(sections, full):
    """The last bar of each section is counted too: `bars[1:]` leaves out the first alone."""
    inner = [bar for bars in sections for bar in bars[1:]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def first_bars_counted(sections, full):
    """The first bar of each section is counted too: `bars[:-1]` leaves out the last alone."""
    inner = [bar for bars in sections for bar in bars[:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def sections_joined(sections, full):
    """The sections are joined first, so that the bars where they meet count as inner ones."""
    bars = [bar for bars in sections for bar in bars]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in bars[1:-1]]
    return sum(fits), len(bars) - 2


@COMPLETE_BARS.mistake
def notes_counted(sections, full):
    """The notes of a bar are counted; their durations should be added."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(len(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def long_enough(sections, full):
    """A bar that is too long passes as complete: the comparison is `>=` and not "equal"."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [np.sum(note_durations(bar)) > full - 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def short_enough(sections, full):
    """A bar that is too short passes as complete; without `abs` a negative difference is small."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [np.sum(note_durations(bar)) - full < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def exactly_equal(sections, full):
    """The sum is compared with `==`: three times 2/3 need not be 2 to the last digit."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [np.sum(note_durations(bar)) == full for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def half_a_unit_forgiven(sections, full):
    """Bars that are off by half a unit pass as complete: the tolerance is too wide."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 0.75 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def incomplete_counted(sections, full):
    """The bars that do *not* add up are counted."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) > 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def counts_exchanged(sections, full):
    """The two numbers are returned in the wrong order: first the complete ones, then all inner."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return len(inner), sum(fits)


@COMPLETE_BARS.mistake
def share_returned(sections, full):
    """The share is returned instead of the count; divide later, over all tunes together."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return np.mean(fits), len(inner)


@COMPLETE_BARS.mistake
def last_section_alone(sections, full):
    """The counters start again at every section, so only the last one is counted."""
    for bars in sections:
        inner = bars[1:-1]
        fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def first_section_alone(sections, full):
    """The counts are returned from inside the loop over the sections, after the first of them."""
    for bars in sections:
        inner = bars[1:-1]
        fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
        return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def quarter_of_a_unit_forgiven(sections, full):
    """Bars that are off by a quarter of a unit pass as complete: the tolerance is too wide."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 0.4 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def written_lengths_added(sections, full):
    """The written lengths are added, without triplets and broken rhythms: `note_durations` knows
    them.
    """
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [
        abs(sum(note_durations([t])[0] for t in bar if t[0] not in "(<>{-") - full) < 1e-6
        for bar in inner
    ]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def outer_sections_left_out(sections, full):
    """The first and the last *section* are left out. It is the bars: in each
    section, `bars[1:-1]`.
    """
    inner = [bar for bars in sections[1:-1] for bar in bars]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def others_counted(sections, full):
    """The second number counts the inner bars that do *not* add up; all of them are wanted."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner) - sum(fits)


@COMPLETE_BARS.mistake
def two_taken_off(sections, full):
    """The inner bars are counted as `len(bars) - 2`: that is -1 for a section of one bar."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), sum(len(bars) - 2 for bars in sections)


@COMPLETE_BARS.mistake
def sums_cut(sections, full):
    """The sum is cut with `int` before it is compared, so that bars a little too long pass, and
    sums such as 5.999999 do not.
    """
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [int(np.sum(note_durations(bar))) == full for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def last_two_left_out(sections, full):
    """The last two bars of each section are left out: `bars[1:-2]`; it is the last one alone."""
    inner = [bar for bars in sections for bar in bars[1:-2]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)


@COMPLETE_BARS.mistake
def sections_counted(sections, full):
    """The second number counts the sections; the inner bars are wanted."""
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(sections)


@COMPLETE_BARS.mistake
def empty_bars_left_out(sections, full):
    """Inner bars without notes are left out. They count: their length is 0, and not `full`."""
    inner = [bar for bars in sections for bar in bars[1:-1] if bar]
    fits = [abs(np.sum(note_durations(bar)) - full) < 1e-6 for bar in inner]
    return sum(fits), len(inner)
