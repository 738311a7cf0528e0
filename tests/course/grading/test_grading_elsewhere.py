"""Grading with a PostgreSQL gradebook and on a Dask cluster: real servers, the same marks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import ROOT, UNIT, assignment, autograde, hand_in, short_notebook
from nbgrader.api import Gradebook

from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.pool import SchedulerError
from rnnlib.course.grading.run.prepare import register
from rnnlib.course.grading.run.records import read_record

STUDENTS = ["all_right", "cell_copied", "one_mistake_each", "raises"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course in which some students have handed in."""
    root = tmp_path_factory.mktemp("elsewhere") / "course root"
    hand_in(root, short_notebook(), only=STUDENTS)
    return root


@pytest.fixture(scope="module")
def here(root):
    """The marks when this machine grades, with the gradebook in SQLite."""
    assert all(o.problem is None for o in autograde(assignment(root), STUDENTS))
    return {student: read_marks(assignment(root), student) for student in STUDENTS}


# --- PostgreSQL ---------------------------------------------------------------------------------


@pytest.fixture
def postgresql(tmp_path_factory):
    """The address of an empty database on a server that lives as long as the test."""
    programs = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        Path(shutil.which("initdb") or "/").parent,
    ]
    bin_folder = next((path for path in programs if (path / "initdb").exists()), None)
    if bin_folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path("/tmp") / f"pg{os.getpid()}"  # a socket's path has 107 bytes at most
    folder.mkdir()
    as_user = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    def run(*command):
        done = subprocess.run([*as_user, *command], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run(
            bin_folder / "initdb", "-D", folder / "data", "-U", "grader", "-A", "trust", "--no-sync"
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run(
            bin_folder / "pg_ctl",
            "-D",
            folder / "data",
            "-w",
            "-l",
            folder / "log",
            "-o",
            options,
            "start",
        )
        try:
            run(bin_folder / "createdb", "-h", folder, "-U", "grader", "gradebook")
            yield f"postgresql://grader@/gradebook?host={folder}"
        finally:
            run(bin_folder / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_gradebook_in_postgresql_holds_the_same_marks(root, here, postgresql):
    db_url = postgresql
    register(assignment(root, db_url))
    outcomes = autograde(assignment(root, db_url), STUDENTS)
    assert [(o.problem, o.again) for o in outcomes] == [(None, False)] * len(STUDENTS)
    assert {s: read_marks(assignment(root, db_url), s) for s in STUDENTS} == here
    again = autograde(assignment(root, db_url), STUDENTS)
    assert all(o.again for o in again)  # what stands in this gradebook need not be graded again
    with Gradebook(assignment(root, db_url).gradebook) as gradebook:
        assert {s.student.id for s in gradebook.assignment_submissions(UNIT)} == set(STUDENTS)


# --- Dask ---------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two workers, each a process of its own; and the workers."""
    pytest.importorskip("distributed")
    environment = dict(os.environ, PYTHONPATH=str(ROOT), OPENBLAS_NUM_THREADS="1")
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    where = tmp_path / "scheduler.json"
    start(
        "dask_scheduler",
        "--host=127.0.0.1",
        "--port=0",
        "--no-dashboard",
        f"--scheduler-file={where}",
    )
    options = [f"--scheduler-file={where}", "--nthreads=1", "--no-dashboard", "--no-nanny"]
    workers = [start("dask_worker", *options) for _ in range(2)]
    try:
        from distributed import Client

        with Client(scheduler_file=str(where), timeout=600, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=600)
            address = client.scheduler.address
        yield address, workers
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_a_cluster_gives_the_same_marks_though_a_worker_is_lost(root, here, cluster):
    address, workers = cluster
    seen = []

    def lose_one(outcome):
        if not seen:
            workers[0].kill()
        seen.append(outcome.student)

    outcomes = autograde(assignment(root), STUDENTS, scheduler=address, anew=True, on_done=lose_one)
    assert all(o.problem is None and not o.again for o in outcomes)
    assert {s: read_marks(assignment(root), s) for s in STUDENTS} == here


def test_no_scheduler_there_is_told(root):
    shutil.copytree(root / "submitted" / STUDENTS[0], root / "submitted" / "new")
    with pytest.raises(SchedulerError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        autograde(assignment(root), ["new"], scheduler="tcp://127.0.0.1:9")
    assert read_record(assignment(root), "new") is None
