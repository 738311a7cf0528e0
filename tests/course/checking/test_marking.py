"""Marking: what a report says about a function, what it earns, and that one error costs once."""

import types
import warnings

import numpy as np
import pytest
import torch
from student import notebook, run_cell, write, written

import rnnlib
from rnnlib.course.checking import check, grade, mark
from rnnlib.course.checking.calling import call, shapes_of
from rnnlib.course.checking.display import earned, text
from rnnlib.course.checking.marking import Report
from rnnlib.course.checking.rows import Row
from rnnlib.course.exercises import Case, Exercise, Unusable, Version, all_exercises
from rnnlib.course.exercises.drawing import LARGE
from rnnlib.course.grading.isolation.trusted import StandIn

STEP = all_exercises()["rnn_step"]
FORWARD = all_exercises()["rnn_forward"]
COUNT = all_exercises()["count_parameters"]
LATCH = all_exercises()["latch_params"]
RIGHT_STEP = "np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)"


def step(body, above=""):
    """A student's `rnn_step` with these lines in it."""
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    return write(f"{above}\ndef rnn_step(x, h, params):\n{lines}\n")


def reasons(report):
    return {row.name: row.reason for row in report.rows if row.reason}


def reason(report):
    """The one reason that a report gives."""
    return dict.fromkeys(reasons(report).values()).__iter__().__next__()


@pytest.fixture
def hurry(monkeypatch):
    """A call that hangs is stopped after a fifth of a second."""
    monkeypatch.setitem(call.__kwdefaults__, "seconds", 0.2)


# --- what is wrong with what came back --------------------------------------------------------

RETURNED = {
    "nothing": ("h_next = " + RIGHT_STEP, "returned nothing: does it end with a line `return"),
    "an ellipsis": ("return ...", "is a ellipsis, not an array of numbers"),
    "a wrong shape": (f"return ({RIGHT_STEP}).T", "shape (5, 3); it should be (N, H) = (3, 5)"),
    "a lost axis": (f"return ({RIGHT_STEP})[0]", "shape (5,); it should be (N, H) = (3, 5)"),
    "a number": (f"return ({RIGHT_STEP}).sum()", "shape () (a single number); it should be"),
    "an empty list": ("return []", "is an empty list, not an array of numbers"),
    "a list": (f"return list({RIGHT_STEP})", "is a list of arrays; join them with `np.stack`"),
    "a ragged list": ("return [h, h[0]]", "is a list, not an array of numbers"),
    "text": ("return 'tanh'", "is a str, not an array of numbers"),
    "a dictionary": ("return {'h': h}", "is a dict, not an array of numbers"),
    "a set": ("return {1.0}", "is a set, not an array of numbers"),
    "a function": ("return np.tanh", "is a ufunc, not an array of numbers"),
    "a generator": ("yield h", "returned something that cannot be copied"),
    "objects": (f"return ({RIGHT_STEP}).astype(object)", "entries of type object, not numbers"),
    "complex numbers": (f"return {RIGHT_STEP} + 0j", "holds complex numbers"),
    "NaN": ("return h * np.nan", "holds nan at h_next[0, 0]"),
    "one infinity": (
        f"h_next = {RIGHT_STEP}\nh_next[-1, 2] = np.inf\nreturn h_next",
        ", 2]",
    ),
    "one wrong entry": (
        f"h_next = {RIGHT_STEP}\nh_next[-1, -1] += 1\nreturn h_next",
        "1 of 15 entries are wrong, only at row 2, the last; first h_next[2, 4] = ",
    ),
}


@pytest.mark.parametrize("body, said", RETURNED.values(), ids=list(RETURNED))
def test_what_is_wrong_with_the_returned_value_is_said(body, said, capsys):
    function = step(body)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning on stderr would cost all marks
        report = mark(STEP, function)
        check(function)
    assert report.state == "wrong" and report.share < 1
    assert said in reason(report)
    out, err = capsys.readouterr()
    assert not err
    assert said.replace("`", "") in out
    assert set(reasons(report)) <= {"`h_next`", "with a size of 1", f"with {LARGE}"}


