"""An archive as one SQLite file: all of it is there, and what stands is found by words of any length."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.export.grams import query
from slqncy.export.sqlite import write_sqlite
from slqncy.records import Duplicate, Provenance, Story, Warc
from tests.samples import duplicate, gone, keep, rejected, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl

MORE = "两天后的正文,湖边新栽了柳树。"
EARLIER = "2026-10-31T23:59:59Z"


@pytest.fixture(scope="module")
def file(demo_crawl: DemoCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "archive.sqlite"
    assert write_sqlite(Archive(demo_crawl.archive), path) == len(list(Archive(demo_crawl.archive).stories()))
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Of the first story there are two versions; the fourth is gone; two are copies, of which one was archived."""
    with closing(ArchiveWriter(tmp_path / "archive")) as writer:
        keep(writer, story(1, downloaded=EARLIER), story(2), duplicate(3), duplicate(5), rejected(6), story(4))
        keep(writer, story(1, MORE, version=2), story(5))
        writer.write(gone(4))
    return Archive(tmp_path / "archive")


def ask(path: Path, sql: str, *values: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


def columns(path: Path, table: str) -> list[object]:
    return [row[1] for row in ask(path, f"PRAGMA table_info({table})")]


def test_every_key_of_a_line_is_a_column(file: Path) -> None:
    keys = [*Story.__dataclass_fields__, *Provenance.__dataclass_fields__]
    keys = [key for key in keys if key not in {"provenance", "warc"}] + [
        f"warc_{key}" for key in Warc.__dataclass_fields__
    ]
    assert columns(file, "stories") == ["row", "latest", *keys]
    own = [key for key in Duplicate.__dataclass_fields__ if key not in Story.__dataclass_fields__]
    assert columns(file, "duplicates") == ["row", "latest", *keys, *own]


def test_every_line_is_a_row(file: Path, demo_crawl: DemoCrawl) -> None:
    archive = Archive(demo_crawl.archive)
    pages = {(one.id, one.version, one.title, one.text, one.declared_delta) for one in archive.stories()}
    assert set(ask(file, "SELECT id, version, title, text, declared_delta FROM stories")) == pages
    assert set(ask(file, "SELECT id, duplicate_of, duplicate_kind FROM duplicates")) == {
        (one.id, one.duplicate_of, one.duplicate_kind) for one in archive.duplicates()
    }
    assert set(ask(file, "SELECT id, reason, warc_offset FROM rejected")) == {
        (one.id, one.reason, one.provenance.warc.offset) for one in archive.rejected()
    }
    names = "SELECT id, name FROM authors JOIN stories USING (row)"
    assert set(ask(file, names)) == {(one.id, name) for one in archive.stories() for name in one.authors}
    assert ask(file, "PRAGMA integrity_check") == [("ok",)]
    assert ask(file, "PRAGMA foreign_key_check") == []


def test_the_token_is_that_of_the_last_change(file: Path, demo_crawl: DemoCrawl) -> None:
    assert ask(file, "SELECT value FROM meta WHERE key = 'token'") == [
        (list(Archive(demo_crawl.archive).changes())[-1].token,)
    ]


@pytest.mark.parametrize("word", ["志愿者", "街道", "湖", "志愿服务活动", "10", "的"])
def test_words_of_any_length_are_found(file: Path, demo_crawl: DemoCrawl, word: str) -> None:
    archive = Archive(demo_crawl.archive)
    stories = {one.id for one in archive.stories() if word in one.title or word in one.text}
    copies = {one.id for one in archive.duplicates() if word in one.title or word in one.text}
    may_hold = "SELECT id FROM {0} WHERE row IN (SELECT rowid FROM grams WHERE grams MATCH ?)"
    found = f"{may_hold} AND instr(title || '/' || text, ?)"
    assert {row[0] for row in ask(file, found.format("stories"), query([word], []), word)} == stories
    assert {row[0] for row in ask(file, found.format("duplicates"), query([word], []), word)} == copies
    if len(word) > 2:
        found = "SELECT id FROM stories WHERE row IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?)"
        assert {row[0] for row in ask(file, found, f'"{word}"')} == stories


def test_newest_first_is_the_order_of_days(file: Path) -> None:
    days = [row[0] for row in ask(file, "SELECT substr(date_published, 1, 10) FROM stories ORDER BY row DESC")]
    assert days == sorted(days, key=str, reverse=True)
    assert len(set(days)) > 1


def test_only_what_stands_is_found(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    assert write_sqlite(archive, path) == 5
    assert ask(path, "SELECT story_id, version FROM stories WHERE latest ORDER BY story_id") == [
        ("1", 2), ("2", 1), ("4", 1), ("5", 1),
    ]  # fmt: skip
    assert ask(path, "SELECT story_id FROM duplicates WHERE latest") == [("3",)]
    assert ask(path, "SELECT id FROM links") == [("slqncy/szxw/3",)]
    found = "SELECT story_id, version FROM stories WHERE row IN (SELECT rowid FROM {0} WHERE {0} MATCH ?)"
    assert ask(path, found.format("grams"), "柳树") == [("1", 2)]
    assert ask(path, found.format("stories_fts"), '"第1条新闻的正文"') == []
    assert ask(path, "SELECT change FROM changes WHERE id = 'slqncy/szxw/4'") == [("ADD",), ("GONE",)]


def test_a_part_is_what_the_archive_says_it_is(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    assert write_sqlite(archive, tmp_path / "since.sqlite", since="2026-11-01") == 4
    assert write_sqlite(archive, path, latest=True) == 4
    assert ask(path, "SELECT version FROM stories WHERE story_id = '1'") == [(2,)]
