"""The database of the pages: it follows the archive, and what is no longer there is no longer in it."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveLockedError, ArchiveWriter
from slqncy.archive.layout import BROWSE, BROWSE_LOCK, open_path
from slqncy.archive.lock import Lock
from slqncy.archive.repair import rebuild
from slqncy.archive.verify import verify
from slqncy.browse.database import up_to_date
from slqncy.browse.question import Question
from slqncy.browse.search import search
from tests.samples import SECOND, duplicate, gone, keep, rejected, returned, story

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("stories", "authors", "duplicates", "rejected", "rewrites", "changes")
NEW, MORE = ["made of all lines, which is done once"], ["adding what is new"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, story(1), story(2), duplicate(3), rejected(4))
    return root


def told(root: Path) -> list[str]:
    """What it said of what it did."""
    said: list[str] = []
    path = up_to_date(root, said.append)
    assert path == root / BROWSE
    assert [one.name for one in root.glob(".browse.sqlite*")] == []
    return [line.removeprefix(f"{path}: ") for line in said]


def contents(path: Path) -> dict[str, set[tuple[object, ...]]]:
    """All rows, whatever their numbers."""
    with closing(sqlite3.connect(path)) as db:
        rows = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}  # noqa: S608
        words = ("新闻", "正文", "湖边", "条", "志愿者")
        found = {word: [hit.id for hit in search(db, Question(words=[word])).hits] for word in words}
    return {table: {row[1:] for row in of} for table, of in rows.items()} | {
        word: {(one,) for one in ids} for word, ids in found.items()
    }


def test_what_was_added_is_what_it_would_be_made_of(root: Path) -> None:
    assert told(root) == NEW
    assert told(root) == []
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, story(1, "湖边的新正文。", version=2), story(5), duplicate(6), rejected(7))
        keep(writer, story(3), story(8), original=1)
        writer.write(gone(2))
    assert told(root) == MORE
    with closing(ArchiveWriter(root)) as writer:
        writer.write(returned(2))
    assert told(root) == MORE
    assert told(root) == []
    added = contents(root / BROWSE)
    (root / BROWSE).unlink()
    assert told(root) == NEW
    assert contents(root / BROWSE) == added
    assert added["湖边"] == {("slqncy/szxw/1",)}
    assert ("slqncy/szxw/3",) in added["新闻"]


def test_while_a_run_is_writing_it_has_what_is_acknowledged(root: Path) -> None:
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, story(5))
        told(root)
        acknowledged = {one.id for one in Archive(root).stories()}
        assert {(one,) for one in acknowledged} == contents(root / BROWSE)["新闻"]
        writer.commit()
        told(root)
        assert ("slqncy/szxw/5",) in contents(root / BROWSE)["新闻"]


def test_who_reads_the_old_one_keeps_it(root: Path) -> None:
    told(root)
    with closing(sqlite3.connect(f"{(root / BROWSE).as_uri()}?mode=ro", uri=True)) as db:
        before = db.execute("SELECT count(*) FROM stories").fetchone()
        with closing(ArchiveWriter(root)) as writer:
            keep(writer, story(5))
        told(root)
        assert db.execute("SELECT count(*) FROM stories").fetchone() == before
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("damage", ["nothing", "half", "other", "version", "notes", "view", "rows"])
def test_what_is_no_database_of_ours_is_made_anew(root: Path, damage: str) -> None:
    told(root)
    path, sound = root / BROWSE, contents(root / BROWSE)
    data = path.read_bytes()
    if damage == "version":
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
    elif damage == "notes":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE meta SET value = 'x' WHERE key LIKE 'read %'")
    elif damage == "view":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE VIEW planted AS SELECT load_extension('x') FROM stories")
    elif damage == "rows":
        # All but what it is opened by; something new is to be added.
        path.write_bytes(data[:4096] + os.urandom(len(data) - 4096))
    else:
        path.write_bytes({"nothing": b"", "half": data[: len(data) // 2], "other": b"x" * 9000}[damage])
    # A killed process leaves this, too.
    (root / ".browse.sqlite.tmp").write_bytes(data[:5000])
    assert NEW[0] in told(root)
    assert contents(path) == sound


def test_what_is_planted_leads_nowhere(root: Path, tmp_path: Path) -> None:
    (root / BROWSE).unlink(missing_ok=True)
    os.mkfifo(root / BROWSE)
    (root / ".browse.sqlite.tmp").symlink_to(tmp_path / "elsewhere")
    assert NEW[0] in told(root)
    assert stat.S_ISREG((root / BROWSE).lstat().st_mode)
    assert not (tmp_path / "elsewhere").exists()


def test_lines_that_are_others_now_make_it_anew(root: Path) -> None:
    told(root)
    name = f"stories/{SECOND[:7]}.jsonl"
    lines = open_path(root, name).read_bytes().splitlines(keepends=True)
    open_path(root, name).write_bytes(b"".join(lines[1:]))
    rebuild(root)
    assert told(root) == NEW
    assert contents(root / BROWSE)["新闻"] == {("slqncy/szxw/2",)}


def test_it_is_nothing_that_an_archive_is_verified_by(root: Path) -> None:
    told(root)
    (root / BROWSE).write_bytes(b"x")
    assert verify(root, full=True).defects == []


def test_one_process_makes_it(root: Path) -> None:
    lock = Lock(root / BROWSE_LOCK)
    with pytest.raises(ArchiveLockedError, match="process"):
        up_to_date(root, print)
    lock.release()
    assert told(root) == NEW
