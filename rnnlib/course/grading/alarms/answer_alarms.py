"""What a person should look at, found in the text of answers: nothing of it is run.

An alarm is a question, not a verdict: it says what stands where, and why an answer does not need
it. Isolation and marks do not depend on it, as whoever wants to hide something from a reader of the
text can. It finds what people write openly, and it is silent about everything that the exercises'
own variants and mistakes do.
"""

from __future__ import annotations

import unicodedata

from rnnlib.course.exercises import exercise_called
from rnnlib.course.grading.alarms.mentions import Reader
from rnnlib.course.grading.limits import ALARMS_PER_ANSWER


def source_alarms(answers: dict[str, str], *, own: bool = False) -> list[dict]:
    """Mentions, in a student's answers, of what an answer does not need.

    Kind "borrowed": `rnnlib`'s mathematics or another library's networks, apart from what the
    exercise lends. Kind "suspicious": what looks at or changes the program around the answer:
    frames, source code, files, processes, the network, IPython's memory, attributes of modules.
    Comments, docstrings and a student's own variables that happen to be called `os` do not count.

    Parameters
    ----------
    answers : dict
        The source of the student's cell by the exercise's name.
    own : bool
        Whether these are cells of the student's own, in which the library may be used: only what is
        suspicious anywhere counts there, and the course's own answers.

    Returns
    -------
    list of dict
        ``{"kind": ..., "where": ..., "text": ...}``, in the order of the answers.

    Examples
    --------
    >>> [alarm] = source_alarms({"output_step": "import torch\\nlayer = torch.nn.Linear(2, 3)"})
    >>> alarm["kind"], alarm["text"]
    ('borrowed', '`torch.nn.Linear` in line 2: the exercise asks to write this by hand.')
    """
    alarms = []
    for name, source in answers.items():
        exercise = exercise_called(name)
        reader = Reader(exercise.borrow if exercise else (), own=own)
        reader.read(str(source))
        for (kind, root, why), things in list(reader.found.items())[:ALARMS_PER_ANSWER]:
            if own and kind != "suspicious":
                continue
            if len(things) > 1:
                things.pop(root, None)  # `import os` says no more than `os.listdir`
            mentions = [f"`{_short(thing)}` {_in_lines(lines)}" for thing, lines in things.items()]
            more = f" and {len(mentions) - 3} more" if len(mentions) > 3 else ""
            text = f"{', '.join(mentions[:3])}{more}: {why}."
            alarms.append({"kind": kind, "where": name, "text": text})
        if len(reader.found) > ALARMS_PER_ANSWER:
            text = f"{len(reader.found) - ALARMS_PER_ANSWER} more things of this kind."
            alarms.append({"kind": "suspicious", "where": name, "text": text})
    return alarms


def _in_lines(lines: set[int]) -> str:
    numbers = [str(line) for line in sorted(lines)]
    if len(numbers) == 1:
        return f"in line {numbers[0]}"
    if len(numbers) > 4:
        numbers[3:] = [f"{len(numbers) - 3} more"]
    return f"in lines {', '.join(numbers[:-1])} and {numbers[-1]}"


def _short(text: str) -> str:
    """A mention, fit for a sentence: short, on one line, without characters that do not show."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).replace("`", "'")
    return shown if len(shown) <= 60 else shown[:59] + "…"
