"""What a run says at its end."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from slqncy.display.closing import LINES, WIDTH, Closing, Ended, closing
from slqncy.exitcodes import ExitStatus
from slqncy.summary import Addresses, Summary, summarize
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING = summarize({}, Addresses(known_before=0, found=0, states={}), pending=0)
FIGURES = [field.name for field in fields(Summary) if field.name != "addresses"]
COUNTERS = [f"slqncy/{name}" for name in (
    "store/archived/szxw", "store/archived/新闻", "store/archived/\x1b[31m红\u202e", "store/duplicate/near_text",
    "store/rejected/soft_404", "store/rejected/empty", "failed/too_slow", "failed/server_error", "guard/wall",
    "guard/watchdog", *(f"store/archived/{number}" for number in range(20)),
)]  # fmt: skip
EXAMPLES = ["check/incomplete", "outcome/failed", "outcome/rejected", "outcome/robots", "guard/wall", "guard/watchdog"]


def ended(figures: Mapping[str, int] | None = None, **fields: Any) -> Ended:
    changes: dict[str, Any] = dict(figures or {})
    usual: dict[str, Any] = {
        "counters": {}, "examples": {}, "status": ExitStatus.OK, "reason": "finished", "seconds": 61.0,
        "report": "output/runs/r.json", "command": ["scrapy", "crawl", "stories"], "settings": [], "held_until": "",
    }  # fmt: skip
    return Ended(summary=replace(NOTHING, **changes), **usual | fields)


def lines(said: Closing) -> list[str]:
    return [*said.account, *said.trouble, *said.advice]


def command(said: Closing, label: str) -> list[str]:
    """The words of a piece of advice, as a shell reads them."""
    start = next(number for number, line in enumerate(said.advice) if line.startswith(label))
    text = said.advice[start].removeprefix(label)
    while text.endswith("\\"):
        start += 1
        text = text[:-1] + said.advice[start]
    return shlex.split(text)


def test_a_good_run() -> None:
    figures = {"requested": 34, "archived": 28, "duplicates": 3, "rejected": 1, "list_pages": 2, "complete": 27}
    counters = {
        "slqncy/store/archived/szxw": 8, "slqncy/store/archived/新闻": 20, "slqncy/store/duplicate/same_text": 3,
        "slqncy/store/rejected/empty": 1, "downloader/request_count": 36, "downloader/response_bytes": 24_000,
    }  # fmt: skip
    assert closing(ended(figures, counters=counters)) == Closing(
        [
            "34 requested = 28 archived + 3 duplicates + 1 rejected + 2 list pages",
            "    + 0 failures",
            "archived    28: 20 新闻, 8 szxw",
            "duplicates  3 same_text",
            "rejected    1 empty",
            "complete    27 of 27 stories, by the count that their pages declare",
            "traffic     36 requests, 24.0 kB received, 1 min 1 s",
            "report      output/runs/r.json",
        ],
        [],
        [],
    )


def test_a_site_without_sections() -> None:
    said = closing(ended({"requested": 2, "archived": 2}, counters={"slqncy/store/archived/": 2}))
    assert "archived    2" in said.account


@pytest.mark.parametrize(
    ("figures", "counters", "examples", "line"),
    [
        (
            {"incomplete": 2}, {}, {"check/incomplete": "slqncy/szxw/7"},
            "incomplete  2, by the count that their pages declare: slqncy/szxw/7",
        ),
        (
            {"failures": 3}, {"failed/too_slow": 2, "failed/server_error": 1}, {"outcome/failed": "slqncy/szxw/8"},
            "no answer   3: 2 too_slow, 1 server_error; asked for again later: slqncy/szxw/8",
        ),
        (
            {}, {"guard/wall": 3}, {"guard/wall": "http://a/1"},
            "walls       3 captchas or waiting rooms: http://a/1",
        ),
        ({"forbidden": 4}, {}, {"outcome/robots": "http://a/2"}, "robots.txt  forbids 4 pages: http://a/2"),
        (
            {}, {"guard/watchdog": 1}, {"guard/watchdog": "slqncy/szxw/9"},
            "hung        1 left out, as reading them hung: slqncy/szxw/9",
        ),
    ],
    ids=["incomplete", "failures", "walls", "robots", "hung"],
)  # fmt: skip
def test_what_is_wrong(figures: dict[str, int], counters: dict[str, int], examples: dict[str, str], line: str) -> None:
    stats = {f"slqncy/{name}": count for name, count in counters.items()}
    assert closing(ended(figures, counters=stats, examples=examples)).trouble == [line]
    assert closing(ended(examples=examples)).trouble == []
    # Another worker counted it, and handed the site over.
    assert closing(ended(figures, counters=stats)).trouble == [line.rpartition(": ")[0]]


def test_a_site_that_wants_to_be_left_alone() -> None:
    at = "2026-11-26T14:30:00Z"
    said = closing(ended(status=ExitStatus.TEMPORARY, held_until=at))
    assert said.trouble == [f"held        nothing may be asked of the site before {at}"]
    assert said.advice == ["run again   scrapy crawl stories"]


@pytest.mark.parametrize(
    ("figures", "status", "examples", "words"),
    [
        ({"unsent": 1}, ExitStatus.OK, {}, {"run again": ["scrapy", "crawl", "stories"]}),
        ({}, ExitStatus.OK, {"outcome/rejected": "a"}, {}),
        ({}, ExitStatus.DATA, {"outcome/rejected": "a"}, {"look at": ["scrapy", "explain", "a", "-s", "X=d e"]}),
        (
            {}, ExitStatus.TEMPORARY, {"outcome/failed": "b?c&d", "check/incomplete": ""},
            {"run again": ["scrapy", "crawl", "stories"], "look at": ["scrapy", "explain", "b?c&d", "-s", "X=d e"]},
        ),
    ],
    ids=["budget", "good", "gate", "told to wait"],
)  # fmt: skip
def test_what_to_do(
    figures: dict[str, int], status: ExitStatus, examples: dict[str, str], words: dict[str, list[str]]
) -> None:
    said = closing(ended(figures, status=status, examples=examples, settings=["-s", "X=d e"]))
    assert len(said.advice) == len(words)
    assert {label: command(said, label) for label in words} == words


def test_a_command_goes_on_in_another_line_as_a_shell_has_it() -> None:
    words = ["scrapy", "crawl", "stories", *(part for n in range(3) for part in ("-s", f"ARCHIVE_DIR={n} {'x' * 20}"))]
    said = closing(ended(status=ExitStatus.TEMPORARY, command=words))
    assert len(said.advice) == 3
    assert command(said, "run again") == words


@pytest.mark.parametrize("words", [["scrapy", "x" * 80], []], ids=["wide", "secret"])
def test_a_command_that_is_no_sight_is_known_to_who_has_typed_it(words: list[str]) -> None:
    said = closing(ended(status=ExitStatus.TEMPORARY, command=words))
    assert said.advice == ["run again   with the same command"]


TEXT = st.text(st.characters(codec="utf-8"), max_size=100)
RUNS = st.builds(
    ended,
    st.dictionaries(st.sampled_from(FIGURES), st.integers(0, 10**9)),
    counters=st.dictionaries(st.sampled_from(COUNTERS), st.integers(1, 10**7)),
    examples=st.dictionaries(st.sampled_from(EXAMPLES), TEXT),
    status=st.sampled_from(ExitStatus),
    reason=st.sampled_from(["finished", "甲" * 300]),
    report=TEXT.map(lambda text: text * 5),
    command=st.lists(TEXT, max_size=6),
    settings=st.lists(TEXT, max_size=2),
    held_until=st.sampled_from(["", "2026-11-26T14:30:00Z"]),
)


@settings(deadline=None)  # a machine may be busy
@given(RUNS)
def test_it_is_one_screen_whatever_has_happened(run: Ended) -> None:
    said = closing(run)
    told = lines(said)
    assert max(map(cell_len, told)) <= WIDTH
    complaint = cell_len(f"scrapy crawl: {run.reason} (exit status {run.status})")
    assert len(told) + -(-complaint // WIDTH) <= LINES
    assert said.account[0].startswith(f"{run.summary.requested} requested ")
    assert {line for line in told if visible(line) != line} == set()