@pytest.mark.parametrize("grad", [False, True], ids=["plain", "with a gradient"])
def test_a_torch_tensor_is_not_a_numpy_array(grad):
    names = notebook()
    names["ready"] = torch.ones(3, 5, requires_grad=grad)
    run_cell("def rnn_step(x, h, params):\n    return ready\n", names)
    report = mark(STEP, names["rnn_step"])
    assert reason(report) == "is a torch tensor; it should be a NumPy array"


@pytest.mark.parametrize(
    "returned, said",
    [
        ("hs", "returned one value; it should return hs, h, in this order"),
        ("(hs,)", "returned 1 values; it should return hs, h, in this order"),
        ("()", "returned 0 values"),
        ("None", "returned nothing"),
        ("hs, None", "is missing"),
        ("list(hs), h", "is a list of arrays; join them with `np.stack`"),
    ],
)
def test_a_wrong_number_of_returned_values_is_said(returned, said):
    function = write(
        f"""
def rnn_forward(xs, h0, params):
    h, hs = h0, []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    hs = np.stack(hs)
    return {returned}
""",
        "rnn_step",
    )
    report = mark(FORWARD, function)
    assert said in reason(report)


CACHE = "RNNCache(xs, h0, hs, params)"


@pytest.mark.parametrize("returned", [f"hs, h, {CACHE}", f"[hs, h, {CACHE}]"])
def test_a_list_of_results_is_welcome(returned):
    assert mark(FORWARD, forward_with(returned)).passed


@pytest.mark.parametrize(
    "returned, said",
    [
        ("hs, h", "no `cache` is returned: it is the last value, after h"),
        ("hs, h, None", "`cache.xs` is missing"),
        ("hs, h, RNNCache(xs, h, hs, params)", "`cache.h0` is not the `h0` that was given"),
        ("hs, h, RNNCache(xs, h0, hs[::-1], params)", "`cache.hs` 90 of 90 entries are wrong"),
        (f"hs, h, {CACHE}, 4", "returned 4 values; it should return 3: hs, h, cache"),
    ],
)
def test_the_cache_belongs_to_what_is_returned(returned, said):
    report = mark(FORWARD, forward_with(returned))
    assert not report.passed and said in " ".join(reasons(report).values())


def forward_with(returned):
    """A right `rnn_forward` that ends with ``return {returned}``."""
    body = FORWARD.variants[0].source("rnn_forward").splitlines()
    source = "\n".join([*body[:-1], "    hs = np.stack(hs)", f"    return {returned}"])
    return write(source, "rnn_step")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("params, reset)", 'params, "after")', "`cache.reset` is 'after'; it should be 'before'"),
        ("(x, h, r, z", "(h, h, r, z", "`cache.x` has shape"),
    ],
)
def test_fields_of_a_cache_that_are_no_results_are_looked_at(old, new, said):
    exercise = all_exercises()["gru_step"]
    source = exercise.variants[0].source("gru_step")
    assert old in source
    report = mark(exercise, write(source.replace(old, new), "gru_step", *exercise.uses))
    assert reasons(report)["`cache`, for the backward pass"].startswith(said)
    assert 0.8 < report.share < 1


def test_a_list_with_a_cache_of_every_step_is_compared_field_by_field():
    exercise = all_exercises()["lstm_forward"]
    source = exercise.variants[0].source("lstm_forward")
    late = source.replace("caches.append(cache)", "caches.append(cache._replace(c=cache.c_next))")
    rows = {row.name: row for row in mark(exercise, write(late, "lstm_step")).rows}
    assert not rows["`hs`"].reason and not rows["`caches.c_next`"].reason
    assert "first caches.c[0, 0, 0] = " in rows["`caches.c`"].reason
    short = source.replace("return np.stack(hs), state, caches", "return np.stack(hs), state, []")
    assert "is missing" in reasons(mark(exercise, write(short, "lstm_step")))["`caches.c`"]


