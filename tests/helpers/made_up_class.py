"""Records of a class that never was: answers from the exercises' own banks, marks made up."""

import ast
import random
import zlib

from rnnlib.course.exercises import unit_exercises

POINTS = (5.0, 6.0, 2.0, 3.0, 1.5, 4.0)
FIRST = "anna ben carla david eva felix greta hugo ines jonas kim lena max nora otto pia".split()
NAMES = (
    "acc out outs result res val vals tmp cur prev nxt total parts chunk item left right delta "
    "state_list all_states step_out weights w_in w_rec inner outer mix combined pre act buf"
).split()
COMMENTS = (
    "loop over the time steps",
    "go backwards through the sequence",
    "add up the gradients of all steps",
    "the formula from the lecture notes",
    "keep the state for the next step",
    "this took me a while",
    "first the input, then the state",
    "divide by the number of examples",
    "do not change the original array",
    "same as above but for the bias",
)


def make_records(unit, size, *, seed=0, own_words=False):
    """The records of a class: two in three answers right, the others wrong, unwritten or lent.

    `own_words`: everybody names their variables and comments their lines in their own way, as far
    as there are ways.
    """
    rng = random.Random(f"{unit} {size} {seed}")
    return [_record(rng, unit, student, own_words) for student in _students(size)]


def _students(size):
    return [f"{FIRST[k % len(FIRST)]}{k // len(FIRST) or ''}" for k in range(size)]


def _record(rng, unit, student, own_words):
    record = {
        "student": student,
        "unit": unit,
        "digest": f"{zlib.crc32(student.encode()):08x}" * 8,
        "graded": "2026-11-21T09:00:00+00:00",
        "problem": None,
        "repairs": [],
        "alarms": [],
        "marks": [],
        "answers": {},
        "seconds": {"start": 0.4, "cells": rng.uniform(0.5, 2), "marking": 0.4, "export": 0.2},
    }
    record["seconds"]["total"] = sum(record["seconds"].values())
    if rng.random() < 0.03:
        return record | {"problem": "the file is cut short: it is no notebook", "seconds": {}}
    if rng.random() < 0.1:
        record["repairs"] = ["The marked cell `grade_rnn_step` was missing; it was put back."]
    skill = rng.betavariate(4, 1.6)
    # One comment that others write too: one sign alone is found among honest answers, and two are
    # what an alarm is about.
    shared = rng.choice(COMMENTS)
    comments = [c if c == shared else f"{c} ({student})" for c in COMMENTS]
    for k, (name, exercise) in enumerate(unit_exercises(unit).items()):
        points = POINTS[k % len(POINTS)]
        mark = {"cell": f"grade_{name}", "exercise": name, "points": points, "score": points}
        mark |= {"state": "right", "mistakes": [], "reasons": []}
        version = rng.choice(exercise.variants)
        if rng.random() > skill:
            state = rng.choice(["wrong"] * 7 + ["unwritten", "borrowed"])
            mark |= {"state": state, "score": 0.0, "reasons": [f"{state}, for a reason"]}
            if state == "wrong":
                version = exercise.mistakes[int(len(exercise.mistakes) * rng.random() ** 2)]
                share = zlib.crc32(version.name.encode()) % 4 / 4
                mark |= {"score": round(share * points, 2), "mistakes": [version.name]}
                mark["reasons"] = [f"This is what you get when {version.text}"]
        source = version.source(name)
        record["answers"][name] = (
            in_own_words(rng, source, comments=comments) if own_words else source
        )
        record["marks"].append(mark)
    right = rng.random() < skill
    mark = {"cell": "grade_answer_why", "exercise": "why", "points": 0.5, "score": right / 2}
    mark |= {"state": "right" if right else "wrong", "mistakes": [], "reasons": ["No."]}
    record["marks"].append(mark)
    record["answers"]["why"] = f"answer_why = {rng.choice('abcd')!r}"
    return record


def in_own_words(rng, source, names=NAMES, comments=COMMENTS):
    """The same code with some of the local variables called otherwise, and with comments."""
    tree = ast.parse(source)
    local = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    called = {
        name: rng.choice(names)
        for name in sorted(local - {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)})
        if rng.random() < 0.6
    }
    if len(set(called.values())) < len(called):
        called = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = called.get(node.id, node.id)
    lines = ast.unparse(tree).split("\n")
    for comment in rng.sample(comments, rng.choice([0, 0, 1, 2])):
        k = rng.randrange(1, len(lines) + 1)
        lines[k - 1] += f"  # {comment}"
    return "\n".join(lines) + "\n"
