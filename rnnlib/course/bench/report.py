"""What a run of the benchmark comes to: tables on the terminal and in Markdown, and the figure."""

import math
import os
import sys

__all__ = ["drawn", "geometric_mean", "markdown", "printed"]


def geometric_mean(ratios):
    """exp of the mean logarithm: 2 and 1/2 make 1.

    Examples
    --------
    >>> geometric_mean([2.0, 0.5])
    1.0
    """
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios))


def conditions(found):
    """Say how busy the machine was, and that numbers from a busy one are no results."""
    cores = os.cpu_count() or 1
    if found["load"] > cores:
        return (
            f"NO RESULT: a load of {found['load']:.1f} on {cores} cores. Other work slows both "
            "sides, and not alike; run it again on a quiet machine."
        )
    return f"Load of other work: {found['load']:.1f} on {cores} cores."


def sentences(found):
    """Say what the rows come to, a sentence a line."""
    lines = []
    if rows := found["rows"]:
        for what, name in (("forward", "forward"), ("both", "forward + backward")):
            mean = geometric_mean([r[f"{what}_to_torch"] for r in rows])
            lines.append(
                f"Geometric mean of the ratios to torch over {len(rows)} rows, {name}: {mean:.2f}."
            )
    for kept in found["checkpoints"]:
        lines.append(
            f"Checkpoints, LSTM, T = {kept['T']}: {kept['time']:.2f} times the time, "
            f"{kept['memory']:.2f} times the memory of the plain gradient."
        )
    return lines


def tables(found):
    """Yield (title, head, rows) of strings: what is to be seen, for the terminal and Markdown."""
    threads = f"{found['threads']} thread{'s' * (found['threads'] > 1)}"
    if results := found["rows"]:
        sizes = list(dict.fromkeys((r["T"], r["N"], r["D"], r["H"]) for r in results))
        ratios = {}
        for r in results:
            kind = r["cell"].upper(), r["dtype"]
            ratios.setdefault(kind, []).append(f"{r['both_to_torch']:.2f}")
        yield (
            f"Time of rnnlib over time of `torch.nn`, forward and backward, {threads}; below 1 "
            "rnnlib is faster. Columns: T, N, D, H.",
            ["cell", "dtype", *(", ".join(map(str, size)) for size in sizes)],
            [[*kind, *row] for kind, row in ratios.items()],
        )
    for message in found["instead"]:
        yield (
            f"An LSTM in float32, T, N, D, H = {', '.join(map(str, message['size']))}, {threads}: "
            "time over that of `torch.nn`; the first call compiles where something is compiled.",
            ["library", "forward", "forward + backward", "first call, s"],
            list(_instead_rows(message)),
        )
    if found["growth"]:
        yield (
            f"How the time of an LSTM's gradient grows, {threads}: the exponent p of size^p. The "
            "other sizes stay at T = 50, N = 8, D = 32, H = 64.",
            ["axis", "sizes", "rnnlib", "torch.nn"],
            [
                [m["axis"], ", ".join(map(str, m["sizes"]))]
                + [f"{m['exponents'][name]:.2f}" for name in ("rnnlib", "torch")]
                for m in found["growth"]
            ],
        )
    if found["training"]:
        yield (
            f"Networks of the course trained to the same loss, {threads}, processor seconds.",
            ["network", "updates", "loss", "loss in torch", "rnnlib, s", "torch, s", "ratio"],
            [
                [m["what"], str(m["updates"]), *(f"{loss:.3f}" for loss in m["losses"])]
                + [f"{m['rnnlib']:.1f}", f"{m['torch']:.1f}", f"{m['rnnlib'] / m['torch']:.2f}"]
                for m in found["training"]
            ],
        )


def _instead_rows(message):
    times, first = message["times"], message["first"]
    for name in first:
        cells = [
            f"{times[key] / times[f'{what} torch.nn']:.2f}" if key in times else "–"
            for what in ("forward", "both")
            for key in [f"{what} {name}"]
        ]
        label = " ".join(filter(None, [name, message["versions"].get(name)]))
        yield [label, *cells, f"{first[name]:.1f}"]
    for name, reason in message["missing"].items():
        yield [name, reason, "", ""]


def markdown(found):
    """Make the page of one run."""
    lines = [conditions(found), ""]
    for title, head, rows in tables(found):
        lines += [title, "", _line(head), "|" + "---|" * len(head), *map(_line, rows), ""]
    return "\n".join([*lines, *sentences(found), "", found["where"] + ".", ""])


def _line(cells):
    return f"| {' | '.join(cells)} |"


def printed(found):
    """Print the tables of one run; the rows with their times."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 120)
    if found["rows"]:
        console.print(_times(found))
    for title, head, rows in list(tables(found))[bool(found["rows"]) :]:
        table = Table(*head, title=title.replace("`", ""), title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in (*sentences(found), found["where"] + ".", conditions(found)):
        console.print(line, highlight=False)


def _times(found):
    from rich.table import Table

    threads = found["threads"]
    table = Table(
        title=f"{threads} thread{'s' * (threads > 1)}: best times in ms; a ratio below 1: rnnlib "
        "is faster than torch",
    )
    for name in ("cell", "dtype", "T, N, D, H"):
        table.add_column(name, no_wrap=True)
    for name in ("forward", "torch", "ratio", "+backward", "torch", "ratio", "to floor", "memory"):
        table.add_column(name, justify="right")
    for r in found["rows"]:
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
    return table


def drawn(path, found):
    """Draw what was measured: ratios to torch, a panel a dtype, and below how the time grows."""
    from matplotlib.figure import Figure

    dtypes = list(dict.fromkeys(r["dtype"] for r in found["rows"]))
    parts = [part for part in ("rows", "growth") if found[part]]
    if not parts:
        return
    figure = Figure(figsize=(10, 4 * len(parts)), layout="constrained")
    panels = dict(zip(parts, figure.subfigures(len(parts), 1, squeeze=False)[:, 0]))
    if dtypes:
        _draw_ratios(panels["rows"], found, dtypes)
    if found["growth"]:
        _draw_growth(panels["growth"], found["growth"])
    figure.savefig(path, dpi=150)


def _draw_ratios(figure, found, dtypes):
    results, threads = found["rows"], found["threads"]
    sizes = list(dict.fromkeys((r["T"], r["N"], r["D"], r["H"]) for r in results))
    cells = list(dict.fromkeys(r["cell"] for r in results))
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
    count = f"{threads} thread{'s' * (threads > 1)}"
    figure.suptitle(f"Forward and backward, {count}: below the line rnnlib is faster")


def _draw_growth(figure, growth):
    axes = figure.subplots(1, len(growth), sharey=True, squeeze=False)[0]
    for axis, message in zip(axes, growth):
        for name, style in (("rnnlib", "o-"), ("torch", "s--")):
            p = message["exponents"][name]
            milliseconds = [1e3 * t for t in message["times"][name]]
            axis.loglog(message["sizes"], milliseconds, style, label=f"{name}, exponent {p:.2f}")
        axis.set_xticks(message["sizes"], list(map(str, message["sizes"])))
        axis.minorticks_off()
        axis.set_xlabel(message["axis"])
        axis.legend()
    axes[0].set_ylabel("ms")
    figure.suptitle("How the time of an LSTM's gradient grows, float32")