def test_a_list_of_caches_is_not_written_out_under_an_error():
    exercise = all_exercises()["lstm_backward"]
    function = write(
        "def lstm_backward(dhs, dstate, caches):\n    return dhs[99], dstate, caches\n"
    )
    said = reason(mark(exercise, function))
    assert "It was called with dhs (6, 3, 5), dstate.h (3, 5)" in said
    assert said.endswith("caches, a list of 6")


@pytest.mark.parametrize("number, said", [("D ** H", "e+"), ("10 ** 4000", "beyond all")])
def test_a_huge_whole_number_is_still_a_number(number, said, capsys):
    function = write(f"def count_parameters(D, H, K):\n    return {number}\n")
    check(function)
    assert said in capsys.readouterr().out
    assert set(reasons(mark(COUNT, function))) <= {"`total`", "with a size of 1"}


def test_a_wrong_number_is_shown_with_the_right_one_and_the_sizes():
    report = mark(COUNT, write("def count_parameters(D, H, K):\n    return 5\n"))
    case = next(iter(COUNT.draw(np.random.default_rng(1))))
    sizes = "D = {D}, H = {H}, K = {K}".format(**case.sizes)
    assert reason(report) == f"is 5; it should be {COUNT.reference(*case.args)} for {sizes}"


def test_a_list_of_numbers_is_told_from_a_list_of_arrays():
    case = Case((3,))
    exercise = Exercise("f", lambda n: np.arange(n), lambda rng: [case], {"y": "(n,)"})
    numbers, arrays, lists = (
        mark(exercise, write(f"def f(n):\n    return [{each} for k in range(n)]\n")).rows[0].reason
        for each in ("k", "np.ones(2)", "np.ones(2).tolist()")
    )
    assert numbers == "is a list of numbers; make an array of it with `np.array`"
    assert arrays.startswith("is a list of arrays")
    assert lists == "is a list of lists; make an array of it with `np.array`"


def test_a_text_that_the_case_is_about_stands_behind_a_wrong_entry():
    tokens = ["A", ">", "B"]
    for sizes, behind in (({"tokens": repr(tokens)}, f" for tokens = {tokens!r}"), ({"T": 2}, "")):
        case = Case((tokens,), sizes)
        exercise = Exercise("f", lambda tokens: np.array([1.5, 0.5]), lambda rng: [case], {"y": ""})  # noqa: B023
        report = mark(exercise, write("def f(tokens):\n    return np.ones(2)\n"))
        assert report.rows[0].reason.endswith("first y[0] = 1; it should be 1.5" + behind)


@pytest.mark.parametrize(
    "body, said",
    [
        ("return None", "returned nothing; it should return RNNParams("),
        ("return [[6.0]]", "returned a list; it should return RNNParams("),
        ("return RNNParams([[6], [-6]], [[3, 1]], [0])", "gave `W_hh` the shape (1, 2)"),
        ("return RNNParams([[6], [-6]], [[3]], [0, 0])", "and 2 units, as `b_h` has"),
        ("return RNNParams([[np.nan], [-6]], [[3]], [0])", "is not above 0.5"),
        ("return DenseParams([[6], [-6]], [3])", "returned a DenseParams"),
    ],
)
def test_what_is_marked_by_behaviour_says_what_it_needs(body, said):
    report = mark(LATCH, write(f"def latch_params():\n    {body}\n"))
    assert report.state == "wrong"
    assert any(said in words for words in reasons(report).values()), reasons(report)


# --- errors -----------------------------------------------------------------------------------


def test_a_number_that_is_nan_is_called_so():
    function = write("def count_parameters(D, H, K):\n    return np.nan\n")
    assert reason(mark(COUNT, function)) == "is nan"


def test_a_weight_of_a_layer_is_written_as_in_python():
    stack = rnnlib.init_stack(rnnlib.init_rnn, 3, 5, 3, np.random.default_rng(0))
    exercise = Exercise("lowest", lambda params: 1.0, lambda _: [Case((stack,))], results={"y": ""})
    said = reason(mark(exercise, write("def lowest(params):\n    return params[0]\n")))
    assert "write `params.layers[0].W_xh`" in said and "params.layers[2].b_h (5,)" in said


