"""What a person is asked to look at: found where it is, and nothing where an answer is honest."""

import time

import nbformat
import pytest
from made_up_class import make_records
from places import ROOT
from stored import loads_weights

from rnnlib.course.authoring import find_units
from rnnlib.course.exercises import all_exercises
from rnnlib.course.grading.alarms.answer_alarms import source_alarms
from rnnlib.course.grading.alarms.copies import copied_alarms
from rnnlib.course.grading.alarms.source_text import read

UNITS = ["01_hidden_state", "02_bptt", "03_training", "04_vanishing"]


def alarms_about(source, exercise="rnn_step"):
    return source_alarms({exercise: source})


# --- nothing where an answer is honest --------------------------------------------------------


@pytest.mark.parametrize("name", all_exercises())
def test_no_known_version_of_an_exercise_raises_an_alarm(name):
    exercise = all_exercises()[name]
    for version in exercise.mistakes + exercise.variants:
        source = version.source(name)
        assert loads_weights(source) or alarms_about(source, name) == [], version.name


@pytest.mark.parametrize("unit", find_units(ROOT), ids=lambda unit: unit.name)
def test_neither_do_the_notebooks_own_answers(unit):
    for path in (unit.solution, unit.release):
        for cell in nbformat.read(path, as_version=4).cells if path.exists() else ():
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution"):
                assert alarms_about(cell.source, about["grade_id"]) == []


@pytest.mark.parametrize(
    "source",
    [
        "# torch.nn.RNN does the same; see inspect.getsource\nx = 1",
        'def rnn_step(x, h, params):\n    """Like rnnlib.rnn_step and os.system."""\n    return h',
        "os = []\nos.append(1)\ngc = os[0]\ngc.real",
        'def f():\n    """See `solutions/` and the gradebook."""\n    "__code__"',
        "def f(open, In):\n    return open(In)",
        "import numpy as np\nimport math\nfrom rnnlib import RNNParams, ShapeError\nimport rnnlib\n"
        "rnnlib.RNNParams(W_xh=1)",
        "np.testing.assert_allclose(1, 1)\nnp.random.seed(0)\nprint(params.__class__)",
        "check(rnn_step)\n%timeit rnn_step(x, h, params)",
        "y = a if b else (x\n    % 3)",
        "x.eval()\nre.compile('a')\nmodel.open = 3",
        "if x\n    os = 3\n    os.append(3)  # torch.nn",
        "vars(params)\nparams.__dict__\nlocals()",
    ],
)
def test_what_honest_people_write_raises_no_alarm(source):
    assert alarms_about(source) == []


def test_what_an_exercise_lends_may_be_used():
    source = "from rnnlib import softmax\nsoftmax(x) + rnnlib.softmax(x) + rnnlib.one_hot(x, 3)"
    assert alarms_about(source, "cross_entropy_backward") == []
    assert [alarm["kind"] for alarm in alarms_about(source, "rnn_step")] == ["borrowed"]


def test_lent_torch_is_no_alarm_and_its_recurrent_layers_are():
    source = "import torch\nfrom torch import nn\ntorch.tanh(nn.Linear(3, 4)(x))"
    assert alarms_about(source, "mgu_module") == []
    for whole in ("torch.nn.GRU(3, 4)", "nn.LSTMCell(3, 4)"):
        [alarm] = alarms_about(f"{source}\n{whole}", "mgu_module")
        assert alarm["kind"] == "borrowed"
    assert alarms_about(f"{source}\ntorch.nn.RNN(3, 4)", "train_stream") == []


