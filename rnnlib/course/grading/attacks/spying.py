"""Attacks that look for tests, right values and other people's work, or leave something behind."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import FORWARD, STEP, Hostile, attack
from rnnlib.course.grading.isolation.sandbox import PACKAGE

WORDS = "('expected', 'trials', 'cases', 'seed', 'report', 'exercise', 'points')"


@attack("tests", costs=(STEP,))
def frames_searched(s: Hostile):
    """Walks up the frames from inside the marked call and looks for seeds and expected values."""
    s.wrap(
        STEP,
        f"""
frame, found = sys._getframe(1), []
while frame is not None:
    for name, value in (*frame.f_locals.items(), *frame.f_globals.items()):
        if name in {WORDS} and "answer" not in name and not callable(value):
            if type(value).__module__ != "builtins" or name in ("seed", "expected", "trials"):
                found.append(name)
    frame = frame.f_back
if found:
    raise RuntimeError("\\x4c\\x4f\\x4f\\x54 " + " ".join(found))
""",
    )


@attack("tests", costs=(STEP,))
def memory_searched(s: Hostile):
    """Asks the garbage collector, inside the marked call, for cases, reports and seeds."""
    s.wrap(
        STEP,
        """
found = []
for thing in gc.get_objects():
    kind = type(thing).__name__
    if kind in ("Case", "Report", "Response", "Row"):
        found.append(kind)
    if isinstance(thing, dict) and "seed" in thing and "points" in thing:
        found.append("seed")
if found:
    raise RuntimeError("\\x4c\\x4f\\x4f\\x54 " + " ".join(set(found)))
""",
    )


@attack("tests")
def history_searched(s: Hostile):
    """Reads `In`, `Out`, the history and its file, from cells before and after the marked ones."""
    code = """
ip = get_ipython()
texts = [str(x) for x in (In, Out, _ih, _oh, _i, _ii, _iii)]
texts += [str(list(ip.history_manager.get_range(raw=raw))) for raw in (True, False)]
texts += [str(list(ip.history_manager.get_tail(1000)))]
if any(word in text for text in texts for word in ("points" + "=", "HIDD" + "EN")):
    loot("history")
"""
    s.begin("")
    s.end(code)
    s.wrap(STEP, code.replace("loot(", "raise RuntimeError('\\x4c\\x4f\\x4f\\x54', "))


@attack("tests")
def watching_thread(s: Hostile):
    """Leaves a thread that looks at all frames, and hooks for audits, traces and profiles."""
    s.begin(
        """
seen = set()
def look(frame):
    while frame is not None:
        code = frame.f_code
        if "checking/" in code.co_filename and code.co_name in ("mark", "grade", "compare"):
            seen.add(code.co_name)
        frame = frame.f_back
def watch():
    while True:
        for frame in sys._current_frames().values():
            look(frame)
        time.sleep(0.001)
threading.Thread(target=watch, daemon=True).start()
def audit(event, args):
    if event in ("compile", "exec") and "HIDD" + "EN" in str(args):
        seen.add("source")
sys.addaudithook(audit)
sys.settrace(lambda frame, *a: look(frame))
threading.setprofile(lambda frame, *a: look(frame))
"""
    )
    s.end("time.sleep(0.05)\nif seen:\n    loot(seen)")


@attack("tests")
def marked_cell_made_to_fail(s: Hostile):
    """Makes the marked cell itself stop with an error, whose text would show the hidden tests."""
    s.write(STEP, "rnn_stop = 1")
    s.write(FORWARD, "class T(tuple):\n    _fields = ('a',)\nrnn_forward = T()")


READS = """
def read(path):
    try:
        if os.path.isdir(path):
            return str(os.listdir(path))
        with open(path, "rb") as file:
            return file.read(10_000).decode(errors="replace")
    except OSError:
        return ""
"""


@attack("others", costs=(STEP,))
def reads_the_course(s: Hostile):
    """Reads the gradebook, solutions, other submissions and the config, by their true paths."""
    s.begin(
        READS
        + f"""
root = {str(s.course)!r}
for name in ("", "gradebook.db", "solutions", "submitted", "submitted/anna", "autograded",
             "instructor.txt", "nbgrader_config.py", "feedback", "grading"):
    if name and read(os.path.join(root, name)):
        loot(name)
for path, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(path, f) not in ("/proc", "/usr", "/dev")]
    for name in files:
        secret = name in ("gradebook.db", "instructor.txt") or "solutions" in path.split(os.sep)
        if secret and "site-packages" not in path:
            loot(path + "/" + name)