def test_tuples_and_lists_of_arrays_are_told_by_their_shapes():
    pair, many = (np.ones((4, 5)), np.ones((4, 2))), [np.ones(3)] * 6
    said = shapes_of((pair, many, ({"a": 1}, 2)), ("states0", "sequences", "other"))
    assert said.startswith("states0, a tuple of 2: (4, 5), (4, 2), sequences, a list of 6, other =")


@pytest.mark.parametrize(
    "body, said",
    [
        ("return y", "raised NameError: name 'y' is not defined, in the line `return y`"),
        ("return h / {}", "raised TypeError: unsupported operand"),
        ("a = 1\nreturn a / 0", "ZeroDivisionError: division by zero, in the line `return a / 0`"),
        ("assert False", "raised AssertionError, in the line `assert False`"),
        ("return [" + "1, " * 500 + "y]", "1, 1, ...`. It was called with"),
        ("return params.W_x", "has no attribute 'W_x'"),
        ("raise ValueError('over\\n  two lines')", "ValueError: over two lines, in the line"),
        ("exit()", "raised SystemExit"),
        ("raise GeneratorExit", "raised GeneratorExit"),
        ("return rnn_step(x, h, params)", "raised RecursionError"),
        ("return params.W_xh @ x", "a product A @ B in which A has 5 columns and B has 3 rows"),
        ("params.b_h += h.sum(axis=0)", "`.b_h[...] += ...`, or make a new group, `grads ="),
        ("return 1 - h^2", "`^` is not a power in Python; the square of h is `h**2`"),
    ],
)
def test_an_error_is_told_with_the_students_line_and_the_shapes(body, said):
    report = mark(STEP, step(body))
    assert said in reason(report)
    assert "It was called with x (3, 4), h (3, 5), params.W_xh (4, 5)" in reason(report)
    assert report.share == 0


def test_the_line_of_an_error_in_a_helper_is_the_students_own():
    function = write("""
def helper(x):
    return x.reshape(-7, 2)

def rnn_step(x, h, params):
    return helper(h)
""")
    assert "in the line `return x.reshape(-7, 2)`" in reason(mark(STEP, function))


def test_too_few_parameters_are_told():
    report = mark(STEP, write("def rnn_step(x, h):\n    return h\n"))
    assert "takes 2 positional arguments but 3 were given" in reason(report)


def test_an_unwritten_function_is_no_error():
    report = mark(STEP, step("raise NotImplementedError()"))
    assert report.state == "unwritten" and report.share == 0
    assert not report.rows and not report.diagnosis
    assert "rnn_step: not written yet" in text(report)


def test_an_interrupt_by_the_student_goes_through():
    with pytest.raises(KeyboardInterrupt):
        mark(STEP, step("raise KeyboardInterrupt"))


def test_a_call_that_hangs_is_waited_for_once(hurry):
    report = mark(STEP, step("while True:\n    x = x + 0"))
    assert "did not finish within" in reason(report)
    assert report.share == 0 and not report.diagnosis


def test_after_a_call_that_hangs_nothing_is_said_of_a_second_one(hurry):
    report = mark(STEP, step(f"while len(x) == 1:\n    h = h + 0\nreturn {RIGHT_STEP}"))
    assert "did not finish within" in " ".join(reasons(report).values())
    assert "kept between calls" not in " ".join(reasons(report).values())


# --- properties -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, name",
    [
        ("h[:] = 0", "`h`"),
        ("x += 1", "`x`"),
        ("h.shape = h.shape[::-1]", "`h`"),
        ("h *= 1 + 1e-16; h[0, 0] = np.nextafter(h[0, 0], 9)", "`h`"),
    ],
)
def test_an_argument_that_came_back_changed_is_named(line, name):
    report = mark(STEP, step(f"h_next = {RIGHT_STEP}\n{line}\nreturn h_next"))
    assert reasons(report) == {
        "leaves its arguments alone": f"{name} came back changed by the line `{line}`: "
        "make a new array instead of writing into it"
    }
    assert 0.7 <= report.share < 1 and not report.passed


