"""Unit 02, back-propagation through time."""

EXERCISES = ()