"""
    )


@attack("others")
def reads_the_machine(s: Hostile):
    """Reads other processes' environments, files and memory, home folders, passwords and keys."""
    s.begin(
        READS
        + f"INSTALLED = {str(PACKAGE)!r}\n"
        + """
import sys
for pid in os.listdir("/proc"):
    if pid.isdigit():
        for name in ("environ", "cmdline", "root/etc/passwd", "cwd/instructor.txt"):
            text = read(f"/proc/{pid}/{name}")
            if "RNNLIB_INSTRUCTOR" in text or ("/" in name and text):
                loot((pid, name))
        if pid != str(os.getpid()) and "pytest" in read(f"/proc/{pid}/cmdline"):
            loot(pid)
for path in ("/root/.bashrc", "/root/.ssh", "/root/.bash_history", "/etc/shadow", "/etc/passwd",
             "/etc/hostname", "/var", "/run", "/sys/class", "/proc/kcore", "/proc/1/mem",
             "/work", "/boot", "/srv", "/mnt"):
    text = read(path)
    for way in (sys.prefix, sys.base_prefix, INSTALLED):
        if way.startswith(path + "/"):  # Python and rnnlib may lie there, and nothing else
            text = text.replace(repr(os.path.relpath(way, path).split("/")[0]), "")
    if text.strip("[], "):
        loot(path)
if any("INSTRUCTOR" in name for name in os.environ):
    loot("environment")
others = [name for name in os.listdir("/tmp") if name.startswith("rnn")]
if len(others) > 3:  # its sockets, the grader's, and the library
    loot(others)
"""
    )


@attack("machine")
def writes_everywhere(s: Hostile):
    """Writes into rnnlib, the Python environment, the course, what was handed in and the gate."""
    s.begin(
        f"""
import numpy, rnnlib, site, sysconfig
folders = [os.path.dirname(rnnlib.__file__), os.path.dirname(numpy.__file__), sys.prefix,
           sysconfig.get_paths()["purelib"], {str(s.course)!r}, "/", "/usr/bin", "/etc",
           os.environ["RNNLIB_FOLDER"], os.path.dirname(os.environ["RNNLIB_GATE"]),
           "/proc/sys/kernel", "/var/tmp", "/dev"]
for folder in folders:
    for name in ("rnnlib_attack.pth", "sitecustomize.py", "__init__.py"):
        try:
            open(os.path.join(folder, name), "a").close()
            if os.stat(folder).st_dev == os.stat("/tmp").st_dev:
                continue  # of the sandbox's own memory, whatever it is called
            loot(folder + "/" + name)
        except OSError:
            pass
for path in (rnnlib.__file__, numpy.__file__, sys.executable):
    for change in (os.unlink, lambda p: os.chmod(p, 0o777), lambda p: os.utime(p, (0, 0))):
        try:
            change(path)
            loot(path)
        except OSError:
            pass
"""
    )


@attack("machine")
def links_left_behind(s: Hostile):
    """Puts links and pipes into its folder and the sockets' folder, for the grader to follow."""
    s.begin(
        f"""
from ipykernel.connect import get_connection_file
sockets = os.path.dirname(get_connection_file())
for folder in (os.getcwd(), sockets, os.path.dirname(os.environ["RNNLIB_GATE"])):
    links = {{"a.txt": "/etc/passwd", "b": {str(s.course)!r}, "c": "/", "d": "d"}}
    for name, target in links.items():
        with contextlib.suppress(OSError):
            os.symlink(target, os.path.join(folder, name))
    with contextlib.suppress(OSError):
        os.mkfifo(os.path.join(folder, "pipe"))
"""
    )


@attack("machine")
def deletes_its_files(s: Hostile):
    """Deletes all that it can: its work folder, sockets, connection file, home, packages."""
    s.begin(
        """
import shutil, rnnlib
from ipykernel.connect import get_connection_file
for folder in (os.getcwd(), os.path.dirname(get_connection_file()), "/tmp", "/dev/shm",
               os.path.dirname(rnnlib.__file__), sys.prefix):
    shutil.rmtree(folder, ignore_errors=True)
"""
    )


@attack("machine")
def breaks_out(s: Hostile):
    """Tries new namespaces, mounts, chroot, setuid programs, ptrace, memfd and devices."""
    s.begin(
        """
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x00020000) == 0:
    loot("mount namespace")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    loot("mount")
if libc.umount2(b"/tmp", 2) == 0 or libc.chroot(b"/tmp") == 0:
    loot("umount, chroot")
if libc.setuid(0) == 0 or libc.setgid(0) == 0 or os.geteuid() == 0:
    loot("root")
if libc.mknod(b"/tmp/disk", 0o60666, 0x800) == 0:
    loot("device")
if libc.ptrace(16, 1, 0, 0) == 0:
    loot("ptrace")
for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "-o", "remount,rw", "/"]):
    with contextlib.suppress(OSError):
        if subprocess.run(command, capture_output=True, timeout=5).returncode == 0:
            loot(command)
with contextlib.suppress(OSError):
    import fcntl, termios
    fcntl.ioctl(0, termios.TIOCSTI, b"x")
    loot("terminal")
for path in ("/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/1/oom_score_adj"):
    with contextlib.suppress(OSError):
        with open(path, "w") as file:  # to be killed later than all others
            file.write("-1000")
        loot(path)
"""
    )