def test_changed_weights_are_noticed():
    report = mark(STEP, step(f"h_next = {RIGHT_STEP}\nparams.b_h[:] = 0\nreturn h_next"))
    assert not report.passed


def test_changing_a_copy_is_fine():
    assert mark(STEP, step(f"h = h.copy()\nh_next = {RIGHT_STEP}\nh[:] = 0\nreturn h_next")).passed


def test_something_kept_between_calls_is_noticed():
    report = mark(
        STEP,
        step(
            "known = x.tobytes() in seen\nseen.add(x.tobytes())\n"
            f"return {RIGHT_STEP} + 0.1 * known",
            above="seen = set()",
        ),
    )
    assert reasons(report) == {
        "same answer when called again": "the second call gave another answer: "
        "something is kept between calls, or an array is never filled (`np.empty`)"
    }
    assert 0.7 <= report.share < 1


def test_a_list_as_a_default_value_is_noticed():
    function = write(
        """
def rnn_forward(xs, h0, params, states=[]):
    h = h0
    for x in xs:
        h = rnn_step(x, h, params)
        states.append(h)
    return np.stack(states[-len(xs):]) + 0.01 * (len(states) - len(xs)), h
""",
        "rnn_step",
    )
    assert "something is kept between calls" in " ".join(reasons(mark(FORWARD, function)).values())


def test_a_mistake_that_only_shows_at_a_size_of_1_costs_only_that_row():
    report = mark(STEP, step(f"h_next = {RIGHT_STEP}\nreturn h_next.squeeze()"))
    assert set(reasons(report)) == {"with a size of 1"}
    assert 0.85 < report.share < 1


def test_a_reason_is_told_once():
    function = write("def rnn_forward(xs, h0, params):\n    return 1 / 0\n")
    words = text(mark(FORWARD, function))
    assert words.count("division by zero") == 1 and words.count("as above") == 1


def test_printing_and_warnings_stay_inside(capfd):
    function = step(
        "print('here')\nprint('there', file=sys.stderr)\nlogging.getLogger().warning('hm')\n"
        "np.log(np.zeros(1))\nwarnings.warn('mine')\nwarnings.warn('mine')\n"
        f"return {RIGHT_STEP}",
        above="import logging, sys, warnings",
    )
    assert grade(function, points=5) == 5.0
    out, err = capfd.readouterr()
    assert not err
    assert "here" not in out and "there" not in out and "hm" not in out
    assert out.count("NumPy warned: mine") == 1
    assert out.count("divide by zero") == 1


def test_a_flood_of_output_is_not_kept():
    function = write(
        "def f():\n    for _ in range(300):\n        print('x' * 100_000)\n    return 1\n"
    )
    assert call(function, ()).value == 1


def test_the_settings_of_warnings_are_as_before():
    before = list(warnings.filters)
    mark(STEP, step(f"import warnings\nwarnings.simplefilter('ignore')\nreturn {RIGHT_STEP}"))
    assert list(warnings.filters) == before


# --- points -----------------------------------------------------------------------------------


def test_nearly_everything_is_not_everything():
    report = Report("f", rows=[Row("a", 0.9999999, 1.0, "nearly")])
    assert earned(report, 5) == 4.99
    assert earned(Report("f", rows=[Row("a", 1.0, 1 + 1e-9)], state="right"), 5) == 5.0


@pytest.mark.parametrize("shift, points", [("hs", 2.0), ("h", 4.0), ("hs, h", 0.0)])
def test_each_result_carries_its_share(shift, points):
    source = f"""
def rnn_forward(xs, h0, params):
    h, hs = h0, []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    hs = np.stack(hs)
    {"; ".join(f"{name} = {name} + 1" for name in shift.split(", "))}
    return hs, h, RNNCache(xs, h0, hs, params)
"""
    assert grade(write(source, "rnn_step"), points=6) == points


