"""The packages of grading: what flows goes one way, and each package's map names what is in it."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest
from places import ROOT

COURSE = ROOT / "rnnlib" / "course"
GRADING = COURSE / "grading"
PACKAGES = [path.parent for path in GRADING.rglob("__init__.py")]

# A package may import those behind it in this list, and `limits`; attacks may import anything.
FLOW = ["report", "run", "alarms", "isolation", "intake"]


def dotted(path):
    """The name by which a module is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {dotted(path): path for path in COURSE.rglob("*.py")}


def imports(path):
    """The modules of the course that a module imports, at its top or anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found & MODULES.keys()


@pytest.mark.parametrize("package", FLOW)
def test_what_flows_goes_one_way(package):
    upstream = FLOW[FLOW.index(package) :]
    for path in (GRADING / package).glob("*.py"):
        for name in imports(path):
            other = name.removeprefix("rnnlib.course.grading.").split(".")[0]
            assert other not in FLOW or other in upstream, f"{path.name} imports {name}"
            assert other not in ("command", "demo", "attacks", "sample_class"), path.name


def test_no_module_of_the_course_imports_itself_over_others():
    waiting = {name: imports(path) - {name} for name, path in MODULES.items()}
    while waiting:
        free = {name for name, needed in waiting.items() if not needed & waiting.keys()}
        assert free, f"these import each other: {sorted(waiting)}"
        for name in free:
            del waiting[name]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_map_of_a_package_names_all_that_is_in_it(package):
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    inside = {path.stem for path in package.glob("*.py")} - {"__init__"}
    inside |= {path.parent.name for path in package.glob("*/__init__.py")}
    named = set(re.findall(r"`(\w+)`", text))
    assert inside - named == set()
    rows = set(re.findall(r"^`(\w+)`", text, flags=re.MULTILINE))
    assert rows - inside == set()


def test_one_name_is_one_module():
    paths = [path for path in COURSE.rglob("*.py") if "exercises" not in path.parts]
    names = [path.stem for path in paths if not path.stem.startswith("__")]
    mine = {path.stem for path in GRADING.rglob("*.py")}
    assert [name for name in set(names) & mine if names.count(name) > 1 and name != "limits"] == []


def test_every_limit_is_used_and_has_its_reason():
    text = (GRADING / "limits.py").read_text(encoding="utf-8")
    body = ast.parse(text).body
    used = "\n".join(
        path.read_text(encoding="utf-8") for path in GRADING.rglob("*.py") if path.stem != "limits"
    )
    for statement, reason in pairwise(body):
        if isinstance(statement, ast.Assign):
            names = re.findall(r"[A-Z]\w+", ast.unparse(statement.targets[0]))
            assert all(re.search(rf"\b{name}\b", used) for name in names if name != "GiB"), names
            if names != ["MiB", "GiB"]:
                assert isinstance(reason, ast.Expr), f"{names} without a reason"


def test_modules_are_short():
    for path in MODULES.values():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, Path(path).name
