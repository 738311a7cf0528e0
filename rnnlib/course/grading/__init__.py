"""Grading a class: what was handed in is read and mended, run, marked, and told.

A submission goes one way, and each package hands a named value to the next:

================  ================================================================================
`assignment`      the unit that is graded, and where everything about it lies: every step knows it
`collect`         what platforms deliver -> ``submitted/``; their lists of students -> gradebook
`intake`          files that were handed in -> `Submission`, and a notebook that can be graded
`isolation`       runs the notebook: the student's cells in a sandbox, the marked cells outside it
`run`             a `Submission` and a `Task` -> a `Result`; gradebook and records are written here
`alarms`          answers -> what a person should look at
`report`          records and the gradebook -> marks, the page on a class, feedback, CSV
================  ================================================================================

Around them:

================  ================================================================================
`class_commands`  the commands of `rnnlib` about a class; what they do stands in `command`
`standing`        what the gradebook says: the one reader of marks, by hand and otherwise
`keeping`         the gradebook is looked at before it is opened, and copied before it is changed
`doctor`          whether this machine can grade a class
`limits`          how large, how long and how many: every such decision, with its reason
`scratch`         folders that grading needs for a while, and what is left of killed runs
`secret`          what is mixed into the seeds of marked cells, so that nobody foretells them
`marked_cell`     what a marked cell's outputs say: the one reader of a published report
`sample_class`    a class made up from the exercises' own mistakes and variants
`demo`            `rnnlib demo`: the sample class, from the release to the marks
`attacks`         a hostile class, and what comes of each attack
================  ================================================================================
"""
