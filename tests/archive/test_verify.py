"""Every change of an archive is found, and no sound one is blamed."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.archive.layout import Kind
from slqncy.archive.recovery import MOST_LINES
from slqncy.archive.verify import _STATES, verify
from slqncy.records import Event, Story, encode
from tests.archive.looking import defects, lose_ledger, open_and_close, sql, write_history
from tests.samples import FIRST, brought, found, keep, rejected, story, story_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEGMENTS = [
    "events/2026-10.ndjson",
    "events/2026-11.ndjson",
    "stories/2026-10.jsonl",
    "stories/2026-11.jsonl",
    "duplicates/2026-11.jsonl",
    "rejected/2026-11.jsonl",
    "rewrites/2026-11.jsonl",
]
EVENTS, OCTOBER, NOVEMBER = SEGMENTS[1:4]
REWRITES = SEGMENTS[-1]


def plain(root: Path) -> list[str]:
    return verify(root).defects


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive for many examples, each of which leaves it as it was."""
    root = tmp_path_factory.mktemp("lasting") / "archive"
    writer = ArchiveWriter(root)
    keep(writer, story(1, downloaded=FIRST), story(2), story(2, "改过的正文。", version=2), story(5))
    writer.close()
    return root


@pytest.fixture(scope="module")
def whole_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("history") / "archive"
    write_history(root)
    # A kill's tail, so that there is something in quarantine/.
    with (root / NOVEMBER).open("ab") as file:
        file.write(b'{"schema_version":1,')
    open_and_close(root)
    return root


@pytest.fixture
def history(whole_history: Path, tmp_path: Path) -> Path:
    """An archive with a file of every kind."""
    root = tmp_path / "history"
    shutil.copytree(whole_history, root)
    return root


# Sound archives


@pytest.mark.parametrize("full", [False, True])
def test_a_sound_archive(root: Path, *, full: bool) -> None:
    verdict = verify(root, full=full)
    assert verdict.defects == []
    assert verdict.lines == {Kind.EVENT: 11, Kind.STORY: 4, Kind.DUPLICATE: 1, Kind.REJECTED: 1, Kind.REWRITE: 1}
    assert verdict.size == sum((root / name).stat().st_size for name in SEGMENTS)


@pytest.mark.parametrize("full", [False, True])
def test_a_sound_archive_with_a_closed_month(history: Path, *, full: bool) -> None:
    verdict = verify(history, full=full)
    assert verdict.defects == []
    assert verdict.lines == {Kind.EVENT: 37, Kind.STORY: 7, Kind.DUPLICATE: 2, Kind.REJECTED: 2, Kind.REWRITE: 4}


def test_an_archive_that_is_being_written(root: Path) -> None:
    writer = ArchiveWriter(root)
    keep(writer, story(6))
    assert defects(root) == []
    writer.commit()
    assert defects(root) == []
    writer.close()


def test_an_archive_of_nothing(tmp_path: Path) -> None:
    open_and_close(tmp_path)
    assert defects(tmp_path) == []


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        verify(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [EVENTS, NOVEMBER])
@pytest.mark.parametrize("tail", [encode(story(6))[:50], encode(story(6)), encode(story(6)) * MOST_LINES])
def test_what_a_kill_leaves_behind_the_acknowledged_lines_is_no_defect(root: Path, name: str, tail: bytes) -> None:
    with (root / name).open("ab") as file:
        file.write(tail)
    assert defects(root) == []


def test_more_lines_than_a_kill_can_leave_are_found(root: Path) -> None:
    for name in (NOVEMBER, "rejected/2026-12.jsonl"):
        with (root / name).open("ab") as file:
            file.write(encode(rejected(6)) * (MOST_LINES + 1))
    assert plain(root) == [
        "rejected/2026-12.jsonl: unknown to the ledger; `scrapy rebuild` reads it",
        f"{NOVEMBER}: more lines than the ledger knows of; `scrapy rebuild` reads them",
    ]


def test_a_single_line_of_a_first_kill_is_no_defect(tmp_path: Path) -> None:
    open_and_close(tmp_path)
    (tmp_path / "stories").mkdir()
    (tmp_path / NOVEMBER).write_bytes(encode(story(1)))
    assert defects(tmp_path) == []


