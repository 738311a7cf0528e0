"""A kernel that was forked and entered its sandbox is as shut in as one that began there."""

import errno
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from busy import WAITING_IS_TOLD, busy_core
from classroom import SANDBOX, WHY_NOT

from rnnlib.course.grading.isolation import student_kernel, warm
from rnnlib.course.grading.isolation.kernels import KernelLost
from rnnlib.course.grading.isolation.settings import Settings
from rnnlib.course.grading.isolation.student_kernel import StudentKernel

pytestmark = pytest.mark.skipif(SANDBOX != "bwrap", reason=WHY_NOT or "there is no sandbox here")

PROBE = """
import json, os, pathlib, resource, socket
status = [line.split() for line in open("/proc/self/status")]
rights = ("Cap", "NoNewPrivs", "Seccomp:", "Uid", "Gid", "Groups", "NSsid", "NSpgid")
tried = {}
for name, attempt in {
    "network": lambda: socket.create_connection(("127.0.0.1", 80), 1),
    "system": lambda: open("/usr/mine", "w"),
    "package": lambda: open(os.path.join(os.path.dirname(os.__file__), "mine.py"), "w"),
    "namespace": lambda: os.unshare(0x10000000) if hasattr(os, "unshare") else os.setuid(0),
}.items():
    try:
        tried[name] = str(attempt())
    except OSError as error:
        tried[name] = error.errno
print(json.dumps(dict(
    rights=[line for line in status if line[0].startswith(rights[:3])],
    users=[line for line in status if line[0].startswith(rights[3:6])],
    limits={n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if "RLIMIT_" in n},
    root=sorted(os.listdir("/")), here=os.getcwd(),
    tmp=sorted(name for name in os.listdir("/tmp") if name[:3] != "rnn"),
    variables=sorted(os.environ), tried=tried,
    processes=sum(name.isdigit() for name in os.listdir("/proc")) < 6,
    sockets=sorted(set(pathlib.Path(f"/proc/self/fd/{n}").readlink().name.split(":")[0]
                       for n in os.listdir("/proc/self/fd") if int(n) < 60 and
                       os.path.lexists(f"/proc/self/fd/{n}"))))))
"""


@pytest.fixture
def kernel(tmp_path):
    """Makes students' kernels; all have ended when the test has."""
    tmp_path.chmod(0o755)
    made = []

    def make(**settings):
        made.append(StudentKernel(tmp_path, Settings(**settings)))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def printed(student, source):
    """What a cell prints."""
    return "".join(out.text for out in student.run(source).outputs if out.output_type == "stream")


def test_a_warm_kernel_has_no_more_rights_than_a_cold_one(kernel, monkeypatch):
    forked = kernel()
    found = json.loads(printed(forked, PROBE))
    assert forked.kernel.entered is not None, "it started cold"
    with monkeypatch.context() as patch:
        patch.setattr(student_kernel, "warm_start", lambda *about: None)
        begun = kernel()
        expected = json.loads(printed(begun, PROBE))
        assert begun.kernel.entered is None
    sockets = found.pop("sockets"), expected.pop("sockets")
    assert set(sockets[0]) <= set(sockets[1]), "a file of the grader's is open in it"
    # A shell on its way adds some.
    assert set(found.pop("variables")) <= set(expected.pop("variables"))
    assert found == expected
    assert {line[0]: line[1] for line in found["rights"] if line[0] != "Seccomp:"} == {
        **dict.fromkeys(("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"), "0" * 16),
        "NoNewPrivs:": "1",
    }


@pytest.mark.parametrize("above", [Path(sys.prefix), Path("/usr/local")], ids=["Python", "system"])
def test_a_course_below_what_the_sandbox_shows_is_not_shown(kernel, above):
    if not os.access(above, os.W_OK):
        pytest.skip(f"{above} cannot be written here")
    with tempfile.TemporaryDirectory(dir=above) as root:
        Path(root).chmod(0o755)
        Path(root, "gradebook.db").write_text("marks")
        source = f"import os, numpy; print(os.listdir({root!r}), numpy.tanh(0))"
        assert printed(kernel(), source) == "['gradebook.db'] 0.0\n"
        assert printed(kernel(hidden=Path(root)), source) == "[] 0.0\n"


def test_no_two_kernels_draw_the_same_numbers(kernel):
    source = "import random, numpy; print(random.random(), numpy.random.rand())"
    one, other = printed(kernel(), source).split(), printed(kernel(), source).split()
    assert one[0] != other[0] and one[1] != other[1]


