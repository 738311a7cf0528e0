"""How fast the library is, beside torch.nn and beside the bare matrix products.

``rnnlib bench`` runs the three interleaved in one process: machine noise meets all of them alike,
so the ratios can be trusted where the times cannot. For each row the outputs and gradients are
compared first: a benchmark of a wrong result is worth nothing. It also times what somebody might
use in place of rnnlib, how the time grows with the sizes, and networks of the course that are
trained to the same loss here and in PyTorch.

It is quick: 18 of 30 rows on one thread. ``--whole`` runs everything. Numbers from a machine whose
load is above its cores are printed, but not called a result.

Each number of threads needs a process of its own (a BLAS reads it once, when it is loaded).

`run`       options, worker, files            `timing`    the worker: clock, rounds, memory
`rows`      cells and sizes beside torch.nn   `instead`   other libraries
`growth`    exponents over T, N and H         `training`  networks of units 03, 05 and 10
`report`    tables, sentences, figure
"""

from rnnlib.course.bench.run import main

__all__ = ["main"]
