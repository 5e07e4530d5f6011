"""Damage in any file of an archive is found, whichever bit or line it hits; a benchmark tries them all."""

from __future__ import annotations

import sqlite3
from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.bit_flips import beyond, damages, find, flips, make_sample, read_files
from slqncy.archive.layout import LEDGER
from slqncy.archive.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.reliability.bit_flips import Change

FLIPS_A_FILE, DAMAGES_A_FILE = 10, 4


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with every kind of file; each test leaves it as it was."""
    root = tmp_path_factory.mktemp("sample") / "archive"
    make_sample(root)
    return root


def _some(changes: Iterable[Change], most: int) -> list[Change]:
    """So many changes of every file, the same ones each time."""
    by_file: dict[str, list[Change]] = {}
    for change in changes:
        by_file.setdefault(change.file, []).append(change)
    return [change for found in by_file.values() for change in Random(most).sample(found, min(most, len(found)))]


def test_the_sample_is_sound_and_has_every_kind_of_file(sample: Path) -> None:
    assert verify(sample, full=True).defects == []
    assert any(name.startswith("quarantine/warc-") for name in read_files(sample))
    folders = {name.partition("/")[0] for name in read_files(sample)}
    lines = {"events", "stories", "duplicates", "rejected", "rewrites"}
    assert folders == {"hosts.json", "ledger.sqlite", "ledger.seal", "quarantine", "runs", "schema", "warc", *lines}


def test_a_flipped_bit_is_found(sample: Path) -> None:
    changes = _some(flips(read_files(sample), Random(1), 1), FLIPS_A_FILE)
    assert [found for change in changes if not (found := find(sample, change)).full or found.fault] == []


def test_bytes_and_lines_lost_moved_or_repeated_are_found(sample: Path) -> None:
    files = read_files(sample)
    changes = [change for change in _some(damages(files, Random(2)), DAMAGES_A_FILE) if not beyond(change, files)]
    assert [found for change in changes if not (found := find(sample, change)).full or found.fault] == []


def test_a_lost_block_of_the_ledger_is_found(sample: Path) -> None:
    ledger = {LEDGER: (sample / LEDGER).read_bytes()}
    changes = [change for change in damages(ledger, Random(3)) if change.what == "block zeroed"]
    assert [found for change in changes if not (found := find(sample, change)).full or found.fault] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE segment SET name = 'storiez/2026-11.jsonl' WHERE name = 'stories/2026-11.jsonl'",
        "UPDATE segment SET name = 'stories/2026-11' || char(0) WHERE name = 'stories/2026-11.jsonl'",
        "UPDATE segment SET length = -1",
        "UPDATE segment SET length = 9223372036854775807",
        "UPDATE line SET segment = 'storiez/2026-11.jsonl' WHERE segment = 'stories/2026-11.jsonl'",
        "UPDATE line SET position = position + 1 WHERE position = 0",
        "UPDATE url SET state = 'archivec' WHERE state = 'archived'",
        "PRAGMA user_version = 9",
        "DROP TABLE line",
    ],
)
@pytest.mark.parametrize("full", [False, True], ids=["plain", "full"])
def test_a_ledger_that_says_nonsense_is_a_defect(sample: Path, statement: str, *, full: bool) -> None:
    before = (sample / LEDGER).read_bytes()
    database = sqlite3.connect(sample / LEDGER)
    try:
        database.executescript(statement)
        database.close()
        assert verify(sample, full=full).defects
    finally:
        database.close()
        (sample / LEDGER).write_bytes(before)


def test_a_ledger_whose_schema_is_garbled_is_a_defect(sample: Path) -> None:
    before = (sample / LEDGER).read_bytes()
    garbled = before.replace(b"closed  INTEGER", b"closed  INTE\xc7ER")
    assert garbled != before
    try:
        (sample / LEDGER).write_bytes(garbled)
        assert verify(sample).defects
    finally:
        (sample / LEDGER).write_bytes(before)
