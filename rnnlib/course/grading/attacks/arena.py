"""Where attacks are tried: a small course in a temporary folder, honest neighbours, and a watch.

Every attack is handed in and graded as any submission, in the real sandbox. As in a class, some are
graded one after the other in one process, with an honest submission before and after them.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
import psutil

from rnnlib.course.authoring import course_root
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks.base import EVERYTHING, LOOT, UNIT, Attack, Hostile
from rnnlib.course.grading.intake.submission import Submission, read_submission
from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.isolation.cell_plan import is_marked
from rnnlib.course.grading.run.gradebook import GradebookWriter
from rnnlib.course.grading.run.prepare import read_task, register
from rnnlib.course.grading.run.tasks import Result
from rnnlib.course.grading.run.workplace import Workplace, grade_submission
from rnnlib.course.grading.sample_class import StudentNotebook

CELLS = (
    "setup",
    *("rnn-step", "grade-rnn-step", "rnn-forward", "grade-rnn-forward"),
    *("count-parameters", "grade-count-parameters", "answer-changes", "grade-answer-changes"),
)
SETUP = "import numpy as np\n\nfrom rnnlib import RNNCache, RNNParams"
CANARY = "Xylophone-7214"
"""A word in the solutions, the gradebook and others' work: it must turn up nowhere else."""

MARKER = "rnnlib_attack"
"""Begins the names of files that attacks try to leave on the machine."""

HOSTILE, HONEST = "mallory", "anna"


@dataclass
class Attempt:
    """What came of one attack."""

    attack: Attack
    result: Result
    alarms: list[dict]
    earned: dict[str, float]
    without: dict[str, float]
    faults: list[str] = field(default_factory=list)

    @property
    def marks(self) -> str:
        """The marks with and without the attack, in words."""
        if self.result.problem:
            return "none: left to a person"
        return f"{sum(self.earned.values()):g} (without it {sum(self.without.values()):g})"


