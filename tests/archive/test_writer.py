"""Writing, in one process that lives."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.archive.layout import Kind
from slqncy.archive.ledger import State
from slqncy.archive.verify import verify
from slqncy.dedup import fingerprint
from slqncy.reasons import Rejection
from slqncy.records import encode
from tests.samples import FIRST, SECOND, duplicate, rejected, story

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.records import Story

FIVE = "http://www.slqncy.com/szxw/5.html"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ArchiveWriter]:
    writer = ArchiveWriter(tmp_path / "new" / "archive", fingerprint)
    yield writer
    writer.close()


def test_a_line_is_on_disk_when_store_returns(writer: ArchiveWriter) -> None:
    for number in range(1, 4):
        writer.store(story(number))
        lines = (writer.root / "stories/2026-11.jsonl").read_bytes()
        assert lines == b"".join(encode(story(n)) for n in range(1, number + 1))


def test_each_kind_has_its_folder_and_each_month_its_file(root: Path) -> None:
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*.jsonl")) == [
        "duplicates/2026-11.jsonl",
        "rejected/2026-11.jsonl",
        "stories/2026-10.jsonl",
        "stories/2026-11.jsonl",
    ]
    assert (root / "stories/2026-10.jsonl").read_bytes() == encode(story(1, downloaded=FIRST))
    assert (root / "duplicates/2026-11.jsonl").read_bytes() == encode(duplicate(3))


def test_an_archive_goes_on_where_it_ended(root: Path) -> None:
    before = (root / "stories/2026-11.jsonl").read_bytes()
    writer = ArchiveWriter(root, fingerprint)
    writer.store(story(6))
    writer.close()
    assert (root / "stories/2026-11.jsonl").read_bytes() == before + encode(story(6))
    assert verify(root).defects == []
    assert not (root / "quarantine").exists()


def test_the_schemas_are_published_and_lines_fit_them(root: Path) -> None:
    for kind, name in (("stories", "story"), ("duplicates", "duplicate"), ("rejected", "rejected")):
        validator = Draft202012Validator(json.loads((root / f"schema/{name}.v1.json").read_bytes()))
        for path in (root / kind).iterdir():
            for line in path.read_bytes().splitlines():
                validator.validate(json.loads(line))


def test_a_changed_schema_is_published_again(root: Path) -> None:
    path = root / "schema/story.v1.json"
    schema = path.read_bytes()
    path.write_bytes(b"{}")
    ArchiveWriter(root, fingerprint).close()
    assert path.read_bytes() == schema


def test_the_latest_line_is_the_highest_version(writer: ArchiveWriter) -> None:
    assert writer.latest(Kind.STORY, "slqncy/szxw/1") is None
    writer.store(story(1, "甲", downloaded=SECOND))
    # A clock that was set back: the newer version is in the file of the earlier month.
    writer.store(story(1, "乙", version=2, downloaded=FIRST))
    writer.store(story(11, "丙"))
    latest = writer.latest(Kind.STORY, "slqncy/szxw/1")
    assert latest is not None
    assert writer.read(latest) == story(1, "乙", version=2, downloaded=FIRST)


def test_the_latest_line_is_of_the_kind_asked_for(writer: ArchiveWriter) -> None:
    writer.store(story(1))
    writer.store(rejected(1))
    latest = writer.latest(Kind.REJECTED, "slqncy/szxw/1")
    assert latest is not None
    assert writer.read(latest) == rejected(1)
    assert writer.latest(Kind.DUPLICATE, "slqncy/szxw/1") is None


def test_reading_a_line_that_was_changed_is_an_error(root: Path) -> None:
    path = root / "stories/2026-10.jsonl"
    path.write_bytes(path.read_bytes().replace(b"stories", b"storiez"))
    writer = ArchiveWriter(root, fingerprint)
    latest = writer.latest(Kind.STORY, "slqncy/szxw/1")
    assert latest is not None
    with pytest.raises(ArchiveDamagedError, match=r"2026-10\.jsonl, byte 0"):
        writer.read(latest)
    writer.close()


def test_the_first_story_of_a_text_is_its_original(writer: ArchiveWriter) -> None:
    assert writer.same_text(story(1, "同一篇。")) is None
    writer.store(duplicate(9))
    assert writer.same_text(duplicate(9)) is None, "a duplicate is nobody's original"
    writer.store(story(3, "同一篇。"))
    writer.store(story(2, "同一篇!"))
    assert writer.same_text(story(1, "同 一 篇")) == "slqncy/szxw/3"


# States of addresses


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ([story(5)], State.ARCHIVED),
        ([duplicate(5)], State.DUPLICATE),
        ([rejected(5)], State.REJECTED),
        ([story(5), rejected(5)], State.ARCHIVED),
        ([rejected(5), story(5)], State.ARCHIVED),
        ([duplicate(5), story(5)], State.ARCHIVED),
        ([rejected(5), duplicate(5)], State.DUPLICATE),
        ([duplicate(5), rejected(5)], State.DUPLICATE),
    ],
)
def test_lines_tell_the_state_of_an_address(writer: ArchiveWriter, records: list[object], state: State) -> None:
    for record in records:
        writer.store(record)  # type: ignore[arg-type]
    assert writer.state(FIVE) is state
    assert writer.due() == []


def test_found_and_failed_addresses_are_due(writer: ArchiveWriter) -> None:
    writer.add_found(["b", "a", "c", "b"])
    writer.set_state("c", State.FAILED, "unreachable")
    writer.set_state("d", State.EXCLUDED, "robots")
    assert writer.due() == ["a", "b", "c"]
    assert writer.states() == {"found": 2, "failed": 1, "excluded": 1}
    assert writer.state("e") is None
    writer.add_found(["d"])
    assert writer.state("d") is State.EXCLUDED, "what is known keeps its state"


@pytest.mark.parametrize("state", [State.FAILED, State.EXCLUDED])
def test_a_story_that_was_archived_stays_so_when_asking_again_fails(writer: ArchiveWriter, state: State) -> None:
    writer.store(story(5))
    writer.set_state(FIVE, state, "unreachable")
    assert writer.state(FIVE) is State.ARCHIVED
    assert writer.due() == []


def test_a_failed_address_is_archived_when_it_answers(writer: ArchiveWriter) -> None:
    writer.set_state(FIVE, State.FAILED, "unreachable")
    writer.store(story(5))
    assert writer.state(FIVE) is State.ARCHIVED


def test_addresses_found_survive_close_and_not_abandon(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, fingerprint)
    writer.add_found(["a"])
    writer.close()
    writer = ArchiveWriter(tmp_path, fingerprint)
    writer.add_found(["b"])
    writer.abandon()
    writer = ArchiveWriter(tmp_path, fingerprint)
    assert writer.due() == ["a"]
    writer.close()


def test_the_reason_of_a_rejection_is_kept(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, fingerprint)
    writer.store(rejected(4, Rejection.SOFT_404))
    writer.close()
    assert [record.reason for record in Archive(tmp_path).rejected()] == [Rejection.SOFT_404]


@pytest.mark.parametrize("rebuild", [False, True])
def test_the_last_reason_is_the_one_of_the_address(tmp_path: Path, rebuild: bool) -> None:
    writer = ArchiveWriter(tmp_path, fingerprint)
    writer.store(rejected(4))
    writer.store(rejected(4, Rejection.SOFT_404))
    writer.close()
    if rebuild:
        (tmp_path / "ledger.sqlite").unlink()
        ArchiveWriter(tmp_path, fingerprint).close()
    database = sqlite3.connect(tmp_path / "ledger.sqlite")
    assert database.execute("SELECT state, reason FROM url").fetchall() == [("rejected", "soft_404")]
    database.close()


def test_after_a_store_that_failed_nothing_more_is_written(tmp_path: Path) -> None:
    def failing(record: Story) -> bytes:
        if record.story_id == "2":
            raise RuntimeError("no fingerprint")
        return fingerprint(record)

    writer = ArchiveWriter(tmp_path, failing)
    writer.store(story(1))
    writer.add_found(["a"])
    with pytest.raises(RuntimeError):
        writer.store(story(2))
    with pytest.raises(ArchiveError, match="an earlier write failed"):
        writer.store(story(3))
    writer.close()
    writer = ArchiveWriter(tmp_path, fingerprint)
    assert list(Archive(tmp_path).stories()) == [story(1)]
    assert writer.due() == [], "what belonged to the failed write is not half kept"
    writer.store(story(3))
    writer.close()
    assert verify(tmp_path).defects == []


def test_a_run_is_written_whole_and_readable(writer: ArchiveWriter) -> None:
    path = writer.write_run("20261101T000000-1", {"原因": "完"})
    assert path == writer.root / "runs/20261101T000000-1.json"
    assert json.loads(path.read_bytes()) == {"原因": "完"}
    assert "原因".encode() in path.read_bytes()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


# What the disk will not have


def test_a_file_in_the_archives_place(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"mine")
    for path in (tmp_path / "archive", tmp_path / "archive" / "deeper"):
        with pytest.raises(ArchiveError, match="archive"):
            ArchiveWriter(path, fingerprint)
    assert (tmp_path / "archive").read_bytes() == b"mine"


@pytest.mark.parametrize("place", ["stories", "schema", "ledger.sqlite/x", ".lock/x"])
def test_something_else_in_the_place_of_a_part(tmp_path: Path, place: str) -> None:
    blocked = tmp_path / place
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_bytes(b"mine")
    with pytest.raises(ArchiveError):  # noqa: PT012
        writer = ArchiveWriter(tmp_path, fingerprint)
        try:
            writer.store(story(1))
        finally:
            writer.close()
    assert blocked.read_bytes() == b"mine"


def test_a_ledger_that_is_none(root: Path) -> None:
    (root / "ledger.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveError, match="not a database"):
        ArchiveWriter(root, fingerprint)
    (root / "ledger.sqlite").unlink()
    ArchiveWriter(root, fingerprint).close()
    assert verify(root).defects == []


@pytest.mark.parametrize(
    ("most_bytes", "length"), [(1_000_000, 100_000), (200_000, 10)], ids=["in a line", "in the ledger"]
)
def test_a_full_disk(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]], most_bytes: int, length: int
) -> None:
    with start_writer(f"full:{most_bytes}:{length}") as child:
        said = child.communicate()[0].decode().splitlines()
    assert child.returncode == 0
    acknowledged = [line for line in said if line.isdigit()]
    assert acknowledged
    assert [line.split(":")[0] for line in said[len(acknowledged) :]] == ["refused", "refused"]

    root = tmp_path / "archive"
    left = (root / "stories/2026-11.jsonl").read_bytes()
    writer = ArchiveWriter(root, fingerprint)
    assert [record.story_id for record in Archive(root).stories()] == acknowledged
    kept = (root / "stories/2026-11.jsonl").read_bytes()
    assert [path.read_bytes() for path in (root / "quarantine").iterdir()] == [left[len(kept) :]]
    writer.store(story(1000))
    writer.close()
    assert verify(root).defects == []
