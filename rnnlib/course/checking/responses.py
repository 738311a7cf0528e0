"""What a function did with one case, and whether another one, or another call, did the same."""

from __future__ import annotations

from dataclasses import dataclass

from rnnlib.course.checking.calling import Call
from rnnlib.course.checking.results import collect, repeats, same
from rnnlib.course.exercises import Case, Exercise, Unusable


@dataclass(frozen=True)
class Response:
    """What a function did with one case: the call, and its named results or why it has none."""

    case: Case
    call: Call
    results: dict | None
    problem: str | None

    @classmethod
    def of(cls, exercise: Exercise, case: Case, result: Call) -> Response:
        """The response of one call."""
        if result.problem:
            return cls(case, result, None, result.problem)
        try:
            return cls(case, result, collect(exercise, result.value, case), None)
        except Unusable as error:
            return cls(case, result, None, str(error))

    def agrees(self, other: Response, exercise: Exercise, name: str | None = None) -> bool:
        """Whether two responses are the same, in all results or in the one called `name`."""
        if self.results is None or other.results is None:
            return self.results is other.results and _kind(self) == _kind(other)
        names = [name] if name else list(exercise.results)
        return all(same(self.results.get(n), other.results.get(n), exercise) for n in names)

    def repeated(self, again: Response, exercise: Exercise) -> bool:
        """Whether the same call gave the same answer again, also where little is observed."""
        if not self.agrees(again, exercise):
            return False
        return exercise.observe is None or repeats(self.call.value, again.call.value)


def _kind(response: Response) -> str | None:
    """What went wrong, whatever the line of code and the shapes."""
    return response.call.error or response.problem
