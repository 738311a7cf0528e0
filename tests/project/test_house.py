"""The house: arrows point one way, no circle, no module too long. Read from the sources alone."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest
from places import ROOT

PACKAGE = ROOT / "rnnlib"
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
MATHEMATICS = [
    name for name in SOURCES if not name.startswith(("rnnlib.course", "rnnlib.data", "rnnlib.plot"))
]
LIBRARY = [name for name in SOURCES if not f"{name}.".startswith("rnnlib.course.")]


def imported(path, everywhere=False):
    """The modules of rnnlib that a file imports: at its top, or anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = [n for n in tree.body if not isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    nodes = ast.walk(tree) if everywhere else [n for top in inside for n in ast.walk(top)]
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                names.add(inner if inner in SOURCES else node.module)
    return {name for name in names if name.split(".")[0] == "rnnlib"}


def test_nothing_of_the_library_imports_the_course():
    outside = [
        path
        for folder in ("docs", "rnnlib")
        for path in (ROOT / folder).rglob("*.py")
        if not path.is_relative_to(PACKAGE / "course")
    ]
    assert len(outside) > 50
    for path in outside:
        reached = [n for n in imported(path, True) if f"{n}.".startswith("rnnlib.course.")]
        assert not reached, f"{path.relative_to(ROOT)} imports {', '.join(reached)}"


def test_mathematics_imports_neither_figures_nor_data():
    for name in set(MATHEMATICS) - {"rnnlib"}:  # which hands on the adding problem
        reached = [
            n
            for n in imported(SOURCES[name], True)
            if n.split(".")[1:2] in (["plotting"], ["data"])
        ]
        assert not reached, f"{name} imports {', '.join(reached)}"


def test_modules_do_not_import_each_other_in_a_circle():
    graph = {name: imported(path) - {name} for name, path in SOURCES.items()}
    unknown = {n for names in graph.values() for n in names} - set(SOURCES)
    assert not unknown
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize(("names", "limit"), [(MATHEMATICS, 350), (SOURCES, 400)])
def test_no_module_is_too_long(names, limit):
    lengths = {n: len(SOURCES[n].read_text(encoding="utf-8").splitlines()) for n in names}
    assert not {name: length for name, length in lengths.items() if length > limit}
