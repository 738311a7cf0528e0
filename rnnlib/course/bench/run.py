"""The command: start the workers, show progress, print the table, write CSV and plot."""

import argparse
import csv
import json
import math
import os
import platform
import subprocess
import sys
from pathlib import Path

from rnnlib.course.extras import need

__all__ = ["geometric_mean", "machine", "main"]

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv=None):
    """Run the benchmark; return the exit code.

    Parameters
    ----------
    argv : list of str, optional
        Options, without the program's name: ``--help`` lists them.
    """
    parser = argparse.ArgumentParser(
        prog="rnnlib bench",
        description="Time rnnlib, torch.nn and the bare matrix products, interleaved.",
    )
    cores = os.cpu_count() or 1
    parser.add_argument("--seconds", type=float, default=1.0, help="a row, at least (default 1)")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=sorted({1, cores}), metavar="N",
        help=f"numbers of threads, one run each (default 1 and all: {cores})",
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

    from rnnlib.course.bench.rows import ROWS

    rows = [row for row in ROWS if row.cell in options.cells]
    if not rows or min(options.threads) < 1:
        parser.error("no row to run: --cells are rnn, gru, lstm; --threads at least 1")
    options.out.mkdir(parents=True, exist_ok=True)
    results, texts = [], []
    for threads in options.threads:
        measured, versions, kept = measure(rows, threads, options.seconds)
        results += measured
        where = machine(versions)
        summary = summarize(measured, kept)
        report(measured, threads, where, summary)
        texts.append(markdown(measured, threads, where, summary))
    files = [options.out / f"benchmark.{end}" for end in ("csv", "md", "png")]
    write_csv(files[0], results)
    files[1].write_text("\n".join(texts), encoding="utf-8")
    plot(files[2], results)
    print("written:", *files)
    return 0


def measure(rows, threads, seconds):
    """Run one worker; return results (a dict a row), versions, the ratios of checkpoints."""
    from rnnlib.course.progress import progress_bar

    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))
    task = json.dumps({"threads": threads, "seconds": seconds, "rows": rows})
    command = [sys.executable, "-m", "rnnlib.course.bench.timing", task]
    results, versions, kept = [], None, None
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as worker,
        progress_bar(width=32) as progress,
    ):
        bar = progress.add_task(f"{threads} thread{'s' * (threads > 1)}", total=len(rows))
        for line in worker.stdout:
            message = json.loads(line)
            if versions is None:
                versions = message
                continue
            if "checkpoints" in message:
                kept = message["checkpoints"]
                continue
            results.append(_result(message, threads))
            cell, dtype, *size = message["row"]
            description = f"{cell} {dtype} {tuple(size)}"
            progress.update(bar, advance=1, description=description)
    if worker.returncode:
        raise SystemExit(f"the benchmark's process ended with code {worker.returncode}")
    return results, versions, kept


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


def report(results, threads, where, summary):
    """Print the table of one run."""
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{threads} thread{'s' * (threads > 1)}: medians in ms; a ratio below 1: rnnlib is "
        "faster than torch",
        caption=where,
    )
    for name in ("cell", "dtype", "T, N, D, H"):
        table.add_column(name, no_wrap=True)
    for name in ("forward", "torch", "ratio", "+backward", "torch", "ratio", "to floor", "memory"):
        table.add_column(name, justify="right")
    for r in results:
        numbers = [
            f"{r[key]:.2f}"
            for key in (
                "forward_rnnlib_ms", "forward_torch_ms", "forward_to_torch",
                "both_rnnlib_ms", "both_torch_ms", "both_to_torch", "both_to_floor",
                "memory_units",
            )
        ]  # fmt: skip
        size = f"{r['T']}, {r['N']}, {r['D']}, {r['H']}"
        table.add_row(r["cell"], r["dtype"], size, *numbers)
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    console.print(summary, highlight=False)


