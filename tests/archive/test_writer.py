"""Writing, in one process that lives."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from errno import ENOSPC
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveWriter, clusters, disk
from slqncy.archive.layout import Kind
from slqncy.archive.ledger import Ledger, Segment
from slqncy.archive.recovery import MOST_LINES
from slqncy.reasons import PageKind, Rejection, State
from slqncy.records import encode
from tests.archive.looking import defects, lose_ledger, open_and_close, quarantine
from tests.samples import (
    FIRST,
    HOME,
    SECOND,
    brought,
    duplicate,
    failed,
    fetched,
    finished,
    found,
    keep,
    page_found,
    rejected,
    rewrite,
    story,
    story_url,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ArchiveWriter]:
    writer = ArchiveWriter(tmp_path / "new" / "archive")
    yield writer
    writer.close()


def lines(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for kind in Kind
        for path in sorted((root / kind).glob("*"))
    }  # fmt: skip


# Lines and groups


def test_a_group_is_on_disk_when_commit_returns_and_not_before(writer: ArchiveWriter) -> None:
    events, stories = b"", b""
    for number in range(1, 4):
        before = lines(writer.root)
        keep(writer, story(number))
        assert lines(writer.root) == before
        writer.commit()
        events += encode(found(number)) + encode(brought(story(number)))
        stories += encode(story(number))
        assert lines(writer.root) == {"events/2026-11.ndjson": events, "stories/2026-11.jsonl": stories}


def test_whoever_watches_is_patient_while_a_group_goes_to_disk(tmp_path: Path) -> None:
    seen: list[dict[str, bytes]] = []

    @contextmanager
    def patience() -> Iterator[None]:
        seen.append(lines(tmp_path))
        yield
        seen.append(lines(tmp_path))

    with closing(ArchiveWriter(tmp_path, patience)) as writer:
        for number in range(1, MOST_LINES + 1):
            writer.write(found(number))
        assert len(seen) == 2, "a group that is full goes by itself"
        before, behind = seen
        assert (len(before), len(behind)) == (0, 1)
        writer.commit()
        assert len(seen) == 4
        writer.commit()
        assert len(seen) == 4, "there is nothing to wait for"


def test_closing_acknowledges_and_abandoning_does_not(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    writer.close()
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(2))
    writer.abandon()
    writer = ArchiveWriter(tmp_path)
    assert writer.known(story_url(1)) is not None
    assert writer.known(story_url(2)) is None
    writer.close()
    assert list(Archive(tmp_path).stories()) == [story(1)]
    assert defects(tmp_path) == []


def test_a_group_never_passes_what_a_kill_may_leave(writer: ArchiveWriter) -> None:
    """Lines are acknowledged by themselves, an event always together with what it brought."""
    written = seen = 0
    for number in range(1, MOST_LINES):
        # So that groups end at every place: now and then a story is a rewrite.
        keep(writer, story(number), original=1 if number % 3 else 0)
        written += 4 if number % 3 else 3
        acknowledged = list(Archive(writer.root).events())
        of_stories, rewrites = list(Archive(writer.root).stories()), list(Archive(writer.root).rewrites())
        before, seen = seen, len(acknowledged) + len(of_stories) + len(rewrites)
        assert seen - before <= MOST_LINES
        assert sum(event.version is not None for event in acknowledged) == len(of_stories)
        assert [rewrite.id for rewrite in rewrites] == [story.id for story in of_stories if int(story.story_id) % 3]
        # An address found may be acknowledged before its answer.
        assert written - seen < MOST_LINES
    assert seen


def test_what_a_story_rewrites_is_on_disk_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the files of a group, though an earlier story of the group rewrites nothing."""
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    keep(writer, story(2), original=1)
    keep(writer, duplicate(3), rejected(4))
    written: list[str] = []
    monkeypatch.setattr(disk, "append", lambda path, _: written.append(path.parent.name))
    writer.commit()
    writer.abandon()
    assert sorted(written) == ["duplicates", "events", "rejected", "rewrites", "stories"]
    assert written.index("rewrites") < written.index("stories")


