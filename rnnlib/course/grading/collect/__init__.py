"""From what a platform delivers to ``submitted/``, and from its list of students to the gradebook.

================  ================================================================================
`tree`            a ZIP archive or a folder -> its files, read one at a time and within limits
`platforms`       names as Moodle, Canvas and nbgrader's exchange write them -> a `Delivery` each
`roster`          a platform's list of students as CSV -> people; who is in the gradebook
`matching`        whose a delivery is: by id, e-mail, number or name
`place`           a delivery -> ``submitted/STUDENT/UNIT``; a newer one is never overwritten
`collect`         what `rnnlib collect` and `rnnlib roster` do, and the table that they print
================  ================================================================================
"""
