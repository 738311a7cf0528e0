"""Whose a delivery is: by the platform's number, the id, the e-mail address or the name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rnnlib.course.grading.collect.platforms import Delivery
from rnnlib.course.grading.collect.roster import Person, plain, slug

Match = tuple[str | None, str]
"""A student's id, or None; how it was found, or why not."""


def match(one: Delivery, people: Sequence[Person], given: Mapping[str, str]) -> Match:
    """Whose a delivery is.

    Parameters
    ----------
    one : Delivery
    people : sequence of Person
        The course; where it is empty, everybody gets the id that the delivery has, or one that is
        made of the name.
    given : mapping
        Students' ids by what the platform calls them, as a person has said it.
    """
    for key in (one.label, one.folder, one.number, one.user):
        if key and key in given:
            return given[key], "as you said"
    if not people:
        return (one.student or slug(one.label) or None), "no roster: by its own name"
    label = one.student or one.label
    ways = [  # the number first: some platforms let students choose the name that they show
        ("number", lambda p: bool(one.user) and p.lms == one.user),
        ("number", lambda p: bool(one.number) and p.participant == one.number),
        ("id", lambda p: bool(label) and p.id == label),
        ("id", lambda p: plain(p.id) == plain(label)),
        ("e-mail", lambda p: bool(p.email) and plain(p.email) == plain(label)),
        ("name", lambda p: bool(p.name) and _words(p.name) == _words(one.label)),
        ("name", lambda p: one.platform != "exchange" and _joined(one.label) in _orders(p)),
        ("e-mail", lambda p: bool(p.email) and plain(p.email).partition("@")[0] == plain(label)),
    ]
    for how, fits in ways:
        found = [person for person in people if fits(person)]
        if len(found) == 1:
            return found[0].id, how
        if found:
            names = ", ".join(person.id for person in found)
            return None, f"{len(found)} students have this {how}: {names}"
    return None, "not in the roster"


def _words(name: str) -> list[str]:
    """The parts of a name, in one order: some write the family name first."""
    return sorted(re.findall(r"\w+", plain(name)))


def _joined(name: str) -> str:
    """A name's letters alone, as Canvas writes it."""
    return "".join(re.findall(r"\w+", plain(name))).replace("_", "")


def _orders(person: Person) -> set[str]:
    """A name's letters with the family name first, and with it last."""
    both = (f"{person.last}{person.first}", f"{person.first}{person.last}", person.name)
    return {_joined(name) for name in both} - {""}