# --- found where it is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source, thing",
    [
        ("rnnlib.rnn_step(x, h, params)", "rnnlib.rnn_step"),
        ("from rnnlib.rnn import rnn_step as s\ns(x)", "rnnlib.rnn.rnn_step"),
        ("import rnnlib as r\nr.rnn_step(1)", "rnnlib.rnn_step"),
        ("from rnnlib import rnn\nrnn.rnn_step(1)", "rnnlib.rnn.rnn_step"),
        ("from rnnlib import *", "from rnnlib import *"),
        ("import torch as t\nt.tanh(x)", "torch.tanh"),
        ("from torch import nn\nnn.RNN(3, 4)", "torch.nn.RNN"),
        ("def f():\n    return working(rnn_step)", "working"),
        (
            "from rnnlib.course.exercises import all_exercises",
            "rnnlib.course.exercises.all_exercises",
        ),
        ("def f(x:\n    rnnlib.rnn_step(x)", "rnnlib.rnn_step"),
    ],
)
def test_borrowed_code_is_found(source, thing):
    [alarm] = alarms_about(source)
    assert alarm["kind"] == "borrowed" and alarm["where"] == "rnn_step"
    assert f"`{thing}`" in alarm["text"]


@pytest.mark.parametrize(
    "source, thing",
    [
        ("import inspect\ninspect.getsource(grade)", "inspect.getsource"),
        ("grade.__code__.co_consts", "grade.__code__.co_consts"),
        ("getattr(grade, '__globals__')", "__globals__"),
        ("sys.setprofile(None)", "sys.setprofile"),
        ("import sys\nsys.settrace(print)", "sys.settrace"),
        ("sys._getframe(1).f_back", "f_back"),
        ("gc.get_objects()", "gc.get_objects"),
        ("import ctypes", "ctypes"),
        ("exec('1')", "exec"),
        ("eval('1')", "eval"),
        ("compile('1', '', 'eval')", "compile"),
        ("open('gradebook.db')", "open"),
        ("from pathlib import Path\nPath('x').read_text()", "pathlib.Path"),
        ("__import__('torch')", "__import__"),
        ("import subprocess as s\ns.run('ls')", "subprocess.run"),
        ("import os\nos._exit(0)", "os._exit"),
        ("import socket", "socket"),
        ("import builtins\nbuiltins.float = int", "builtins.float"),
        ("sys.meta_path.insert(0, None)", "sys.meta_path.insert"),
        ("import importlib", "importlib"),
        ("np.allclose = lambda *a: True", "numpy.allclose"),
        ("numpy.testing.assert_allclose = print", "numpy.testing.assert_allclose"),
        ("rnnlib.course.checking.grade = 1", "rnnlib.course.checking.grade"),
        ("setattr(np.testing, 'a', 1)", "setattr(np, ...)"),
        ("get_ipython().user_ns", "get_ipython"),
        ("In[-1]", "In"),
        ("from IPython import get_ipython", "IPython.get_ipython"),
        ("!cat gradebook.db", "!cat gradebook.db"),
        ("%%bash\nls", "%%bash"),
        ("files = !ls", "files = !ls"),
        ("class A:\n    def __eq__(self, o):\n        return True", "A.__eq__"),
        ("x = 'solutions/01'", "solutions/"),
        ("np.load('x.npy')", "numpy.load"),
        ("getattr(rnnlib, 'rnn' + '_step')", "rnnlib"),
        ("().__class__.__bases__[0].__subclasses__()", "__subclasses__"),
        ("def f(:\n    os.system('ls')", "os.system"),
        ("def f(:\n    exec('ls')", "exec"),
    ],
)
def test_what_looks_around_is_found(source, thing):
    alarms = alarms_about(source)
    assert {alarm["kind"] for alarm in alarms} == {"suspicious"}
    assert any(thing in alarm["text"] for alarm in alarms)
    assert all(alarm["text"].endswith(".") and " in line" in alarm["text"] for alarm in alarms)


