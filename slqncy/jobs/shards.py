"""Shards: stretches of an archive that are small enough for one worker, whatever is in the archive besides."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # a field
from typing import TYPE_CHECKING, NamedTuple

from slqncy.archive.files import open_segment
from slqncy.archive.layout import segment_kind, warc_path, warcs_on_disk
from slqncy.archive.reader import records_in
from slqncy.records import Story

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slqncy.archive.layout import Kind
    from slqncy.archive.ledger import Ledger
    from slqncy.archive.reader import Lengths

_MOST_SHARDS = 64
"""Of an archive that makes small ones: enough for many workers to end at about the same time."""
_LEAST, _MOST = 1 << 15, 1 << 26
"""Bytes of a shard."""


class Shard(NamedTuple):
    """Lines of a segment, from one on to before another."""

    root: Path
    segment: str
    start: int
    """Byte offset, uncompressed."""
    end: int | None
    """None is the end of the segment."""


def size_of_shards(total: int) -> int:
    """Bytes that a shard has at least, but for the last one, of so many."""
    return min(max(total // _MOST_SHARDS, _LEAST), _MOST)


def shards(seen: Mapping[Path, Lengths], kind: Kind, size: int | None = None) -> list[Shard]:
    """All lines of a kind that are seen of each archive, in their order, and one archive behind the other.

    A segment of which no length is known is one shard. Raises as `open_segment` does.
    """
    names = [(root, name) for root, lengths in seen.items() for name in sorted(lengths) if segment_kind(name) is kind]
    size = size or size_of_shards(sum(seen[root][name] or 0 for root, name in names))
    return [shard for root, name in names for shard in _cut(root, name, seen[root][name], size)]


def _cut(root: Path, segment: str, length: int | None, size: int) -> Iterator[Shard]:
    if length is None:
        yield Shard(root, segment, 0, None)
        return
    start = 0
    while start < length:
        end = min(_line_behind(root, segment, start + size), length)
        yield Shard(root, segment, start, end)
        start = end


def _line_behind(root: Path, segment: str, position: int) -> int:
    """Where the first line begins that does so at an offset or behind it."""
    with open_segment(root, segment, position - 1) as file:
        return position - 1 + len(file.readline())


def stories_of(shard: Shard) -> Iterator[Story]:
    """The versions of stories in a shard of stories/. Raises ArchiveDamagedError."""
    return records_in(shard.root, shard.segment, Story, shard.end, shard.start)


class Stretch(NamedTuple):
    """Captures of a WARC file, from one record's byte offset to before another's."""

    path: Path
    start: int
    end: int


def stretches(root: Path, ledger: Ledger) -> list[Stretch]:
    """All captures in files that nothing is added to any more, in the order of the files. Raises sqlite3.Error."""
    files = [path for name in warcs_on_disk(root) if (path := warc_path(root, name)).exists()]
    sizes = {path: path.stat().st_size for path in files}
    size = size_of_shards(sum(sizes.values()))
    return [stretch for path in files for stretch in _cut_file(path, ledger.captures(path.name), sizes[path], size)]


def _cut_file(path: Path, captures: Iterator[int], end: int, size: int) -> Iterator[Stretch]:
    start = next(captures, end)
    for position in captures:
        if position - start >= size:
            yield Stretch(path, start, position)
            start = position
    if start < end:
        yield Stretch(path, start, end)