def test_another_seed_is_another_test():
    """Numbers learned by heart from one seed are worth nothing under another."""
    args = next(iter(STEP.draw(np.random.default_rng(1)))).args
    names = notebook()
    names["known"] = STEP.reference(*args)
    run_cell("def rnn_step(x, h, params):\n    return known.copy()\n", names)
    assert mark(STEP, names["rnn_step"], seed=1).rows[0].right == 0  # one of two plain cases
    function = step(f"return {RIGHT_STEP}")
    assert all(grade(function, points=5, seed=seed) == 5 for seed in range(20))


# --- one error costs once ---------------------------------------------------------------------

WRONG_STEPS = {
    "wrong": "def rnn_step(x, h, params):\n    return np.tanh(x @ params.W_xh + h @ params.W_hh)\n",
    "of a wrong shape": "def rnn_step(x, h, params):\n    return np.zeros(3)\n",
    "returning nothing": "def rnn_step(x, h, params):\n    pass\n",
    "raising": "def rnn_step(x, h, params):\n    return 1 / 0\n",
    "looping": "def rnn_step(x, h, params):\n    while True:\n        x = x + 0\n",
    "unwritten": "def rnn_step(x, h, params):\n    raise NotImplementedError()\n",
    "borrowed": "import rnnlib\ndef rnn_step(*args):\n    return rnnlib.rnn_step(*args)\n",
    "changing its arguments": next(
        m for m in STEP.mistakes if m.name == "state_overwritten"
    ).source("rnn_step"),
    "missing": "",
    "no function": "rnn_step = 5\n",
}


@pytest.mark.parametrize("earlier", WRONG_STEPS.values(), ids=list(WRONG_STEPS))
def test_an_earlier_function_that_is_not_right_costs_once(earlier, hurry):
    names = run_cell(earlier)
    run_cell(FORWARD.own.source("rnn_forward"), names)
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "right", text(report)
    assert report.apart and "`rnn_step`" in report.notes[0]
    assert earned(report, 6) == 6.0
    if isinstance(names.get("rnn_step"), types.FunctionType):
        assert not mark(STEP, names["rnn_step"]).passed


def test_an_earlier_error_written_out_again_is_accepted_where_it_is_the_same():
    inlined = """
def rnn_forward(xs, h0, params):
    h, hs = h0, []
    for x in xs:
        h = np.tanh(x @ params.W_xh + h @ params.W_hh)
        hs.append(h)
    return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)
"""
    names = run_cell(WRONG_STEPS["wrong"])
    run_cell(inlined, names)
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "right"
    assert report.notes == ["Marked with your own `rnn_step`, which is not right yet."]
    # With a right earlier function it is an error of this one.
    report = mark(FORWARD, write(inlined, "rnn_step"))
    assert report.state == "wrong" and not report.apart


def test_an_earlier_function_with_two_faces_is_taken_for_the_one_that_is_known():
    """What it does where a later one is compared is not what it did where it was looked at."""
    names = run_cell("""
seen = []
def rnn_step(x, h, params):
    if any(np.array_equal(params.W_hh, one) for one in seen):
        parts = (x, params.W_xh, params.W_hh, params.b_h)
        return np.zeros_like(h) + 0.1 * sum(a.mean() for a in parts)
    return np.tanh(x @ params.W_xh + h @ params.W_hh)
""")
    run_cell(
        """
def rnn_forward(xs, h0, params):
    seen.append(params.W_hh)
    means = xs.mean((1, 2)) + sum(a.mean() for _, a in params.items())
    hs = np.zeros((len(xs), *h0.shape)) + 0.1 * means[:, None, None]
    return hs, hs[-1], RNNCache(xs, h0, hs, params)
""",
        names,
    )
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "wrong" and report.share < 0.1


