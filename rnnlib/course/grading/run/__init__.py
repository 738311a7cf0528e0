"""Grading every submission of a unit: prepared once, graded by workers, written by one writer.

================  ================================================================================
`tasks`           what goes to a worker and what comes back: `Task`, `Result`
`prepare`         enters a unit in a gradebook; makes the `Task` of a unit
`autograde`       all submissions of a unit: which ones, by whom, and what came of each
`pool`            the workers: processes of this machine, or a Dask cluster
`workplace`       a worker's own small course, in which it grades one submission after the other
`once`            what nbgrader would do again and again, done once for a process
`page_maker`      a submission's feedback page, by nbgrader's exporter
`deadline`        an end for what the grader does itself with a submission
`gradebook`       enters results into nbgrader's gradebook and folders
`by_hand`         marks that a person gave: they survive a regrade
`due`             due dates, and extensions for one student
`penalties`       penalties for late work, by the due dates that the gradebook has now
`left_to_person`  a place in the formgrader for what cannot be read
`migrate`         cells that were added, taken out or renamed after students handed in
`lock`            one run at a time
`records`         one JSON file a submission, written last: the submission is done
`output_limit`    an IPython extension for the student's kernel: printed output has an end
================  ================================================================================
"""
