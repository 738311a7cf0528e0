"""What an answer does not need, and why: the words that `source_alarms` looks for."""

from __future__ import annotations

from rnnlib.course.grading.isolation.shown_library import DISTANCES, FRAMEWORKS

_SOURCE = "looks at the source code of functions, or at the frames in which they run"
_IMPORTS = "changes or goes round the way modules are imported"
_FILES = "reads or writes files"
_MACHINE = "talks to the machine: processes, signals, the environment"
_NETWORK = "talks to the network"
_MEMORY = "looks for objects in memory, or writes into it"
_RUNS = "runs text as a program"
_NOTEBOOK = "looks at the notebook's memory: IPython's history and names"
_GRADER = "belongs to the grading"
_OBJECTS = "makes code out of data"
_THREADS = "starts threads or processes, which may outlive the answer"

OTHER_LIBRARIES = (*FRAMEWORKS, "flax", "tinygrad", "mxnet", *DISTANCES)
"""Libraries that have the whole networks, derive gradients by themselves, or compare texts."""

TORCH_LAYERS = frozenset(f"{name}{end}" for name in ("RNN", "LSTM", "GRU") for end in ("", "Cell"))
"""What an exercise that lends torch does not lend with it."""

MODULES = {
    "inspect": _SOURCE,
    "linecache": _SOURCE,
    "dis": _SOURCE,
    "gc": _MEMORY,
    "ctypes": _MEMORY,
    "cffi": _MEMORY,
    "mmap": _MEMORY,
    "builtins": "changes or goes round Python's own functions",
    "importlib": _IMPORTS,
    "imp": _IMPORTS,
    "pkgutil": _IMPORTS,
    "runpy": _RUNS,
    "code": _RUNS,
    "codeop": _RUNS,
    "ast": _RUNS,
    "os": _MACHINE,
    "posix": _MACHINE,
    "signal": _MACHINE,
    "subprocess": _MACHINE,
    "resource": _MACHINE,
    "pty": _MACHINE,
    "psutil": _MACHINE,
    "atexit": _MACHINE,
    "faulthandler": _MACHINE,
    "shutil": _FILES,
    "pathlib": _FILES,
    "glob": _FILES,
    "tempfile": _FILES,
    "fileinput": _FILES,
    "sqlite3": _FILES,
    "socket": _NETWORK,
    "ssl": _NETWORK,
    "urllib": _NETWORK,
    "http": _NETWORK,
    "requests": _NETWORK,
    "ftplib": _NETWORK,
    "smtplib": _NETWORK,
    "asyncio": _THREADS,
    "threading": _THREADS,
    "multiprocessing": _THREADS,
    "concurrent": _THREADS,
    "pickle": _OBJECTS,
    "cloudpickle": _OBJECTS,
    "dill": _OBJECTS,
    "marshal": _OBJECTS,
    "mock": "changes a module that everything else uses too",
    "IPython": _NOTEBOOK,
    "ipykernel": _NOTEBOOK,
    "jupyter_client": _GRADER,
    "nbclient": _GRADER,
    "nbformat": _GRADER,
    "nbgrader": _GRADER,
    "zmq": _NETWORK,
}
"""Modules no part of which an answer needs."""

PARTS = {
    "sys": {
        **dict.fromkeys(
            ("setprofile", "settrace", "getprofile", "gettrace", "monitoring"), _SOURCE
        ),
        **dict.fromkeys(("_getframe", "_current_frames", "exc_info", "addaudithook"), _SOURCE),
        **dict.fromkeys(
            ("modules", "meta_path", "path_hooks", "path", "path_importer_cache"), _IMPORTS
        ),
        **dict.fromkeys(("argv", "executable", "_exit", "abiflags"), _MACHINE),
    },
    "types": dict.fromkeys(("FunctionType", "CodeType", "FrameType", "ModuleType"), _OBJECTS),
    "io": dict.fromkeys(("open", "FileIO", "open_code"), _FILES),
    "unittest": {"mock": "changes a module that everything else uses too"},
    "numpy": {
        **dict.fromkeys(
            ("load", "save", "savez", "savez_compressed", "memmap", "fromfile"), _FILES
        ),
        **dict.fromkeys(("loadtxt", "savetxt", "genfromtxt", "fromregex", "DataSource"), _FILES),
        **dict.fromkeys(("ctypeslib", "f2py"), _MEMORY),
    },
}
"""Modules that an answer may use, apart from these parts."""

FRAMES = {
    **dict.fromkeys(("__code__", "__globals__", "__closure__", "__defaults__"), _SOURCE),
    **dict.fromkeys(("__kwdefaults__", "__wrapped__", "co_consts", "co_names"), _SOURCE),
    **dict.fromkeys(("co_code", "f_back", "f_globals", "f_locals", "f_code"), _SOURCE),
    **dict.fromkeys(("f_builtins", "tb_frame", "gi_frame", "cr_frame", "ag_frame"), _SOURCE),
    **dict.fromkeys(("__traceback__", "_getframe", "getsource", "setprofile", "settrace"), _SOURCE),
    **dict.fromkeys(("__subclasses__", "__mro__", "__bases__", "__base__"), _MEMORY),
    **dict.fromkeys(("__loader__", "__spec__", "__import__", "import_module"), _IMPORTS),
    **dict.fromkeys(("__builtins__", "__reduce__", "__reduce_ex__", "__setstate__"), _OBJECTS),
    **dict.fromkeys(("get_ipython", "user_ns", "user_global_ns", "run_cell"), _NOTEBOOK),
}
"""Attributes, of whatever object, and the same words as strings (for `getattr`)."""

NAMES = {
    **dict.fromkeys(("exec", "eval", "compile"), _RUNS),
    **dict.fromkeys(("__import__", "__loader__", "__spec__"), _IMPORTS),
    "__builtins__": "changes or goes round Python's own functions",
    "open": _FILES,
    "globals": "looks at all names of the notebook",
    "breakpoint": _SOURCE,
    **dict.fromkeys(("exit", "quit"), "ends the whole kernel"),
    **dict.fromkeys(("get_ipython", "In", "Out", "_ih", "_oh", "_dh", "_i", "_ii"), _NOTEBOOK),
    **dict.fromkeys(("_iii", "_i1", "_oh", "__file__", "__session__"), _NOTEBOOK),
}
"""Names that mean this where the answer does not define them itself."""

OPERATORS = frozenset(
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __bool__ __float__ __int__ __index__ __array__ "
    "__array_ufunc__ __array_function__ __array_interface__ __array_struct__ __array_wrap__ "
    "__instancecheck__ __class__ __getattribute__ __reduce__ __reduce_ex__ __del__ "
    "__hash__ __format__".split()
)
"""Methods by which a value looks like another, or runs code while it is looked at."""

PLACES = ("gradebook", "solutions/", "autograded", "submitted/", "/proc/", "/etc/", "nbgrader")
"""Parts of strings that name a place where an answer has nothing to look for."""
