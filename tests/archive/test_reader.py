"""Reading what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError
from slqncy.records import encode
from tests.samples import FIRST, duplicate, rejected, story

if TYPE_CHECKING:
    from pathlib import Path


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
    assert list(Archive(tmp_path).stories()) == []


def test_a_damaged_line_is_named(root: Path) -> None:
    path = root / "stories/2026-11.jsonl"
    first, _, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"{}\n" + third)
    stories = Archive(root).stories()
    assert [next(stories).story_id, next(stories).story_id] == ["1", "2"]
    with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl, byte \d+: cannot be read"):
        next(stories)
