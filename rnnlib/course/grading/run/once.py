"""What nbgrader does anew each time it looks at a gradebook or a cell, done once for a process.

It opens the gradebook nine times for one submission: each time with an engine of its own, whose
statements SQLAlchemy compiles again; and for every marked cell it checks that its schema is one.
Neither changes a result; together they took a third of what a worker computes itself.
"""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace

from rnnlib.course.grading.limits import LOCKED_SECONDS


@cache
def engines_once() -> None:
    """Let one process have one engine for each gradebook; nbgrader closes its connections."""
    from nbgrader import api

    create_engine = api.create_engine

    @cache
    def create_once(url, **options):
        # SQLite waits for five seconds where another program has locked the file.
        more = {"connect_args": {"timeout": LOCKED_SECONDS}} if url.startswith("sqlite") else {}
        return create_engine(url, **options, **more)

    api.create_engine = create_once


@cache
def schemas_once() -> None:
    """Let nbgrader check the metadata of cells without checking its own schema each time."""
    import jsonschema
    from nbgrader.nbgraderformat import common

    @cache
    def validator(text):
        schema = json.loads(text)
        kind = jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        return kind(schema)

    def validate(instance, schema):
        errors = validator(json.dumps(schema)).iter_errors(instance)
        error = jsonschema.exceptions.best_match(errors)
        if error is not None:
            raise error

    common.jsonschema = SimpleNamespace(validate=validate)


@cache
def disk_without_waiting() -> None:
    """Let SQLite not wait for the disk: a worker's own gradebook need not survive a power cut.

    That saves 6 ms for each commit.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def set_pragma(connection, record):
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")