def test_what_one_kernel_does_is_not_there_for_the_next(kernel):
    first = kernel()
    first.run("import numpy; numpy.tanh = None; numpy.left = 1; open('/tmp/left', 'w').close()")
    source = "import os, numpy; print(numpy.tanh(0), hasattr(numpy, 'left'), os.listdir('/tmp'))"
    assert printed(kernel(), source).startswith("0.0 False")
    assert "left'" not in printed(kernel(), source)


def test_a_plot_is_shown_and_a_failed_cell_noticed(kernel):
    student = kernel()
    ran = student.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [out.output_type for out in ran.outputs] == ["display_data"]
    assert "image/png" in ran.outputs[0].data
    student.run("x = 1\ny = 1 / 0")
    told = "from rnnlib.course.checking.failed_cells import failed_definitions as f; print(f())"
    assert "y" in printed(student, told)


def test_a_kernel_that_ends_is_seen_to_and_leaves_nothing(kernel):
    student = kernel()
    student.run("import subprocess; subprocess.Popen(['sleep', '1000'])")
    inside = student.kernel.processes()
    assert len(inside) >= 3
    start = time.monotonic()
    with pytest.raises(KernelLost, match="ended the kernel"):
        student.run("import os; os._exit(1)")
    assert time.monotonic() - start < 20
    psutil.wait_procs(inside, timeout=20)
    assert not [process for process in inside if process.is_running()]
    assert printed(student, "print(1)") == "1\n", "and the next one starts"


def test_a_cell_that_does_not_end_is_interrupted(tmp_path):
    tmp_path.chmod(0o755)
    student = StudentKernel(tmp_path, Settings(cell=1.0))
    try:
        assert student.run("while True: pass").status == "timeout"
        assert printed(student, "print(2)") == "2\n"
    finally:
        student.stop()


@WAITING_IS_TOLD
def test_waiting_for_a_core_is_not_counted(tmp_path):
    """On a machine that has other work, a cell gets the same processor time as on an idle one."""
    tmp_path.chmod(0o755)
    student = StudentKernel(tmp_path, Settings(cell=1.0))
    try:
        student.run("import time")
        with busy_core(student.kernel._inside[-1].pid):
            half = "begun = time.process_time()\nwhile time.process_time() < begun + 0.5: pass"
            ran = student.run(half)
            assert ran.status == "ok" and ran.waited > 0.5
            assert student.run("while True: pass").status == "timeout"
    finally:
        student.stop()


def test_where_the_process_has_ended_kernels_start_cold(kernel, monkeypatch):
    monkeypatch.setattr(warm, "_warm", {})
    monkeypatch.setattr(warm, "_cold", False)
    library = student_kernel.shown_library("")
    begun = warm.warm_start(student_kernel.sandbox.environment(library))
    begun.process.kill()
    begun.process.wait()
    student = kernel()
    assert printed(student, "print(3)") == "3\n"
    assert student.kernel.entered is None and warm._cold


def test_nobody_can_write_to_the_interpreter_whoever_owns_it(kernel):
    source = """
import os, subprocess, sys
print(os.readlink("/proc/self/exe"), sys.executable, sys.prefix)
kept = os.open("/proc/self/exe", os.O_PATH)
code = f"open('/proc/self/fd/{kept}', 'r+b').write(b'x')"
done = subprocess.run([sys.executable, "-c", code], pass_fds=[kept], capture_output=True)
print(done.stderr.decode().splitlines()[-1])
"""
    first, last = printed(kernel(), source).splitlines()
    assert first == f"/memfd:python (deleted) {sys.executable} {sys.prefix}"
    assert "Error" in last


def test_nothing_that_a_kernel_writes_on_the_interpreter_reaches_the_next():
    """Who is no root owns the copy that all kernels of a worker are: its marks were a channel."""
    program = warm._sealed_interpreter()
    try:
        before = os.stat(program).st_size
        os.fchmod(program, 0o711)
        os.utime(program, ns=(4711, 4711))
        try:
            os.setxattr(program, "user.note", b"the answer is c")
        except OSError as error:
            assert error.errno in (errno.ENOTSUP, errno.EPERM)
        warm._forget(program)
        about = os.stat(program)
        assert (about.st_mode & 0o7777, about.st_mtime_ns, about.st_atime_ns) == (0o555, 0, 0)
        assert about.st_size == before
        assert not [name for name in os.listxattr(program) if name.startswith("user.")]
    finally:
        os.close(program)
