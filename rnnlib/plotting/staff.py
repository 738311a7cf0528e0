"""Tunes in staff notation: a small engraver for one voice, with nothing but matplotlib."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from rnnlib.music.notation import TOKEN, full_bar, note_durations, read_abc
from rnnlib.music.pitch import bar_accidentals, key_signature, sharps_of_key
from rnnlib.plotting import glyphs
from rnnlib.plotting.style import GREY, INK, TEXT_COLOUR, VERMILLION, new_figure, styled, tint

__all__ = ["draw_tune"]

WIDTH = 7.2
SPACE = 0.078
"""A staff space in inches: the distance of two lines."""
SYSTEM = 13.4
"""From one staff to the next, in staff spaces."""
ORDER = {1: "FCGDAEB", -1: "BEADGCF"}
PLACES = {1: (8, 5, 9, 6, 3, 7, 4), -1: (4, 7, 3, 6, 2, 5, 1)}
"""Where a key's sharps and flats stand: half spaces above the bottom line, in the order above."""


@dataclass
class Note:
    """A note or a rest on the staff; `place` counts half spaces from the bottom line, None: rest.

    `start` and `value` count quarter notes; `written` is the value without a triplet's 2/3.
    """

    place: int | None
    start: float
    value: float
    written: float
    accidental: int | None = None
    triplet: int = 0
    tie: bool = False
    x: float = 0.0


@dataclass
class Bar:
    """A bar: its notes, the bar lines on both sides, an ending's number, and its tokens."""

    notes: list[Note] = field(default_factory=list)
    left: str = ""
    right: str = ""
    ending: str = ""
    tokens: list[str] = field(default_factory=list)
    upbeat: bool = False

    @property
    def width(self):
        """What it needs, in staff spaces."""
        signs = 1.1 * sum(note.accidental is not None for note in self.notes)
        lines = 1.3 * (":" in self.left) + 1.0 * (":" in self.right) + 0.6
        return 1.2 + lines + signs + sum(map(advance, self.notes))


def advance(note):
    """The room for a note: it grows with its length, but more slowly."""
    return 2.25 * max(note.value, 0.17) ** 0.45 + 0.55


@styled()
def draw_tune(text: str, *, bars: int | None = None, mark_incomplete: bool = False) -> Figure:
    """Draw a tune in ABC as staff notation.

    Parameters
    ----------
    text : str
        A tune with its lines M:, L: and K:. Of a chord the first note is drawn, grace notes are
        left out.
    bars : int, optional
        Draw only so many bars from the beginning.
    mark_incomplete : bool
        Lay a colour behind inner bars that do not add up, and write above them what they hold.

    Returns
    -------
    matplotlib.figure.Figure
    """
    tune = read_abc(text)
    unit = 4 / int(tune.unit.partition("/")[2])  # in quarter notes
    full = full_bar(tune.metre, tune.unit) * unit
    score = _bars(tune, unit, full)[:bars]
    first = 6.1 + 1.0 * len(key_signature(tune.key))
    lines = _lines(score, WIDTH / SPACE - 2.5, first)
    height = SYSTEM * len(lines) + 1.0
    figure = new_figure(WIDTH, height * SPACE)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH / SPACE), ylim=(0, height))
    ax.set_axis_off()
    for k, (line, stretch) in enumerate(lines):
        y = height - SYSTEM * k - 9.6
        right = 1 + first + sum(bar.width for bar in line) * stretch
        for n in range(5):
            ax.plot([1, right], [y + n, y + n], color=GREY, lw=0.7, zorder=1)
        x = _begin(ax, y, tune, first, with_metre=k == 0)
        for bar in line:
            wrong = mark_incomplete and _incomplete(bar, score, full)
            x = _draw_bar(ax, x, y, bar, stretch, full, tune.metre, wrong)
    return figure


