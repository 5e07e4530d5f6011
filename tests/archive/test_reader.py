"""Reading what was written."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.records import encode
from tests.archive.looking import lose_ledger
from tests.samples import FIRST, duplicate, keep, rejected, rewrite, story

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slqncy.records import Line, Story


def test_all_records_come_back_in_order(root: Path) -> None:
    archive = Archive(str(root))
    assert list(archive.stories()) == [
        story(1, downloaded=FIRST),
        story(2),
        story(2, "改过的正文。", version=2),
        story(5),
    ]
    assert list(archive.duplicates()) == [duplicate(3)]
    assert list(archive.rejected()) == [rejected(4)]
    assert list(archive.rewrites()) == [rewrite(story(5), 2)]


def test_a_line_that_is_being_written_is_left_alone(root: Path) -> None:
    path = root / "stories/2026-11.jsonl"
    with path.open("ab") as file:
        file.write(encode(story(6))[:-1])
    assert [record.story_id for record in Archive(root).stories()] == ["1", "2", "2", "5"]


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        Archive(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="no archive here"):
        Archive(tmp_path / "file")
    with pytest.raises(ArchiveError, match="no archive here"):
        Archive(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_damaged_line_is_named(root: Path) -> None:
    path = root / "stories/2026-11.jsonl"
    first, _, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"{}\n" + third)
    stories = Archive(root).stories()
    assert [next(stories).story_id, next(stories).story_id] == ["1", "2"]
    with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl, byte \d+: cannot be read"):
        next(stories)


# Since a moment, and the newest versions only


def ids(stories: Iterable[Story]) -> list[tuple[str, int]]:
    return [(record.story_id, record.version) for record in stories]


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """A story each day at noon, UTC, the fourth edited in the next month, and that one edited again."""
    root = tmp_path / "dated"
    writer = ArchiveWriter(root)
    keep(writer, *(story(day, downloaded=f"2026-10-{day:02}T12:00:00Z") for day in range(1, 6)))
    for version, day in ((2, 3), (3, 5)):
        keep(writer, story(4, f"第{version}稿。", version=version, downloaded=f"2026-11-{day:02}T12:00:00Z"))
    keep(writer, story(6, downloaded="2026-11-06T12:00:00Z"))
    writer.close()
    return root


BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("since", "days"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("2026-10-03", [3, 4, 5]),
        (date(2026, 10, 3), [3, 4, 5]),
        (datetime(2026, 10, 3, 12, tzinfo=UTC), [3, 4, 5]),
        (datetime(2026, 10, 3, 12, 0, 1, tzinfo=UTC), [4, 5]),
        (datetime(2026, 10, 3, 20, tzinfo=BEIJING), [3, 4, 5]),
        (datetime(2026, 10, 3, 20, 0, 1, tzinfo=BEIJING), [4, 5]),
        (datetime(2026, 10, 3, 12), [3, 4, 5]),  # noqa: DTZ001
        (datetime(2026, 10, 3, 12, 0, 1), [4, 5]),  # noqa: DTZ001
        ("2026-10-03T12:00:00Z", [3, 4, 5]),
        ("2026-10-03T12:00:01Z", [4, 5]),
        ("2026-10-03T20:00:00+08:00", [3, 4, 5]),
        ("2026-10-04T00:00:00+08:00", [4, 5]),
        ("2026-10-03 12:00", [3, 4, 5]),
        ("2026-10-31", []),
        ("2026-11-01T07:59:59+08:00", []),
        (date.min, [1, 2, 3, 4, 5]),
    ],
)
def test_stories_since_a_moment(dated: Path, since: str | date, days: list[int]) -> None:
    november = [("4", 2), ("4", 3), ("6", 1)]
    assert ids(Archive(dated).stories(since=since)) == [*((str(day), 1) for day in days), *november]


def test_nothing_since_the_future(dated: Path) -> None:
    assert list(Archive(dated).stories(since="2026-11-06T12:00:01Z")) == []
    assert list(Archive(dated).stories(since=date.max)) == []


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-13-01", "2026-10-32", "10/03/2026", "2026", " ", "2026-10-03T25Z"]
)
def test_a_since_that_is_no_time_is_refused_at_once(dated: Path, since: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|range|must be in"):
        Archive(dated).stories(since=since)


def test_the_newest_versions_across_months(dated: Path) -> None:
    archive = Archive(dated)
    newest = [("1", 1), ("2", 1), ("3", 1), ("5", 1), ("4", 3), ("6", 1)]
    assert ids(archive.stories(latest=True)) == newest
    assert ids(archive.stories(since="2026-10-04", latest=True)) == newest[3:]
    assert ids(archive.stories(since="2026-11-04", latest=True)) == newest[4:]
    writer = ArchiveWriter(dated)
    writer.close_months("2026-11")
    writer.close()
    assert ids(archive.stories(latest=True)) == newest


def test_the_newest_version_is_the_highest_though_the_clock_was_set_back(dated: Path) -> None:
    writer = ArchiveWriter(dated)
    keep(writer, story(6, "改过。", version=2, downloaded="2026-10-01T00:00:00Z"))
    writer.close()
    assert ids(Archive(dated).stories(latest=True))[-1] == ("6", 2)
    assert ids(Archive(dated).stories(since="2026-11-06", latest=True)) == []


# While a run is writing, and where there is no ledger


@pytest.mark.parametrize("latest", [False, True])
def test_what_is_not_acknowledged_is_not_read(root: Path, *, latest: bool) -> None:
    writer = ArchiveWriter(root)
    archive = Archive(root)
    before = ids(archive.stories(latest=latest))
    keep(writer, story(1, "改过。", version=2), story(6), duplicate(7), rejected(8))
    keep(writer, story(9), original=1)
    # As a kill between two files leaves it.
    with (root / "stories/2026-11.jsonl").open("ab") as file:
        file.write(encode(story(6)))
    assert ids(archive.stories(latest=latest)) == before
    assert [len(list(lines())) for lines in (archive.duplicates, archive.rejected, archive.rewrites)] == [1, 1, 1]
    assert len(list(archive.events())) == 11
    writer.abandon()
    writer = ArchiveWriter(root)
    keep(writer, story(1, "改过。", version=2))
    reading = archive.stories(latest=latest)
    seen = [next(reading)]
    writer.commit()
    assert ids([*seen, *reading]) == before, "a reading sees what was acknowledged when it began"
    assert ids(archive.stories(latest=latest)) != before
    writer.close()


def everything(archive: Archive) -> list[Line]:
    return [
        *archive.stories(), *archive.duplicates(), *archive.rejected(), *archive.rewrites(), *archive.events()
    ]  # fmt: skip


def test_readings_of_an_archive_as_of_now_fit_together(root: Path) -> None:
    seen = Archive(root).as_of_now()
    before, token = everything(seen), seen.token()
    writer = ArchiveWriter(root)
    keep(writer, story(6), duplicate(7, original=6), rejected(8))
    writer.close()
    # A run of the next month closes this one.
    writer = ArchiveWriter(root)
    writer.close_months("2026-12")
    writer.close()
    assert len(everything(Archive(root))) > len(before)
    assert everything(seen) == before
    assert seen.token() == token
    assert [change.id for change in Archive(root).changes(token)] == [story(6).id]


def test_without_a_ledger_whole_lines_are_read(root: Path) -> None:
    archive = Archive(root)
    before = everything(archive)
    changes = list(archive.changes())
    lose_ledger(root)
    with (root / "stories/2026-11.jsonl").open("ab") as file:
        file.write(encode(story(6))[:-1])
    assert everything(archive) == before
    assert list(archive.changes()) == changes
    assert not (root / "ledger.sqlite").exists(), "who reads makes none"


def test_a_ledger_that_is_none_is_named(root: Path) -> None:
    (root / "ledger.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveDamagedError, match=r"not a database; `scrapy rebuild`"):
        next(Archive(root).stories())


def test_reading_leaves_no_trace(root: Path) -> None:
    before = sorted(path.name for path in root.rglob("*"))
    list(Archive(root).stories())
    assert sorted(path.name for path in root.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_directory_that_may_only_be_read(root: Path) -> None:
    before = list(Archive(root).stories())
    root.chmod(0o555)
    try:
        assert list(Archive(root).stories()) == before
        assert [change.id[-1] for change in Archive(root).changes()] == ["1", "2", "2", "5"]
    finally:
        root.chmod(0o755)