def test_each_kind_has_its_folder_and_each_month_its_file(root: Path) -> None:
    assert {name: data.count(b"\n") for name, data in lines(root).items()} == {
        "events/2026-10.ndjson": 2,
        "events/2026-11.ndjson": 9,
        "stories/2026-10.jsonl": 1,
        "stories/2026-11.jsonl": 3,
        "duplicates/2026-11.jsonl": 1,
        "rejected/2026-11.jsonl": 1,
        "rewrites/2026-11.jsonl": 1,
    }
    assert (root / "stories/2026-10.jsonl").read_bytes() == encode(story(1, downloaded=FIRST))
    assert (root / "duplicates/2026-11.jsonl").read_bytes() == encode(duplicate(3))
    assert (root / "rewrites/2026-11.jsonl").read_bytes() == encode(rewrite(story(5), 2))


def test_a_clock_set_back_brings_no_line_into_an_earlier_month(root: Path) -> None:
    october = {name: data for name, data in lines(root).items() if "2026-10" in name}
    writer = ArchiveWriter(root)
    keep(writer, story(6, downloaded=FIRST), story(7, downloaded="2026-12-01T00:00:00Z"), story(8, downloaded=SECOND))
    writer.close()
    assert {name: data for name, data in lines(root).items() if "2026-10" in name} == october
    assert lines(root)["stories/2026-11.jsonl"].endswith(encode(story(6, downloaded=FIRST)))
    assert lines(root)["stories/2026-12.jsonl"].endswith(encode(story(8, downloaded=SECOND)))
    assert defects(root) == []


def test_an_archive_goes_on_where_it_ended(root: Path) -> None:
    before = (root / "stories/2026-11.jsonl").read_bytes()
    writer = ArchiveWriter(root)
    keep(writer, story(6))
    writer.close()
    assert (root / "stories/2026-11.jsonl").read_bytes() == before + encode(story(6))
    assert defects(root) == []
    assert not (root / "quarantine").exists()


def test_the_schemas_are_published_and_lines_fit_them(root: Path) -> None:
    for kind, name in (
        ("events", "event"),
        ("stories", "story"),
        ("duplicates", "duplicate"),
        ("rejected", "rejected"),
        ("rewrites", "rewrite"),
    ):
        validator = Draft202012Validator(json.loads((root / f"schema/{name}.v1.json").read_bytes()))
        for path in (root / kind).iterdir():
            for line in path.read_bytes().splitlines():
                validator.validate(json.loads(line))


def test_a_changed_schema_is_published_again(root: Path) -> None:
    path = root / "schema/story.v1.json"
    schema = path.read_bytes()
    path.write_bytes(b"{}")
    ArchiveWriter(root).close()
    assert path.read_bytes() == schema


def test_a_run_is_written_whole_and_readable(writer: ArchiveWriter) -> None:
    data = writer.write_run("20261101T000000-1", {"原因": "完"})
    path = writer.root / "runs/20261101T000000-1.json"
    assert path.read_bytes() == data
    assert json.loads(data) == {"原因": "完"}
    assert "原因".encode() in data
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    writer.write(finished(f"sha256:{sha256(data).hexdigest()}"))
    writer.commit()
    assert defects(writer.root) == []


# Asking


def test_the_latest_line_is_the_highest_version_of_the_kind_asked_for(writer: ArchiveWriter) -> None:
    assert writer.latest(Kind.STORY, story_url(1)) is None
    keep(writer, story(1, "甲"), story(11, "丙"), rejected(1, Rejection.GARBLED))
    # A clock that was set back: by its time the newer version is the older one.
    keep(writer, story(1, "乙", version=2, downloaded=FIRST))
    latest = writer.latest(Kind.STORY, story_url(1))
    assert latest is not None
    second = story(1, "乙", version=2, downloaded=FIRST)
    assert (latest.version, latest.content_hash, latest.note) == (2, second.content_hash, "")
    assert latest.length == len(encode(second))
    page = writer.latest(Kind.REJECTED, story_url(1))
    assert page is not None
    assert (page.version, page.note) == (1, "garbled")
    assert writer.latest(Kind.DUPLICATE, story_url(1)) is None


def test_a_line_is_where_the_ledger_says(writer: ArchiveWriter) -> None:
    for number in (1, 2, 3):
        keep(writer, story(number))
        writer.commit()
        latest = writer.latest(Kind.STORY, story_url(number))
        assert latest is not None
        data = (writer.root / latest.segment).read_bytes()
        assert data[latest.position : latest.position + latest.length] == encode(story(number))