# Lines


@pytest.mark.parametrize("name", SEGMENTS[:4:2])
def test_a_changed_byte_anywhere_in_a_line_is_found(root: Path, name: str) -> None:
    path = root / name
    lines = path.read_bytes()
    for index in range(lines.index(b"\n") + 1):
        flip = (0x01, 0x20)[index % 2]
        path.write_bytes(lines[:index] + bytes([lines[index] ^ flip]) + lines[index + 1 :])
        assert plain(root), f"byte {index}"
    path.write_bytes(lines)
    assert plain(root) == []


@given(st.sampled_from(SEGMENTS[:4]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_byte_changed_lost_or_added_is_found(lasting: Path, name: str, data: st.DataObject) -> None:
    path = lasting / name
    lines = path.read_bytes()
    index = data.draw(st.integers(0, len(lines) - 1))
    byte = data.draw(st.binary(max_size=2).filter(lambda new: new != lines[index : index + 1]))
    changed = lines[:index] + byte + lines[index + 1 :]
    try:
        path.write_bytes(changed)
        # Behind the last acknowledged line is what a kill may leave.
        assert bool(plain(lasting)) != changed.startswith(lines)
    finally:
        path.write_bytes(lines)


@pytest.mark.parametrize("name", [EVENTS, NOVEMBER])
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
def test_lines_lost_moved_or_repeated_are_found(
    root: Path, name: str, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = root / name
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    assert any(defect.startswith(name) for defect in plain(root))


@pytest.mark.parametrize("name", SEGMENTS)
def test_a_lost_file_is_found(root: Path, name: str) -> None:
    (root / name).unlink()
    assert any(defect.startswith(f"{name}: 0 bytes, but ") for defect in plain(root))


@pytest.mark.parametrize(
    ("record", "defect"),
    [
        (replace(story(6), content_hash="sha256:00"), "content_hash does not belong to title and text"),
        (replace(story(6), char_count=1), "char_count is not the length of text"),
        (story(6, "文" * 400_000), "bytes, over 1000000"),
    ],
)
def test_a_line_that_should_not_have_been_written_is_found(root: Path, record: Story, defect: str) -> None:
    writer = ArchiveWriter(root)
    keep(writer, record)
    writer.close()
    [sentence] = plain(root)
    assert sentence.startswith(f"{NOVEMBER}, byte ")
    assert defect in sentence


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        (b'"schema_version":1,"id":"slqncy/szxw/1",', b'"id":"slqncy/szxw/1","schema_version":1,', "out of order"),
        (b'"etag":"",', b"", "a key is missing"),
        (b'"etag":""', b'"etag":"","mood":""', "unknown"),
        (b'"version":1', b'"version": 1', "not written as this archive writes"),
        ("第".encode(), b"\\u7b2c", "not written as this archive writes"),
        (FIRST.encode(), b"2026-11-30T23:59:59Z", "made at 2026-11-30T23:59:59Z, after the month of its file"),
        (b'"version":1', b'"version":"1"', "does not fit the schema"),
        (b'"char_count":', b'"char_count":1', "char_count is not the length of text"),
    ],
)
def test_a_line_written_by_another_hand_is_found_though_the_ledger_is_rebuilt(
    root: Path, old: bytes, new: bytes, defect: str
) -> None:
    path = root / OCTOBER
    line = path.read_bytes()
    assert old in line
    path.write_bytes(line.replace(old, new))
    assert plain(root)
    if defect != "does not fit the schema":
        lose_ledger(root)
        open_and_close(root)
    assert any(sentence.startswith(OCTOBER) and defect in sentence for sentence in defects(root))


def test_an_event_whose_time_is_none_is_found(root: Path) -> None:
    path = root / EVENTS
    path.write_bytes(path.read_bytes().replace(b"2026-11-01T00:00:00Z", b"2026-11-31T00:00:00Z", 1))
    assert any(sentence.startswith(f"{EVENTS}, byte 0: made at 2026-11-31T") for sentence in plain(root))


# The ledger


@pytest.mark.parametrize("full", [False, True], ids=["plain", "full"])
@pytest.mark.parametrize(
    ("statement", "defect"),
    [
        ("DELETE FROM line WHERE position = 0", "the ledger does not know this line"),
        ("UPDATE line SET version = 7", "length, version or reason differ"),
        ("UPDATE line SET note = 'garbled'", "length, version or reason differ"),
        ("DELETE FROM line WHERE segment = 'rewrites/2026-11.jsonl'", f"{REWRITES}, byte 0: the ledger does not know"),
        ("UPDATE line SET note = 'a/b/1'", f"{REWRITES}, byte 0: length, version or reason differ"),
        ("UPDATE line SET content_hash = ''", "content_hash differs from the ledger's"),
        ("UPDATE line SET digest = x'00'", "not the bytes that were acknowledged"),
        ("INSERT INTO line SELECT segment, 7, 1, url, 9, '', '', digest, 0, 0 FROM line LIMIT 1", "line is not there"),
        ("UPDATE segment SET length = length + 1", "were acknowledged"),
        ("UPDATE segment SET lines = lines + 1", "not the bytes that were acknowledged"),
        ("UPDATE segment SET crc32 = 0", "not the bytes that were acknowledged"),
        ("UPDATE segment SET closed = 1", "cannot be read"),
        ("DROP TABLE line", "no such table"),
        ("PRAGMA user_version = 1", "of another version"),
    ],
)
def test_a_ledger_that_disagrees_is_found(root: Path, statement: str, defect: str, *, full: bool) -> None:
    sql(root, statement)
    assert any(defect in sentence for sentence in verify(root, full=full).defects)


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("DELETE FROM url WHERE id = 1", "url"),
        ("DELETE FROM segment WHERE name LIKE 'stories%'", "line"),
        ("UPDATE url SET due = 7", "url"),
        ("UPDATE url SET etag = 'x' WHERE id = 2", "url"),
        ("UPDATE url SET failures = 1", "url"),
        ("INSERT INTO url (url, kind, story, state) VALUES ('x', 'list', '', 'found')", "url"),
        ("UPDATE line SET url = 1 WHERE segment LIKE 'rejected%'", "line"),
    ],
)
def test_a_ledger_that_is_not_the_one_of_the_lines_is_found_in_full(root: Path, statement: str, table: str) -> None:
    sql(root, statement)
    assert any(sentence.startswith(f"ledger.sqlite: by the lines, {table} (") for sentence in defects(root))


