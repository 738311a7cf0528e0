"""The guard: notices when a student's function lets `rnnlib` or torch do the work.

It listens to every call of a Python function and of a built-in while the student's function runs,
so it does not matter how the library was reached: by another name, an import inside the function,
a copy of the library's function, a thread. It reminds students to write their own; it is no
protection against somebody who wants to cheat.
"""

from __future__ import annotations

import inspect
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import rnnlib

PACKAGE = Path(rnnlib.__file__).resolve().parent
NOT_MATHEMATICS = {"params", "_shapes", "data", "course", "plotting"}
"""Parts of `rnnlib` that an answer may use: groups of arrays, checks of shapes, data, figures."""
TORCH_RECURRENT = "torch.nn.modules.rnn"
"""Where torch's recurrent layers lie; an exercise that lends torch does not lend them with it."""
RECURRENT_KERNELS = {"rnn_tanh", "rnn_relu", "lstm", "gru"}
RECURRENT_KERNELS |= {f"{name}_cell" for name in RECURRENT_KERNELS} | {"quantized_lstm_cell"}
"""torch's built-ins that do what those layers do."""


class Guard:
    """Listens while `watch` is open; `borrowed` names the first call that it noticed.

    Parameters
    ----------
    allowed : tuple of str
        Modules of `rnnlib` that may be called here, such as ``"rnnlib.activations"``; ``"torch"``
        for all of torch but its recurrent layers, and `TORCH_RECURRENT` for these.
    code : code object, optional
        The student's function; when it returns, its local variables are kept in `inside`.
    """

    def __init__(self, allowed: tuple[str, ...] = (), code: types.CodeType | None = None) -> None:
        self.allowed = allowed
        self.code = code
        self.borrowed: str | None = None
        self.inside: dict[str, object] = {}
        self._listening = False

    @contextmanager
    def watch(self) -> Iterator[Guard]:
        """Listen in this thread and in those that it starts."""
        before, before_threads = sys.getprofile(), threading.getprofile()
        self._listening = True
        threading.setprofile(self._listen)
        sys.setprofile(self._listen)
        try:
            yield self
        finally:
            self._listening = False
            sys.setprofile(before)
            threading.setprofile(before_threads)

    def _listen(self, frame: types.FrameType, event: str, function: object) -> None:
        if not self._listening:
            return
        if event == "return" and frame.f_code is self.code:
            self.inside = dict(frame.f_locals)
        if self.borrowed:
            return
        if event == "call":
            code = frame.f_code
            module = _module_of(code.co_filename)
            # An import runs the bodies of modules and classes; that alone lets nothing do the work.
            is_body = not code.co_flags & inspect.CO_OPTIMIZED
            own = is_body or _only_looks_up(code)
            if module and module not in self.allowed and not own:
                self.borrowed = f"{module}.{code.co_qualname}"
        elif event == "c_call":
            if function is sys.setprofile:
                self.borrowed = "sys.setprofile"
            elif _is_torch(function):
                recurrent = function.__name__ in RECURRENT_KERNELS
                if (TORCH_RECURRENT if recurrent else "torch") not in self.allowed:
                    self.borrowed = f"torch.{function.__name__}"


@cache
def _module_of(filename: str) -> str | None:
    """The guarded module that a source file belongs to, or None."""
    path = Path(filename)
    if path.is_relative_to(PACKAGE):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        return None if is_free(module) else f"rnnlib.{module}"
    if "torch" not in path.parts or "site-packages" not in path.parts:
        return None
    return TORCH_RECURRENT if path.parts[-3:] == ("nn", "modules", "rnn.py") else "torch"


def is_free(module: str) -> bool:
    """Whether an answer may call what is in this module of `rnnlib`, such as ``"data.dates"``."""
    # The adding problem lies in `rnnlib.data`, but students write it in an exercise.
    return module.split(".")[0] in NOT_MATHEMATICS and module != "data.adding"


def _only_looks_up(code: types.CodeType) -> bool:
    """Whether it is a property of a cache, such as ``GRUCache.z``, which computes nothing."""
    owner, _, name = code.co_qualname.rpartition(".")
    return owner.endswith("Cache") and name.isidentifier()


def _is_torch(function: object) -> bool:
    """Whether a built-in belongs to torch: by its module, or by the class it is a method of."""
    module = getattr(function, "__module__", None)
    owner = type(getattr(function, "__self__", None)).__module__
    return str(module).partition(".")[0] == "torch" or str(owner).partition(".")[0] == "torch"
