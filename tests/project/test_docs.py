"""The API pages: every public name is on them and documented. test_site.py builds them."""

import ast
import importlib
import inspect
import re
from pkgutil import iter_modules

import pytest
from places import ROOT

import rnnlib.course

MODULES = sorted(
    {value.__module__.removeprefix("rnnlib.") for value in vars(rnnlib).values()
     if getattr(value, "__module__", "").startswith("rnnlib.")}
)  # fmt: skip


def test_every_module_is_on_the_api_page():
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.rst"))
    listed = set(re.findall(r"automodule:: rnnlib\.([\w.]+)", pages))
    assert set(MODULES) <= listed
    parts = {f"course.{part.name}" for part in iter_modules(rnnlib.course.__path__)}
    assert {"data", "torch_bridge", "course"} | parts - {"course.progress"} <= listed


@pytest.mark.parametrize("module", [*MODULES, "torch_bridge", "data", "_timesteps", "course.bench"])
def test_every_public_name_says_what_it_is_and_functions_show_an_example(module):
    module = importlib.import_module(f"rnnlib.{module}")
    assert len(module.__doc__.split()) >= 5
    for name in module.__all__:
        value = getattr(module, name)
        doc = inspect.getdoc(value) or ""
        assert doc and not doc.startswith(f"{name}("), name
        if inspect.isfunction(value) and name not in WITHOUT_EXAMPLE:
            assert ">>>" in doc, f"{module.__name__}.{name} has no example"


# A decorator.
WITHOUT_SECTIONS = {"parameters"}


@pytest.mark.parametrize("name", sorted(set(rnnlib.__all__) - WITHOUT_SECTIONS))
def test_functions_that_the_library_exports_list_their_parameters(name):
    function = getattr(rnnlib, name)
    if inspect.isfunction(function):
        assert "Parameters\n------" in inspect.getdoc(function)


# States that hold only zeros, what the terminal shows, and what needs a damaged file.
WITHOUT_EXAMPLE = {
    "adam_state", "momentum_state", "rmsprop_state", "sgd_state", "load_params", "main", "joined",
}  # fmt: skip


def test_the_public_names_are_those_of_the_modules():
    tree = ast.parse((ROOT / "rnnlib" / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names
    }
    assert imported == set(rnnlib.__all__)
    public = set()
    for name in MODULES:
        public |= set(importlib.import_module(f"rnnlib.{name}").__all__)
    internal = {"CELLS", *importlib.import_module("rnnlib._shapes").__all__} - {"ShapeError"}
    assert public - internal == imported
