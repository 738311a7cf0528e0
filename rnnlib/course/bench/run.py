"""The command: options, workers, progress, and the files with the results."""

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from rnnlib.course.bench.report import drawn, markdown, printed
from rnnlib.course.extras import need

__all__ = ["load_of", "machine", "main"]

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
PARTS = ("rows", "instead", "growth", "training")


def main(argv=None):
    """Run the benchmark; return the exit code.

    Parameters
    ----------
    argv : list of str, optional
        Options, without the program's name: ``--help`` lists them.
    """
    parser = argparse.ArgumentParser(
        prog="rnnlib bench",
        description="Time rnnlib, torch.nn and the bare matrix products, interleaved. Quick: one "
        "thread, 18 of 30 rows, less than two minutes on a quiet machine.",
    )
    cores = os.cpu_count() or 1
    parser.add_argument("--whole", action="store_true", help="all rows, all threads; many minutes")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART",
                        help=f"of {', '.join(PARTS)} (default all)")  # fmt: skip
    parser.add_argument("--seconds", type=float, help="a row, at least (default 0.5, whole 2)")
    parser.add_argument(
        "--threads", type=int, nargs="+", metavar="N",
        help=f"numbers of threads, one run each (default 1; whole 1 and all: {cores})",
    )  # fmt: skip
    parser.add_argument("--cells", nargs="+", default=["rnn", "gru", "lstm"], metavar="CELL")
    parser.add_argument(
        "--out", type=Path, default=Path("benchmark"), help="folder for the results"
    )
    parser.add_argument(
        "--free-blas", action="store_true",
        help="ignore OPENBLAS_CORETYPE: let OpenBLAS choose its kernels by itself, as torch does",
    )  # fmt: skip
    options = parser.parse_args(argv)
    if options.free_blas:
        os.environ.pop("OPENBLAS_CORETYPE", None)
    need("The benchmark", "torch", "instructor")

    task = _task(options)
    threads = options.threads or ([1, cores] if options.whole and cores > 1 else [1])
    if ("rows" in options.parts and not task["rows"]) or min(threads) < 1:
        parser.error("no row to run: --cells are rnn, gru, lstm; --threads at least 1")
    options.out.mkdir(parents=True, exist_ok=True)
    runs = []
    for count in threads:
        before = load_of()
        found = measure(task | {"threads": count})
        found["threads"] = count
        found["load"] = max(before, load_of() - count)
        found["where"] = machine(found.pop("versions")[0])
        printed(found)
        runs.append(found)
    files = [options.out / f"benchmark.{end}" for end in ("csv", "md", "png")]
    if "rows" in options.parts:
        write_csv(files[0], [row for found in runs for row in found["rows"]])
    files[1].write_text("\n".join(map(markdown, runs)), encoding="utf-8")
    drawn(files[2], runs[0])
    print("written:", *(file for file in files if file.exists()))
    return 0


def _task(options):
    """What the worker is to do."""
    from rnnlib.course.bench.growth import GROWTH
    from rnnlib.course.bench.instead import INSTEAD_SIZES
    from rnnlib.course.bench.rows import QUICK, ROWS
    from rnnlib.course.bench.training import TRAINING

    everything = {
        "rows": [row for row in (ROWS if options.whole else QUICK) if row.cell in options.cells],
        "instead": INSTEAD_SIZES,
        "growth": list(GROWTH),
        "training": [(name, 1 if options.whole else 0.1) for name in TRAINING],
    }
    chosen = {name: part if name in options.parts else [] for name, part in everything.items()}
    seconds = options.seconds if options.seconds is not None else 2 if options.whole else 0.5
    return chosen | {"seconds": seconds}


def measure(task):
    """Run one worker; return its messages by part: lists of dicts."""
    from rnnlib.course.progress import progress_bar

    threads = task["threads"]
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))
    if threads == 1:  # as JAX is told
        environment["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    command = [sys.executable, "-m", "rnnlib.course.bench.timing", json.dumps(task)]
    found = {part: [] for part in ("versions", "checkpoints", *PARTS)}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as worker,
        progress_bar(width=32) as progress,
    ):
        total = 1 + bool(task["rows"]) + sum(len(task[part]) for part in PARTS)
        bar = progress.add_task(f"{threads} thread{'s' * (threads > 1)}", total=total)
        for line in worker.stdout:
            message = json.loads(line)
            part = message.pop("part")
            found[part].append(_result(message, threads) if part == "rows" else message)
            progress.update(bar, advance=1, description=_description(part, message))
    if worker.returncode:
        raise SystemExit(f"the benchmark's process ended with code {worker.returncode}")
    return found


def _description(part, message):
    if part == "rows":
        cell, dtype, *size = message["row"]
        return f"{cell} {dtype} {tuple(size)}"
    return part


def _result(message, threads):
    """Flatten a worker's line: times in milliseconds, and the ratios."""
    cell, dtype, T, N, D, H = message["row"]
    result = dict(cell=cell, dtype=dtype, T=T, N=N, D=D, H=H, threads=threads)
    for what in ("forward", "both"):
        ours, theirs, floor = (
            message["times"][f"{who} {what}"] for who in ("rnnlib", "torch", "floor")
        )
        result[f"{what}_rnnlib_ms"] = round(1e3 * ours, 4)
        result[f"{what}_torch_ms"] = round(1e3 * theirs, 4)
        result[f"{what}_floor_ms"] = round(1e3 * floor, 4)
        result[f"{what}_to_torch"] = round(ours / theirs, 3)
        result[f"{what}_to_floor"] = round(ours / floor, 3)
    return result | {"memory_units": round(message["units"], 2)}


def load_of():
    """Processes that want to run, the mean over the last minute; 0 where nobody counts them."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return 0.0


def machine(versions):
    """Name the processor, the system, the versions, kernels and threads, and what was forced."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration, IndexError):
        pass
    forced = os.environ.get("OPENBLAS_CORETYPE")
    note = f", held to them by OPENBLAS_CORETYPE={forced}" if forced else ""
    numpy_threads, torch_threads = versions["threads"]
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {versions['numpy']} with {versions['kernel']} kernels{note} "
        f"({numpy_threads} thread{'s' * (numpy_threads != 1)}), "
        f"PyTorch {versions['torch']} with {versions['capability']} ({torch_threads}), "
        f"{time.strftime('%Y-%m-%d')}"
    )


def write_csv(path, results):
    """Write all results, one line each."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(results[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(results)
