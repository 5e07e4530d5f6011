"""`scrapy dedup`, run as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from tests.crawling import ROOT, scrapy
from tests.dedup.test_rescore import EDITED, FIRST, with_text
from tests.samples import keep, story

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive in which a copy stands among the stories."""
    root = tmp_path / "archive"
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, with_text(story(1), "供水管网全部接通", FIRST), with_text(story(2), "管网接通了", EDITED))
    return root


def test_it_says_what_would_change_and_changes_nothing(root: Path) -> None:
    result = scrapy("dedup", "--rescore", "-s", f"ARCHIVE_DIR={root}")
    first, total, last = result.output.splitlines()
    assert result.status == 0
    assert first.startswith("slqncy/szxw/2: is a story, would be near_text of slqncy/szxw/1, 0.9")
    assert total == f"{root}: 1 pages would change; 1 from story to near_text"
    assert last == "Nothing was written; --apply writes it."
    assert list(Archive(root).rewrites()) == []


def test_it_writes_what_it_says_once(root: Path) -> None:
    result = scrapy("dedup", "--rescore", "--apply", "-s", f"ARCHIVE_DIR={root}")
    assert (result.status, result.output.splitlines()[-1]) == (
        0,
        f"{root}: 1 pages changed; 1 from story to near_text",
    )
    result = scrapy("dedup", "--rescore", "--apply", "-s", f"ARCHIVE_DIR={root}")
    assert (result.status, result.output) == (0, f"{root}: 0 pages changed\n")
    assert len(list(Archive(root).rewrites())) == 1


def test_a_reader_that_has_seen_enough_stops_no_writing(root: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-u", "-m", "scrapy", "dedup", "--rescore", "--apply", "-s", f"ARCHIVE_DIR={root}"]
    run = subprocess.run(command, stdout=writing, cwd=ROOT, check=False, stderr=subprocess.PIPE)
    os.close(writing)
    assert (run.returncode, run.stderr) == (0, b"")
    assert len(list(Archive(root).rewrites())) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 64, "say --rescore"),
        (["--rescore", "-s", "DEDUP_NEAR_SCORE=2"], 64, "DEDUP_NEAR_SCORE=2: a score is a number above 0"),
        (["--rescore", "-s", "DEDUP_DIVERT_REWRITES=yes"], 64, "boolean settings"),
        (["--rescore", "more"], 64, "'more' is no argument"),
        (["--rescore", "-s", "ARCHIVE_DIR=nowhere"], 74, "no archive here"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_status(root: Path, arguments: list[str], status: int, message: str) -> None:
    result = scrapy("dedup", "-s", f"ARCHIVE_DIR={root}", *arguments)
    assert result.status == status
    assert message in result.errors
    assert result.errors.count("\n") == 1


def test_it_does_not_write_beside_a_run(root: Path) -> None:
    with closing(ArchiveWriter(root)):
        result = scrapy("dedup", "--rescore", "--apply", "-s", f"ARCHIVE_DIR={root}")
    assert result.status == 75
    assert "slqncy/szxw/2" not in result.output
