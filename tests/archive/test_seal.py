"""A seal that looks only at what a run has changed, and at a share of the rest."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.big import UNCHANGED, answer, make_big, page, story_event, text_of, url_of
from slqncy.archive import ArchiveDamagedError, ArchiveWriter, ledger, seal
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import PAGE
from slqncy.archive.seal import is_broken
from slqncy.reasons import EventKind, State
from slqncy.records import Story, moment
from tests.archive.looking import open_and_close

if TYPE_CHECKING:
    from pathlib import Path

NOW = moment(UNCHANGED + timedelta(days=1))
SHARE = 3


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sealed archive of which each run looks at a few pages, and whose log goes into the ledger again and again."""
    make_big(tmp_path, 300)
    open_and_close(tmp_path)
    monkeypatch.setattr(seal, "_SHARE", SHARE)
    monkeypatch.setattr(ledger, "_MOST_LOGGED", 50)
    return tmp_path


def add(root: Path, *numbers: int) -> None:
    """A run that archives these stories."""
    with closing(ArchiveWriter(root)) as archive:
        for number in numbers:
            record = page(Story, number, text_of(number, 200), NOW)
            archive.write(answer(EventKind.ARCHIVED, record), record)
            archive.commit()


def look_again(root: Path, number: int) -> None:
    """A run that looks at a story again."""
    with closing(ArchiveWriter(root)) as archive:
        archive.write(story_event(EventKind.NOT_MODIFIED, number, NOW, State.ARCHIVED))
        archive.commit()


def pages(root: Path) -> int:
    return (root / LEDGER).stat().st_size // PAGE


def row_page(root: Path, number: int) -> int:
    """The page that has the row of a story, the first being 0."""
    data = (root / LEDGER).read_bytes()
    found = [at for at in range(pages(root)) if url_of(number).encode() in data[at * PAGE : (at + 1) * PAGE]]
    with closing(sqlite3.connect(root / LEDGER)) as db:
        (url,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'url'").fetchone()
    assert url - 1 not in found
    # Leaves of a table begin with 13, those of an index with 10.
    (row,) = (at for at in found if data[at * PAGE] == 13)
    return row


def flip(root: Path, page: int) -> None:
    """A bit, where nothing of SQLite looks."""
    data = bytearray((root / LEDGER).read_bytes())
    data[(page + 1) * PAGE - 1] ^= 1
    (root / LEDGER).write_bytes(data)


def test_a_seal_that_is_brought_up_to_date_is_the_one_that_all_pages_have(root: Path) -> None:
    before = pages(root)
    add(root, *range(301, 340))
    look_again(root, 7)
    open_and_close(root)
    assert pages(root) > before
    assert not is_broken(root)


def test_a_run_looks_at_no_more_pages_of_a_large_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hash_of, looked, counts = seal._hash_of, 0, []

    def counted(file: int, page: int) -> bytes:
        nonlocal looked
        looked += 1
        return hash_of(file, page)

    monkeypatch.setattr(seal, "_SHARE", SHARE)
    monkeypatch.setattr(seal, "_hash_of", counted)
    for stories in (300, 3000):
        make_big(root := tmp_path / str(stories), stories)
        open_and_close(root)
        looked = 0
        look_again(root, 7)
        counts.append(looked)
        assert counts[-1] < pages(root) // 2
    assert counts[1] <= counts[0] + 2


def test_a_page_that_was_changed_is_found_in_turn(root: Path) -> None:
    flip(root, pages(root) - 1)

    def several_runs() -> None:
        for _ in range(pages(root) // SHARE + 1):
            assert is_broken(root)
            open_and_close(root)

    with pytest.raises(ArchiveDamagedError, match="changed since the last run"):
        several_runs()


def test_a_page_that_was_changed_is_not_written_over_unseen(root: Path) -> None:
    flip(root, row_page(root, 150))
    with pytest.raises(ArchiveDamagedError, match="has changed since the last run"):
        look_again(root, 150)
    for _ in range(2):
        with pytest.raises(ArchiveDamagedError, match="changed since the last run"):
            open_and_close(root)


def test_a_seal_that_is_damaged_itself_or_of_another_ledger_is_broken(root: Path) -> None:
    sealed = (root / "ledger.seal").read_bytes()
    for data in (b"", sealed[:-1], sealed[:40] + b"x" + sealed[41:]):
        (root / "ledger.seal").write_bytes(data)
        assert is_broken(root)
        with pytest.raises(ArchiveDamagedError, match="changed since the last run"):
            open_and_close(root)
    (root / "ledger.seal").write_bytes(sealed)
    with (root / LEDGER).open("ab") as file:
        file.write(bytes(PAGE))
    with pytest.raises(ArchiveDamagedError, match="changed since the last run"):
        open_and_close(root)
