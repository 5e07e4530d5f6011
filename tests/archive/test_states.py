"""When a story is asked for again, and that the ledger is what the events say."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.archive import Archive, ArchiveWriter, states
from slqncy.archive.coverage import next_to_ask
from slqncy.archive.layout import Kind, kind_of
from slqncy.archive.ledger import Known, Ledger, next_version
from slqncy.archive.repair import rebuild
from slqncy.archive.schedule import EXCLUDED_PAUSE, HUNG_PAUSE, next_check, next_try, seconds
from slqncy.pipelines.store import judge_page
from slqncy.reasons import HOLE, EventKind, Exclusion, PageKind, Rejection, State
from slqncy.records import Event, Rejected, Story
from tests.archive.looking import defects, tables
from tests.samples import (
    HOME,
    RUN_ID,
    SECOND,
    brought,
    completed,
    duplicate,
    excluded,
    failed,
    fetched,
    found,
    gone,
    happened,
    not_modified,
    opened,
    page_event,
    page_found,
    rejected,
    returned,
    rewrite,
    story,
    story_url,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR, DAY = 3600, 86400
NOW = seconds(SECOND)
PAGE = "http://www.slqncy.com/szxw/index_2.html"
THEN = "then "
"""What a web archive had, 25 days before it is asked."""
RETOLD = "丙。"
"""The text of a rewrite."""


def moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


# The schedule


def test_a_story_is_looked_at_five_times_and_then_no_more() -> None:
    checks = [next_check(NOW, NOW)]
    while checks[-1] is not None:
        checks.append(next_check(NOW, checks[-1]))
    assert checks == [NOW + pause for pause in (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)] + [None]


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (0, HOUR), (HOUR - 1, HOUR), (HOUR, 6 * HOUR), (5 * HOUR, 6 * HOUR), (6 * HOUR, DAY), (2 * DAY, 7 * DAY),
        (30 * DAY - 1, 30 * DAY), (30 * DAY, None), (400 * DAY, None), (-DAY, HOUR),
    ],
)  # fmt: skip
def test_a_look_that_comes_late_stands_for_those_before(age: int, pause: int | None) -> None:
    assert next_check(NOW, NOW + age) == (None if pause is None else NOW + pause)


@pytest.mark.parametrize(
    ("failures", "pause"),
    [(0, 0), (1, 0), (2, HOUR), (3, 6 * HOUR), (4, DAY), (5, 7 * DAY), (6, 30 * DAY), (7, 30 * DAY), (99, 30 * DAY)],
)
def test_what_fails_is_tried_with_the_next_run_and_then_ever_later(failures: int, pause: int) -> None:
    assert next_try(failures, NOW) == NOW + pause


def test_seconds_know_zones() -> None:
    assert seconds("1970-01-02T00:00:00Z") == DAY
    assert seconds("1970-01-02T08:00:00+08:00") == DAY
    with pytest.raises(ValueError, match="isoformat"):
        seconds("yesterday")


# Single events


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
        yield ledger


def after(ledger: Ledger, *events: Event) -> Known:
    """What is known of the address of the last event."""
    for event in events:
        states.apply(ledger.db, event)
    known = ledger.known(events[-1].url)
    assert known is not None
    return known


def test_what_is_known_is_what_stands_now_whoever_has_changed_it(ledger: Ledger, tmp_path: Path) -> None:
    event = found(1)
    assert ledger.known(event.url) is None
    was = after(ledger, event)
    assert ledger.known(event.url) == was
    excluded = after(ledger, replace(event, event=EventKind.EXCLUDED, state=State.EXCLUDED))
    assert (was.state, excluded.state) == (State.FOUND, State.EXCLUDED)
    ledger.commit()
    with closing(Ledger(tmp_path / "ledger.sqlite")) as other:
        assert other.known(event.url) == excluded
        gone = after(other, replace(event, event=EventKind.GONE, state=State.GONE))
        other.commit()
    assert ledger.known(event.url) == gone != excluded


def test_all_that_is_known_of_some_addresses_is_what_is_known_of_each(ledger: Ledger) -> None:
    events = [found(number) for number in range(1, 4)]
    after(ledger, *events)
    asked = [events[2].url, "http://unknown/'\"\\", events[0].url, events[2].url]
    assert ledger.all_known(asked) == {url: ledger.known(url) for url in (events[0].url, events[2].url)}
    assert ledger.all_known([]) == {}


def test_a_story_that_was_found_is_due_at_once_and_another_page_is_not(ledger: Ledger) -> None:
    home = after(ledger, page_found(HOME, PageKind.FRONT))
    known = after(ledger, found(1, via=HOME))
    assert (known.state, known.due, known.via, known.story) == (State.FOUND, 0, home.id, "slqncy/szxw/1")
    assert (home.state, home.due, home.via, home.story) == (State.FOUND, None, None, "")
    assert after(ledger, found(2, via="http://unknown/")).via is None


def test_an_answer_sets_state_validators_and_the_next_look(ledger: Ledger) -> None:
    known = after(ledger, found(1), failed(1), brought(story(1), etag='"e"', last_modified="Sun"))
    assert (known.state, known.due, known.failures) == (State.ARCHIVED, NOW + HOUR, 0)
    assert (known.etag, known.last_modified) == ('"e"', "Sun")
    later = not_modified(1, moment(NOW + 2 * HOUR))
    known = after(ledger, later)
    assert (known.state, known.due, known.etag) == (State.ARCHIVED, NOW + 6 * HOUR, '"e"')
    known = after(ledger, happened(EventKind.UNCHANGED, 1, moment(NOW + 31 * DAY), state=State.ARCHIVED))
    assert (known.state, known.due, known.etag) == (State.ARCHIVED, None, "")


def test_failures_in_a_row_are_counted_until_an_answer(ledger: Ledger) -> None:
    dues = [after(ledger, failed(1, moment(NOW))).due for _ in range(3)]
    assert dues == [NOW, NOW + HOUR, NOW + 6 * HOUR]
    assert after(ledger, not_modified(1)).failures == 0
    known = after(ledger, failed(1, moment(NOW)))
    assert (known.failures, known.due, known.state, known.reason) == (1, NOW, State.FAILED, "unreachable")


def test_a_failure_of_a_settled_story_leaves_its_state(ledger: Ledger) -> None:
    known = after(ledger, brought(rejected(1)), failed(1, is_settled=True))
    assert (known.state, known.reason, known.failures) == (State.REJECTED, "not_found", 1)


@pytest.mark.parametrize(
    ("reason", "due"),
    [
        (Exclusion.ROBOTS, NOW + EXCLUDED_PAUSE),
        (Exclusion.ARGUMENT, 0),
        (Exclusion.HUNG, NOW + HUNG_PAUSE),
        (Exclusion.TRAP, None),
    ],
)
def test_an_exclusion_is_looked_at_again_after_a_while_or_with_the_next_run(
    ledger: Ledger, reason: Exclusion, due: int | None
) -> None:
    known = after(ledger, excluded(1, reason))
    assert (known.state, known.due) == (State.EXCLUDED, due)


def test_what_hung_rests_for_30_days_whatever_it_is_and_whatever_else_happens(ledger: Ledger) -> None:
    front = replace(page_found(HOME, PageKind.FRONT), event=EventKind.EXCLUDED, at=SECOND, reason=Exclusion.HUNG)
    for known in (after(ledger, excluded(1, Exclusion.HUNG), failed(1)), after(ledger, front)):
        assert [known.rests(at) for at in (NOW, NOW + 30 * DAY - 1, NOW + 30 * DAY)] == [True, True, False]
    assert not after(ledger, found(2), excluded(2, Exclusion.ROBOTS)).rests(NOW)


@pytest.mark.parametrize("anew", [False, True])
def test_a_sweep_does_not_ask_for_what_hung(ledger: Ledger, *, anew: bool) -> None:
    after(ledger, excluded(1, Exclusion.HUNG))
    asked = [next_to_ask(ledger.db, "slqncy", "szxw", range(1, 3), NOW + days * DAY, anew=anew) for days in (0, 29, 30)]
    assert asked == [2, 2, 1]


def test_a_story_goes_and_returns(ledger: Ledger) -> None:
    known = after(ledger, brought(story(1)), gone(1))
    assert (known.state, known.reason) == (State.GONE, "not_found")
    known = after(ledger, returned(1))
    assert (known.state, known.reason) == (State.ARCHIVED, "")


@pytest.mark.parametrize("reason", Rejection)
def test_a_hole_is_looked_at_again_only_where_a_page_links_it(ledger: Ledger, reason: Rejection) -> None:
    after(ledger, page_found(HOME, PageKind.FRONT))
    linked = after(ledger, found(1, via=HOME), brought(rejected(1, reason)))
    assert (linked.due, linked.is_unlinked_hole) == (NOW + HOUR, False)
    alone = after(ledger, found(2), brought(rejected(2, reason)))
    assert (alone.due, alone.is_unlinked_hole) == ((None, True) if reason in HOLE else (NOW + HOUR, False))
    again = happened(EventKind.UNCHANGED, 2, SECOND, state=State.REJECTED, reason=reason)
    assert after(ledger, failed(2, is_settled=True), again).due == alone.due
    met = after(ledger, happened(EventKind.FOUND, 2, SECOND, via=HOME))
    assert (met.state, met.reason, met.due, met.via) == (State.REJECTED, reason, 0, linked.via)
    assert after(ledger, again).due == NOW + HOUR


def test_a_story_that_no_page_links_is_looked_at_like_any_other(ledger: Ledger) -> None:
    assert after(ledger, found(1), brought(story(1))).due == NOW + HOUR
    assert after(ledger, gone(1)).due == NOW + HOUR


def test_the_boundary_of_a_list_is_what_was_known_when_its_reading_began(ledger: Ledger) -> None:
    read = fetched(HOME, PageKind.FRONT, stories=2, hash="sha256:1", etag='"h"')
    home = after(ledger, page_found(HOME, PageKind.FRONT), found(1), opened(HOME), found(2), read)
    assert (home.state, home.stories, home.hash, home.etag) == (State.FETCHED, 2, "sha256:1", '"h"')
    assert (home.confirmed, home.is_complete, home.due) == (None, False, None)
    home = after(ledger, completed(HOME))
    assert (home.confirmed, bool(home.is_complete)) == (2, True)
    home = after(ledger, opened(HOME))
    assert (home.confirmed, bool(home.is_complete)) == (2, False), "until the next reading is completed"


def test_the_end_of_a_run_concerns_no_address(ledger: Ledger) -> None:
    states.apply(ledger.db, Event(event=EventKind.FINISHED, at=SECOND, run_id=RUN_ID, hash="sha256:00"))
    assert ledger.newest() == 0


# Any events

URLS = [HOME, PAGE, *map(story_url, range(3))]


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    """Also such as no run writes."""
    return Event(
        event=draw(st.sampled_from(EventKind)),
        at=moment(NOW + draw(st.integers(-DAY, 40 * DAY))),
        run_id=RUN_ID,
        url=draw(st.sampled_from(URLS)),
        kind=draw(st.sampled_from(PageKind)),
        id=draw(st.sampled_from(["", "slqncy/szxw/1"])),
        state=draw(st.none() | st.sampled_from(State)),
        reason=draw(st.sampled_from(["", *Rejection, *Exclusion])),
        via=draw(st.sampled_from(["", *URLS])),
        version=draw(st.integers(1, 3)),
        etag=draw(st.sampled_from(["", '"e"'])),
    )


@given(st.lists(any_event(), max_size=25))
@settings(max_examples=100, deadline=None)
def test_whatever_happens_each_address_is_in_exactly_one_state(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    with closing(Ledger(tmp_path_factory.mktemp("states") / "ledger.sqlite")) as ledger:
        expected: dict[str, State] = {}
        for event in events:
            states.apply(ledger.db, event)
            was = expected.get(event.url, State.FOUND)
            expected[event.url] = was if was is State.FORGOTTEN else event.state or was
        known = [ledger.known_by_id(number) for number in range(1, ledger.newest() + 1)]
        assert {row.url: row.state for row in known if row} == expected
        assert len(known) == len(expected), "numbers have no gaps"
        assert [row.url for row in known if row] == list(expected), "in the order found"
        assert sum(ledger.states(HOME).values()) == len(expected)


# What runs write


@dataclass
class Runs:
    """Writes what a run would write of the answers that a site gives."""

    writer: ArchiveWriter
    now: int = NOW - 3 * DAY

    def at(self) -> str:
        return moment(self.now)

    def known(self, number: int) -> Known:
        url = story_url(number)
        if self.writer.known(url) is None:
            self.writer.write(found(number, self.at(), via=HOME))
        known = self.writer.known(url)
        assert known is not None
        return known

    def is_settled(self, number: int) -> bool:
        return self.known(number).state not in {State.FOUND, State.FAILED, State.EXCLUDED}

    def page(self, number: int, what: str) -> None:
        record: Story
        if what.removeprefix(THEN) == "gone":
            record = rejected(number, downloaded=self.at())
        elif what == "garbled":
            record = rejected(number, Rejection.GARBLED, downloaded=self.at())
        elif what == "copy":
            record = duplicate(number, 9, downloaded=self.at())
        else:
            record = story(number, what.removeprefix(THEN), downloaded=self.at())
        if what.startswith(THEN):
            captured = moment(self.now - 25 * DAY)
            record.provenance = replace(record.provenance, web_archive="wayback", date_captured=captured)
        versions = self.writer.versions(kind_of(record), record.canonical_url)
        outcome, version = judge_page(record, self.known(number).state, versions)
        record.version = next_version(versions)
        event = happened(
            outcome.event, number, self.at(), state=outcome.state, http_status=200, version=version,
            reason=record.reason if isinstance(record, Rejected) else "",
            etag="" if record.captured else f'"{what}"', date_captured=record.provenance.date_captured,
        )  # fmt: skip
        beside = rewrite(record, 9) if outcome.is_line and what == RETOLD else None
        self.writer.write(event, record if outcome.is_line else None, beside)

    def commit(self) -> bool:
        """Whether there is anything to read."""
        self.writer.commit()
        return self.writer.newest() > 0

    def latest(self) -> dict[str, int]:
        """The version of each story that the ledger takes for the newest."""
        known = filter(None, map(self.writer.known_by_id, range(1, self.writer.newest() + 1)))
        found = ((each.story, self.writer.latest(Kind.STORY, each.url)) for each in known)
        return {story: line.version for story, line in found if line}

    def step(self, number: int, what: str) -> None:
        if what == "failed":
            self.writer.write(failed(number, self.at(), is_settled=self.is_settled(number)))
        elif what == Exclusion.ROBOTS:
            event = excluded(number, Exclusion.ROBOTS, self.at())
            self.writer.write(replace(event, state=None) if self.is_settled(number) else event)
        elif what == Exclusion.ARGUMENT:
            if self.known(number).state is State.FOUND:
                self.writer.write(excluded(number, Exclusion.ARGUMENT, self.at()))
        elif what == "not modified":
            if self.is_settled(number):
                self.writer.write(not_modified(number, self.at()))
        elif what == "linked":
            self.linked(number)
        elif what == "list":
            self.list()
        elif what == "close":
            self.writer.close_months(self.at()[:7])
        else:
            self.page(number, what)

    def linked(self, number: int) -> None:
        if self.known(number).is_unlinked_hole:
            self.writer.write(happened(EventKind.FOUND, number, self.at(), via=HOME))

    def list(self) -> None:
        if self.writer.known(HOME) is None:
            self.writer.write(page_found(HOME, PageKind.FRONT, self.at()))
        self.writer.write(opened(HOME, self.at()))
        if self.writer.known(PAGE) is None:
            self.writer.write(page_found(PAGE, PageKind.LIST, self.at(), via=HOME))
        self.writer.write(fetched(HOME, PageKind.FRONT, self.at(), stories=3, hash="sha256:1", etag='"h"'))
        self.writer.write(page_event(EventKind.FAILED, PAGE, PageKind.LIST, self.at(), reason="missing"))
        self.writer.write(completed(HOME, self.at()))


WHATS = [
    "甲。",
    f"{THEN}甲。",
    f"{THEN}丁。",
    f"{THEN}gone",
    "乙。",
    RETOLD,
    "gone",
    "garbled",
    "copy",
    "failed",
    "not modified",
    "linked",
    "list",
    "close",
    *Exclusion,
]
STEPS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(WHATS), st.sampled_from([60, HOUR, 2 * DAY, 20 * DAY, -3 * DAY])),
    max_size=30,
)


def live_and_rebuilt(root: Path, steps: list[tuple[int, str, int]]) -> tuple[dict[str, Any], dict[str, Any]]:
    runs = Runs(ArchiveWriter(root))
    for number, what, pause in steps:
        runs.now += pause
        runs.step(number, what)
    latest = {story.id: story.version for story in Archive(root).stories(latest=True)} if runs.commit() else {}
    assert latest == runs.latest()
    runs.writer.close()
    assert defects(root) == []
    live = tables(root / "ledger.sqlite")
    rebuild(root)
    return live, tables(root / "ledger.sqlite")


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_whatever_runs_meet_the_rebuilt_ledger_is_the_one_they_left(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, int]]
) -> None:
    root = tmp_path_factory.mktemp("runs") / "archive"
    live, rebuilt = live_and_rebuilt(root, steps)
    assert rebuilt == live
    assert defects(root) == []


def test_everything_that_may_follow_anything(tmp_path: Path) -> None:
    """Each pair of happenings, one after the other, of a story of its own."""
    pairs = [(first, second) for first in WHATS for second in WHATS]
    steps = [(number, what, HOUR) for number, pair in enumerate(pairs) for what in pair if what != "close"]
    live, rebuilt = live_and_rebuilt(tmp_path, steps)
    assert rebuilt == live
    # What is forgotten is so by a takedown, and by nothing that a run meets.
    assert {State(row[4]) for row in live["url"]} == set(State) - {State.FORGOTTEN}


def test_of_each_kind_the_lines_say_which_version_is_the_newest(tmp_path: Path) -> None:
    live, _ = live_and_rebuilt(tmp_path, [(1, what, HOUR) for what in ("甲。", "乙。", "garbled", "甲。", "gone")])
    [row] = live["url"]
    assert (row[4], row[11]) == (State.GONE, 3)
    assert [(line[0].partition("/")[0], line[4]) for line in live["line"]] == [
        (Kind.REJECTED, 1), (Kind.STORY, 1), (Kind.STORY, 2), (Kind.STORY, 3),
    ]  # fmt: skip


def test_the_clock_may_be_set_back(tmp_path: Path) -> None:
    steps = [(1, "甲。", 0), (1, "close", 40 * DAY), (2, "甲。", -40 * DAY), (1, "乙。", HOUR)]
    live, rebuilt = live_and_rebuilt(tmp_path, steps)
    assert rebuilt == live
    assert [row[0] for row in live["segment"] if row[4]] == ["events/2026-10.ndjson", "stories/2026-10.jsonl"]
