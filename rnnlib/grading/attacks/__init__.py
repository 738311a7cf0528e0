"""Hostile submissions: what students could try against the grader, and what comes of it.

=============  ==================================================================================
`base`         what an attack is
`patches`      on the comparison: patched libraries, values that pretend to be equal
`files`        in the file: forged outputs and metadata, links, notebooks that are bombs
`spying`       after tests, right values, other people's work
`machine`      exits, hangs, floods, bombs, what is left running
`wires`        a patched agent, forged frames and kernel messages
`pages`        on whoever reads the graded work in a browser
`cheats`       ordinary cheating
`arena`        grades an attack between two honest submissions, and looks at everything afterwards
`table`        the command that tries them all
=============  ==================================================================================
"""

from . import cheats, files, machine, pages, patches, spying, wires  # noqa: F401
from .base import ATTACKS, Attack

__all__ = ["ATTACKS", "Attack"]
