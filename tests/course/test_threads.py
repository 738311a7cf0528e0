"""A notebook's products use one BLAS thread, unless somebody has chosen another number."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().run_cell("import rnnlib.course")
from threadpoolctl import threadpool_info
print([pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"])
"""


@pytest.mark.parametrize("chosen", [None, "2"])
def test_one_thread_in_a_notebook_or_as_many_as_were_chosen(chosen):
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    if chosen:
        environment["OPENBLAS_NUM_THREADS"] = chosen
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    threads = eval(done.stdout)
    assert threads in ([], [1] if chosen is None else [int(chosen)])