def test_a_ledger_changed_after_it_was_sealed_is_found_in_full(root: Path) -> None:
    ledger = root / "ledger.sqlite"
    content = ledger.read_bytes()
    # A page that nothing refers to any more is no row of any table.
    ledger.write_bytes(content + bytes(4096))
    assert "ledger.sqlite: not the file that the last run closed" in defects(root)
    ledger.write_bytes(content)
    assert defects(root) == []


def test_a_ledger_that_is_none_or_was_emptied_is_found(root: Path) -> None:
    for content in (b"no database" * 100, b""):
        (root / "ledger.sqlite").write_bytes(content)
        assert [defect.split(":")[0] for defect in plain(root)] == ["ledger.sqlite"]


# Each with what a faulty writer would have to write.
FAULTY: list[tuple[tuple[Event, Story | None], tuple[str, object]]] = [
    ((brought(story(6)), None), (story_url(6), "archived")),
    ((found(6), story(6)), (story_url(6), "found")),
    ((brought(rejected(6)), None), (story_url(6), "rejected")),
    ((found(6), rejected(6)), (story_url(6), "found")),
    ((brought(story(2, version=2)), story(2, "又改。", version=2)), (story_url(2), 3)),
    ((brought(story(6, version=2)), story(6)), (story_url(6), 2)),
]


@pytest.mark.parametrize("number", range(len(_STATES)), ids=[sentence for sentence, _ in _STATES])
def test_a_state_that_contradicts_the_lines_is_found(root: Path, number: int) -> None:
    (event, record), values = FAULTY[number]
    writer = ArchiveWriter(root)
    writer.write(event, record)
    writer.close()
    assert f"ledger.sqlite: {_STATES[number][0].format(*values)}" in plain(root)


# Closed months


