"""The account of a run and its exit status."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.exitcodes import ExitStatus
from slqncy.reasons import State
from slqncy.sites import Gate
from slqncy.summary import Addresses, Summary, judge, summarize

ADDRESSES = Addresses(known_before=5, found=3, states={State.ARCHIVED: 6, State.FOUND: 2})
NOTHING = summarize({}, ADDRESSES, pending=0)
GATE = Gate(min_stories=1, sample=20, min_complete_share=0.5, max_unreadable_share=0.25)
OUTCOMES = [
    "archived", "changed", "earlier", "unchanged", "not_modified", "duplicates", "rejected", "gone", "returned",
    "list_pages", "sitemaps", "further_pages", "failures", "forbidden", "index_answers", "unanswered", "unsent",
]  # fmt: skip
READ = ["archived", "changed", "earlier", "unchanged", "returned", "duplicates"]
"""Outcomes that only pages read as stories have."""
OUTCOME_COUNTERS = {
    "archived": ["archived"],
    "changed": ["changed"],
    "earlier": ["earlier"],
    "unchanged": ["unchanged"],
    "returned": ["returned"],
    "duplicate": ["duplicates"],
    "not_modified": ["not_modified", "stories_read"],
    "front/not_modified": ["not_modified"],
    "list/not_modified": ["not_modified"],
    "sitemap/not_modified": ["not_modified"],
    "rejected": ["rejected"],
    "gone": ["gone"],
    "front/fetched": ["list_pages"],
    "list/fetched": ["list_pages"],
    "sitemap/fetched": ["sitemaps"],
    "part/fetched": ["further_pages"],
    "index/fetched": ["index_answers"],
    "failed": ["failures"],
    "robots": ["forbidden"],
}
COUNTERS = {f"outcome/{outcome}": names for outcome, names in OUTCOME_COUNTERS.items()} | {
    "requested": ["requested"],
    "known": ["known"],
    "waiting": ["waiting"],
    "check/pages": ["story_pages"],
    "store/stories": ["stories_read"],
    "store/rewrites": ["rewrites"],
    "stories_failed": ["stories_failed"],
    "failed/told_to_wait": ["told_to_wait"],
    "guard/wall": ["told_to_wait"],
    "index_failed": ["index_failures"],
    "check/complete": ["complete"],
    "check/incomplete": ["incomplete"],
    "check/rejected/empty": ["unreadable"],
    "check/rejected/no_title": ["unreadable"],
    "check/rejected/not_found": ["missing"],
    "check/rejected/soft_404": ["missing"],
    "check/rejected/redirected": ["missing"],
}


def summary(**figures: int) -> Summary:
    """A summary that adds up."""
    outcomes = sum(figures.get(name, 0) for name in OUTCOMES)
    read = sum(figures.get(name, 0) for name in READ)
    pages = read + figures.get("rejected", 0) + figures.get("gone", 0)
    changes: dict[str, Any] = {"requested": outcomes, "stories_read": read, "story_pages": pages, **figures}
    return replace(NOTHING, **changes)


# Figures


@pytest.mark.parametrize("counter", COUNTERS)
def test_each_figure_has_its_counter(counter: str) -> None:
    stats = {f"slqncy/{counter}": 3, "slqncy/other": 7, counter: 9, "slqncy/outcome/other": 2}
    figures: dict[str, Any] = dict.fromkeys(COUNTERS[counter], 3)
    assert summarize(stats, ADDRESSES, pending=0) == replace(NOTHING, **figures)


def test_every_figure_has_a_counter() -> None:
    counted = {name for names in COUNTERS.values() for name in names}
    assert {field.name for field in fields(Summary)} - counted == {"unanswered", "unsent", "addresses"}


def test_what_is_not_modified_is_counted_for_all_kinds_of_pages() -> None:
    kinds = {"not_modified": 1, "front/not_modified": 2, "list/not_modified": 4, "sitemap/not_modified": 8}
    stats = {f"slqncy/outcome/{outcome}": figure for outcome, figure in kinds.items()}
    account = summarize(stats, ADDRESSES, pending=0)
    assert (account.not_modified, account.stories_read) == (15, 1)


def test_figures_of_several_counters_are_their_sums() -> None:
    counters = {"outcome/front/fetched": 1, "outcome/list/fetched": 2, "check/rejected/empty": 4}
    stats = {f"slqncy/{counter}": figure for counter, figure in counters.items()} | {
        "slqncy/check/rejected/no_title": 8,
        "slqncy/check/rejected/not_found": 16,
    }
    account = summarize(stats, ADDRESSES, pending=0)
    assert (account.list_pages, account.unreadable) == (3, 12)


def test_stories_are_known_only_where_there_are_any() -> None:
    nothing = Addresses(known_before=9, found=0, states={State.FETCHED: 3, State.REJECTED: 6})
    some = Addresses(known_before=9, found=0, states={State.ARCHIVED: 1, State.DUPLICATE: 2, State.GONE: 3})
    assert summarize({"slqncy/known": 6}, nothing, pending=0).known == 0
    assert summarize({"slqncy/known": 5}, some, pending=0).known == 5
    assert summarize({"slqncy/known": 7}, some, pending=0).known == 6


def test_the_unanswered_and_the_addresses_are_told() -> None:
    account = summarize({}, ADDRESSES, pending=2)
    assert account == replace(NOTHING, unanswered=2)


def test_what_a_budget_left_out_was_not_asked() -> None:
    account = summarize({"slqncy/requested": 2}, ADDRESSES, pending=2, finish_reason="budget_spent")
    assert account == replace(NOTHING, requested=2, unsent=2)
    assert account.sentence().endswith(" + 2 not asked any more")
    assert account.addresses is ADDRESSES


# Requests add up


@pytest.mark.parametrize("outcome", OUTCOME_COUNTERS)
def test_each_outcome_that_a_request_may_have_accounts_for_it(outcome: str) -> None:
    one = {"slqncy/requested": 1, f"slqncy/outcome/{outcome}": 1}
    assert summarize(one, ADDRESSES, pending=0).adds_up
    assert not summarize(one, ADDRESSES, pending=1).adds_up
    assert not summarize({**one, "slqncy/requested": 2}, ADDRESSES, pending=0).adds_up


def test_an_outcome_that_nobody_knows_accounts_for_nothing() -> None:
    stats = {"slqncy/requested": 1, "slqncy/outcome/other": 1}
    assert not summarize(stats, ADDRESSES, pending=0).adds_up


@given(st.fixed_dictionaries({name: st.integers(0, 50) for name in OUTCOMES}), st.integers(-3, 3), st.integers(0, 50))
def test_requests_add_up_only_where_each_has_one_outcome(figures: dict[str, int], off: int, known: int) -> None:
    whole = summary(**figures, known=known, complete=known, unreadable=known, told_to_wait=known)
    assert whole.adds_up
    account = replace(whole, requested=whole.requested + off)
    assert account.adds_up is (off == 0)
    assert account.as_dict()["adds_up"] is (off == 0)
    assert ("≠" in account.sentence()) is (off != 0)
    assert account.stories_seen == sum(figures[name] for name in READ) + known


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


def test_the_sentence_of_a_run_that_looks_again() -> None:
    assert summary(not_modified=9, gone=2, returned=1, unchanged=5).sentence() == (
        "17 requested = 0 archived + 5 unchanged + 9 not modified + 0 duplicates + 0 rejected + 2 gone + 1 returned"
        " + 0 list pages + 0 failures"
    )


def test_the_dictionary_has_every_figure_and_leaves_addresses_to_themselves() -> None:
    figures = summary(archived=2, known=1).as_dict()
    assert set(figures) == {field.name for field in fields(Summary)} - {"addresses"} | {"adds_up"}
    assert (figures["archived"], figures["known"], figures["requested"], figures["adds_up"]) == (2, 1, 2, True)


# Addresses add up


@given(st.dictionaries(st.sampled_from(State), st.integers(0, 50)), st.integers(-3, 3), st.data())
def test_addresses_add_up_only_where_each_is_in_one_state(
    states: dict[State, int], off: int, data: st.DataObject
) -> None:
    there_are = sum(states.values())
    found = data.draw(st.integers(0, there_are))
    addresses = Addresses(known_before=there_are - found, found=found + off, states=states)
    assert addresses.adds_up is (off == 0)
    assert addresses.as_dict() == {
        "known_before": there_are - found,
        "found": found + off,
        "states": states,
        "adds_up": off == 0,
    }


# Exit status


@pytest.mark.parametrize(
    ("figures", "status", "reason"),
    [
        ({"archived": 1, "list_pages": 1}, ExitStatus.OK, "finished"),
        ({"known": 1, "list_pages": 1}, ExitStatus.OK, "finished"),
        ({"unchanged": 1}, ExitStatus.OK, "finished"),
        ({"changed": 1}, ExitStatus.OK, "finished"),
        ({"duplicates": 1}, ExitStatus.OK, "finished"),
        ({"returned": 1}, ExitStatus.OK, "finished"),
        ({"not_modified": 1, "stories_read": 1}, ExitStatus.OK, "finished"),
        ({"not_modified": 1, "known": 30}, ExitStatus.OK, "finished"),
        ({"gone": 1}, ExitStatus.OK, "finished"),
        ({"archived": 1, "failures": 9, "stories_failed": 9}, ExitStatus.OK, "finished"),
        ({"archived": 1, "failures": 1, "told_to_wait": 1}, ExitStatus.OK, "finished"),
        ({"archived": 1, "requested": 5}, ExitStatus.SOFTWARE, "requests do not add up"),
        ({"list_pages": 3, "rejected": 2}, ExitStatus.DATA, "3 list pages and 2 pages that are no stories"),
        ({"rejected": 1}, ExitStatus.DATA, "no story was found"),
        ({"sitemaps": 1}, ExitStatus.DATA, "no story was found"),
        ({"not_modified": 1}, ExitStatus.DATA, "no story was found"),
        ({"not_modified": 1, "failures": 1}, ExitStatus.UNAVAILABLE, "could not be reached"),
        ({"list_pages": 1, "forbidden": 5}, ExitStatus.DATA, "no story was found"),
        ({"list_pages": 1, "failures": 2}, ExitStatus.DATA, "no story was found"),
        ({"rejected": 1, "failures": 2, "stories_failed": 2}, ExitStatus.DATA, "no story was found"),
        ({"forbidden": 2}, ExitStatus.FORBIDDEN, "robots.txt"),
        ({"forbidden": 2, "failures": 1}, ExitStatus.FORBIDDEN, "robots.txt"),
        ({"list_pages": 1, "failures": 2, "stories_failed": 2}, ExitStatus.UNAVAILABLE, "2 stories were found"),
        ({"failures": 2}, ExitStatus.UNAVAILABLE, "could not be reached"),
        ({}, ExitStatus.DATA, "hold no page of this site"),
        ({"index_answers": 1}, ExitStatus.DATA, "no story was found"),
        ({"index_answers": 1, "known": 3}, ExitStatus.OK, "finished"),
        ({"index_answers": 1, "earlier": 3}, ExitStatus.OK, "finished"),
        ({"failures": 1, "index_failures": 1}, ExitStatus.UNAVAILABLE, "the index of the web archive"),
        (
            {"index_answers": 2, "archived": 1, "failures": 1, "index_failures": 1},
            ExitStatus.TEMPORARY,
            "1 answers of the web archive's index could not be had",
        ),
        ({"failures": 2, "told_to_wait": 1}, ExitStatus.TEMPORARY, "we should wait"),
        ({"list_pages": 1, "failures": 1, "told_to_wait": 1}, ExitStatus.TEMPORARY, "we should wait"),
        ({"failures": 2, "stories_failed": 2, "told_to_wait": 1}, ExitStatus.TEMPORARY, "we should wait"),
        ({"forbidden": 2, "failures": 1, "told_to_wait": 1}, ExitStatus.TEMPORARY, "we should wait"),
    ],
)
def test_exit_status_of_a_run_that_finished(figures: dict[str, int], status: ExitStatus, reason: str) -> None:
    judged, why = judge(summary(**figures), GATE, finish_reason="finished", errors=0)
    assert judged is status
    assert reason in why


@pytest.mark.parametrize(
    ("figures", "finish_reason", "errors", "status", "reason"),
    [
        ({"archived": 1}, "shutdown", 0, ExitStatus.TEMPORARY, "stopped by a signal"),
        ({"unanswered": 3}, "shutdown", 0, ExitStatus.TEMPORARY, "stopped by a signal"),
        ({"list_pages": 1}, "shutdown", 0, ExitStatus.TEMPORARY, "stopped by a signal"),
        ({"archived": 1, "failures": 3}, "told_to_wait", 0, ExitStatus.TEMPORARY, "we should wait"),
        ({"list_pages": 1, "failures": 3}, "told_to_wait", 0, ExitStatus.TEMPORARY, "we should wait"),
        ({"archived": 1, "unsent": 3}, "budget_spent", 0, ExitStatus.OK, "REQUEST_BUDGET is spent"),
        ({"archived": 1}, "budget_spent", 1, ExitStatus.SOFTWARE, "1 unexpected errors"),
        ({"archived": 1}, "finished", 2, ExitStatus.SOFTWARE, "2 unexpected errors"),
        ({"archived": 1}, "shutdown", 1, ExitStatus.SOFTWARE, "1 unexpected errors"),
        ({"archived": 1}, "told_to_wait", 1, ExitStatus.SOFTWARE, "1 unexpected errors"),
        ({"archived": 1, "requested": 5}, "finished", 1, ExitStatus.SOFTWARE, "1 unexpected errors"),
        ({"archived": 1, "requested": 5}, "shutdown", 0, ExitStatus.SOFTWARE, "requests do not add up"),
        ({"archived": 1, "requested": 5}, "told_to_wait", 0, ExitStatus.SOFTWARE, "requests do not add up"),
    ],
)
def test_exit_status_of_a_run_that_was_cut_short_or_has_a_defect(
    figures: dict[str, int], finish_reason: str, errors: int, status: ExitStatus, reason: str
) -> None:
    judged, why = judge(summary(**figures), GATE, finish_reason=finish_reason, errors=errors)
    assert judged is status
    assert reason in why


def test_when_to_run_again_is_told() -> None:
    at = "2026-11-26T12:00:00Z"
    status, why = judge(summary(failures=1), GATE, finish_reason="told_to_wait", errors=0, wait_until=at)
    assert status is ExitStatus.TEMPORARY
    assert why.endswith(f"run again later, not before {at}")


def test_who_says_that_we_should_wait_is_told() -> None:
    who = "news.example answers HTTP 429"
    for figures, finish_reason in (
        ({"failures": 1}, "told_to_wait"), ({"failures": 1, "told_to_wait": 1}, "finished"),
        ({"failures": 1, "stories_failed": 1, "told_to_wait": 1}, "finished"),
    ):  # fmt: skip
        _, why = judge(summary(**figures), GATE, finish_reason=finish_reason, errors=0, wait_reason=who)
        assert why == f"the site says that we should wait ({who}); run again later"


@pytest.mark.parametrize("finish_reason", ["finished", "shutdown", "told_to_wait"])
def test_addresses_that_do_not_add_up_are_a_defect(finish_reason: str) -> None:
    account = replace(summary(archived=1), addresses=replace(ADDRESSES, found=4))
    judged, why = judge(account, GATE, finish_reason=finish_reason, errors=0)
    assert judged is ExitStatus.SOFTWARE
    assert "addresses do not add up" in why


# Gates


@pytest.mark.parametrize(
    ("figures", "passes"),
    [
        ({"archived": 30}, True),
        ({"archived": 29}, False),
        ({"archived": 9, "known": 21}, True),
        ({"archived": 9, "known": 20}, False),
        ({"unchanged": 29, "gone": 1}, True),
        ({"gone": 29}, False),
        ({"archived": 29, "rejected": 9, "list_pages": 9}, False),
    ],
)
def test_a_run_must_have_seen_its_share_of_stories(figures: dict[str, int], passes: bool) -> None:
    judged, why = judge(summary(**figures), replace(GATE, min_stories=30), finish_reason="finished", errors=0)
    assert judged is (ExitStatus.OK if passes else ExitStatus.DATA)
    assert ("the profile expects at least 30" in why) is not passes


@pytest.mark.parametrize(
    ("complete", "incomplete", "passes"),
    [(20, 0, True), (10, 10, True), (9, 11, False), (0, 20, False), (0, 19, True), (50, 50, True), (49, 51, False)],
)
def test_stories_must_be_complete_by_their_own_banner(complete: int, incomplete: int, passes: bool) -> None:
    # Most stories declare nothing, which tells nothing.
    account = summary(archived=1000, complete=complete, incomplete=incomplete)
    judged, why = judge(account, GATE, finish_reason="finished", errors=0)
    assert judged is (ExitStatus.OK if passes else ExitStatus.DATA)
    assert (f"only {complete} of {complete + incomplete} stories are complete" in why) is not passes


@pytest.mark.parametrize(
    ("archived", "rejected", "unreadable", "passes"),
    [
        (15, 5, 5, True),
        (14, 6, 6, False),
        (20, 5, 6, True),
        (1, 18, 18, True),
        (1, 19, 19, False),
        (1, 19, 5, True),
        (5, 15, 6, False),
    ],
)
def test_story_pages_must_be_readable(archived: int, rejected: int, unreadable: int, passes: bool) -> None:
    # Neither lists nor stories known before are story pages of this run.
    account = summary(archived=archived, rejected=rejected, unreadable=unreadable, list_pages=500, known=500)
    judged, why = judge(account, GATE, finish_reason="finished", errors=0)
    assert judged is (ExitStatus.OK if passes else ExitStatus.DATA)
    assert (f"{unreadable} of {archived + rejected} story pages have no title or no text" in why) is not passes


@pytest.mark.parametrize("sample", [2, 3, 4])
def test_shares_count_from_the_sample_on(sample: int) -> None:
    gate = replace(GATE, sample=sample)
    status = ExitStatus.DATA if sample <= 3 else ExitStatus.OK
    assert judge(summary(archived=3, incomplete=3), gate, finish_reason="finished", errors=0)[0] is status
    unreadable = summary(archived=1, rejected=2, unreadable=2)
    assert judge(unreadable, gate, finish_reason="finished", errors=0)[0] is status


@pytest.mark.parametrize(
    ("figures", "status", "reason"),
    [
        ({}, ExitStatus.OK, "every number is known, or waits until it is due again"),
        ({"rejected": 500, "missing": 500}, ExitStatus.OK, "finished"),
        ({"rejected": 500, "missing": 500, "failures": 9, "stories_failed": 9}, ExitStatus.OK, "finished"),
        ({"archived": 1, "rejected": 500, "missing": 500}, ExitStatus.OK, "finished"),
        ({"rejected": 519, "missing": 500}, ExitStatus.OK, "finished"),
        ({"rejected": 520, "missing": 500}, ExitStatus.DATA, "gate: none of 20 story pages is a story"),
        (
            {"archived": 20, "rejected": 510, "missing": 500, "unreadable": 10},
            ExitStatus.DATA,
            "gate: 10 of 30 story pages have no title or no text",
        ),
        ({"archived": 20, "incomplete": 20}, ExitStatus.DATA, "gate: only 0 of 20 stories are complete"),
        ({"forbidden": 5}, ExitStatus.FORBIDDEN, "robots.txt forbids every number"),
        ({"failures": 5, "stories_failed": 5}, ExitStatus.UNAVAILABLE, "none of them could be had"),
        ({"failures": 5, "stories_failed": 5, "told_to_wait": 1}, ExitStatus.TEMPORARY, "we should wait"),
    ],
)
def test_a_sweep_may_find_nothing_and_not_just_anything(
    figures: dict[str, int], status: ExitStatus, reason: str
) -> None:
    judged, why = judge(summary(**figures), GATE, finish_reason="finished", errors=0, is_sweep=True)
    assert judged is status
    assert reason in why


def test_a_gate_holds_no_run_up_that_was_stopped() -> None:
    account, gate = summary(archived=1), replace(GATE, min_stories=30)
    assert judge(account, gate, finish_reason="finished", errors=0)[0] is ExitStatus.DATA
    assert judge(account, gate, finish_reason="shutdown", errors=0)[0] is ExitStatus.TEMPORARY


def test_exit_statuses_are_those_of_sysexits_but_for_one() -> None:
    assert {status.name: status.value for status in ExitStatus} == {
        "OK": 0,
        "HUNG": 1,
        "USAGE": 64,
        "DATA": 65,
        "UNAVAILABLE": 69,
        "SOFTWARE": 70,
        "IO": 74,
        "TEMPORARY": 75,
        "FORBIDDEN": 77,
        "CONFIG": 78,
    }
