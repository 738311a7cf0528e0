"""Unit 04, vanishing and exploding gradients."""

EXERCISES = ()
