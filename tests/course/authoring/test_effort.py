"""What a unit asks of a student is counted by its text."""

from places import ROOT

from rnnlib.course.authoring import effort, read_source
from rnnlib.course.authoring.effort import count_lines, count_words

UNIT = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 5
#     seconds: 5
# ---

# %% [markdown]
# # 99 A unit
# | **Time** | {core} |

# %% locked="setup"
import numpy as np

# %%
a = 1
# no line of code

b = 2

# %% exercise="double"
def double(x):
    ### BEGIN SOLUTION
    y = 2 * x  # a line

    return y
    ### END SOLUTION

# %% grade="double" points=2

# %% exercise="task" minutes=30
def task(x):
    ### BEGIN SOLUTION
    # doubled twice
    return double(double(x))
    ### END SOLUTION

# %% grade="task" points=3

# %% [markdown]
# ## 99.9 Going further
# This is not counted.

# %%
c = 3
"""


def read(tmp_path):
    path = tmp_path / "99_unit.py"
    path.write_text(UNIT, encoding="utf-8")
    return read_source(path)


def test_lines_functions_and_the_open_task_of_the_core(tmp_path):
    asked = effort(read(tmp_path))
    assert (asked.own_lines, asked.given_lines) == (3, 2)
    assert (asked.functions, asked.task_minutes) == (1, 30)
    assert asked.minutes == 35


def test_the_head_of_a_unit_says_what_its_core_takes(tmp_path):
    head = read(tmp_path).cells[0].source
    assert "about 35 minutes: 0 to read, 5 for each of 1 short functions" in head
    assert "30 for the open task" in head


def test_a_formula_is_a_word_and_markup_is_none():
    assert count_words("The *state* $h_t = W x$ is `h`; see [unit 5](../05/05.ipynb).") == 8
    assert count_words("<details><summary>A hint</summary>Read on.</details>") == 2


def test_comments_checks_and_empty_lines_are_no_given_code():
    assert count_lines("# a\n\nx = 1\ncheck(f)\n") == 1


def test_every_unit_is_counted():
    for source in sorted((ROOT / "solutions").glob("*.py")):
        asked = effort(read_source(source))
        assert asked.functions and asked.own_lines and asked.words, source.stem
