"""Which of several notebooks was worked in.

A browser that loads a file twice calls the second one ``05_lstm (1).ipynb``, JupyterLab calls a
copy ``05_lstm-Copy1.ipynb``: the file with the right name may be the one that nobody has touched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePath

from rnnlib.course.grading.intake.bindings import defines
from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.reading import read_notebook
from rnnlib.course.grading.intake.recognize import plain
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import NOTEBOOKS_COMPARED

Stubs = Mapping[str, str]
"""The unit's cells for answers as they were handed out, by grade_id, without blank lines."""


def choose(
    found: Sequence[PurePath],
    unit: str,
    *,
    stubs: Stubs | None = None,
    read: Callable[[PurePath], bytes] | None = None,
) -> tuple[PurePath, list[str]]:
    """The notebook that is meant, of those that a student handed in.

    Parameters
    ----------
    found : sequence of PurePath
        The notebooks, at least one, by their paths in the folder that was handed in.
    unit : str
    stubs : mapping, optional
        Without them files are told apart by their names alone.
    read : callable, optional
        Gives the bytes of one of them; may raise `Unreadable`.

    Returns
    -------
    path : PurePath
    repairs : list of str
        A sentence where it has another name, or where another one may be meant.

    Raises
    ------
    Unreadable
        When several may be meant.
    """
    wanted = f"{unit}.ipynb"
    exact = next((path for path in found if str(path) == wanted), None)
    if len(found) == 1:
        return found[0], [] if exact is not None else [_renamed(found[0], wanted)]
    named = [path for path in found if unit.casefold() in path.name.casefold()]
    if stubs is None or read is None:
        if exact is not None:
            return exact, []
        contenders = named or list(found)
        if len(contenders) == 1:
            return contenders[0], [_renamed(contenders[0], wanted)]
        raise Unreadable(_several(contenders, wanted))
    answers = {path: _answers_in(path, unit, stubs, read) for path in _first(exact, named, found)}
    if exact is not None and answers[exact]:
        return _the_right_name(exact, answers, wanted)
    written = _most_complete({path: given for path, given in answers.items() if given})
    if len(written) > 1:  # a name can still tell them apart
        written = {path: given for path, given in written.items() if path in named} or written
    if len(written) > 1:
        raise Unreadable(_several(list(written), wanted, untouched=exact is not None))
    if written:
        ((path, given),) = written.items()
        if exact is None and named in ([], [path]):
            return path, [_renamed(path, wanted)]
        beside = (
            f"{wanted} is as it was handed out"
            if exact
            else "The other notebooks hold no other answers"
        )
        return path, [f"{beside}; {_name(path)}, with {_count(given)}, was graded."]
    contenders = [exact] if exact is not None else named or list(found)
    if len(contenders) == 1:
        path = contenders[0]
        return path, [] if path == exact else [_renamed(path, wanted)]
    raise Unreadable(_several(contenders, wanted))


def _the_right_name(exact: PurePath, answers: dict, wanted: str) -> tuple[PurePath, list[str]]:
    """The notebook with the right name has answers: does another one go on from them?"""
    mine = answers[exact]
    more = {p: given for p, given in answers.items() if given and _goes_on(given, mine)}
    later = _most_complete(more)
    if len(later) == 1:
        ((path, given),) = later.items()
        return path, [
            f"{_name(path)} holds all the answers of {wanted} and {len(given) - len(mine)} more: "
            "it was graded."
        ]
    other = [path for path, given in answers.items() if given and not _goes_on(mine, given, True)]
    if not other:
        return exact, []
    names = ", ".join(map(_name, other[:3]))
    return exact, [f"{wanted} was graded; other answers stand in {names}, which lies beside it."]


def _goes_on(later: Mapping[str, str], earlier: Mapping[str, str], same: bool = False) -> bool:
    """Whether one holds all answers of the other, and (or) more."""
    return earlier.items() <= later.items() and (same or len(later) > len(earlier))


def _most_complete(written: dict) -> dict:
    """Of notebooks that go on from one another the last; of equal ones the first."""
    kept: dict = {}
    for path, given in written.items():
        if any(_goes_on(other, given, True) for other in kept.values()):
            continue
        kept = {p: g for p, g in kept.items() if not _goes_on(given, g, True)} | {path: given}
    return kept


def _first(exact, named: list, found: Sequence) -> list:
    """The notebooks that are looked into, the likeliest first."""
    order = dict.fromkeys([*([exact] if exact is not None else []), *named, *found])
    return list(order)[:NOTEBOOKS_COMPARED]


def _answers_in(path: PurePath, unit: str, stubs: Stubs, read: Callable) -> dict[str, str]:
    """What was written into a notebook, by the cell it belongs in; nothing if it is none."""
    try:
        notebook, _ = read_notebook(read(path), unit)
    except Unreadable:
        return {}
    return answers_in(notebook.cells, stubs)


def answers_in(cells: Collection, stubs: Stubs) -> dict[str, str]:
    """What was written, by the name of the cell for it, in cells that are not as handed out."""
    given = set(stubs.values())
    ids = {name.replace("_", "-")[:64]: name for name in stubs}
    answers = {}
    for cell in cells:
        text = plain(cell.source)
        if cell.cell_type != "code" or not text or text in given:
            continue
        about = cell.metadata.get("nbgrader", {}).get("grade_id")
        name = about if about in stubs else ids.get(cell.get("id"))
        names = [name] if name else [name for name in stubs if defines(cell.source, name)]
        answers |= dict.fromkeys(names, text)
    return answers


def _name(path: PurePath) -> str:
    return shown(path)


def _renamed(path: PurePath, wanted: str) -> str:
    return f"The notebook was handed in as {_name(path)}, not as {wanted}."


def _several(contenders: Sequence[PurePath], wanted: str, untouched: bool = False) -> str:
    names = ", ".join(map(_name, contenders[:4]))
    what = "as it was handed out" if untouched else "missing from what was handed in"
    return (
        f"{wanted} is {what}, and {len(contenders)} notebooks could "
        f"be meant ({names}): rename the right one."
    )


def _count(given: Mapping) -> str:
    return f"{len(given)} answer{'s' * (len(given) != 1)}"
