"""Calls of the operating system that the sandbox refuses: a filter for bubblewrap's ``--seccomp``.

Refused is what the limits do not count (memory that belongs to no process) and what no notebook
needs: namespaces, mounts, other processes' memory, keys, the kernel's own programs. A refused call
fails as if there was no permission.
"""

from __future__ import annotations

import platform
import struct

_SAME = {
    "io_uring_setup": 425,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "memfd_secret": 447,
}
"""Newer calls have the same number on every machine."""

NUMBERS = {
    "x86_64": {
        **_SAME,
        **{"memfd_create": 319, "shmget": 29, "msgget": 68, "semget": 64},
        **{"unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155},
        **{"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311},
        **{"keyctl": 250, "add_key": 248, "request_key": 249},
        **{"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "open_by_handle_at": 304},
    },
    "aarch64": {
        **_SAME,
        **{"memfd_create": 279, "shmget": 194, "msgget": 186, "semget": 190},
        **{"unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41},
        **{"ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271},
        **{"keyctl": 219, "add_key": 217, "request_key": 218},
        **{"bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "open_by_handle_at": 265},
    },
}
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What the operating system calls the machine (AUDIT_ARCH_...)."""

CLONE = {"x86_64": 56, "aarch64": 220}
"""`clone` starts threads, which are allowed, and namespaces, which are not: its flags say which."""

SETSOCKOPT = {"x86_64": 54, "aarch64": 208}
"""Sockets may not be given larger buffers: what lies in them is counted for nobody."""

SOL_SOCKET = 1
BUFFERS = (7, 8, 32, 33)
"""SO_SNDBUF, SO_RCVBUF, and the same by force."""

CLONE3 = 435
"""Its flags lie in memory, where a filter cannot look."""

NEW_NAMESPACES = 0x7E020000
"""The flags of `clone` that ask for a namespace."""

X32_CALLS = 0x40000000
"""From here on x86_64 has the same calls once more, under other numbers (x32)."""

# A filter is a program of the kernel's packet filter (BPF). Its instructions:
_LOAD = 0x20  # a word of what is known about the call
_EQUAL = 0x15  # jump if it is equal
_AT_LEAST = 0x35  # jump if it is as large or larger
_ANY_BIT = 0x45  # jump if it has one of these bits
_RETURN = 0x06  # end with a verdict

# The verdicts:
_ALLOW = 0x7FFF0000
_NOT_PERMITTED = 0x00050001  # fails with EPERM
_NOT_THERE = 0x00050026  # fails with ENOSYS, as on a system that is older than the call

# Where the words lie that can be loaded:
_NUMBER = 0
_ARCHITECTURE = 4
_FIRST_ARGUMENT = 16
_SECOND_ARGUMENT = 24
_THIRD_ARGUMENT = 32


def seccomp_filter(machine: str | None = None) -> bytes | None:
    """The filter as a program for the kernel; None on a machine whose numbers are not known here.

    Parameters
    ----------
    machine : str, optional
        Such as "x86_64"; this machine otherwise.
    """
    machine = machine or platform.machine()
    if machine not in NUMBERS:
        return None
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, X32_CALLS),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_EQUAL, 0, 1, CLONE3),  # glibc then takes clone
        (_RETURN, 0, 0, _NOT_THERE),
    ]
    for number in sorted(NUMBERS[machine].values()):
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NOT_PERMITTED)]
    refused = [(_EQUAL, len(BUFFERS) - k, 0, option) for k, option in enumerate(BUFFERS)]
    program += [
        (_EQUAL, 0, len(BUFFERS) + 5, SETSOCKOPT[machine]),
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        (_EQUAL, 0, len(BUFFERS) + 1, SOL_SOCKET),
        (_LOAD, 0, 0, _THIRD_ARGUMENT),
        *refused,
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_EQUAL, 0, 3, CLONE[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, NEW_NAMESPACES),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in program)
