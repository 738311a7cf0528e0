"""Unit 03, training and generating."""

EXERCISES = ()