@attack("machine")
def reaches_past_its_process(s: Hostile):
    """Follows its own process: the interpreter that it is, its folder and root, its open files."""
    s.begin(
        """
ways = [os.O_WRONLY, os.O_RDWR | os.O_APPEND]
for way in ways:
    with contextlib.suppress(OSError):
        os.close(os.open("/proc/self/exe", way))
        loot("the interpreter")
keep = os.open("/proc/self/exe", os.O_PATH)
child = f"import os, time; time.sleep(.2); os.open('/proc/self/fd/{keep}', os.O_WRONLY)"
done = subprocess.run([sys.executable, "-c", child], pass_fds=[keep], capture_output=True)
if done.returncode == 0:
    loot("the interpreter, by a descriptor")
here = sorted(os.listdir("/"))
for name in ("/proc/self/root", "/proc/self/root/..", "/proc/1/root", "/proc/self/task/self/root"):
    with contextlib.suppress(OSError):
        if sorted(os.listdir(name)) != here:
            loot("another root")
for number in os.listdir("/proc/self/fd"):
    with contextlib.suppress(OSError):
        if os.path.isdir(f"/proc/self/fd/{number}") and os.listdir(f"/proc/self/fd/{number}/.."):
            loot("an open folder")
for name in os.listdir("/proc/self/map_files") if os.path.isdir("/proc/self/map_files") else ():
    with contextlib.suppress(OSError):
        os.open(f"/proc/self/map_files/{name}", os.O_RDWR)
        loot("a mapped file")
"""
    )


@attack("others")
def reaches_the_network(s: Hostile):
    """Connects to this machine, to the internet and to name servers; asks for web pages."""
    s.files["port.txt"] = b"0"
    s.begin(
        """
import urllib.request
port = int(open("port.txt").read())
for address in (("127.0.0.1", port), ("8.8.8.8", 53), ("1.1.1.1", 80), ("169.254.169.254", 80)):
    with contextlib.suppress(OSError):
        socket.create_connection(address, timeout=1)
        loot(address)
with contextlib.suppress(OSError):
    socket.getaddrinfo("example.org", 80)
    loot("names")
with contextlib.suppress(OSError):
    urllib.request.urlopen("http://example.org", timeout=1)
    loot("web")
with contextlib.suppress(OSError):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.sendto(b"x", ("8.8.8.8", 53))
    loot("udp")
with contextlib.suppress(OSError):
    socket.socket(socket.AF_UNIX).connect("\\0rnnlib-instructor")
    loot("abstract socket")
"""
    )


@attack("others")
def talks_to_the_next(s: Hostile):
    """Leaves words for the next student: in files, shared memory, and names that outlive it."""
    code = """
for folder in ("/tmp", "/dev/shm", "/var/tmp", os.getcwd()):
    path = os.path.join(folder, "rnnlib_attack_note")
    if os.path.exists(path):
        loot(path)
    with contextlib.suppress(OSError):
        open(path, "w").write("the answer is c")
libc = ctypes.CDLL(None)
if libc.shmget(4711, 100, 0o666) >= 0:
    loot("shared memory")
libc.shmget(4711, 100, 0o1666)
"""
    s.begin(code)


@attack("others", alarms=("killed",))
def writes_on_its_interpreter(s: Hostile):
    """Leaves words for the next kernel on the program that it is: a mode, times, attributes."""
    s.begin(
        """
program = "/proc/self/exe"
about = os.stat(program)
found = [name for name in os.listxattr(program) if name == "user.note"]
found += ["mode"] * (about.st_mode & 0o777 == 0o711) + ["time"] * (about.st_mtime_ns == 4711)
for change in (
    lambda: os.chmod(program, 0o711),
    lambda: os.setxattr(program, "user.note", b"the answer is c"),
    lambda: os.utime(program, ns=(4711, 4711)),
):
    with contextlib.suppress(OSError):
        change()
"""
    )
    s.wrap(STEP, "os._exit(0)")  # the next kernel runs all cells again
    s.end("if found:\n    loot(found)")
