"""Attacks on the machine: floods, and bombs of memory, disk and processes."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import COUNT, EVERYTHING, FORWARD, STEP, Hostile, attack


@attack("machine", right=True)
def prints_without_end(s: Hostile):
    """Prints two hundred megabytes."""
    s.begin("for _ in range(200):\n    print('flood ' * 170_000)")


@attack("machine", right=True)
def writes_to_descriptors(s: Hostile):
    """Writes a flood past Python to descriptors 1 and 2, and to all others that are open."""
    s.begin(
        """
for number in (1, 2):
    with contextlib.suppress(OSError):
        for _ in range(60):
            os.write(number, b"flood " * 100_000)
sys.__stdout__.write("flood " * 1_000_000)
subprocess.run("yes | head -c 30000000 >&2; yes | head -c 30000000", shell=True)
"""
    )


@attack("machine", right=True, settings={"cell_seconds": 4.0})
def displays_without_end(s: Hostile):
    """Displays a hundred thousand tiny things."""
    s.begin(
        """
from IPython.display import display
for k in range(100_000):
    display(k)
"""
    )


@attack("machine", right=True, settings={"cell_seconds": 4.0})
def many_cells_with_much_output(s: Hostile):
    """Fills sixty cells with as much output as a cell may have."""
    from nbformat.v4 import new_code_cell

    s.begin("from IPython.display import display, Markdown")
    for number in range(60):
        cell = new_code_cell(f"display(Markdown('x' * 3_900_000)) # {number}", id=f"much-{number}")
        s.notebook.cells.append(cell)


@attack("machine", right=True, settings={"cell_seconds": 4.0})
def giant_display(s: Hostile):
    """Displays one thing of fifty megabytes."""
    s.begin("from IPython.display import display, HTML\ndisplay(HTML('x' * 50_000_000))")


@attack("machine", right=True, costs=(COUNT,), settings={"cell_seconds": 4.0})
def giant_error(s: Hostile):
    """Raises errors with messages of millions of characters, in a cell and in a call."""
    s.begin("raise ValueError('x' * 3_000_000)")
    s.wrap(COUNT, "raise ValueError('x' * 30_000_000)")


@attack("grader", right=True, costs=(STEP,))
def warns_without_end(s: Hostile):
    """Warns two thousand times, with a long text each time, in a marked call."""
    s.wrap(
        STEP,
        """
import warnings
for k in range(2_000):
    warnings.warn(f"{k} " + "x" * 1_900)
""",
    )


@attack("machine", right=True, costs=(STEP,))
def array_of_terabytes(s: Hostile):
    """Makes an array that no machine has the memory for."""
    s.wrap(STEP, "import numpy as np\nnp.ones((10**12,))")


@attack("machine", right=True, costs=(STEP,), settings={"memory": 2**30})
def list_that_grows(s: Hostile):
    """Fills a list until the memory ends, and catches the error."""
    s.wrap(
        STEP,
        """
kept = []
while True:
    try:
        kept.append(bytearray(10_000_000))
    except MemoryError:
        time.sleep(0.01)
""",
    )


@attack("machine", right=True, alarms=("killed",), settings={"memory": 2**30, "cell_seconds": 20.0})
def memory_in_children(s: Hostile):
    """Fills memory in many children, each of which stays below the limit for one."""
    s.begin(
        """
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(b"x") * 250_000_000
        time.sleep(1000)
time.sleep(1000)
"""
    )


@attack("machine", right=True, settings={"memory": 2**30})
def memory_without_an_owner(s: Hostile):
    """Fills memory that belongs to no process: memory files, and System V shared memory."""
    s.begin(
        """
libc = ctypes.CDLL(None, use_errno=True)
held = 0
with contextlib.suppress(OSError):
    for _ in range(40):
        file = os.memfd_create("x")
        held += os.write(file, bytes(15_000_000))
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
libc.shmdt.argtypes = [ctypes.c_void_p]
for _ in range(10):
    place = libc.shmat(libc.shmget(0, 100_000_000, 0o1666), None, 0)
    if place in (None, 2**64 - 1):
        break
    ctypes.memset(place, 1, 100_000_000)
    held += 100_000_000
    libc.shmdt(place)
if held > 200_000_000:
    loot(held)
"""
    )


@attack("machine", right=True)
def fills_the_disk(s: Hostile):
    """Writes into every folder until it is full."""
    s.begin(
        """
held = 0
for folder in ("/tmp", "/dev/shm", "/var/tmp", os.getcwd()):
    for number in range(100):
        try:
            with open(f"{folder}/rnnlib_attack_{number}", "wb") as file:
                for _ in range(15):
                    held += file.write(bytes(1_000_000))
        except OSError:
            break