@pytest.mark.parametrize(
    "source",
    ["(" * 9999, "-" * 49999 + "1", "a" + ".a" * 20000, "x=\0", "lambda:" * 9999, "\ud800 = 1"]
    + ["a b " * 12000, '"""' * 16000, "a.b " * 12000, "x = !" * 9999, "[" * 9999 + "]" * 9999],
)
def test_no_text_stops_the_search_or_keeps_it_long(source):
    begin = time.process_time()
    assert isinstance(alarms_about(source), list)
    copied_alarms([{"student": s, "answers": {"rnn_step": source}} for s in "ab"])
    assert time.process_time() - begin < 10  # what grows with the square takes minutes


def test_a_flood_of_mentions_makes_few_and_short_alarms():
    source = "\n".join(f"os.a{k}\nimport m{k}.{'x' * 500}\nx.__code__" for k in range(500))
    alarms = alarms_about(source + "\nopen(1)\neval(2)\ngc.x\nIn\nsys.path\nexit()\nsocket.s\n_ih")
    assert len(alarms) <= 9 and all(len(alarm["text"]) < 400 for alarm in alarms)


# --- one author -------------------------------------------------------------------------------

FORWARD = """\
def rnn_forward(xs, h0, params):
    length = xs.shape[0]
    store = {}
    moving = np.array(h0)
    for pos in range(length):
        moving = rnn_step(xs[pos], moving, params)
        store[pos] = moving
    hs = np.array([store[k] for k in sorted(store)])
    h = hs[length - 1]
    return hs, h, RNNCache(xs, h0, hs, params)
"""


def with_answers(records, answers):
    for record in records:
        record["answers"] |= answers.get(record["student"], {})
    return records


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("size", [3, 12, 60])
@pytest.mark.parametrize("own_words", [False, True])
def test_a_class_that_works_for_itself_raises_no_alarm(unit, size, own_words):
    """Everybody writes one of the known versions, many of them the very same."""
    assert copied_alarms(make_records(unit, size, own_words=own_words)) == {}


def test_the_same_odd_code_under_other_names_in_two_exercises():
    other = FORWARD.replace("moving", "m").replace("store", "s").replace("pos", "i")
    count = "def count_parameters(D, H, K):\n" + "".join(
        f"    {x} = {k} * D - H\n" for k, x in enumerate("abcdefg")
    )
    records = make_records("01_hidden_state", 20)
    answers = {"rnn_forward": FORWARD, "count_parameters": count + "    return g * a * D\n"}
    theirs = {"rnn_forward": other, "count_parameters": answers["count_parameters"]}
    alarms = copied_alarms(with_answers(records, {"anna": answers, "ben": theirs}))
    assert set(alarms) == {"anna", "ben"}
    [alarm] = alarms["anna"]
    assert alarm["kind"] == "copied" and alarm["where"] == "count_parameters, rnn_forward"
    assert "Compare with the submission of ben" in alarm["text"]
    assert "the same code" in alarm["text"]


def test_the_same_code_once_is_no_alarm():
    other = FORWARD.replace("moving", "m").replace("store", "s").replace("pos", "i")
    records = make_records("01_hidden_state", 20)
    answers = {"anna": {"rnn_forward": FORWARD}, "ben": {"rnn_forward": other}}
    assert copied_alarms(with_answers(records, answers)) == {}


def test_the_same_code_with_the_same_odd_names():
    records = make_records("01_hidden_state", 20)
    answers = {"anna": {"rnn_forward": FORWARD}, "ben": {"rnn_forward": FORWARD}}
    [alarm] = copied_alarms(with_answers(records, answers))["ben"]
    assert "the same unusual names" in alarm["text"] and "anna" in alarm["text"]


def test_the_same_comments_in_a_wrong_answer():
    step = (
        "def rnn_step(x, h, params):\n"
        "    # my cat sat on the keyboard\n"
        "    return np.tanh(x @ params.W_xh)  # state comes some other day\n"
    )
    records = make_records("01_hidden_state", 20)
    answers = {"anna": {"rnn_step": step}, "ben": {"rnn_step": step}}
    alarms = copied_alarms(with_answers(records, answers))
    assert set(alarms) == {"anna", "ben"}
    assert "my cat sat on the keyboard" in alarms["anna"][0]["text"]


