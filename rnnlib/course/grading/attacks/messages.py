"""Attacks on the kernel's own sockets: forged messages, other sockets, another kernel."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import EVERYTHING, HASTE, Hostile, attack


@attack("grader", costs=EVERYTHING, settings=HASTE)
def forged_messages(s: Hostile):
    """Signs messages of its own with the key from the connection file: odd and giant ones."""
    s.begin(
        """
kernel = get_ipython().kernel
def send(kind, content, parent=None, **more):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent or kernel.get_parent(),
                        **more)
MIME = "application/vnd.rnnlib.report+json"
right = {MIME: {"state": "right", "points": 5}, "text/plain": "5.0"}
send("execute_result", {"data": right, "metadata": {}, "execution_count": 1})
send("display_data", {"data": 5, "metadata": [], "transient": {"display_id": "x"}})
plain = {"data": {"text/plain": "x"}, "metadata": {}}
send("display_data", plain | {"transient": {"display_id": "x"}})
send("update_display_data", {"data": 7, "metadata": "x", "transient": {"display_id": "x"}})
send("update_display_data", {"transient": {"display_id": "x"}})
send("display_data", {"data": {"text/plain": "x"}, "metadata": {}, "transient": 5})
send("error", {"ename": ["x"], "evalue": {}, "traceback": 5})
send("error", {})
send("stream", {"name": {}, "text": {"a": 1}})
send("stream", {"name": "stdout"})
send("status", {"execution_state": ["idle"]})
send("clear_output", {"wait": "x"})
for content in ("text", ["list"], 5, None):
    with contextlib.suppress(Exception):
        send("display_data", content)
    with contextlib.suppress(Exception):
        send("status", content)
for parent in ({"header": []}, {"header": {"msg_id": []}}, {"header": "x"}):
    with contextlib.suppress(Exception):
        send("stream", {"name": "stdout", "text": "x"}, parent=parent)
kernel.iopub_socket.send_multipart([b"<IDS|MSG>", b"", b"x", b"y"])
kernel.iopub_socket.send_multipart([b"x"] * 100)
for _ in range(60):
    send("error", {"ename": "x", "evalue": "y", "traceback": ["z" * 5_000_000]})
"""
    )


@attack("grader", right=True, costs=EVERYTHING, settings=HASTE)
def says_it_is_done(s: Hostile):
    """Says, with the right key, that its cell is done while it goes on, and answers for others."""
    s.begin(
        """
kernel = get_ipython().kernel
parent = kernel.get_parent()
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
time.sleep(1e6)
"""
    )


@attack("others", costs=EVERYTHING, settings=HASTE)
def sockets_replaced(s: Hostile):
    """Puts links to other sockets in place of its kernel's, and a new connection file."""
    s.begin(
        """
from ipykernel.connect import get_connection_file
file = get_connection_file()
folder = os.path.dirname(file)
for name in os.listdir(folder):
    path = os.path.join(folder, name)
    with contextlib.suppress(OSError):
        os.unlink(path)
        os.symlink("/var/run/docker.sock", path)
with contextlib.suppress(OSError):
    open(file, "w").write('{"key": "", "ip": "tcp://0.0.0.0", "shell_port": 1}')
import zmq
kernel = get_ipython().kernel
kernel.iopub_thread.stop()
os.closerange(3, 256)
"""
    )


@attack("grader", costs=EVERYTHING, settings=HASTE)
def another_kernel_in_its_place(s: Hostile):
    """Ends its kernel's loop and answers on its sockets itself, with whatever was never asked."""
    s.begin(
        """
kernel = get_ipython().kernel
def do_execute(*a, **k):
    kernel.session.send(kernel.iopub_socket, "execute_result", {"data": {"text/plain": "5.0"},
        "metadata": {}, "execution_count": 1}, parent=kernel.get_parent())
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
kernel.do_execute = kernel.shell.run_cell = kernel.shell.run_cell_async = do_execute
kernel.shell_handlers["execute_request"] = lambda *a: None
"""
    )
