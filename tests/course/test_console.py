"""What commands print steers no terminal, whoever wrote it."""

import io

import pytest
from rich.progress import Progress
from rich.table import Table

from rnnlib.course.console import PlainConsole, plain_text

STEERS = "a\x1b[2Jb\x1b]0;mine\x07\x9b31m\u202ec\u200bd\u2028e\ud800f\x85"


def tables(text):
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    return table


@pytest.mark.parametrize("terminal", [False, True])
def test_no_way_of_printing_lets_it_through(terminal):
    file = io.StringIO()
    console = PlainConsole(file=file, width=200, force_terminal=terminal, color_system=None)
    console.print(STEERS, markup=False, soft_wrap=True)
    console.print(tables(STEERS))
    console.print(f"[red]{STEERS}[/red]")
    with Progress(console=console) as progress:
        progress.add_task(STEERS, total=1)
    printed = file.getvalue()
    for sign in ("\x1b[2J", "\x1b]", "\x07", "\x9b", "\u202e", "\u200b", "\u2028", "\ud800"):
        assert sign not in printed
    assert "?[2Jb" in printed or "[2Jb" in printed


def test_colours_of_our_own_stay():
    file = io.StringIO()
    PlainConsole(file=file, force_terminal=True, color_system="standard").print("[red]x[/red]")
    assert file.getvalue() == "\x1b[31mx\x1b[0m\n"


def test_ordinary_text_stays():
    for text in ("two\nlines", "Núñez 名前 ‹a› – “b”", "\u00a0\u3000", "━━╸ 3/4"):
        assert plain_text(text) == text