if held > 200_000_000:
    loot(held)
"""
    )


@attack("machine", right=True, settings={"cell_seconds": 6.0})
def fills_the_sockets_folder(s: Hostile):
    """Writes into the one folder that it shares with the grader: in subfolders, behind links."""
    s.begin(
        """
from ipykernel.connect import get_connection_file
folder = os.path.join(os.path.dirname(get_connection_file()), "deep")
held = 0
with contextlib.suppress(OSError):
    os.symlink("nowhere", folder + "-link")
    os.makedirs(folder)
    for number in range(20):
        with open(f"{folder}/{number}", "wb") as file:
            held += file.write(bytes(15_000_000))
    time.sleep(2)
if held > 100_000_000:
    loot(held)
"""
    )


@attack("grader", right=True)
def folders_without_end(s: Hostile):
    """Nests thousands of folders in the folder that the grader has to clean up."""
    s.begin(
        """
from ipykernel.connect import get_connection_file
here = os.getcwd()
with contextlib.suppress(OSError):
    os.chdir(os.path.dirname(get_connection_file()))
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chmod(".", 0)
os.chdir(here)
"""
    )


@attack("machine", right=True, settings={"cell_seconds": 5.0})
def process_bomb(s: Hostile):
    """Forks without end, and its children too."""
    s.begin(
        """
count = 0
for _ in range(500):
    try:
        if os.fork() == 0:
            time.sleep(1000)
        count += 1
    except OSError:
        break
if count > 100:
    loot(count)
"""
    )


@attack("machine", right=True, settings={"cell_seconds": 5.0})
def thread_bomb(s: Hostile):
    """Starts threads without end."""
    s.begin(
        """
count = 0
with contextlib.suppress(RuntimeError):
    for count in range(500):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
if count > 100:
    loot(count)
"""
    )


@attack("others", right=True, settings={"cell_seconds": 5.0})
def busy_children(s: Hostile):
    """Leaves children that compute without end while marks are given, to slow others down."""
    s.begin(
        """
for _ in range(12):
    if os.fork() == 0:
        while True:
            pass
"""
    )


@attack("grader", right=True, costs=EVERYTHING, settings={"submission_seconds": 6.0})
def slow_everywhere(s: Hostile):
    """Makes every call last as long as it just may, so that the whole notebook never ends."""
    for name in (STEP, FORWARD, COUNT):
        s.wrap(name, "time.sleep(1.8)")


@attack("machine", right=True)
def html_that_takes_long_to_clean(s: Hostile):
    """Shows elements with 40,000 attributes, 20,000 elements in one another, and colours."""
    s.begin(
        r"""
from IPython.display import HTML, display
display(HTML("<div " + " ".join(f"a{k}=1" for k in range(40_000)) + ">x</div>"))
display(HTML("<div>" * 20_000))
print("\x1b[31mx\x1b[0m" * 90_000)
raise ValueError("\x1b[32my\x1b[0m" * 90_000)
"""
    )


@attack("machine", right=True)
def tiny_outputs_in_many_cells(s: Hostile):
    """Shows five hundred tiny pieces of HTML in each of six cells."""
    from nbformat.v4 import new_code_cell

    s.begin("from IPython.display import HTML, display")
    for number in range(6):
        code = f"for k in range(499):\n    display(HTML(f'<b>{{k}}</b>')) # {number}"
        s.notebook.cells.append(new_code_cell(code, id=f"tiny-{number}"))


@attack("machine", right=True)
def texts_that_take_long_to_show(s: Hostile):
    """Defines what doubles forty times in a formula; writes a word before thousands of blanks."""
    doubling = "".join(rf"\def\a{chr(97 + k)}{{\a{chr(98 + k)}\a{chr(98 + k)}}}" for k in range(20))
    s.say(rf"$\def1{{{{2}}{{2}}}} {doubling} \aa$ and ${'{' * 300}x{'}' * 300}$")
    for _ in range(40):
        s.say("*a " * 3_000)
    s.also(COUNT, "word" + " " * 40_000 + "\n# ")
    s.write(COUNT, "def count_parameters(D, H, K):\n    return D * H + H * H + H + H * K + K")


@attack("machine", right=True, costs=EVERYTHING, settings={"cell_seconds": 4.0})
def messages_without_an_end(s: Hostile):
    """Sends the grader a message in parts, of which there is always one more."""
    s.begin(
        """
import zmq
kernel = get_ipython().kernel
part = b"x" * 7_000_000
for _ in range(400):
    kernel.iopub_socket.send(part, zmq.SNDMORE)
"""
    )
