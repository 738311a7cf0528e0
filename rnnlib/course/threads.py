"""One BLAS thread in a notebook: on a busy machine small networks train much faster so.

The products of small networks take microseconds, and threads that wait for each other take longer
than that; on a machine that does anything else they wait very long.
"""

from __future__ import annotations

import os
import sys

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def one_blas_thread() -> bool:
    """Let NumPy's products use one thread from here on; whether that was done.

    Only in a notebook, and not where somebody has chosen a number in the environment.
    """
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None or any(v in os.environ for v in VARIABLES):
        return False
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
    return True
