"""Grading a class: repairs, the autograder's run, marks with their reasons."""