def test_an_earlier_function_called_through_a_helper_costs_once():
    names = run_cell(WRONG_STEPS["wrong"])
    run_cell(
        """
def all_states(xs, h, params):
    for x in xs:
        h = rnn_step(x, h, params)
        yield h

def rnn_forward(xs, h0, params):
    hs = np.stack(list(all_states(xs, h0, params)))
    return hs, hs[-1], RNNCache(xs, h0, hs, params)
""",
        names,
    )
    assert mark(FORWARD, names["rnn_forward"]).state == "right"


@pytest.mark.parametrize("earlier", ["wrong", "raising", "unwritten", "looping", "missing"])
@pytest.mark.parametrize("mistake", ["h0_ignored", "batch_first", "state_before_step"])
def test_a_wrong_function_after_a_wrong_one_is_still_diagnosed(earlier, mistake, hurry):
    (version,) = [m for m in FORWARD.mistakes if m.name == mistake]
    names = run_cell(WRONG_STEPS[earlier])
    run_cell(version.source("rnn_forward"), names)
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "wrong"
    assert report.diagnosis == [(version.name, version.text)]
    assert report.share == mark(FORWARD, written(FORWARD, version)).share


def test_an_unwritten_function_after_an_unwritten_one_is_unwritten():
    names = run_cell(WRONG_STEPS["unwritten"])
    run_cell("def rnn_forward(xs, h0, params):\n    raise NotImplementedError()\n", names)
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "unwritten" and report.share == 0


def test_a_wrong_call_of_a_right_earlier_function_is_told_by_its_own_name():
    report = mark(
        FORWARD,
        write("def rnn_forward(xs, h0, params):\n    return rnn_step(xs[0], h0)\n", "rnn_step"),
    )
    assert "rnn_step() missing 1 required positional argument" in report.rows[0].reason
    assert not report.notes


def test_right_functions_before_leave_no_note():
    report = mark(FORWARD, written(FORWARD, FORWARD.own))
    assert report.state == "right" and not report.notes and not report.apart


# --- two mistakes -----------------------------------------------------------------------------


def two_results(**settings):
    exercise = Exercise(
        "both",
        lambda x: (2 * x, x + 1),
        lambda rng: [Case((rng.normal(size=5),), {"T": 5})],
        results={"a": "(T,)", "b": "(T,)"},
        **settings,
    )

    def tripled(x):
        """`a` is three times x."""
        return 3 * x, x + 1

    def subtracted(x):
        """1 is subtracted for `b`."""
        return 2 * x, x - 1

    exercise.mistake(tripled)
    exercise.mistake(subtracted)
    return exercise


def test_two_mistakes_at_once_are_both_named():
    report = mark(two_results(), write("def both(x):\n    return 3 * x, x - 1\n"))
    assert [name for name, _ in report.diagnosis] == ["tripled", "subtracted"]
    assert "Part of it is what you get when" in text(report)
    assert report.share == 0


def test_an_unknown_mistake_is_not_given_a_known_name():
    report = mark(two_results(), write("def both(x):\n    return 7 * x, x + 1\n"))
    assert report.diagnosis == []
    assert 0 < report.share < 1
    assert "This is what you get" not in text(report)


def test_a_known_mistake_beside_an_unknown_one_is_named_for_its_part():
    report = mark(two_results(), write("def both(x):\n    return 7 * x, x - 1\n"))
    assert [name for name, _ in report.diagnosis] == ["subtracted"]
    assert "Part of it is what you get when" in text(report)


def test_a_mistake_has_to_fit_on_every_input():
    function = write("def both(x):\n    return np.where(np.arange(5) < 4, 3 * x, 2 * x), x + 1\n")
    assert mark(two_results(), function).diagnosis == []


def test_a_result_may_weigh_more():
    exercise = two_results(weights={"a": 3})
    share = mark(exercise, write("def both(x):\n    return 2 * x, x\n")).share
    assert share == pytest.approx(0.75)


