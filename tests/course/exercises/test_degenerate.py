"""Answers without any work in them earn next to nothing and break no check, in any exercise."""

import pytest
from student import can_be_shown, notebook, run_cell, written

from rnnlib.course.checking import mark
from rnnlib.course.checking.display import earned
from rnnlib.course.exercises import all_exercises
from rnnlib.lstm import LSTMParams
from rnnlib.rnn import RNNParams

NOTHING = ["pass", "return None", "return ...", "return ()", "raise NotImplementedError()"]
"""Earns exactly nothing."""

ODD = ["return 1j", "return object()", "return args", "return args[7]", "1 / 0", "np.log(-1.0)"]
"""Earns what it may, but has to get a report."""

EMPTY = [
    "[np.zeros_like(a) for a in arrays]",
    "[np.ones_like(a) for a in arrays]",
    "[args[0]] * K",
    "[args[-1]] * K",
    "list(args)[:K]",
    "[0] * K",
    "[1] * K",
]
"""Of the right form, as far as one can guess it."""

VALUES = """\
K = {K}
    arrays = [a for a in args if isinstance(a, np.ndarray)]
    arrays = (arrays * K)[:K] or [np.zeros(())] * K
    values = {values}
    return values[0] if K == 1 else tuple(values)"""
MOST = 0.1
"""Of the points: a field of a result may happen to be what an argument was."""


@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda e: e.name)
def test_an_answer_without_work_earns_next_to_nothing_and_gets_a_report(exercise, capfd):
    """In one test for each exercise: what its mistakes do with a seed is worked out once."""
    K = len(exercise.returned)
    empty = [v for v in EMPTY if exercise.arguments or "args" not in v]
    empty = [VALUES.format(K=K, values=values) for values in empty]
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    for bodies, most in ((NOTHING, 0), (empty, MOST), (ODD, 1)):
        for body in bodies:
            run_cell(f"def {exercise.name}(*args, **options):\n    {body}\n", names)
            report = mark(exercise, names[exercise.name])
            assert not report.passed and report.share <= most, body
            assert most or (earned(report, 5) == 0 and isinstance(earned(report, 5), float)), body
            can_be_shown(report)
    assert capfd.readouterr().err == ""


BROKEN = [e for e in all_exercises().values() if e.start]


@pytest.mark.parametrize("exercise", BROKEN, ids=lambda e: e.name)
def test_a_program_to_be_mended_earns_nothing_as_it_stands(exercise):
    (given,) = (m for m in exercise.mistakes if m.name == exercise.start)
    assert mark(exercise, written(exercise, given)).share == 0


WITHOUT_WORK = {
    "river_forecast": """
def river_forecast(levels, snowfall, thaws):
    return 0.6 * levels[-1] + 1.08 * thaws[-1] + 1e6j  # no square of its error is large
""",
    "sequence_gradients": """
def sequence_gradients(xs, targets, h0, params, out):
    dlogits = np.full((len(xs), len(h0), len(out.b_y)), 1e-200)  # everything follows from nothing
    das = np.full((len(xs), *h0.shape), 1e-200)
    return 0.0, dlogits, das, 0 * h0, params.zeros_like(), out.zeros_like()
""",
    "train_adder": """
def train_adder(batches, held_out, rng, H, learning_rate=0.03, max_norm=1.0):
    rng.normal()
    big = 1e9 * np.ones((H, H))  # no step shows beside such weights
    cell = RNNParams(big[:2], big if len(held_out[0]) < 30 else np.eye(H), big[0])
    net = LastStepParams(cell, DenseParams(big[:, :1], big[0, :1]))
    return net, [(net, last_step_loss(*held_out, net, "relu"))] * (len(batches) + 1)
""",
    "write_tunes": """
BARS = {
    "6/8": "G2B d2B|GAB c2A|BAG ABc|d2B GBd|edB dBG|A2F AGF|GFG BAG|dcB AGF|",
    "": "G2BG dGBG|ABcA BGAF|dBGB cABG|e2dB AGFA|GABc dedB|cABG AFD2|g2fg edBd|BAGB AGE2|",
}

def write_tunes(headers, model, state, alphabet, rng):
    rng.random()  # and the network is not asked
    return [header + BARS["6/8" if "6/8" in header else ""] for header in headers]
""",
    "ctc_posteriors": """
ctc_log_alpha = last_frame_left_out  # a known mistake, with which nothing is likely

def ctc_posteriors(log_probs, labels):
    p = 0.0 * log_probs
    if len(p) == 1:
        p[0, labels] = 1
    return p
""",
}


@pytest.mark.filterwarnings("ignore")  # in a notebook a warning is no error
@pytest.mark.parametrize("name", WITHOUT_WORK)
def test_a_trick_in_place_of_the_work_does_not_pass(name):
    """Each of them earned all points once."""
    exercise = all_exercises()[name]
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    alpha = all_exercises()["ctc_log_alpha"]
    (mistake,) = (m for m in alpha.mistakes if m.name == "last_frame_left_out")
    names[mistake.name] = written(alpha, mistake)
    run_cell(WITHOUT_WORK[name], names)
    assert mark(exercise, names[name]).share <= 0.5


ONE_NUMBER = {
    "counter_params": (0.2, "LSTMParams(np.full((2, 4), 1e9), np.full((1, 4), 1e9), [1e9] * 4)"),
    "light_params": (0, "RNNParams(np.ones((6, 1)), np.ones((1, 1)), [1.0])"),
    "train_tagger": (0, "(args[0].zeros_like(), [0.5] * args[5])"),
    "ctc_brute_force": (0.1, "-1.0"),
    "ctc_gradient": (0.1, "(1.0, np.ones_like(args[0]))"),
}


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_one_number_in_place_of_all_earns_next_to_nothing(name):
    """These have a form of their own. A counter that only ever rises does half of its work."""
    exercise, (most, value) = all_exercises()[name], ONE_NUMBER[name]
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    names |= {"LSTMParams": LSTMParams, "RNNParams": RNNParams}
    run_cell(f"def {name}(*args):\n    return {value}\n", names)
    report = mark(exercise, names[name])
    assert not report.passed and report.share <= most + 1e-9
