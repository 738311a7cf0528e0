"""Which tests run, and in which order: `--quick` for whoever edits, the slowest modules first."""

import os

os.environ["RNNLIB_PROGRESS"] = "off"  # whoever runs the tests may keep a log of their own checks

BANKS, EVERY = "test_exercises.py", 12
"""The tests made from the banks of mistakes; with `--quick`, one in so many of them runs."""

FIRST = (
    *("test_attacks.py", BANKS, "test_browser.py", "test_live.py", "test_one_mark.py"),
    *("test_grading.py", "test_grading_interrupted.py", "test_site.py"),
    *("test_shown_library.py", "test_mutation.py", "test_bench_grading.py", "test_degenerate.py"),
    *("test_plain_install.py", "test_grading_elsewhere.py", "test_live_tune.py"),
)
"""Modules that take longest: the workers end together only if these begin early."""

SLOW = {
    *("test_attacks.py", "test_browser.py", "test_grading.py", "test_grading_interrupted.py"),
    *("test_live.py", "test_environment.py", "test_authoring.py", "test_bench.py", "test_cli.py"),
    *("test_bench_checks.py", "test_grading_elsewhere.py"),
    *("test_feedback.py", "test_repair.py", "test_report.py", "test_reading.py"),
    *("test_what_arrives.py", "test_isolation_wire.py", "test_plotting.py", "test_export.py"),
    *("test_site.py", "test_unit_pages.py", "test_other_programs.py", "test_saved_elsewhere.py"),
    *("test_live_attention.py", "test_live_tune.py", "test_live_collapse.py"),
}
"""Modules that grade, build, draw or start a browser: left out with `--quick`."""


def pytest_addoption(parser):
    parser.addoption(
        "--quick",
        action="store_true",
        help="for whoever edits: without the slow tests, and with a part of the banks of mistakes",
    )
    parser.addoption(
        "--whole",
        action="store_true",
        help="the banks with every seed, not with one for each mistake",
    )


def pytest_collection_modifyitems(config, items):
    rank = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: (rank.get(item.path.name, len(FIRST)), _exercise(item)))
    if not config.getoption("--quick"):
        return
    kept, left_out, banks = [], [], 0
    for item in items:
        banks += item.path.name == BANKS
        slow = item.path.name in SLOW or item.get_closest_marker("slow")
        skipped = item.path.name == BANKS and banks % EVERY
        (left_out if slow or skipped else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def _exercise(item):
    """The exercise that a test of the banks is about.

    All tests about one come together: what marking worked out for it is not forgotten by then.
    """
    params = item.callspec.params if item.path.name == BANKS and hasattr(item, "callspec") else {}
    return getattr(params.get("exercise"), "name", "")
