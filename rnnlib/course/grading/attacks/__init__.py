"""Hostile submissions: what students could try against the grader, and what comes of it.

=================  =================================================================================
`base`             what an attack is
`patches`          on the comparison: patched libraries
`values`           on the comparison: values and functions that pretend to be something else
`forged`           in the file: forged outputs, scores and metadata
`odd_files`        in the file: links, pipes, notebooks that are bombs
`spying`           after tests, right values, other people's work
`machine`          exits, hangs, what is left running
`bombs`            floods, and bombs of memory, disk and processes
`wires`            a patched agent and forged frames
`messages`         forged kernel messages, replaced sockets
`pages`            on whoever reads the graded work in a browser
`cheats`           ordinary cheating
`remains`          what remains possible
`grammar`          hostile texts, names and values by chance
`made_up`          a hostile submission from that grammar
`generated`        classes of these, through all of grading but the kernels
`delivered`        archives, folders and lists of students as platforms deliver them, by chance
`page_look`        what in a page could act in a browser
`chromium`         a Chromium that is there, and a Jupyter server for it
`formgrader_look`  the formgrader's pages of such submissions, looked at in a browser
`arena`            grades attacks between two honest submissions, and looks at everything afterwards
`table`            the command that tries them all, and the page of the documentation
=================  =================================================================================
"""

from rnnlib.course.grading.attacks import (  # noqa: F401 (importing a module declares its attacks)
    bombs,
    cheats,
    forged,
    machine,
    messages,
    odd_files,
    pages,
    patches,
    spying,
    values,
    wires,
)
from rnnlib.course.grading.attacks.base import ATTACKS, Attack
from rnnlib.course.grading.attacks.table import run_attacks

__all__ = ["ATTACKS", "Attack", "run_attacks"]
