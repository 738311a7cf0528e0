"""Calls of the operating system that the sandbox refuses: a filter for bubblewrap's ``--seccomp``.

Refused is what the limits do not count (memory that belongs to no process) and what no notebook
needs: namespaces, mounts, other processes' memory, keys, the kernel's own programs. A refused call
fails as if there was no permission.
"""

from __future__ import annotations

import platform
import struct

_SAME = {"io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430}
_SAME |= {"memfd_secret": 447}
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
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
NEW_NAMESPACES = 0x7E020000
"""The flags of `clone` that ask for a namespace."""

OTHER_CALLS = 0x40000000
"""From here on, x86_64 has the same calls once more, under other numbers (x32)."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _NOT_PERMITTED, _NOT_THERE = 0x7FFF0000, 0x00050001, 0x00050026
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16


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
        (_AT_LEAST, 0, 1, OTHER_CALLS),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_EQUAL, 0, 1, CLONE3),  # whose flags cannot be looked at: glibc then takes clone
        (_RETURN, 0, 0, _NOT_THERE),
    ]
    for number in sorted(NUMBERS[machine].values()):
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NOT_PERMITTED)]
    program += [
        (_EQUAL, 0, 3, CLONE[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, NEW_NAMESPACES),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in program)
