"""The account of a run and its exit status."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.exitcodes import ExitStatus
from slqncy.summary import Summary, judge, summarize

NOTHING = summarize({}, unanswered=0)
OUTCOMES = [field.name for field in fields(Summary) if field.name not in {"requested", "known", "stories_failed"}]
COUNTERS = {
    "requested": "slqncy/requested",
    "archived": "slqncy/outcome/stories",
    "changed": "slqncy/outcome/changed",
    "unchanged": "slqncy/outcome/unchanged",
    "duplicates": "slqncy/outcome/duplicates",
    "rejected": "slqncy/outcome/rejected",
    "list_pages": "slqncy/outcome/list_page",
    "sitemaps": "slqncy/outcome/sitemap",
    "further_pages": "slqncy/outcome/further_page",
    "failures": "slqncy/outcome/failed",
    "forbidden": "slqncy/outcome/robots",
    "known": "slqncy/known",
    "stories_failed": "slqncy/stories_failed",
}


def summary(**figures: int) -> Summary:
    """A summary that adds up."""
    outcomes = sum(figure for name, figure in figures.items() if name in OUTCOMES)
    return replace(NOTHING, **{"requested": outcomes, **figures})


@pytest.mark.parametrize("name", COUNTERS)
def test_each_figure_has_its_counter(name: str) -> None:
    assert summarize({COUNTERS[name]: 3, "slqncy/other": 7}, unanswered=0) == replace(NOTHING, **{name: 3})


def test_the_unanswered_are_told() -> None:
    assert summarize({}, unanswered=2).unanswered == 2


@given(st.fixed_dictionaries({name: st.integers(0, 50) for name in OUTCOMES}), st.integers(-3, 3), st.integers(0, 50))
def test_requests_add_up_only_where_each_has_one_outcome(figures: dict[str, int], off: int, known: int) -> None:
    whole = summary(**figures, known=known)
    assert whole.adds_up
    account = replace(whole, requested=whole.requested + off)
    assert account.adds_up is (off == 0)
    assert account.as_dict()["adds_up"] is (off == 0)
    assert ("≠" in account.sentence()) is (off != 0)
    assert account.stories_seen == sum(
        figures[name] for name in ("archived", "changed", "unchanged", "duplicates")
    ) + known  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_sentence_names_every_outcome_that_occurred(name: str) -> None:
    sentence = summary(**{name: 41}).sentence()
    assert sentence.startswith("41 requested = ")
    assert sentence.count("41 ") == 2


def test_the_sentence_of_a_plain_run() -> None:
    assert (
        summary(archived=120, duplicates=6, rejected=4, list_pages=30).sentence()
        == "160 requested = 120 archived + 6 duplicates + 4 rejected + 30 list pages + 0 failures"
    )


def test_the_dictionary_has_every_figure() -> None:
    figures = summary(archived=2, known=1).as_dict()
    assert set(figures) == {field.name for field in fields(Summary)} | {"adds_up"}
    assert (figures["archived"], figures["known"], figures["requested"]) == (2, 1, 2)


@pytest.mark.parametrize(
    ("figures", "finish_reason", "errors", "status", "reason"),
    [
        ({"archived": 1, "list_pages": 1}, "finished", 0, ExitStatus.OK, "finished"),
        ({"known": 1, "list_pages": 1}, "finished", 0, ExitStatus.OK, "finished"),
        ({"unchanged": 1}, "finished", 0, ExitStatus.OK, "finished"),
        ({"changed": 1}, "finished", 0, ExitStatus.OK, "finished"),
        ({"duplicates": 1}, "finished", 0, ExitStatus.OK, "finished"),
        ({"archived": 1, "failures": 9}, "finished", 0, ExitStatus.OK, "finished"),
        ({"archived": 1}, "shutdown", 0, ExitStatus.TEMPORARY, "stopped by a signal"),
        ({"unanswered": 3}, "shutdown", 0, ExitStatus.TEMPORARY, "stopped by a signal"),
        ({"archived": 1}, "finished", 2, ExitStatus.SOFTWARE, "2 unexpected errors"),
        ({"archived": 1}, "shutdown", 1, ExitStatus.SOFTWARE, "1 unexpected errors"),
        ({"archived": 1, "requested": 5}, "finished", 0, ExitStatus.SOFTWARE, "do not add up"),
        ({"list_pages": 3, "rejected": 2}, "finished", 0, ExitStatus.DATA, "3 list pages and 2 rejected pages"),
        ({"rejected": 1}, "finished", 0, ExitStatus.DATA, "no story was found"),
        ({"sitemaps": 1}, "finished", 0, ExitStatus.DATA, "no story was found"),
        ({"list_pages": 1, "forbidden": 5}, "finished", 0, ExitStatus.DATA, "no story was found"),
        ({"forbidden": 2}, "finished", 0, ExitStatus.FORBIDDEN, "robots.txt"),
        ({"forbidden": 2, "failures": 1}, "finished", 0, ExitStatus.FORBIDDEN, "robots.txt"),
        ({"failures": 2}, "finished", 0, ExitStatus.UNAVAILABLE, "could not be reached"),
        ({}, "finished", 0, ExitStatus.UNAVAILABLE, "could not be reached"),
    ],
)
def test_exit_status(figures: dict[str, Any], finish_reason: str, errors: int, status: ExitStatus, reason: str) -> None:
    judged, why = judge(summary(**figures), finish_reason=finish_reason, errors=errors)
    assert judged is status
    assert reason in why


def test_exit_statuses_are_those_of_sysexits() -> None:
    assert {status.name: status.value for status in ExitStatus} == {
        "OK": 0,
        "USAGE": 64,
        "DATA": 65,
        "UNAVAILABLE": 69,
        "SOFTWARE": 70,
        "IO": 74,
        "TEMPORARY": 75,
        "FORBIDDEN": 77,
        "CONFIG": 78,
    }