def test_what_is_observed_may_be_refused_with_a_sentence():
    def observe(value, case):
        raise Unusable("is not what it should be")

    exercise = Exercise(
        "watched", lambda x: x, lambda rng: [Case((1.0,))], {"y": ""}, observe=observe
    )
    trial = write("def watched(x):\n    return x\n")
    with pytest.raises(Unusable):  # the reference itself: an author's error, not a student's
        mark(exercise, trial)


# --- versions ---------------------------------------------------------------------------------


def test_a_version_knows_its_source():
    assert Version("affine", "", all_exercises()["output_step"].variants[0].function).source(
        "output_step"
    ) == ("def output_step(h, params):\n    return h @ params.W_hy + params.b_y\n")


def test_of_two_earlier_functions_only_the_wrong_one_is_named():
    gates, state, step = (all_exercises()[n] for n in ("lstm_gates", "lstm_state", "lstm_step"))
    names = run_cell(gates.variants[0].source("lstm_gates"), notebook(borrow=step.borrow))
    run_cell(state.mistakes[0].source("lstm_state"), names)
    run_cell(step.own.source("lstm_step"), names)
    report = mark(step, names["lstm_step"])
    assert report.passed and report.notes[0].startswith("Marked with a right `lstm_state`;")


# --- what was made up to be agreed with --------------------------------------------------------

LOSING = "def rnn_step(x, h, params):\n    {}\n"
ZEROS = (
    "def rnn_forward(xs, h0, params):\n"
    "    return np.zeros((len(xs), *h0.shape)), np.zeros_like(h0), None\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "r = np.zeros_like(h); r[0, 0] = np.inf; return r",
        "r = np.zeros_like(h); r[0, 0] = 1e30; return r",
        "return h * 0 if np.size(x) % 2 else h + x.sum() * params.W_hh.sum()",
        "return 0.5 * np.tanh(x @ params.W_xh) * h",
    ],
)
def test_an_earlier_function_that_is_no_known_mistake_is_not_compared_with(body):
    names = run_cell(LOSING.format(body))
    run_cell(ZEROS, names)
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "wrong"
    run_cell(
        "def rnn_forward(xs, h0, params):\n"
        "    return (*[np.full((len(xs), *h0.shape), np.inf), np.full(h0.shape, np.inf)], None)",
        names,
    )
    assert mark(FORWARD, names["rnn_forward"]).share == 0


def test_a_wrong_answer_leaves_nothing_behind_for_the_next():
    exercise = all_exercises()["train_early_stopping"]  # its cases count what is asked of them
    right = written(exercise, exercise.variants[0])
    wrong = write(
        """
def train_early_stopping(params, run_epoch, validation_loss, max_epochs, patience):
    losses = []
    for _ in range(max_epochs):
        run_epoch(params)
        losses.append(validation_loss(params))
    return params, losses
"""
    )
    assert mark(exercise, right).passed
    assert not mark(exercise, wrong).passed
    assert mark(exercise, right).passed


class Elsewhere(StandIn):
    """As if the function, and the right earlier ones, were in another process."""

    def __init__(self, function):
        super().__init__(None, function.__name__, function.__name__, True)
        self.function = function

    def call(self, args, names, **how):
        return call(self.function, args, names, **how)

    def apart(self, exercise):
        return self


@pytest.mark.parametrize("where", [lambda function: function, Elsewhere])
def test_right_earlier_functions_are_not_blamed_for_numbers_that_nobody_wrote(where):
    """An array from np.empty that is not filled holds something else at each call."""
    exercise = all_exercises()["rnn_forward"]
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    source = """
from itertools import count
turn = count()
def rnn_forward(xs, h0, params):
    h, hs = h0, np.full((len(xs), *h0.shape), float(next(turn)))
    for t in range(len(xs) - 1):
        h = hs[t] = rnn_step(xs[t], h, params)
    return hs, h, RNNCache(xs, h0, hs, params)
"""
    report = mark(exercise, where(run_cell(source, names)["rnn_forward"]))
    assert report.state == "wrong"
    assert not any("Marked with" in note for note in report.notes), report.notes
