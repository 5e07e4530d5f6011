"""Shards have each line once."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError
from slqncy.archive.layout import Kind, closed_path, open_path
from slqncy.jobs.shards import shards, size_of_shards, stories_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", [1, 1_000, 1_500, 3_000, 1 << 20])
def test_each_story_is_in_one_shard(sample_archive: Path, size: int) -> None:
    archive = Archive(sample_archive)
    found = shards(archive.acknowledged_of_each(), Kind.STORY, size)
    assert list(chain.from_iterable(map(stories_of, found))) == list(archive.stories())
    assert all(one.end == other.start for one, other in pairwise(found) if one.segment == other.segment)
    # A month that is closed is cut, too.
    assert closed_path(sample_archive, found[0].segment).exists()
    assert not open_path(sample_archive, found[0].segment).exists()
    if size == 1:
        assert len(found) == 6


def test_what_is_not_acknowledged_is_in_none(root: Path) -> None:
    archive = Archive(root)
    acknowledged = archive.acknowledged()
    [name] = [name for name in acknowledged if name.startswith("stories/") and open_path(root, name).exists()]
    with open_path(root, name).open("ab") as file:
        file.write(b"{}\n")
    found = shards({root: acknowledged}, Kind.STORY, 1 << 20)
    assert len(list(chain.from_iterable(map(stories_of, found)))) == 6


def test_without_a_ledger_a_segment_is_a_shard(sample_archive: Path) -> None:
    names = dict.fromkeys(Archive(sample_archive).acknowledged())
    found = shards({sample_archive: names}, Kind.STORY)
    assert [(shard.start, shard.end) for shard in found] == [(0, None), (0, None)]
    assert list(chain.from_iterable(map(stories_of, found))) == list(Archive(sample_archive).stories())


def test_a_line_that_cannot_be_read_is_named(root: Path) -> None:
    acknowledged = Archive(root).acknowledged()
    [name] = [name for name in acknowledged if name.startswith("stories/") and open_path(root, name).exists()]
    path = open_path(root, name)
    path.write_bytes(b"[" + path.read_bytes()[1:])
    *_, last = shards({root: acknowledged}, Kind.STORY)
    with pytest.raises(ArchiveDamagedError, match=f"{path}, byte 0: cannot be read"):
        list(stories_of(last))


def test_large_archives_have_shards_of_a_bounded_size() -> None:
    assert [size_of_shards(total) for total in (0, 10 << 20, 1 << 50)] == [1 << 15, (10 << 20) // 64, 1 << 26]