class Arena:
    """A course of one short unit, in which attacks are tried one after the other.

    Parameters
    ----------
    root : Path
        An empty folder.
    """

    def __init__(self, root: Path):
        self.root, self.course = root, course_root()
        root.mkdir(exist_ok=True)
        self.temporary = root / "tmp"
        self.temporary.mkdir()
        tempfile.tempdir = str(self.temporary)
        os.environ["RNNLIB_INSTRUCTOR"] = CANARY
        self.exercises = {name: e for name, e in unit_exercises(UNIT).items() if name in EVERYTHING}
        self.solution = short_unit(self.course / "solutions" / UNIT / f"{UNIT}.ipynb")
        self.assignment = Assignment(UNIT, root, settings=self.course)
        self.assignment.solution.parent.mkdir(parents=True)
        nbformat.write(self.solution, self.assignment.solution)
        (root / "instructor.txt").write_text(CANARY)
        shutil.copy(self.course / "nbgrader_config.py", root)
        self.config = (self.course / "nbgrader_config.py").read_text(encoding="utf-8")
        self.seeds = _seeds(self.solution)
        register(self.assignment)
        self.release = _released(self.solution)
        self.writer = GradebookWriter(self.assignment)
        self.listener = _listen()
        self.tasks: dict[str, object] = {}
        honest = StudentNotebook(self.release, self.solution, self.exercises)
        honest.solve()
        honest.notebook.cells[0].source += f"  # {CANARY}"
        self.honest = nbformat.writes(honest.notebook).encode()
        self.hand_in(HONEST, Submission(HONEST, self.honest))
        self.full = self._marks(self.grade(HONEST, {}))
        wrong = Hostile(self.release, self.solution, self.exercises, right=False, course=root)
        self.hand_in("wrong", Submission("wrong", nbformat.writes(wrong.notebook).encode()))
        self.nothing = self._marks(self.grade("wrong", {}))
        shutil.rmtree(root / "submitted" / "wrong")

    def close(self) -> None:
        """End what was started."""
        self.listener.close()
        tempfile.tempdir = None
        os.environ.pop("RNNLIB_INSTRUCTOR", None)

    def hostile(self, attack: Attack) -> Hostile:
        """The submission of one attack."""
        s = Hostile(
            self.release, self.solution, self.exercises, right=attack.right, course=self.root
        )
        attack.change(s)
        if "port.txt" in s.files:
            s.files["port.txt"] = str(self.listener.getsockname()[1]).encode()
        return s

    def attempt(self, attacks: list[Attack]) -> list[Attempt]:
        """Grade attacks between two honest submissions, and look at everything afterwards.

        Where something is left behind or a neighbour is harmed, each is tried once more by itself:
        so it is known which one it was.
        """
        before = self._state()
        tried = [self._try(attack) for attack in attacks]
        found = [f"left behind: {what}" for what in self._changes(before)]
        neighbour = self.grade(HONEST, {})
        if self._marks(neighbour) != self.full or neighbour.alarms or neighbour.problem:
            found.append(f"a neighbour was harmed: {neighbour.problem or neighbour.alarms}")
        if found and len(attacks) > 1:
            alone = [each for attack in attacks for each in self.attempt([attack])]
            if any(each.faults for each in alone):
                return alone
            found = [f"one of {', '.join(a.name for a in attacks)}: {what}" for what in found]
        for each in tried:
            each.faults = found + each.faults
        return tried

    def _try(self, attack: Attack) -> Attempt:
        """Grade one attack, and judge its own result."""
        s = self.hostile(attack)
        folder = self.root / "submitted" / HOSTILE / UNIT
        try:
            self.hand_in(HOSTILE, Submission(HOSTILE, s.written(), s.files))
            if s.place is not None:
                s.place(folder)
            result = self.grade(HOSTILE, attack.settings)
        finally:
            shutil.rmtree(folder.parent)
        right = self.full if attack.right else {name: self.full[name] for name in attack.solved}
        without = self.nothing | right
        tried = Attempt(attack, result, result.alarms, self._marks(result), without)
        tried.faults = self.judge(tried, self.seeds)
        return tried

    def judge(self, tried: Attempt, seeds: list[str]) -> list[str]:
        """What went wrong, by marks, alarms and what is shown; nothing as a rule."""
        attack, result, faults = tried.attack, tried.result, []
        if bool(result.problem) != attack.refused:
            faults.append(f"problem: {result.problem}")
        for name, without in tried.without.items():
            earned = tried.earned.get(name)
            if result.problem:
                continue
            if earned is None:
                faults.append(f"{name}: no marks")
            elif name in attack.gains and earned <= without:
                faults.append(f"{name}: is said to gain, and does not")
            elif name not in attack.gains and earned > without:
                faults.append(f"{name}: gained {earned - without:g}")
            elif name not in attack.costs and earned < without:
                faults.append(f"{name}: lost {without - earned:g}")
        missing = {*attack.alarms} - {alarm["kind"] for alarm in tried.alarms}
        if missing:
            faults.append(f"no alarm: {', '.join(missing)}")
        shown = _outputs(result.notebook)
        if LOOT in shown or LOOT in (result.feedback or ""):
            where = re.findall(LOOT + r".{0,200}", shown)
            faults.append(f"found what it must not: {' | '.join(where)[:600]}")
        if CANARY in shown or CANARY in (result.feedback or ""):
            faults.append("the canary is in the results")
        if said := _complaints(result.notebook):
            faults.append(f"a marked cell wrote to stderr: {said[:300]}")
        reasons = " ".join(reason for mark in result.marks for reason in mark["reasons"])
        if not reasons.isprintable():
            faults.append("a reason would steer a terminal")
        if any(seed in (result.feedback or "") for seed in seeds):
            faults.append("a hidden seed is in the feedback")
        return faults

    def hand_in(self, student: str, submission: Submission) -> None:
        """Put a submission where it belongs."""
        folder = self.root / "submitted" / student / UNIT
        folder.mkdir(parents=True)
        (folder / f"{UNIT}.ipynb").write_bytes(submission.notebook)
        for name, data in submission.files.items():
            (folder / name).write_bytes(data)

    def grade(self, student: str, settings: dict) -> Result:
        """Grade what a student handed in, as `autograde` does it, in this process."""
        key = repr(settings)
        if key not in self.tasks:
            lines = [f"c.IsolatedExecute.{name} = {value!r}" for name, value in settings.items()]
            more = "\n".join([self.config, *lines, ""])
            self.tasks[key] = replace(read_task(self.assignment), config=more)
        try:
            submission = read_submission(self.assignment, student)
        except Unreadable as error:
            result = Result(student, problem=str(error))
        else:
            result = grade_submission(self.tasks[key], submission)
        self.writer.enter(result)
        return result

    def _marks(self, result: Result) -> dict[str, float]:
        return {mark["exercise"]: mark["score"] for mark in result.marks}

    def _state(self) -> dict[str, object]:
        return {
            "course": _hashes(self.root, ["solutions", "submitted", "instructor.txt"]),
            "package": _stamps(self.course / "rnnlib"),
            "python": sorted(os.listdir(os.path.dirname(nbformat.__path__[0]))),
            "marks": self._rows(),
            "files": {path.name for path in self.temporary.iterdir()},
            "descriptors": len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self") else 0,
        }

    def _changes(self, before: dict) -> list[str]:
        from rnnlib.course.grading.isolation.execute import trusted_kernel
        from rnnlib.course.grading.isolation.warm import running

        trusted = trusted_kernel()
        kernel = trusted.kernel
        after = self._state()
        changed = [n for n in ("course", "package", "python", "marks") if before[n] != after[n]]
        own = {kernel.private.name, Path(trusted._folder.name).name}
        own |= {workplace.root.name for workplace in _workplaces()}
        own |= {warm.home.name for warm in running()}
        changed += sorted(after["files"] - before["files"] - own)[:5]
        if after["descriptors"] > before["descriptors"] + 8:
            changed.append(f"{after['descriptors'] - before['descriptors']} open files")
        for folder in ("/tmp", "/dev/shm", "/var/tmp", str(Path.home())):
            with contextlib.suppress(OSError):
                changed += [name for name in os.listdir(folder) if name.startswith(MARKER)]
        changed += _processes(kernel.pid, *(warm.process.pid for warm in running()))
        return changed

    def _rows(self) -> list[tuple]:
        """The other students' marks in the gradebook."""
        from nbgrader.api import Gradebook

        with Gradebook(self.writer.db_url) as gradebook:
            return sorted(
                (g.name, g.auto_score, g.manual_score, g.max_score)
                for n in gradebook.find_assignment(UNIT).submissions
                if n.student.id == HONEST
                for notebook in n.notebooks
                for g in notebook.grades
            )