def _bars(tune, unit, full):
    """The bars of a tune, each note with its place, value and start."""
    score, bar, left = [], Bar(), 0
    for match in TOKEN.finditer(tune.notes):
        if match["token"]:
            bar.tokens.append(match["token"])
        elif match["ending"]:
            bar.ending = match["ending"][-1]
        else:
            sign = match["bar"]
            if bar.tokens:
                bar.right = ":|" if sign == "::" else "|" if sign in ("|:", "[|") else sign
                score.append(bar)
                bar = Bar()
            if sign in ("|:", "::"):
                bar.left = "|:"
    if bar.tokens:
        score.append(bar)
    new_section = True
    for bar in score:
        signature = key_signature(tune.key)
        durations = iter(note_durations(bar.tokens) * unit)
        total = note_durations(bar.tokens).sum() * unit
        bar.upbeat = bool(new_section and total < full - 1e-6)
        start, left = (full - total if bar.upbeat else 0.0), 0
        for token in bar.tokens:
            if token == "(3":
                left = 3
            elif token == "-":
                if bar.notes:
                    bar.notes[-1].tie = True
            elif token[0] not in "<>{":
                value = float(next(durations))
                written = value * 1.5 if left > 0 else value
                name = token.strip("[")
                place = sign = None
                if name[0] != "z":
                    letter = name.lstrip("^_=")[0]
                    octaves = letter.islower() + name.count("'") - name.count(",")
                    place = "CDEFGAB".index(letter.upper()) - 2 + 7 * octaves
                    if name[0] in "^_=":
                        sign = name.count("^") - name.count("_")
                        signature = bar_accidentals(name, signature)
                for k, part in enumerate(pieces(written)):
                    share = part * (2 / 3 if left > 0 else 1)
                    bar.notes.append(Note(place, start, share, part, None if k else sign, left))
                    bar.notes[-1].tie = False
                    if k:
                        bar.notes[-2].tie = place is not None
                    start += share
                left = max(left - 1, 0)
        new_section = bar.right != "|"
    return score


def pieces(value):
    """A value in quarter notes as a sum of values that one note can have, longest first."""
    found = []
    shapes = sorted((b * d for b in (4, 2, 1, 0.5, 0.25, 0.125) for d in (1, 1.5)), reverse=True)
    while value > 0.12 and len(found) < 6:
        best = next((s for s in shapes if s <= value + 1e-6), 0.125)
        found.append(best)
        value -= best
    return found or [0.125]


def _lines(score, room, first):
    """Break the bars into lines; each line with the factor that makes it as wide as the page."""
    lines, line = [], []
    for bar in score:
        if line and first + sum(b.width for b in [*line, bar]) > room:
            lines.append(line)
            line = []
        line.append(bar)
    lines.append(line)
    stretched = []
    for line in lines:
        factor = (room - first) / max(sum(bar.width for bar in line), 1)
        stretched.append((line, min(factor, 1.35)))
    return stretched


def _begin(ax, y, tune, first, *, with_metre):
    """Clef, key signature, and the metre on the first line; returns where the notes begin."""
    glyphs.clef(ax, 2.5, y)
    signature = key_signature(tune.key)
    sign = 1 if sharps_of_key(tune.key) > 0 else -1
    for k in range(len(signature)):
        glyphs.accidental(ax, 4.6 + 1.0 * k, y + PLACES[sign][k] / 2, sign)
    x = 5.5 + 1.0 * len(signature)
    if with_metre:
        beats, _, whole = {"C": "4/4", "C|": "2/2"}.get(tune.metre, tune.metre).partition("/")
        for word, height in ((beats, 3), (whole, 1)):
            ax.text(
                x, y + height - 0.1, word, size=13, weight="bold", ha="center", va="center_baseline"
            )
    return first + 1.0


def _incomplete(bar, score, full):
    """What an inner bar holds, in words, where it does not add up; else an empty text."""
    place = next(k for k, other in enumerate(score) if other is bar)
    before = score[place - 1].right if place else "|:"
    behind = score[place + 1] if place + 1 < len(score) else None
    inner = before == "|" and bar.right == "|" and not bar.ending and not bar.left
    inner = inner and behind is not None and not behind.left and not behind.ending
    total = sum(note.value for note in bar.notes)
    if not inner or abs(total - full) < 1e-6:
        return ""
    return f"{2 * total:.3g} of {2 * full:g}"


