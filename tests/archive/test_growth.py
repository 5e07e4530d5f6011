"""What a run asks of an archive costs no more where more stories are known."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.big import (
    FRONT,
    HOME,
    SHORT,
    UNCHANGED,
    home_of,
    lines,
    make_big,
    site_lines,
    story_event,
    url_of,
    write_lines,
)
from slqncy.archive import ArchiveWriter, numbers
from slqncy.archive.coverage import coverage
from slqncy.archive.layout import LEDGER, Kind, numbers_path
from slqncy.archive.ledger import Ledger
from slqncy.archive.recovery import make_ledger
from slqncy.reasons import EventKind, PageKind, Rejection, State
from slqncy.records import Event, moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slqncy.archive.coverage import NumberLine

NOW = moment(UNCHANGED)
FOUND = Event(event=EventKind.FOUND, at=NOW, run_id="1", url="", kind=PageKind.STORY, state=State.FOUND)


def figures(lines: Iterable[NumberLine]) -> list[tuple[str, list[int], list[int], int]]:
    return [(line.name, line.numbers.tolist(), line.standings.tolist(), line.unnumbered) for line in lines]


def told(root: Path, *events: Event) -> list[tuple[str, list[int], list[int], int]]:
    """The number lines after these events, as a run has them, which must be what the whole ledger says."""
    with closing(ArchiveWriter(root)) as archive:
        for event in events:
            archive.write(event)
        known = figures(archive.number_lines("slqncy"))
    assert known == [line for line in figures(coverage(root)) if line[0].partition("/")[0] == "slqncy"]
    return known


@pytest.mark.parametrize("most_read", [0, 1 << 18], ids=["all is written anew", "events are read again"])
def test_number_lines_keep_up_with_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_read: int
) -> None:
    monkeypatch.setattr(numbers, "_MOST_READ", most_read)
    make_big(tmp_path, 100)
    ((_, known, standings, _),) = told(tmp_path)
    assert (known, set(standings)) == ([*range(1, 101)], {0})
    new = [
        replace(FOUND, url=f"http://www.slqncy.com/{name}.html", id=f"slqncy/{name}")
        for name in ("szxw/7001", "szxw/007", "szxw/a7", "szxw/102", "tzgg/7", "tzgg/102", "aa/5")
    ]
    told(tmp_path, *new)
    lines = told(
        tmp_path,
        story_event(EventKind.REJECTED, 50, NOW, State.REJECTED, reason=Rejection.NOT_FOUND),
        story_event(EventKind.GONE, 51, NOW, State.GONE),
        replace(new[0], event=EventKind.REJECTED, state=State.REJECTED, reason=Rejection.TOO_LARGE),
    )
    assert [line[0] for line in lines] == ["slqncy", "slqncy/aa", "slqncy/szxw", "slqncy/tzgg"]
    assert [line[3] for line in lines] == [1, 0, 1, 0]
    told(tmp_path)


def test_number_lines_do_not_go_by_what_is_damaged_or_of_other_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "_MOST_READ", 0)
    make_big(tmp_path, 100)
    told(tmp_path)
    file = numbers_path(tmp_path, "slqncy")
    before = file.read_bytes()
    told(tmp_path, story_event(EventKind.GONE, 51, NOW, State.GONE))
    for data in (
        before[:-1],
        before[:-8] + bytes(8),
        b"",
        (after := file.read_bytes()).replace(b"2026-07", b"2026-05"),
    ):
        file.write_bytes(data)
        told(tmp_path)
        assert file.read_bytes() == after
    # Whatever was known is read from there, and not from the ledger again.
    with closing(Ledger(tmp_path / LEDGER)) as ledger:
        ledger.db.execute("UPDATE url SET state = 'gone' WHERE story = 'slqncy/szxw/9'")
        ledger.commit()
    (tmp_path / "ledger.seal").unlink()
    with pytest.raises(AssertionError):
        told(tmp_path)


def steps_of_a_run(root: Path, stories: int) -> int:
    """Steps of SQLite for all that a run asks for that has nothing to do, but for one story to look at again."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with closing(ArchiveWriter(root)) as archive:
        archive._ledger.db.set_progress_handler(step, 1)
        (entry,) = archive.versions(Kind.STORY, url_of(stories))
        assert archive.count_until(entry.place) == stories
        assert archive.due(HOME, (0, 0), int(UNCHANGED.timestamp()), 100) == []
        archive.write(story_event(EventKind.NOT_MODIFIED, 7, NOW, State.ARCHIVED))
        assert sum(archive.states(HOME).values()) == stories + 2
        assert [known.url for known in archive.of_kind(HOME, PageKind.FRONT)] == [HOME, FRONT]
        assert archive.story_prefixes("slqncy") == {"slqncy/szxw/"}
        assert list(archive.stories_after(HOME, stories + 1, "slqncy/szxw/")) == [stories + 2]
        archive.number_lines("slqncy")
    return steps


def test_what_a_run_asks_costs_the_same_of_a_large_archive(tmp_path: Path) -> None:
    steps = []
    for stories in (100, 1000):
        make_big(root := tmp_path / str(stories), stories)
        told(root)
        steps.append(steps_of_a_run(root, stories))
    assert steps[1] < 1.2 * steps[0]


def test_what_a_run_asks_costs_the_same_beside_many_sites(tmp_path: Path) -> None:
    steps = []
    for sites in (2, 200):
        root = tmp_path / str(sites)
        others = chain.from_iterable(site_lines(site, 5) for site in range(sites))
        write_lines(root, chain(lines(100, SHORT), others))
        make_ledger(root)
        told(root)
        steps.append(steps_of_a_run(root, 100))
        with closing(ArchiveWriter(root)) as archive:
            due = archive.due(home_of(1), (-1, 0), 0, 100)
            assert [known.story for known in due] == [f"site1/a/{number}" for number in range(5)]
            assert archive.states(home_of(1)) == {State.FOUND: 6}
    assert steps[1] < 1.2 * steps[0]


def test_of_a_closed_month_that_is_all_known_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_big(tmp_path, 100)
    with closing(ArchiveWriter(tmp_path)) as archive:
        archive.close_months("2026-09")
        (last_but_one,), (last,) = (archive.versions(Kind.STORY, url_of(number)) for number in (99, 100))
        assert [story.story_id for _, story in archive.stories_behind(last_but_one.place)] == ["100"]
        monkeypatch.delattr("slqncy.archive.files.open_blocks")
        assert list(archive.stories_behind(last.place)) == []
