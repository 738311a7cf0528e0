"""What a student does in a notebook: a cell that is run, with what earlier cells have defined."""

import functools
import importlib
import inspect
import itertools
import json
import linecache
from collections import Counter

import numpy as np

import rnnlib
from rnnlib.course.checking.display import as_data, as_html, text
from rnnlib.course.exercises import all_exercises

_numbers = itertools.count(1)


def run_cell(source, names=None):
    """Execute a cell in `names` (a fresh notebook's otherwise) and return the names.

    As in IPython, the lines of the cell can be found by a traceback.
    """
    names = notebook() if names is None else names
    filename = f"<cell {next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), names)
    return names


def notebook(*earlier, borrow=()):
    """The names after the first cells: np, Counter, rnnlib's classes, right versions of `earlier`.

    Public functions are there too where they come from the modules in `borrow`.
    """
    names = {"np": np, "rnnlib": rnnlib, "Counter": Counter, **_classes()}
    # torch's own names would hide those of Python: `range` is one of them.
    for module in map(importlib.import_module, [n for n in borrow if not n.startswith("torch")]):
        names |= {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    for name, value in vars(rnnlib).items():
        if getattr(value, "__module__", None) in borrow:
            names[name] = value
    if "torch" in borrow:
        names["torch"] = importlib.import_module("torch")
    if "rnnlib.torch_training" in borrow:
        names["prepare_torch"]()
    for name in earlier:
        exercise = all_exercises()[name]
        names = notebook(*exercise.uses, borrow=exercise.borrow) | names
        run_cell(exercise.variants[0].source(name), names)
    return names


@functools.cache
def _classes():
    """The classes of the library's modules: a set-up cell imports those that a unit needs."""
    names = {name: value for name, value in vars(rnnlib).items() if inspect.isclass(value)}
    for module in (
        "convlstm",
        "coupled_lstm",
        "last_step",
        "multihead",
        "readers",
        "video.event_params",
    ):
        found = vars(importlib.import_module(f"rnnlib.{module}"))
        names |= {n: v for n, v in found.items() if n[0] != "_" and inspect.isclass(v)}
    return names


def written(exercise, version):
    """A known version of an exercise, written into a cell by a student who is right so far."""
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    return run_cell(version.source(exercise.name), names)[exercise.name]


def write(source, *earlier):
    """The last function that a cell defines, in a notebook with right versions of `earlier`."""
    before = notebook(*earlier)
    after = run_cell(source, dict(before))
    new = [v for k, v in after.items() if k != "__builtins__" and v is not before.get(k)]
    return [value for value in new if callable(value)][-1]


def with_faults(exercise, faults):
    """A mended program with faults put back, as (function, source).

    faults: pairs of what stands once in the first variant, and what stands there instead.
    """
    mended = exercise.variants[0]
    source = mended.source(exercise.name)
    for right, wrong in faults:
        assert source.count(right) == 1
        source = source.replace(right, wrong)
    names = dict(mended.function.__globals__)
    exec(source, names)
    return names[exercise.name], source


def can_be_shown(report):
    """Assert that a report can be shown in a notebook and elsewhere, and stored."""
    data = json.loads(json.dumps(as_data(report, 2.5)))
    assert data["exercise"] == report.exercise
    assert bool(data["reasons"]) == (not report.passed)
    assert report.exercise in text(report, 2.5) and report.exercise in as_html(report, 2.5)
