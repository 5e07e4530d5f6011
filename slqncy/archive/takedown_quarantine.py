"""Taking files out of quarantine/ that are of a text which has to go, or of which that cannot be told."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import LEDGER, LINE_TYPES, QUARANTINE, WARC, Kind
from slqncy.archive.takedown_lines import naming
from slqncy.records import decode
from slqncy.warc.scan import LAST, WarcError, members, read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


def clear_quarantine(root: Path, marks: Iterable[str]) -> int:
    """Take away each file that has one of these marks or cannot be read, as a whole. Gives how many. Raises OSError."""
    named = naming(mark.encode() for mark in marks)
    gone = [path for path in sorted((root / QUARANTINE).glob("*")) if not _is_free_of(path, named.search)]
    for path in gone:
        disk.remove(path)
    return len(gone)


def _is_free_of(path: Path, is_marked: Callable[[bytes], object]) -> bool:
    """Whether a file can be read to its end, and has no mark."""
    try:
        return not any(map(is_marked, _contents(path)))
    except (ValueError, EOFError, OSError, zlib.error):
        return False


def _contents(path: Path) -> Iterator[bytes]:
    """What is in a file, line by line or record by record. Raises ValueError and others where it is not whole."""
    folder = path.name.partition("-")[0]
    if folder == WARC:
        yield from _records(path)
    elif folder in set(Kind) and ".manifest.json." not in path.name:
        yield from _lines(path, Kind(folder))
    elif path.name.startswith(LEDGER):
        raise ValueError("nothing but an index, in which pages that were given up still stand")
    else:
        yield path.read_bytes()


def _lines(path: Path, kind: Kind) -> Iterator[bytes]:
    with gzip.open(path) if ".gz." in path.name else path.open("rb") as file:
        for line in file:
            decode(line, LINE_TYPES[kind])
            yield line


def _records(path: Path) -> Iterator[bytes]:
    is_whole = False
    with path.open("rb") as file:
        for offset, _, content in members(file):
            is_whole = bool(read_record(offset, content).record_type & LAST)
            yield content
    if not is_whole:
        raise WarcError("it ends within an exchange")
