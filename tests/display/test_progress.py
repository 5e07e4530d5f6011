"""How far a run is, in words and in a block."""

from __future__ import annotations

import io
import os
import pty
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from slqncy.display.console import block
from slqncy.display.facts import labelled
from slqncy.display.progress import Outlook, Progress, Rate, Told, sentence
from slqncy.display.terminal import moves_cursor

RUN = Progress(
    new=120, changed=2, duplicates=6, rejected=3, failed=1, lists=18, pages=149, rate=47.4, delay=1.25, held=0.0,
    reading="story /szxw/9538.html", pending=1, outlook=Outlook(212, 120), elapsed=192.0,
)  # fmt: skip


def rendered(run: Told, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(block(run, width))
    return capture.get().splitlines()


def test_a_sentence() -> None:
    assert sentence(RUN) == (
        "120 new, 2 changed, 6 duplicates, 3 rejected, 1 failed; 149 answered, 18 lists, 47 a minute, 1.2 s apart; "
        "story /szxw/9538.html; 3 min 12 s so far, at least 213 pages left"
    )


def test_what_is_not_so_is_not_told() -> None:
    nothing = replace(
        RUN, new=0, changed=0, duplicates=0, rejected=0, failed=0, lists=1, pages=1, rate=0.0, delay=0.0, reading="",
        pending=0, outlook=Outlook(), elapsed=0.0,
    )  # fmt: skip
    assert sentence(nothing) == "0 new; 1 answered, 1 list, 0 a minute; 0 s so far"


def test_a_site_that_has_asked_to_wait() -> None:
    assert "; 1 min 30 s more, as the site has asked for; " in sentence(replace(RUN, held=90.5))


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (0, "0 of at most 300 stories"), (120, "120 of at most 300 stories, about 4 min 48 s left"),
        (300, "300 of at most 300 stories"),
    ],
)  # fmt: skip
def test_a_run_that_is_known_to_end(done: int, told: str) -> None:
    run = replace(RUN, outlook=Outlook(212, done, 300, "stories"))
    assert sentence(run).endswith(f"; 3 min 12 s so far, {told}")
    bar = rendered(run, 80)[-1]
    assert bar.count("━") == done * 77 // 300


def test_a_block() -> None:
    assert rendered(RUN, 80) == [
        "─" * 79,
        "stories  120 new, 2 changed, 6 duplicates, 3 rejected, 1 failed",
        "pages    149 answered, 18 lists, 47 a minute, 1.2 s apart",
        "now      story /szxw/9538.html",
        "time     3 min 12 s so far, at least 213 pages left",
    ]


@settings(deadline=None)  # a machine may be busy
@given(st.integers(30, 200), st.text(st.characters(categories=("L", "N", "P"))), st.integers(0, 10**12))
def test_no_line_is_as_wide_as_the_terminal(width: int, reading: str, figure: int) -> None:
    run = replace(RUN, reading=reading, new=figure, lists=figure, outlook=Outlook(1, figure, figure, "stories"))
    # Where it would be, a terminal might go on to the next line.
    assert max(map(cell_len, rendered(run, width))) < width


@pytest.mark.parametrize("width", [1, 2, 5, 10, 29])
def test_a_terminal_too_narrow_for_anything_has_the_beginnings_of_lines(width: int) -> None:
    run = replace(RUN, reading="story /新闻/中.html", outlook=Outlook(1, 3, 4, "stories"))
    lines = rendered(run, width)
    assert len(lines) <= len(rendered(run, 30))
    assert max(map(cell_len, lines)) <= width
    assert lines[1].startswith("stories  120 new"[:width].rstrip())


def test_facts_without_room_are_counted() -> None:
    facts = [f"{number} 新闻" for number in range(10, 40)]
    assert labelled("stories", facts, 40) == [
        "stories     10 新闻, 11 新闻, 12 新闻,",
        "            13 新闻, and 26 more",
    ]


def test_a_rate_is_that_of_the_last_minute() -> None:
    rate = Rate()
    assert [round(rate.at(now, count)) for now, count in ((0, 0), (30, 10), (60, 20), (90, 80), (600, 80))] == [
        0, 20, 20, 70, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(("term", "moves"), [("xterm", True), ("dumb", False), ("unknown", False), (None, False)])
def test_a_terminal_that_cannot_move_its_cursor(monkeypatch: pytest.MonkeyPatch, term: str | None, moves: bool) -> None:
    monkeypatch.delenv("TERM", raising=False)
    if term:
        monkeypatch.setenv("TERM", term)
    leader, follower = pty.openpty()
    with os.fdopen(leader), os.fdopen(follower, "w") as stream:
        assert moves_cursor(stream) is moves
    assert not moves_cursor(io.StringIO())