def test_what_many_have_is_no_sign():
    """A hint that a third of the class has taken over, with its comments and names."""
    records = make_records("01_hidden_state", 20)
    answers = {
        r["student"]: {"rnn_forward": FORWARD + "# taken from the hint below\n"}
        for r in records[:8]
    }
    assert copied_alarms(with_answers(records, answers)) == {}


@pytest.mark.parametrize("friends, alarmed", [(4, 4), (5, 0)])
def test_code_that_more_than_four_share_is_no_sign(friends, alarmed):
    """The next natural way to write it, which nobody has declared, is no conspiracy."""
    count = "def count_parameters(D, H, K):\n" + "".join(
        f"    {x} = {k} * D - H\n" for k, x in enumerate("abcdefg")
    )
    records = make_records("01_hidden_state", 30)
    answers = {}
    for k, record in enumerate(records[:friends]):
        forward = FORWARD.replace("moving", f"m{k}").replace("store", f"s{k}").replace("pos", "i")
        own = count.replace("D", f"n{k}") + "    return g * a\n"
        answers[record["student"]] = {"rnn_forward": forward, "count_parameters": own}
    assert len(copied_alarms(with_answers(records, answers))) == alarmed


def test_what_the_notebook_gives_is_no_sign():
    given = "def f(x):\n    # this is how to begin here\n    # and this is how to end\n" + "".join(
        f"    variable_{k} = x + {k}\n" for k in range(9)
    )
    records = [{"student": s, "answers": {"f": given}} for s in "ab"]
    assert set(copied_alarms(records)) == {"a", "b"}
    assert copied_alarms(records, given={"f": given}) == {}


def test_the_librarys_own_code_is_recognized():
    import inspect

    records = make_records("02_bptt", 20)
    source = inspect.getsource(all_exercises()["rnn_backward"].reference)
    alarms = copied_alarms(with_answers(records, {"anna": {"rnn_backward": source}}))
    assert set(alarms) == {"anna"} and "rnnlib's own code" in alarms["anna"][0]["text"]


def test_two_equal_files_with_work_in_them():
    records = make_records("01_hidden_state", 20)
    records[1]["digest"] = records[0]["digest"]
    assert set(copied_alarms(records)) == {records[0]["student"], records[1]["student"]}
    empty = [{"student": s, "digest": "1" * 64, "answers": {"f": ""}} for s in "ab"]
    assert copied_alarms(empty) == {}


def test_nothing_depends_on_the_order_of_the_records():
    records = with_answers(
        make_records("01_hidden_state", 20),
        {s: {"rnn_forward": FORWARD} for s in ("anna", "ben", "carla")},
    )
    assert copied_alarms(records) == copied_alarms(records[::-1])


def test_the_time_for_a_class_grows_with_its_size_and_not_with_its_pairs():
    copied_alarms(make_records("03_training", 10))  # what the exercises foresee is read once
    spent = {}
    for size in (100, 400):
        records = make_records("03_training", size, own_words=True)
        begin = time.process_time()
        alarms = copied_alarms(records)
        spent[size] = time.process_time() - begin
        assert len(alarms) <= 4
    assert spent[400] < 8 * spent[100]  # 16 times as many pairs


@pytest.mark.parametrize("records", [[], [{}], [{"student": None, "answers": None, "marks": None}]])
def test_records_may_be_empty(records):
    assert copied_alarms(records) == {}


@pytest.mark.parametrize("odd", ["\0", "\ud800", "'''\0\nx = (", "\ud800\0\n"])
def test_comments_are_read_in_a_text_that_no_parser_takes(odd):
    """Python's tokenizer is not the same on every version: some stumble over these."""
    found = read(f"# four words are enough\nx = 1\n{odd}").comments
    assert found == {"four words are enough"}
