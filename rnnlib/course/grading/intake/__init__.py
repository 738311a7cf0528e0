"""From what a student handed in to a notebook that can be graded; nothing of it is run.

================  ================================================================================
`students`        which names of folders can be a student's id
`misplaced`       what lies in ``submitted/`` and belongs to nobody's submission, with what to do
`submission`      everything that one student handed in, as bytes: a `Submission`
`folder`          which file is the notebook; reading files without following links
`choice`          which of several notebooks was worked in
`archives`        what students packed, unpacked in memory, within limits
`links`           the same promise for plain nbgrader: a submission with links in it is refused
`reading`         bytes -> a notebook, or a sentence that says why not
`tidy`            any JSON that was meant as a notebook -> a valid notebook
`recognize`       which cell of the notebook is which cell of the course
`pictures`        what a notebook's cells had drawn when it was handed in
`pixels`          which pictures a page can show: of a usual size, and still
`names`           texts from somebody else, fit for a sentence or for comparing
`bindings`        which names a cell defines, found by searching its text
`repair`          puts the course's cells right: copied, deleted, moved, changed
================  ================================================================================
"""
