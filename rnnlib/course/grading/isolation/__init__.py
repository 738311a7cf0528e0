"""Two kernels: the student's code runs in one, in a sandbox; the marked cells run in the other.

======================  ==========================================================================
`protocol`              every message that the two kernels exchange, with its fields, once
`wire`                  values as bytes that carry no code
`frames`                frames of such bytes on a socket
`agent`                 in the student's kernel: calls the student's functions when it is asked to
`trusted`               in the trusted kernel: stand-ins for what the student defined
`withheld`              in the student's kernel: functions that are not there while grading
`sandbox`               bubblewrap: what the student's kernel may see and use
`shown_library`         the `rnnlib` that the student's kernel gets: without what the unit asks for
`withheld`              in the student's kernel: what a call of such a function does
`course_while_grading`  what takes the place of `rnnlib.course` there
`syscalls`              calls of the operating system that the sandbox refuses
`kernels`               starting a kernel, running cells in it with limits, stopping it
`outputs`               what a kernel says of a cell, as the outputs of a notebook
`warm`                  a process that has imported what all import, and forks students' kernels
`settings`              what a run says about the kernels that it starts
`student_kernel`        the student's kernel: killed, restarted and brought back to where it was
`cell_plan`             which cells run where, and which need not run at all
`execute`               nbgrader's preprocessor, in place of its Execute
======================  ==========================================================================
"""
