"""Start. One exercise to try the checks on; it is not marked."""

from rnnlib.course.exercises.u00_start.running_sum import RUNNING_SUM

EXERCISES = (RUNNING_SUM,)
"""In the order of the notebook."""