def test_the_note_of_a_duplicate_is_its_original(writer: ArchiveWriter) -> None:
    keep(writer, duplicate(3, original=7))
    latest = writer.latest(Kind.DUPLICATE, story_url(3))
    assert latest is not None
    assert latest.note == "slqncy/szxw/7"


def test_what_points_at_a_story_is_found_by_an_index(root: Path) -> None:
    with closing(Ledger(root / "ledger.sqlite", read_only=True)) as ledger:
        plan = ledger.db.execute(f"EXPLAIN QUERY PLAN {clusters._LINKS_TO}", ("slqncy/szxw/2",)).fetchall()
        assert "SEARCH line USING INDEX line_note (note=?)" in {row[3] for row in plan}
        indexed = ledger.db.execute("SELECT count(*) FROM line WHERE note GLOB '*/*'").fetchone()
        assert indexed == (2,), "the duplicate and the rewrite"


def test_a_line_is_read_from_its_place_before_and_after_it_is_acknowledged(root: Path) -> None:
    writer = ArchiveWriter(root)
    first, second = keep(writer, story(21), story(22))
    assert (writer.story_at(first), writer.story_at(second)) == (story(21), story(22))
    known = list(writer.stories_behind(None))
    writer.commit()
    assert (writer.story_at(first), writer.story_at(second)) == (story(21), story(22))
    assert list(writer.stories_behind(None)) == [*known, (first, story(21)), (second, story(22))]
    assert list(writer.stories_behind(first)) == [(second, story(22))]
    assert list(writer.stories_behind(second)) == []
    assert [writer.count_until(place) for place in (first, second)] == [len(known) + 1, len(known) + 2]
    assert writer.has_line(second)
    assert not writer.has_line(second._replace(position=second.position + 1))
    with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl, byte 1: cannot be read"):
        writer.story_at(first._replace(position=1))
    writer.close()


def test_what_was_written_is_known_before_it_is_acknowledged(writer: ArchiveWriter) -> None:
    writer.write(page_found(HOME, PageKind.FRONT))
    writer.write(fetched(HOME, PageKind.FRONT, stories=1, etag='"e"'))
    keep(writer, story(1), rejected(2))
    home, first = writer.known(HOME), writer.known(story_url(1))
    assert home is not None
    assert first is not None
    assert (home.id, home.state, home.kind, home.stories, home.etag) == (1, "fetched", "front", 1, '"e"')
    assert (first.id, first.state, first.kind, first.story) == (2, "archived", "story", "slqncy/szxw/1")
    assert writer.known_by_id(2) == first
    assert writer.known_by_id(4) is None
    assert writer.known(story_url(3)) is None
    assert writer.of_kind(HOME, PageKind.FRONT) == [home]
    assert writer.newest() == 3
    assert writer.states(HOME) == {State.FETCHED: 1, State.ARCHIVED: 1, State.REJECTED: 1}
    assert list(Archive(writer.root).events()) == []


# What the disk will not have


def failing(function: Callable[..., Any], calls: int, error: Exception) -> Callable[..., Any]:
    """The function until its N-th call, which fails."""
    numbers = count(1)

    def call(*args: Any) -> Any:
        if next(numbers) == calls:
            raise error
        return function(*args)

    return call


@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_a_commit_that_failed_is_the_last_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """Whether one of the three files would not take its lines, or the ledger the fourth and last step."""
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    writer.commit()
    keep(writer, story(2), rejected(3))
    with monkeypatch.context() as patch:
        patch.setattr(disk, "append", failing(disk.append, calls, OSError(ENOSPC, "no space")))
        if calls == 4:
            patch.setattr(Ledger, "commit", failing(Ledger.commit, 1, sqlite3.OperationalError("no space")))
        with pytest.raises(ArchiveError, match="no space"):
            writer.commit()
    actions: list[Callable[[], object]] = [
        writer.commit,
        lambda: writer.write(failed(4)),
        lambda: keep(writer, story(5)),
        lambda: writer.close_months("2026-12"),
    ]
    for action in actions:
        with pytest.raises(ArchiveError, match="an earlier write failed"):
            action()
    writer.close()
    assert not (tmp_path / "ledger.seal").exists()
    writer = ArchiveWriter(tmp_path)
    assert [writer.known(story_url(number)) is None for number in (1, 2, 3, 4, 5)] == [False, True, True, True, True]
    keep(writer, story(2), rejected(3))
    writer.close()
    assert list(Archive(tmp_path).stories()) == [story(1), story(2)]
    assert defects(tmp_path) == []


