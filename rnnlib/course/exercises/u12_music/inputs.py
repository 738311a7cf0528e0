"""What the exercises of unit 12 share: their inputs."""

from __future__ import annotations

LETTERS = "CDEFGABcdefgab"


def letter(rng):
    """A note's letter, now and then with an octave mark or an accidental."""
    mark = {0: "^", 1: "=", 2: "_"}.get(int(rng.integers(9)), "")
    name = str(rng.choice(list(LETTERS)))
    return mark + name + ("'" if name in "cd" and rng.random() < 0.3 else "")
