"""How fast the library is, beside torch.nn and beside the bare matrix products.

``rnnlib bench`` runs the three interleaved in one process: machine noise meets all of them alike,
so the ratios can be trusted where the times cannot. For each row the outputs and gradients are
compared first: a benchmark of a wrong result is worth nothing.

Each number of threads needs a process of its own (a BLAS reads it once, when it is loaded).
"""

from rnnlib.course.bench.run import main

__all__ = ["main"]
