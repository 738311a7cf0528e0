import csv
import json
import subprocess
import sys
import time

import numpy as np
import pytest

from rnnlib.course import bench
from rnnlib.course.bench import growth, instead, report, rows, run, timing, training
from rnnlib.course.bench.rows import ROWS, Row, contestants

EMPTY = {"rows": [], "instead": [], "growth": [], "training": [], "checkpoints": [], "threads": 1}


def test_thirty_rows():
    assert len(ROWS) == len(set(ROWS)) == 30


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_contestants_agree_and_run(cell, dtype):
    functions = contestants(Row(cell, dtype, 5, 3, 4, 6))
    assert len(functions) == 6
    times = timing.interleaved(functions, seconds=0, at_least=1)
    assert times.keys() == functions.keys()
    assert min(times.values()) > 0


def test_a_wrong_result_is_not_timed(monkeypatch):
    right = rows.cell_functions

    def wrong(params):
        forward, backward = right(params)
        return forward, lambda dhs, dstate, cache: backward(1.01 * dhs, dstate, cache)

    monkeypatch.setattr(rows, "cell_functions", wrong)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        contestants(Row("gru", "float64", 5, 3, 4, 6))


def test_the_quick_rows_are_some_of_all():
    assert set(rows.QUICK) < set(ROWS) and len(rows.QUICK) == 18


def test_the_command_writes_table_csv_and_plot(monkeypatch, tmp_path, capsys):
    small = [Row("rnn", "float32", 4, 2, 3, 5), Row("lstm", "float64", 4, 2, 3, 5)]
    monkeypatch.setattr(rows, "QUICK", small)
    options = ["--threads", "1", "--seconds", "0", "--out", str(tmp_path / "new")]
    assert bench.main([*options, "--parts", "rows"]) == 0
    with open(tmp_path / "new" / "benchmark.csv", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["cell"] for line in lines] == ["rnn", "lstm"]
    for line in lines:
        ratio = float(line["both_rnnlib_ms"]) / float(line["both_torch_ms"])
        np.testing.assert_allclose(float(line["both_to_torch"]), ratio, rtol=0.02)
    assert (tmp_path / "new" / "benchmark.png").read_bytes()[:4] == b"\x89PNG"
    text = (tmp_path / "new" / "benchmark.md").read_text(encoding="utf-8")
    assert "| LSTM | float64 |" in text and "PyTorch" in text and "(1 thread)" in text
    out = capsys.readouterr().out
    assert "Geometric mean" in out and "2 rows" in out


def test_bad_options(capsys):
    with pytest.raises(SystemExit):
        bench.main(["--cells", "transformer"])
    assert "--cells are rnn, gru, lstm" in capsys.readouterr().err


def test_the_geometric_mean_and_the_exponent():
    assert report.geometric_mean([4.0, 1.0, 0.25]) == pytest.approx(1)
    assert growth.exponent([1, 10, 100], [5.0, 50.0, 500.0]) == pytest.approx(1)


def test_numbers_of_a_busy_machine_are_no_result(monkeypatch):
    monkeypatch.setattr(report.os, "cpu_count", lambda: 2)
    assert "NO RESULT" in report.conditions({"load": 2.5})
    assert "NO RESULT" not in report.conditions({"load": 1.5})


def test_the_others_agree_and_what_is_missing_is_said(monkeypatch):
    def absent(*arrays):
        raise ImportError("no", name="theano")

    monkeypatch.setitem(instead.INSTEAD, "Theano", absent)
    found = timing.one_instead((4, 2, 3, 5), 0, time.process_time)
    assert found["missing"]["Theano"] == "theano is not installed"
    names = {"rnnlib", "torch.nn", "torch, a loop over time"}
    assert {f"{what} {name}" for name in names for what in ("forward", "both")} <= set(
        found["times"]
    )
    (table,) = report.tables(EMPTY | {"instead": [found | {"size": (4, 2, 3, 5)}]})
    assert ["torch.nn", "1.00", "1.00"] in [row[:3] for row in table[2]]
    assert ["Theano", "theano is not installed", "", ""] in table[2]


def test_a_library_with_another_result_is_not_timed(monkeypatch):
    def wrong(params, xs, dhs):
        return (lambda: 0 * dhs), None

    monkeypatch.setitem(instead.INSTEAD, "wrong", wrong)
    with pytest.raises(AssertionError, match="wrong"):
        instead.instead((4, 2, 3, 5))


def test_growth(monkeypatch):
    monkeypatch.setitem(growth.GROWTH, "T", [2, 4])
    found = timing.one_growth("T", 0, time.process_time)
    assert found["sizes"] == [2, 4] and {*found["exponents"]} == {"rnnlib", "torch"}
    (table,) = report.tables(EMPTY | {"growth": [found | {"axis": "T"}]})
    assert table[2][0][:2] == ["T", "2, 4"]


@pytest.mark.parametrize("name", training.TRAINING)
def test_networks_of_the_course_take_the_same_way_as_in_torch(name):
    make, _ = training.TRAINING[name]
    found = training.train_beside_torch(make(), 4)
    assert found["losses"][0] == pytest.approx(found["losses"][1], rel=1e-4)
    assert found["rnnlib"] > 0 and found["torch"] > 0


def test_the_threads_are_set_before_numpy_is_loaded(monkeypatch):
    seen = {}

    class Worker(subprocess.Popen):
        def __init__(self, command, *, env, **options):
            seen.update({name: env[name] for name in run.THREAD_VARIABLES})
            code = f"print({json.dumps({'part': 'versions', 'numpy': '2'})!r})"
            super().__init__([sys.executable, "-c", code], env=env, **options)

    monkeypatch.setattr(run.subprocess, "Popen", Worker)
    nothing = {part: [] for part in run.PARTS} | {"threads": 3, "seconds": 0}
    assert run.measure(nothing)["versions"] == [{"numpy": "2"}]
    assert set(seen.values()) == {"3"}


def test_importing_the_command_imports_neither_torch_nor_matplotlib():
    code = (
        "import sys, rnnlib.course.bench; print({'torch', 'matplotlib', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