@pytest.mark.parametrize("name", ["events/2026-10.ndjson.gz", "stories/2026-10.jsonl.gz"])
def test_a_changed_byte_anywhere_in_a_closed_month_is_found(history: Path, name: str) -> None:
    path = history / name
    packed = path.read_bytes()
    for index in [*range(12), *range(12, len(packed) - 8, 67), *range(len(packed) - 8, len(packed))]:
        path.write_bytes(packed[:index] + bytes([packed[index] ^ 0x10]) + packed[index + 1 :])
        assert defects(history), f"byte {index}"
    path.write_bytes(packed)
    assert defects(history) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: packed[: len(packed) // 2] + bytes(8) + packed[len(packed) // 2 + 8 :],
        lambda packed: packed + b"\n",
        lambda packed: gzip.compress(gzip.decompress(packed), 1, mtime=0),
        lambda _: gzip.compress(b"", mtime=0),
        gzip.decompress,
        lambda _: b"",
    ],
    ids=["cut", "zeroed", "longer", "packed anew", "of nothing", "unpacked", "emptied"],
)
def test_a_damaged_closed_month_is_found(history: Path, damage: Callable[[bytes], bytes]) -> None:
    path = history / "stories/2026-10.jsonl.gz"
    path.write_bytes(damage(path.read_bytes()))
    assert any("2026-10.jsonl" in sentence for sentence in plain(history))


def test_a_lost_closed_month_is_found(history: Path) -> None:
    (history / "stories/2026-10.jsonl.gz").unlink()
    assert any(sentence.startswith(f"{OCTOBER}: cannot be read") for sentence in plain(history))


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"null", b"\xff", b'{"size":"1"}'])
def test_a_missing_or_damaged_manifest_is_found(history: Path, content: bytes | None) -> None:
    path = history / "stories/2026-10.manifest.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert any("2026-10." in sentence and "manifest" in sentence for sentence in plain(history))


def test_a_manifest_of_another_file_is_found(history: Path) -> None:
    path = history / "stories/2026-10.manifest.json"
    path.write_bytes((history / "events/2026-10.manifest.json").read_bytes())
    assert any("2026-10.jsonl.gz" in sentence and "its manifest says" in sentence for sentence in plain(history))


@pytest.mark.parametrize("key", ["sha256", "lines", "first", "last", "uncompressed_size", "uncompressed_sha256"])
def test_a_manifest_that_says_something_else_is_found_in_full(history: Path, key: str) -> None:
    path = history / "stories/2026-10.manifest.json"
    manifest = json.loads(path.read_bytes())
    path.write_bytes(json.dumps({**manifest, key: "0"}, indent=2).encode() + b"\n")
    assert "2026-10.manifest.json: not the manifest of 2026-10.jsonl.gz" in defects(history)


# What else is in an archive


@pytest.mark.parametrize("content", [None, b'{\n  "run_id": "second"\n}', b""], ids=["missing", "changed", "emptied"])
@pytest.mark.parametrize("run", ["first", "second"])
def test_a_run_report_changed_or_missing_is_found_in_full(history: Path, run: str, content: bytes | None) -> None:
    path = history / f"runs/{run}.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert defects(history) == [f"runs/{run}.json: missing, or not what the run wrote"]


@pytest.mark.parametrize("content", [None, b"<svg />\n", b""], ids=["missing", "changed", "emptied"])
@pytest.mark.parametrize("name", ["first.html", "first.svg"])
def test_a_page_of_a_run_changed_or_missing_is_found_in_full(history: Path, name: str, content: bytes | None) -> None:
    path = history / "runs" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert defects(history) == [f"runs/{name}: missing, or not what the run wrote"]


@pytest.mark.parametrize("content", [None, b"{}"], ids=["missing", "changed"])
def test_a_schema_changed_or_missing_is_found_in_full(history: Path, content: bytes | None) -> None:
    path = history / "schema/event.v1.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert defects(history) == ["schema/event.v1.json: not the schema of this version"]


def test_a_quarantined_file_that_was_changed_is_found_in_full(history: Path) -> None:
    [path] = (history / "quarantine").iterdir()
    path.write_bytes(path.read_bytes() + b"\n")
    assert defects(history) == [f"quarantine/{path.name}: not what was set aside"]
