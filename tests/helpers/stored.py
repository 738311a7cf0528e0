"""Versions of a design task that load stored weights, where a student would train."""


def loads_weights(source: str) -> bool:
    """Whether a version's text reads what a script stored: no student could write that."""
    return "from rnnlib.course.exercises." in source