def _draw_bar(ax, x, y, bar, stretch, full, metre, wrong):
    """One bar with its lines; returns its right end."""
    end = x + bar.width * stretch
    if wrong:
        ax.add_patch(
            Rectangle((x + 0.2, y - 2), end - x - 0.4, 8, color=tint(VERMILLION), lw=0, zorder=0)
        )
        ax.text(
            (x + end) / 2, y + 6.2, wrong, size=8.5, color=TEXT_COLOUR[VERMILLION], ha="center",
            va="bottom", zorder=5,
        )  # fmt: skip
    at = x + 0.9 * stretch
    if ":" in bar.left:
        glyphs.thick_line(ax, x + 0.3, y)
        ax.plot([x + 0.8, x + 0.8], [y, y + 4], color=INK, lw=0.9)
        glyphs.repeat_dots(ax, x + 1.3, y)
        at += 1.3 * stretch
    for note in bar.notes:
        if note.accidental is not None:
            at += 1.1 * stretch
        note.x = at + 0.4
        at += advance(note) * stretch
    _draw_notes(ax, y, bar, full, metre)
    _draw_line(ax, end, y, bar.right)
    if bar.ending:
        ax.plot([x + 0.3, x + 0.3, end - 0.3], [y + 7.2, y + 8.9, y + 8.9], color=INK, lw=0.9)
        ax.text(x + 0.8, y + 8.6, bar.ending, size=8.5, va="top")
    return end


def _draw_line(ax, x, y, sign):
    """The bar line of that kind, its right edge at x."""
    if not sign:
        return
    if sign in (":|", "|]"):
        glyphs.thick_line(ax, x - 0.22, y)
        ax.plot([x - 0.8, x - 0.8], [y, y + 4], color=INK, lw=0.9)
        if sign == ":|":
            glyphs.repeat_dots(ax, x - 1.35, y)
        return
    ax.plot([x, x], [y, y + 4], color=INK, lw=0.9, solid_capstyle="butt")
    if sign == "||":
        ax.plot([x - 0.55, x - 0.55], [y, y + 4], color=INK, lw=0.9)


def beam_groups(notes, metre):
    """The notes that share a beam: shorter than a quarter, next to each other, in one beat."""
    beats, _, whole = {"C": "4/4", "C|": "2/2"}.get(metre, metre).partition("/")
    beat = 1.5 if whole == "8" else 2.0 if beats in ("4", "2") and metre != "2/4" else 1.0
    groups, last = [], None
    for note in notes:
        here = floor(note.start / beat + 1e-6)
        if note.place is None or note.written >= 1:
            last = None
            continue
        if last == here:
            groups[-1].append(note)
        else:
            groups.append([note])
        last = here
    return groups


def _draw_notes(ax, y, bar, full, metre):
    """Heads, stems, beams, flags, dots, ties and triplets of a bar."""
    for note in bar.notes:
        _draw_head(ax, y, note)
    groups = beam_groups(bar.notes, metre)
    beamed = {id(note) for group in groups if len(group) > 1 for note in group}
    tips = {}
    for group in groups:
        if len(group) > 1:
            tips |= _draw_beam(ax, y, group)
    for note in bar.notes:
        if note.place is None or id(note) in beamed or note.written >= 4:
            continue
        up = note.place < 4
        tip = y + note.place / 2 + (3.5 if up else -3.5)
        tip = max(tip, y + 2) if up else min(tip, y + 2)
        _stem(ax, y, note, up, tip)
        tips[id(note)] = (up, tip)
        if note.written < 1:
            x = note.x + (glyphs.HEAD if up else -glyphs.HEAD)
            glyphs.flag(ax, x, tip, up, flags(note.written))
    for a, b in zip(bar.notes, bar.notes[1:]):
        if a.tie and a.place is not None:
            up = not tips.get(id(a), (True, 0))[0]
            where = y + a.place / 2 + (0.7 if up else -0.7)
            glyphs.arc(ax, a.x + 0.3, b.x - 0.3, where, up)
    _draw_triplets(ax, y, bar.notes, tips)