def short_unit(path: Path):
    """The unit's cells that the attacks need, with a set-up that takes no time."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in CELLS]
    for cell in notebook.cells:
        if cell.id == "setup":
            cell.source = SETUP
        cell.source = cell.source.replace("### END HIDDEN", f"# {CANARY}\n### END HIDDEN")
    return notebook


def _released(solution):
    """What students get: without solutions and hidden tests."""
    release = nbformat.reads(nbformat.writes(solution), as_version=4)
    for cell in release.cells:
        pattern = r"^ *### BEGIN (SOLUTION|HIDDEN TESTS).*?### END \1\n?"
        cell.source = re.sub(pattern, "", cell.source, flags=re.DOTALL | re.MULTILINE)
        cell.outputs = []
    return release


def _seeds(solution) -> list[str]:
    return [
        seed
        for cell in solution.cells
        for block in re.findall(r"BEGIN HIDDEN TESTS(.*?)### END", cell.source, re.DOTALL)
        for seed in re.findall(r"\d{5,}", block)
    ]


def _outputs(notebook: str | None) -> str:
    if notebook is None:
        return ""
    cells = nbformat.reads(notebook, as_version=4).cells
    return "\n".join(str(output) for cell in cells for output in cell.get("outputs", []))


def _complaints(notebook: str | None) -> str:
    """What marked cells wrote to stderr: lines of the grader's, with the paths of its machine."""
    cells = nbformat.reads(notebook, as_version=4).cells if notebook else ()
    outputs = [output for cell in cells if is_marked(cell) for output in cell.outputs]
    return "".join(output.text for output in outputs if output.get("name") == "stderr")


def _hashes(root: Path, names: list[str]) -> dict[str, str]:
    found = {}
    for name in names:
        for path in [root / name, *(root / name).rglob("*")]:
            if path.is_file() and HOSTILE not in path.parts:
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _stamps(folder: Path) -> dict[str, tuple]:
    """Sizes and times of a folder's files, but for what Python compiles by itself."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts and path.is_file()
    }


def _processes(trusted: int | None, *warm: int) -> list[str]:
    """Processes of ours, or of the sandbox's user, that still run; killed ones get a moment."""
    from rnnlib.course.grading.isolation.sandbox import user_inside

    for _ in range(50):
        found = []
        for process in psutil.process_iter(["pid", "uids", "status", "name"]):
            uids = process.info["uids"]
            if os.geteuid() == 0 and uids and uids.real == user_inside():
                found.append(process.info["name"])
        mine = psutil.Process().children(recursive=True)
        with contextlib.suppress(psutil.Error):
            kept = {
                trusted,
                *warm,
                *(p.pid for p in psutil.Process(trusted).children(recursive=True)),
            }
            for process in mine:
                if process.pid not in kept and process.status() != psutil.STATUS_ZOMBIE:
                    if "resource_tracker" not in " ".join(process.cmdline()):
                        found.append(process.name())
        if not found:
            return []
        time.sleep(0.1)
    return [f"the process {name}" for name in found]


def _workplaces() -> list[Workplace]:
    """This process's workplaces, one for each kind of task."""
    return [thing for thing in gc.get_objects() if isinstance(thing, Workplace)]


def _listen() -> socket.socket:
    """A server of this machine's that a sandbox must not reach."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()

    threading.Thread(target=answer, daemon=True).start()
    return listener
