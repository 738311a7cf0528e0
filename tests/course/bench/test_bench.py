import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from rnnlib.course import bench
from rnnlib.course.bench import rows, run, timing
from rnnlib.course.bench.rows import ROWS, Row, contestants


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


def test_the_command_writes_table_csv_and_plot(monkeypatch, tmp_path, capsys):
    small = [Row("rnn", "float32", 4, 2, 3, 5), Row("lstm", "float64", 4, 2, 3, 5)]
    monkeypatch.setattr(rows, "ROWS", small)
    assert bench.main(["--threads", "1", "--seconds", "0", "--out", str(tmp_path / "new")]) == 0
    with open(tmp_path / "new" / "benchmark.csv", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["cell"] for line in lines] == ["rnn", "lstm"]
    for line in lines:
        ratio = float(line["both_rnnlib_ms"]) / float(line["both_torch_ms"])
        np.testing.assert_allclose(float(line["both_to_torch"]), ratio, rtol=0.02)
    assert (tmp_path / "new" / "benchmark.png").read_bytes()[:4] == b"\x89PNG"
    text = (tmp_path / "new" / "benchmark.md").read_text(encoding="utf-8")
    assert "| LSTM | float64 |" in text and "PyTorch" in text
    assert "Geometric mean" in capsys.readouterr().out


def test_the_geometric_mean_and_bad_options(capsys):
    assert run.geometric_mean([4.0, 1.0, 0.25]) == pytest.approx(1)
    with pytest.raises(SystemExit):
        bench.main(["--cells", "transformer"])
    assert "--cells are rnn, gru, lstm" in capsys.readouterr().err


def test_the_threads_are_set_before_numpy_is_loaded(monkeypatch):
    seen = {}

    class Worker(subprocess.Popen):
        def __init__(self, command, *, env, **options):
            seen.update({name: env[name] for name in run.THREAD_VARIABLES})
            lines = [{"numpy": "2", "torch": "2"}, {"checkpoints": {}}]
            code = "print({!r})".format("\n".join(map(json.dumps, lines)))
            super().__init__([sys.executable, "-c", code], env=env, **options)

    monkeypatch.setattr(run.subprocess, "Popen", Worker)
    assert run.measure([], threads=3, seconds=0) == ([], {"numpy": "2", "torch": "2"}, {})
    assert set(seen.values()) == {"3"}


def test_importing_the_command_imports_neither_torch_nor_matplotlib():
    code = (
        "import sys, rnnlib.course.bench; print({'torch', 'matplotlib', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
