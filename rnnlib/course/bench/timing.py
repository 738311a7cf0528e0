"""The worker: measures with the number of threads the environment sets, writes lines of JSON.

Started by `rnnlib.course.bench.run`, which sets OPENBLAS_NUM_THREADS and the like first. With one
thread it counts processor time, which other work on the machine disturbs least; several threads can
only be timed by the clock.
"""

import gc
import json
import sys
import time
import tracemalloc


def main():
    """Read the task from the command line, write a line for each result to stdout."""
    task = json.loads(sys.argv[1])
    threads, seconds = task["threads"], task["seconds"]
    import torch

    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    write("versions", **versions())
    for row in task["rows"]:
        write("rows", row=row, **one_row(row, seconds, clock))
    if task["rows"]:
        write("checkpoints", **checkpoints(seconds, clock))
    for size in task["instead"]:
        write("instead", size=size, **one_instead(size, seconds, clock))
    for axis in task["growth"]:
        write("growth", axis=axis, **one_growth(axis, seconds, clock))
    for name, share in task["training"]:
        write("training", **one_training(name, share, clock))


def write(part, **values):
    """Write one result."""
    print(json.dumps({"part": part} | values), flush=True)


def versions():
    """Name what was measured: versions, the kernels of both BLAS, the threads they have."""
    import numpy as np
    import torch
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max((pool["num_threads"] for pool in pools), default=0)
    kernel = ", ".join(
        f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip()
        for pool in pools
    )
    return {
        "numpy": np.__version__,
        "torch": torch.__version__.split("+")[0],
        "kernel": kernel or "unknown",
        "capability": torch.backends.cpu.get_cpu_capability(),
        "threads": [threads, torch.get_num_threads()],
    }


def one_row(row, seconds, clock):
    """Times of the contestants of a row, and the peak memory."""
    from rnnlib.course.bench.rows import Row, contestants

    times = interleaved(contestants(Row(*row)), seconds, clock)
    return {"times": times, "units": peak_units(Row(*row))}


def one_instead(size, seconds, clock):
    """Times of all libraries, forward and both; why some are missing."""
    from rnnlib.course.bench.instead import instead

    found = instead(size)
    functions = {
        f"{what} {name}": function
        for name, pair in found.functions.items()
        for what, function in zip(("forward", "both"), pair)
        if function is not None
    }
    times = interleaved(functions, seconds, clock)
    said = {"first": found.first, "missing": found.missing, "versions": found.versions}
    return {"times": times} | said


def one_growth(axis, seconds, clock):
    """Times over the sizes of one axis, and the exponents of the laws that fit them."""
    from rnnlib.course.bench.growth import GROWTH, exponent, points

    times = [interleaved(functions, seconds / 2, clock, at_least=2) for functions in points(axis)]
    columns = {name: [point[name] for point in times] for name in times[0]}
    exponents = {name: exponent(GROWTH[axis], column) for name, column in columns.items()}
    return {"sizes": GROWTH[axis], "times": columns, "exponents": exponents}


def one_training(name, share, clock):
    """Seconds of training, and the losses reached."""
    from rnnlib.course.bench.training import TRAINING, train_beside_torch

    make, updates = TRAINING[name]
    task, updates = make(), max(1, round(share * updates))
    return {"what": task.what, "updates": updates} | train_beside_torch(task, updates, clock)


def interleaved(functions, seconds, clock=time.process_time, at_least=3):
    """Best time of each, in seconds: all are called in turn, again and again.

    The best, not the mean: whatever else the machine does can only make a call slower.
    """
    best = dict.fromkeys(functions, float("inf"))
    for function in functions.values():
        function()
    gc.collect()
    gc.disable()
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < at_least or time.perf_counter() < end:
        for name, function in functions.items():
            start = clock()
            function()
            best[name] = min(best[name], clock() - start)
        rounds += 1
    gc.enable()
    return best


def peak_units(row):
    """Peak memory of rnnlib's forward + backward, in units of T * N * H * itemsize."""
    import numpy as np

    from rnnlib.course.bench.rows import contestants

    peak = peak_bytes(contestants(row)["rnnlib both"])
    return peak / (row.T * row.N * row.H * np.dtype(row.dtype).itemsize)


def peak_bytes(function):
    """Largest sum of NumPy's buffers (and Python's objects) while the function runs."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def checkpoints(seconds, clock=time.process_time, T=1600):
    """Time and memory of an LSTM's gradient with checkpoints, relative to the plain one."""
    from rnnlib.course.bench.rows import Row, with_checkpoints

    functions = with_checkpoints(Row("lstm", "float32", T, 8, 16, 64))
    times = interleaved(functions, seconds, clock)
    peaks = {name: peak_bytes(function) for name, function in functions.items()}
    ratio = {
        what: values["checkpoints"] / values["plain"]
        for what, values in (("time", times), ("memory", peaks))
    }
    return ratio | {"T": T}


if __name__ == "__main__":
    main()
