"""A set-up that is interrupted, that another one meets, or whose pip fails."""

import os
import signal
import sys

import pytest
from copied_build import ALL_OF_IT

# ---------------------------------------------------------------- interrupted, two at once


def heals(copy):
    assert not copy.ready.exists()
    copy.calls()
    copy.pip_does("")
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert "making it anew" in output
    assert copy.ready.exists()
    assert not (copy.folder / ".venv/half-built").exists(), "what was there cannot be trusted"


def test_a_half_built_environment_heals_by_itself(copy):
    copy.pip_waits()
    process = copy.start()
    copy.wait_for_pip()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    heals(copy)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_set_up_says_how_to_go_on(copy, how):
    copy.pip_waits()
    process = copy.start(sys.executable, ".ci/setup.py")
    copy.wait_for_pip()
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as Ctrl-C does
    else:
        process.send_signal(how)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Interrupted" in output and "python .ci/setup.py" in output
    assert "Traceback" not in output
    heals(copy)


def test_two_at_once_wait_for_each_other(copy):
    copy.pip_waits()
    first = copy.start()
    copy.wait_for_pip()
    second = copy.start()
    assert "waiting" in second.stdout.readline()
    copy.go_on()
    assert second.wait(timeout=300) == first.wait(timeout=300) == 0
    assert copy.calls() == ALL_OF_IT, "the second had nothing left to do"


def test_a_pip_that_outlives_its_set_up_is_waited_for(copy):
    copy.pip_waits()
    first = copy.start(sys.executable, ".ci/setup.py")
    copy.wait_for_pip()
    first.kill()
    first.wait()
    second = copy.start()
    assert "waiting" in second.stdout.readline()
    copy.go_on()
    assert second.wait(timeout=300) == 0
    assert copy.calls() == [ALL_OF_IT[0], *ALL_OF_IT]


# ---------------------------------------------------------------- pip and the network


@pytest.mark.parametrize(
    ("said", "explained"),
    [
        ("Failed to establish a new connection: [Errno 111] Connection refused", "No network"),
        ("NameResolutionError: Failed to resolve 'pypi.org'", "No network"),
        ("IncompleteRead(1000 bytes read, 90000 more expected)", "No network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for torch", "No matching distribution"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer", "PIP_CERT="),
        ("error: command 'x86_64-linux-gnu-gcc' failed: No such file", "no ready-made build"),
        ("error: Microsoft Visual C++ 14.0 or greater is required", "no ready-made build"),
        ("[Errno 13] Permission denied: '.venv/lib'", "may not be written"),
    ],
)
def test_what_goes_wrong_in_pip_is_said_in_plain_words(copy, said, explained):
    copy.pip_does(f'echo "{said}" >&2; exit 1\n')
    status, output = copy.setup()
    assert status != 0
    assert explained in output
    assert ".venv/setup.log" in output
    assert not copy.ready.exists()


def test_a_warning_of_an_earlier_step_does_not_explain_a_later_failure(copy):
    copy.pip_does(
        'case "$*" in *torch*) echo "Connection reset, trying again" ;;'
        " *) echo \"command 'gcc' failed\"; echo \"error: command 'gcc' failed\"; exit 1 ;; esac\n"
    )
    status, output = copy.setup()
    assert status != 0 and "no ready-made build" in output and "No network" not in output


def test_a_proxy_reaches_pip_and_its_password_no_screen(copy):
    copy.pip_does('env >environment; echo "ProxyError: Cannot connect to proxy" >&2; exit 1\n')
    proxy = "http://ada:secret@proxy.example:3128"
    status, output = copy.setup(HTTPS_PROXY=proxy)
    assert status != 0
    assert "proxy.example:3128, does not let pip through" in output and "secret" not in output
    assert f"HTTPS_PROXY={proxy}" in copy.notes("environment")


def test_settings_that_lead_pip_elsewhere_are_left_out(copy):
    copy.pip_does("env >environment\n")
    astray = {"PIP_TARGET": "/x", "PIP_PREFIX": "/x", "PYTHONPATH": "/x", "PIP_USER": "1"}
    mirror = "https://mirror.example/simple"
    assert copy.setup(**astray, PIP_INDEX_URL=mirror)[0] == 0
    seen = dict(line.split("=", 1) for line in copy.notes("environment") if "=" in line)
    assert not {"PIP_TARGET", "PIP_PREFIX", "PYTHONPATH"} & set(seen)
    assert (seen["PIP_USER"], seen["PIP_INDEX_URL"]) == ("0", mirror)
