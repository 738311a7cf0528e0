"""Answers that look as if they had one author: same code, same odd names, same comments.

Short answers to the same question look alike, so one match says little. Signs are counted for each
pair of submissions, and for each submission beside `rnnlib`'s own code; two signs make an alarm.
(The numbers stand in `rnnlib.course.grading.limits`.) A sign is

- *same code*: at least six statements of one's own are the same, once comments, spacing and the
  names of local variables are set aside;
- *same names*: in an answer that is the same in that sense, two unusual names of local variables
  stand in the same places (four of them are two signs);
- *same comment*: a comment of at least four words (two different ones are two signs);
- *same mistake*: a wrong answer of at least three statements is the same code;
- *same file*: two submissions are equal to the last byte (two signs).

What the exercise expects is not a sign: code that is one of its known variants or mistakes, names
and comments that occur in those. Nor is what the notebook gives, nor what many have: code that more
than four share, names and comments that more than four use anywhere in the unit, and statements
that more than a third of a class of ten or more have.

Beside `rnnlib`'s own functions, and the course's solution where it is known, six statements that
are the same to the letter are two signs, unless known versions or many in the class have them.
"""

from __future__ import annotations

import inspect
import textwrap
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

from rnnlib.course.exercises import exercise_called
from rnnlib.course.grading.alarms.source_text import Text, read
from rnnlib.course.grading.limits import (
    COMMON_CLASS,
    COMMON_SHARE,
    FEW_STUDENTS,
    SAME_MISTAKE_STATEMENTS,
    SAME_STATEMENTS,
    SIGNS_FOR_ALARM,
)

OURS = "\0"
"""Begins the names of our own texts among the students': no folder can be called so."""


@dataclass
class Known:
    """What an exercise expects, and the library's own text of it."""

    forms: set[str] = field(default_factory=set)
    statements: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)
    reference: Text = field(default_factory=Text)


def copied_alarms(
    records: list[dict],
    *,
    given: dict[str, str] | None = None,
    solutions: dict[str, str] | None = None,
) -> dict[str, list[dict]]:
    """Which submissions look as if they had one author, and why; see above for the rule.

    Parameters
    ----------
    records : list of dict
        One for each submission of a unit.
    given, solutions : dict, optional
        The cell as it is given out, and as the course solves it, by the exercise's name.

    Returns
    -------
    dict
        A list of alarms of kind "copied" for each student who has any.
    """
    texts: dict[str, dict[str, Text]] = defaultdict(dict)  # by exercise and student
    wrong = set()
    for record in records:
        student, answers = str(record.get("student")), record.get("answers")
        for name, source in answers.items() if isinstance(answers, dict) else ():
            texts[name][student] = read(str(source))
        marks = record.get("marks")
        for mark in marks if isinstance(marks, list) else ():
            if isinstance(mark, dict) and mark.get("state") == "wrong":
                wrong.add((mark.get("exercise"), student))
    signs: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rare = [_rare(texts, "names"), _rare(texts, "comments")]
    for name, by_student in sorted(texts.items()):
        stub = read((given or {}).get(name, ""))
        own = {"the solution in the course": read((solutions or {}).get(name, ""))}
        _compare(name, by_student, wrong, rare, stub, own, signs)
    written = {s for by_student in texts.values() for s, t in by_student.items() if t.statements}
    files = _groups({str(r.get("student")): [str(r["digest"])] for r in records if r.get("digest")})
    for students in files.values():
        for pair in combinations(sorted(set(students) & written), 2):
            signs[pair][""] += ["the two files are equal to the last byte", ""]
    alarms: dict[str, list[dict]] = defaultdict(list)
    for (one, other), places in sorted(signs.items()):
        places = {name: words for name, words in places.items() if words}
        if sum(map(len, places.values())) >= SIGNS_FOR_ALARM:
            for student, partner in ((one, other), (other, one)):
                if not student.startswith(OURS):
                    alarms[student].append(_alarm(partner, places))
    return dict(alarms)


def _alarm(partner: str, places: dict[str, list[str]]) -> dict:
    is_ours = partner.startswith(OURS)
    who = partner.removeprefix(OURS) if is_ours else f"the submission of {partner}"
    parts = [
        (f"in `{name}` " if name else "") + ", ".join(filter(None, words))
        for name, words in places.items()
    ]
    where = ", ".join(filter(None, places))
    return {"kind": "copied", "where": where, "text": f"Compare with {who}: {'; '.join(parts)}."}


