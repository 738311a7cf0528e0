"""`pip install rnnlib` brings what `check` needs, and no more; what an extra brings is named.

The package is built and installed into an empty environment: the slow part of these tests.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from places import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("plain install")]

UNIT = "02_bptt"
"""It has figures, and is the one that runs fastest."""
NEEDED = """rnnlib numpy matplotlib pillow threadpoolctl
    contourpy cycler fonttools kiwisolver packaging pyparsing python-dateutil six tzdata""".split()
"""The package, what it names, and below what matplotlib brings."""

NO_INDEX = (
    "NewConnectionError|NameResolution|Connection|Max retries|ProxyError|Read ?[Tt]ime"
    "|--no-index|Network is unreachable"
)


class Plain:
    """An environment with the package in it, and no pip."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder / "empty" / ("Scripts" if os.name == "nt" else "bin")
        self.run(sys.executable, "-m", "venv", "--without-pip", folder / "empty")
        source = folder / "source"  # a build leaves its traces beside the source
        shutil.copytree(ROOT / "rnnlib", source / "rnnlib")
        for name in "pyproject.toml", "LICENSE":
            shutil.copy(ROOT / name, source)
        pip = [sys.executable, "-m", "pip"]
        self.run(*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source)
        (wheel,) = folder.glob("*.whl")
        self.install(wheel)

    def run(self, *command, code=0):
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env={name: v for name, v in os.environ.items() if name not in ("PYTHONPATH", "VENV")},
            capture_output=True,
            text=True,
        )
        if done.returncode != code and re.search(NO_INDEX, done.stderr):
            pytest.skip("no package index can be reached")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def pip(self, *words):
        return self.run(sys.executable, "-m", "pip", "--python", self.bin / "python", *words)

    def install(self, what):
        # What is imported is compiled then; most of it never is.
        self.pip("install", "-q", "--no-compile", "-c", ROOT / "constraints.txt", what)

    def python(self, code, **more):
        return self.run(self.bin / "python", "-c", code, **more)

    def packages(self):
        return {
            package["name"].lower() for package in json.loads(self.pip("list", "--format=json"))
        }


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return Plain(tmp_path_factory.mktemp("plain"))


def test_little_is_installed(plain):
    assert plain.packages() <= set(NEEDED)
    assert len(plain.packages()) <= 14


def test_all_of_the_library_can_be_imported(plain):
    tried = plain.python(
        "import importlib, pkgutil, rnnlib\n"
        "names = [m.name for m in pkgutil.walk_packages(rnnlib.__path__, 'rnnlib.')\n"
        "         if not m.name.startswith('rnnlib.course')]\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))"
    )
    assert int(tried) > 30


def test_a_check_answers_without_a_notebook(plain):
    said = plain.python(
        "from rnnlib.course import check, grade\n"
        "def count_parameters(D, H, K): return D * H + H * H + H * K\n"
        "check(count_parameters); print(grade(count_parameters, points=2.0))"
    )
    assert "when the biases are not counted" in said and "points" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grade", UNIT], "Grading needs nbgrader: pip install 'rnnlib[instructor]'"),
        (["build"], "Building a unit needs nbgrader: pip install 'rnnlib[instructor]'"),
        (["report", UNIT], "A report needs nbgrader: pip install 'rnnlib[instructor]'"),
        (["bench"], "The benchmark needs PyTorch: pip install 'rnnlib[torch]'"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_that_needs_an_extra_names_it(plain, words, sentence):
    assert plain.run(plain.bin / "rnnlib", *words, code=2) == sentence + "\n"


def test_the_bridge_to_pytorch_names_its_extra(plain):
    said = plain.python(
        "import numpy as np, rnnlib\nfrom rnnlib.torch_bridge import to_torch\n"
        "try: to_torch(rnnlib.init_rnn(2, 3, np.random.default_rng(0)))\n"
        "except ImportError as error: print(error)"
    )
    assert said == "rnnlib.torch_bridge needs PyTorch: pip install 'rnnlib[torch]'\n"


def test_a_released_notebook_runs_in_a_bare_kernel(plain, monkeypatch):
    plain.install("ipykernel")
    spec = plain.folder / "share/kernels/plain/kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(plain.bin / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "plain", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(plain.folder / "share"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    notebook = nbformat.read(ROOT / f"course/{UNIT}/{UNIT}.ipynb", as_version=4)
    resources = {"metadata": {"path": str(plain.folder)}}
    # A cell that fails ends it with an error.
    NotebookClient(notebook, kernel_name="plain", timeout=None, resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    shown = json.dumps(outputs)
    assert "not written yet" in shown and "image/png" in shown