def test_of_a_write_that_raised_nothing_is_half_kept(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    with pytest.raises(UnicodeEncodeError):
        keep(writer, replace(story(2), title="\ud800"))
    writer.close()
    writer = ArchiveWriter(tmp_path)
    known = writer.known(story_url(2))
    assert known is None or known.state is State.FOUND
    writer.close()
    assert {record.story_id for record in Archive(tmp_path).stories()} <= {"1"}
    assert defects(tmp_path) == []


def test_a_file_in_the_archives_place(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"mine")
    for path in (tmp_path / "archive", tmp_path / "archive" / "deeper"):
        with pytest.raises(ArchiveError, match="archive"):
            ArchiveWriter(path)
    assert (tmp_path / "archive").read_bytes() == b"mine"


@pytest.mark.parametrize("place", ["stories", "events", "schema", "ledger.sqlite/x", ".lock/x", "ledger.seal/x"])
def test_something_else_in_the_place_of_a_part(tmp_path: Path, place: str) -> None:
    blocked = tmp_path / place
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_bytes(b"mine")
    with pytest.raises(ArchiveError):  # noqa: PT012
        writer = ArchiveWriter(tmp_path)
        try:
            keep(writer, story(1))
        finally:
            writer.close()
    assert blocked.read_bytes() == b"mine"


def test_a_run_that_cannot_be_written(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    (tmp_path / "runs").write_bytes(b"mine")
    with pytest.raises(ArchiveError):
        writer.write_run("20261101T000000-1", {})
    writer.abandon()
    assert (tmp_path / "runs").read_bytes() == b"mine"


def test_a_ledger_that_is_none(root: Path) -> None:
    lose_ledger(root)
    (root / "ledger.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveDamagedError, match=r"not a database; `scrapy rebuild`"):
        ArchiveWriter(root)
    (root / "ledger.sqlite").unlink()
    open_and_close(root)
    assert defects(root) == []


@pytest.mark.parametrize(
    ("most_bytes", "length"), [(1_000_000, 100_000), (200_000, 10)], ids=["in a line", "in the ledger"]
)
def test_a_full_disk(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]], most_bytes: int, length: int
) -> None:
    with start_writer(f"full:{most_bytes}:{length}") as child:
        said = child.communicate()[0].decode().splitlines()
    assert child.returncode == 0
    acknowledged = [number for line in said if line[0].isdigit() for number in line.split()]
    assert acknowledged
    assert [line.split(":")[0] for line in said if not line[0].isdigit()] == ["refused"] * 3

    root = tmp_path / "archive"
    left = lines(root)
    writer = ArchiveWriter(root)
    assert [record.story_id for record in Archive(root).stories()] == acknowledged
    kept = lines(root)
    assert all(left[name].startswith(kept[name]) for name in left)
    assert quarantine(root) == sorted(left[name][len(kept[name]) :] for name in left if left[name] != kept[name])
    assert quarantine(root)
    keep(writer, story(1000))
    writer.close()
    assert defects(root) == []


def test_a_seal_that_cannot_be_written_is_an_error_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    with monkeypatch.context() as patch:
        patch.setattr(disk, "write_whole", refuse)
        with pytest.raises(ArchiveError, match="no space"):
            writer.close()
    writer.abandon()
    open_and_close(tmp_path)
    assert list(Archive(tmp_path).stories()) == [story(1)]
    assert defects(tmp_path) == []


def refuse(*_: object) -> None:
    raise OSError(ENOSPC, "no space")


def test_a_ledger_is_put_in_its_place_only_when_it_is_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_ledger(root)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "settle", refuse)
        with pytest.raises(ArchiveError, match="no space"):
            ArchiveWriter(root)
    assert not (root / "ledger.sqlite").exists()
    open_and_close(root)
    assert defects(root) == []


def test_a_settled_ledger_is_all_in_its_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "new.sqlite")
    ledger.set_segment(Segment("stories/2026-11.jsonl", 1, 1, 1, closed=False))
    ledger.commit()
    ledger.settle()
    alone = tmp_path / "alone.sqlite"
    alone.write_bytes((tmp_path / "new.sqlite").read_bytes())
    ledger.close()
    with closing(Ledger(alone, read_only=True)) as copy:
        assert list(copy.segments()) == ["stories/2026-11.jsonl"]