def _compare(name, by_student, wrong, rare, stub, own, signs) -> None:
    """Add the signs that the answers to one exercise give."""
    known, size = known_of(name), len(by_student)
    times = Counter(s for text in by_student.values() for s in set(text.statements))
    common = {
        s for s, count in times.items() if size >= COMMON_CLASS and count > COMMON_SHARE * size
    }
    common |= set(stub.statements)
    rare_names = rare[0] - known.names - set(stub.names)
    rare_comments = rare[1] - known.comments - stub.comments
    comments = {k: t.comments for k, t in by_student.items()}

    for form, students in _groups({k: [t.form] for k, t in by_student.items()}).items():
        length = min(sum(s not in common for s in by_student[k].statements) for k in students)
        if not form or form == stub.form or length < SAME_MISTAKE_STATEMENTS:
            continue
        if form not in known.forms and len(students) <= FEW_STUDENTS:
            for pair in combinations(sorted(students), 2):
                if length >= SAME_STATEMENTS:
                    signs[pair][name].append(f"the same code ({length} statements)")
                if all((name, k) in wrong for k in pair):
                    signs[pair][name].append("the same mistake, which is no known one")
        odd = [k for k in sorted(students) if rare_names & set(by_student[k].names)]
        for pair in combinations(odd, 2):
            both = zip(*(by_student[k].names for k in pair))
            same = [one for one, other in both if one == other and one in rare_names]
            for k in (0, 2):
                if len(same) >= k + 2:
                    words = f"the same unusual names `{same[k][:40]}` and `{same[k + 1][:40]}`"
                    signs[pair][name].append(words)
    for comment, students in _groups(comments).items():
        if comment in rare_comments:
            for pair in combinations(sorted(students), 2):
                told = [words for places in signs[pair].values() for words in places]
                words = f"the same comment “{comment[:80]}”"
                if words not in told and sum("comment" in w for w in signs[pair][name]) < 2:
                    signs[pair][name].append(words)
    for owner, theirs in {"rnnlib's own code": known.reference, **own}.items():
        _compare_with_own(name, owner, theirs, by_student, known, times, stub, signs)


def _compare_with_own(name, owner, theirs, by_student, known, times, stub, signs) -> None:
    """Add the signs that an answer is the library's own text, or the course's."""
    telling = {
        s
        for s in theirs.statements
        if s not in known.statements and s not in stub.statements and times[s] <= FEW_STUDENTS
    }
    for student, text in by_student.items():
        pair = (f"{OURS}{owner}", student)
        count = len(telling & set(text.statements))
        if count >= SAME_STATEMENTS:
            signs[pair][name] += [f"{count} statements that are literally the same", ""]
        shared = sorted(theirs.comments & text.comments - known.comments - stub.comments)
        signs[pair][name] += [f"the same comment “{comment[:80]}”" for comment in shared[:2]]


def _groups(entries: dict[str, list]) -> dict:
    """Who has each entry: the entries that two or more have."""
    groups = defaultdict(list)
    for owner, theirs in entries.items():
        for entry in set(theirs):
            groups[entry].append(owner)
    return {entry: owners for entry, owners in sorted(groups.items()) if len(owners) > 1}


def _rare(texts: dict[str, dict[str, Text]], what: str) -> set[str]:
    """The names, or the comments, that no more than a few students use in the whole unit."""
    used = defaultdict(set)
    for by_student in texts.values():
        for student, text in by_student.items():
            for entry in getattr(text, what):
                used[entry].add(student)
    return {entry for entry, by in used.items() if len(by) <= FEW_STUDENTS and len(entry) >= 3}


@cache
def known_of(name: str) -> Known:
    """What an exercise expects; nothing where there is no exercise of this name."""
    exercise = exercise_called(name)
    known = Known()
    if exercise is None:
        return known
    for version in exercise.variants + exercise.mistakes:
        text = read(version.source(name))
        known.forms.add(text.form)
        known.statements.update(text.statements)
        known.names.update(text.names)
        known.comments.update(text.comments)
    known.reference = read(textwrap.dedent(inspect.getsource(exercise.reference)))
    return known
