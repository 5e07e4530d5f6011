"""Every change of an archive is found, and no sound one is blamed."""

from __future__ import annotations

import dataclasses
import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.archive.layout import Kind
from slqncy.archive.verify import verify
from slqncy.dedup import fingerprint
from slqncy.records import Story, encode
from tests.samples import FIRST, story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEGMENTS = ["stories/2026-10.jsonl", "stories/2026-11.jsonl", "duplicates/2026-11.jsonl", "rejected/2026-11.jsonl"]
NOVEMBER = SEGMENTS[1]


def test_a_sound_archive(root: Path) -> None:
    verdict = verify(root)
    assert verdict.defects == []
    assert verdict.lines == {Kind.STORY: 4, Kind.DUPLICATE: 1, Kind.REJECTED: 1}


def test_an_archive_that_is_being_written(root: Path) -> None:
    writer = ArchiveWriter(root, fingerprint)
    writer.store(story(6))
    assert verify(root).defects == []
    writer.close()


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        verify(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flip", [0x01, 0x20])
def test_a_changed_byte_anywhere_in_a_line_is_found(root: Path, flip: int) -> None:
    path = root / SEGMENTS[0]
    line = path.read_bytes()
    for index in range(len(line)):
        path.write_bytes(line[:index] + bytes([line[index] ^ flip]) + line[index + 1 :])
        assert verify(root).defects, f"byte {index}"
    path.write_bytes(line)
    assert verify(root).defects == []


@given(st.sampled_from(SEGMENTS), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_byte_changed_lost_or_added_is_found(root: Path, name: str, data: st.DataObject) -> None:
    path = root / name
    lines = path.read_bytes()
    index = data.draw(st.integers(0, len(lines) - 1))
    byte = data.draw(st.binary(max_size=2).filter(lambda new: new != lines[index : index + 1]))
    changed = lines[:index] + byte + lines[index + 1 :]
    try:
        path.write_bytes(changed)
        # Behind the last acknowledged line is what a kill may leave.
        assert verify(root).defects or changed.startswith(lines)
    finally:
        path.write_bytes(lines)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: lines[::-1],
        lambda lines: [lines[0], lines[0], *lines[2:]],
        lambda lines: [b"\n", *lines],
        lambda lines: [b"\xef\xbb\xbf", *lines],
        lambda lines: [lines[0].replace(b"\n", b"\r\n"), *lines[1:]],
        lambda lines: lines[:0],
    ],
    ids=["first lost", "last lost", "reversed", "repeated", "blank line", "BOM", "CRLF", "emptied"],
)
def test_lines_lost_moved_or_repeated_are_found(root: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path = root / NOVEMBER
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    assert verify(root).defects


def test_a_lost_file_is_found(root: Path) -> None:
    (root / NOVEMBER).unlink()
    assert any("0 bytes, but" in defect for defect in verify(root).defects)


@pytest.mark.parametrize(
    ("record", "defect"),
    [
        (dataclasses.replace(story(6), content_hash="sha256:00"), "content_hash does not belong to title and text"),
        (dataclasses.replace(story(6), char_count=1), "char_count is not the length of text"),
        (story(6, "文" * 400_000), "over 1000000"),
        (story(6, version=2), "version 2 of slqncy/szxw/6 where 1 is due"),
        (story(2, "再改。", version=2), "version 2 of slqncy/szxw/2 where 3 is due"),
    ],
)
def test_a_line_that_should_not_have_been_written_is_found(root: Path, record: Story, defect: str) -> None:
    writer = ArchiveWriter(root, fingerprint)
    writer.store(record)
    writer.close()
    [found] = verify(root).defects
    assert found.startswith(f"{NOVEMBER}, byte ")
    assert defect in found


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        (b'"schema_version":1,"id":"slqncy/szxw/1",', b'"id":"slqncy/szxw/1","schema_version":1,', "out of order"),
        (b'"etag":"",', b"", "a key is missing"),
        (b'"etag":""', b'"etag":"","mood":""', "unknown"),
        (b'"version":1', b'"version": 1', "not written as this archive writes"),
        ("第".encode(), b"\\u7b2c", "not written as this archive writes"),
        (FIRST.encode(), b"2026-09-30T23:59:59Z", "belongs in stories/2026-09.jsonl"),
        (b'"version":1', b'"version":"1"', "does not fit the schema"),
    ],
)
def test_a_line_written_by_another_hand_is_found_though_the_ledger_is_rebuilt(
    root: Path, old: bytes, new: bytes, defect: str
) -> None:
    path = root / SEGMENTS[0]
    line = path.read_bytes()
    assert old in line
    path.write_bytes(line.replace(old, new))
    if defect != "does not fit the schema":
        (root / "ledger.sqlite").unlink()
        ArchiveWriter(root, fingerprint).close()
    assert any(found.startswith(SEGMENTS[0]) and defect in found for found in verify(root).defects)


@pytest.mark.parametrize(
    ("statement", "defect"),
    [
        ("DELETE FROM line WHERE position = 0", "the ledger does not know this line"),
        ("UPDATE line SET version = 7", "length, id or version differ"),
        ("UPDATE line SET content_hash = ''", "content_hash differs from the ledger's"),
        ("UPDATE line SET digest = x'00'", "not the bytes that were acknowledged"),
        ("INSERT INTO line SELECT segment, 7, 1, id, 1, '', digest, NULL FROM line LIMIT 1", "line is not there"),
        ("DELETE FROM url", "is in state None"),
        ("UPDATE url SET state = 'failed'", "is in state failed"),
        ("UPDATE segment SET length = length + 1", "were acknowledged"),
        ("DELETE FROM segment", "is empty, with 6 lines on disk"),
        ("DROP TABLE line", "the ledger does not know this line"),
    ],
)
def test_a_ledger_that_disagrees_is_found(root: Path, statement: str, defect: str) -> None:
    database = sqlite3.connect(root / "ledger.sqlite")
    database.execute(statement)
    database.commit()
    database.close()
    assert any(defect in found for found in verify(root).defects)


def test_a_ledger_that_is_none_or_was_emptied_is_found(root: Path) -> None:
    (root / "ledger.sqlite").write_bytes(b"no database" * 100)
    assert [defect.split(":")[0] for defect in verify(root).defects] == ["ledger.sqlite"]
    (root / "ledger.sqlite").write_bytes(b"")
    assert [defect.split(":")[0] for defect in verify(root).defects] == ["ledger.sqlite"]


def test_a_single_line_of_a_first_kill_is_no_defect(tmp_path: Path) -> None:
    ArchiveWriter(tmp_path, fingerprint).close()
    (tmp_path / "stories").mkdir()
    (tmp_path / NOVEMBER).write_bytes(encode(story(1)))
    assert verify(tmp_path).defects == []