def summarize(results, kept):
    """Say in three lines what the table comes to."""
    lines = []
    for what, name in (("forward", "forward"), ("both", "forward + backward")):
        mean = geometric_mean([r[f"{what}_to_torch"] for r in results])
        lines.append(f"Geometric mean of the ratios to torch, {name}: {mean:.2f}.")
    lines.append(
        f"Checkpoints, LSTM, T = {kept['T']}: {kept['time']:.2f} times the time, "
        f"{kept['memory']:.2f} times the memory of the plain gradient."
    )
    return "\n".join(lines)


def markdown(results, threads, where, summary):
    """Make the short table of a README: ratios to torch, forward + backward."""
    sizes = list(dict.fromkeys((r["T"], r["N"], r["D"], r["H"]) for r in results))
    kinds = list(dict.fromkeys((r["cell"], r["dtype"]) for r in results))
    ratios = {
        (r["cell"], r["dtype"], r["T"], r["N"], r["D"], r["H"]): r["both_to_torch"] for r in results
    }
    head = " | ".join(", ".join(map(str, size)) for size in sizes)
    lines = [
        f"Time of rnnlib over time of `torch.nn`, forward and backward, {threads} "
        f"thread{'s' * (threads > 1)}; below 1 rnnlib is faster. Columns: T, N, D, H.",
        "",
        f"| cell | dtype | {head} |",
        "|---|---|" + "---|" * len(sizes),
    ]
    for cell, dtype in kinds:
        row = " | ".join(f"{ratios[cell, dtype, *size]:.2f}" for size in sizes)
        lines.append(f"| {cell.upper()} | {dtype} | {row} |")
    return "\n".join([*lines, "", summary.replace("\n", " "), "", where + ".", ""])


def geometric_mean(ratios):
    """exp of the mean logarithm: 2 and 1/2 make 1.

    Examples
    --------
    >>> geometric_mean([2.0, 0.5])
    1.0
    """
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios))


def machine(versions):
    """Name the processor, the system, the versions, and what the environment forces on a BLAS."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration, IndexError):
        pass
    forced = os.environ.get("OPENBLAS_CORETYPE")
    note = f"; OpenBLAS held to its {forced} kernels by OPENBLAS_CORETYPE" if forced else ""
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {versions['numpy']}, PyTorch {versions['torch']}{note}"
    )


def write_csv(path, results):
    """Write all results, one line each."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(results[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(results)


def plot(path, results):
    """Draw the ratios to torch with the fewest threads, forward + backward, one panel a dtype."""
    from matplotlib.figure import Figure

    fewest = min(r["threads"] for r in results)
    results = [r for r in results if r["threads"] == fewest]
    sizes = list(dict.fromkeys((r["T"], r["N"], r["D"], r["H"]) for r in results))
    cells = list(dict.fromkeys(r["cell"] for r in results))
    dtypes = list(dict.fromkeys(r["dtype"] for r in results))
    figure = Figure(figsize=(10, 4), layout="constrained")
    axes = figure.subplots(1, len(dtypes), sharey=True, squeeze=False)[0]
    for axis, dtype in zip(axes, dtypes):
        for k, cell in enumerate(cells):
            heights = [
                r["both_to_torch"] for r in results if r["cell"] == cell and r["dtype"] == dtype
            ]
            places = [s + (k - (len(cells) - 1) / 2) * 0.27 for s in range(len(sizes))]
            bars = axis.bar(places, heights, 0.25, label=cell.upper())
            axis.bar_label(bars, fmt="%.2f", fontsize=7)
        axis.axhline(1, color="black", linewidth=1)
        axis.set_xticks(range(len(sizes)), [", ".join(map(str, s)) for s in sizes], fontsize=7)
        axis.set_xlabel("T, N, D, H")
        axis.set_title(dtype)
    axes[0].set_ylabel("time of rnnlib / time of torch.nn")
    axes[0].legend()
    threads = f"{fewest} thread{'s' * (fewest > 1)}"
    figure.suptitle(f"Forward and backward, {threads}: below the line rnnlib is faster")
    figure.savefig(path, dpi=150)
