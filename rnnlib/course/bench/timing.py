"""Times all rows with the number of threads the environment sets; writes a line of JSON for each.

Started by `rnnlib.course.bench.run`, which sets OPENBLAS_NUM_THREADS and the like first.
"""

import gc
import json
import statistics
import sys
import time
import tracemalloc


def main():
    """Read {"threads", "seconds", "rows"} from the command line, write results to stdout."""
    task = json.loads(sys.argv[1])
    import numpy as np
    import torch

    from rnnlib.course.bench.rows import Row, contestants

    torch.set_num_threads(task["threads"])
    versions = {"numpy": np.__version__, "torch": torch.__version__.split("+")[0]}
    print(json.dumps(versions), flush=True)
    for row in task["rows"]:
        times = interleaved(contestants(Row(*row)), task["seconds"])
        print(json.dumps({"row": row, "times": times, "units": peak_units(Row(*row))}), flush=True)
    print(json.dumps({"checkpoints": checkpoints(task["seconds"])}), flush=True)


def interleaved(functions, seconds, at_least=5):
    """Median time of each, in seconds: all are called in turn, again and again."""
    times = {name: [] for name in functions}
    for function in functions.values():
        function()
    gc.collect()
    gc.disable()
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < at_least or time.perf_counter() < end:
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            times[name].append(time.perf_counter() - start)
        rounds += 1
    gc.enable()
    return {name: statistics.median(values) for name, values in times.items()}


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


def checkpoints(seconds, T=1600):
    """Time and memory of an LSTM's gradient with checkpoints, relative to the plain one."""
    from rnnlib.course.bench.rows import Row, with_checkpoints

    functions = with_checkpoints(Row("lstm", "float32", T, 8, 16, 64))
    times = interleaved(functions, seconds)
    peaks = {name: peak_bytes(function) for name, function in functions.items()}
    ratio = {
        what: values["checkpoints"] / values["plain"]
        for what, values in (("time", times), ("memory", peaks))
    }
    return ratio | {"T": T}


if __name__ == "__main__":
    main()