def flags(written):
    """How many flags or beams a note of that value has."""
    return sum(written < limit - 1e-6 for limit in (1, 0.5, 0.25))


def _draw_head(ax, y, note):
    """A head with its accidental, dot and ledger lines; or a rest."""
    plain = max(b for b in (4, 2, 1, 0.5, 0.25, 0.125) if b <= note.written + 1e-6)
    if note.place is None:
        glyphs.rest(ax, note.x, y, plain)
    else:
        at = y + note.place / 2
        glyphs.head(ax, note.x, at, filled=plain < 2, whole=plain >= 4)
        for line in [*range(-2, note.place - 1, -2), *range(10, note.place + 1, 2)]:
            ledger = y + line / 2
            ax.plot([note.x - 1.05, note.x + 1.05], [ledger, ledger], color=GREY, lw=0.9, zorder=1)
        if note.accidental is not None:
            glyphs.accidental(ax, note.x - 1.35, at, note.accidental)
    if note.written > plain * 1.4:
        spot = 2.5 if note.place is None else note.place / 2 + (0.5 if note.place % 2 == 0 else 0)
        ax.plot(note.x + 1.1, y + spot, ".", color=INK, markersize=3.2)


def _stem(ax, y, note, up, tip):
    x = note.x + (glyphs.HEAD - 0.03 if up else 0.03 - glyphs.HEAD)
    root = y + note.place / 2 + (0.15 if up else -0.15)
    ax.plot([x, x], [root, tip], color=INK, lw=1.0, solid_capstyle="butt", zorder=2)


def _draw_beam(ax, y, group):
    """Stems and beams of notes that belong together; where each stem ends."""
    places = np.array([note.place for note in group])
    up = places.mean() < 4
    s = 1 if up else -1
    xs = np.array([note.x for note in group]) + s * (glyphs.HEAD - 0.03)
    slope = np.clip((places[-1] - places[0]) / 2 / (xs[-1] - xs[0]), -0.12, 0.12)
    line = slope * (xs - xs[0])
    # Every stem is at least so long, and the beam does not leave the staff on the near side.
    least = 3.0 + 0.6 * (max(flags(note.written) for note in group) - 1)
    base = s * max((s * (places / 2 - line)).max() + least, (s * (2 - line)).max())
    tips = y + base + line
    for note, tip in zip(group, tips):
        _stem(ax, y, note, up, tip)
    for level in range(3):
        inner = [k for k, note in enumerate(group) if flags(note.written) > level]
        for k in inner:
            if k + 1 in inner:
                ends = xs[k], xs[k + 1]
            elif k - 1 in inner:
                continue
            elif k:  # alone on its level: a short piece towards its neighbour
                ends = xs[k] - 1.0, xs[k]
            else:
                ends = xs[k], xs[k] + 1.0
            low, high = (y + base + slope * (x - xs[0]) - s * 0.75 * level for x in ends)
            corners = [
                (ends[0] - 0.06, low), (ends[1] + 0.06, high),
                (ends[1] + 0.06, high - s * 0.5), (ends[0] - 0.06, low - s * 0.5),
            ]  # fmt: skip
            ax.add_patch(Polygon(corners, facecolor=INK, edgecolor="none", zorder=3))
    return {id(note): (up, tip) for note, tip in zip(group, tips)}


def _draw_triplets(ax, y, notes, tips):
    """A 3 above or below each triplet."""
    for k, note in enumerate(notes):
        if note.triplet != 3 or (k and notes[k - 1].triplet == 3):
            continue
        three = [n for n in notes[k : k + 3] if n.triplet]
        ends = [tips[id(n)] for n in three if id(n) in tips]
        up = not ends or ends[0][0]
        outer = [tip for _, tip in ends] or [y + 4]
        where = max(outer) + 0.7 if up else min(outer) - 0.7
        middle = (three[0].x + three[-1].x) / 2 + (0.5 if up else -0.5)
        ax.text(middle, where, "3", size=8, style="italic", ha="center", va="center")
