"""One sorted run of the index: an immutable file of postings, ascending, and a table of where each share begins.

    header    64 bytes, `_Header`
    documents a u64 each: the caller's number of a story, ascending
    table     a u32 each: of the first posting whose key begins with so many bits, and one past the end
    postings  a u64 each: 38 bits of key, 26 bits of place in `documents`

All little-endian. What is asked for is mapped, not read: a question touches one page a key.
"""

from __future__ import annotations

import mmap
import os
import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from slqncy.dedup.keys import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slqncy.dedup.grams import Hashes

MOST_POSTINGS = 48
"""Of one key; a key of more stories is part of a template, and finds nothing."""

_MAGIC = b"slqncy\x00\x01"
_PACKED = struct.Struct("<8sIIQQQ24x")
_PLACE_BITS = 26
MOST_DOCUMENTS = 1 << _PLACE_BITS
_KEY_BITS = 64 - _PLACE_BITS
_PLACES = np.uint64((1 << _PLACE_BITS) - 1)
_SHIFT = np.uint64(_PLACE_BITS)
_BUCKET = 32
"""Postings that share a table entry, about."""
_CHUNK = 1 << 20
"""Postings that are merged at a time."""

Numbers = NDArray[np.uint64]


class Found(NamedTuple):
    """Of each key asked for, how many stories have it, and of all of them their numbers, key by key."""

    counts: NDArray[np.int64]
    documents: Numbers


class _Header(NamedTuple):
    magic: bytes
    version: int
    """Of the keys."""
    table_bits: int
    documents: int
    postings: int
    size: int
    """Bytes of the file."""


def short(keys: Hashes) -> Hashes:
    """Keys as a run holds them."""
    return keys >> _SHIFT


class Run:
    """A run on disk, opened to be asked."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError where the file is not a whole run of this version, OSError where it cannot be read."""
        self.path = path
        with path.open("rb") as file:
            head = file.read(_PACKED.size)
            if len(head) < _PACKED.size:
                raise ValueError(f"{path}: no index")
            header = _Header(*_PACKED.unpack(head))
            if (header.magic, header.version) != (_MAGIC, VERSION) or header.size != os.fstat(file.fileno()).st_size:
                raise ValueError(f"{path}: not a whole index of this version")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._map.madvise(mmap.MADV_RANDOM)
        start = _PACKED.size
        self.documents: Numbers = np.frombuffer(self._map, "<u8", header.documents, start)
        start += self.documents.nbytes
        self._table = np.frombuffer(self._map, "<u4", (1 << header.table_bits) + 1, start)
        self._table_shift = np.uint64(_KEY_BITS - header.table_bits)
        # The table has an odd number of entries: what follows is aligned again.
        start += self._table.nbytes + 4
        self.postings: Numbers = np.frombuffer(self._map, "<u8", header.postings, start)

    def __len__(self) -> int:
        return len(self.documents)

    def find(self, keys: Hashes) -> Found:
        """Which stories have these `short` keys."""
        buckets = (keys >> self._table_shift).astype(np.intp)
        starts, ends = self._table[buckets].astype(np.int64), self._table[buckets + 1].astype(np.int64)
        widest = int((ends - starts).max(initial=0))
        if not widest:
            return Found(np.zeros(len(keys), dtype=np.int64), np.empty(0, dtype=np.uint64))
        places = starts[:, None] + np.arange(widest)
        # Beyond its end a bucket reads its last entry again, or that of the one before, whose key is another.
        postings = self.postings[np.minimum(places, len(self.postings) - 1)]
        hits = (postings >> _SHIFT == keys[:, None]) & (places < ends[:, None])
        return Found(hits.sum(axis=1), self.documents[(postings[hits] & _PLACES).astype(np.intp)])

    def forget(self) -> None:
        """Give the memory of what was touched back; the system keeps it as long as it likes."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def remove(self) -> None:
        """Take the file away; what is mapped stays valid."""
        self.path.unlink(missing_ok=True)


def postings_of(keys: Hashes, places: Numbers) -> Numbers:
    """Postings, ascending, of `short` keys and the places of their stories."""
    return np.sort(keys << _SHIFT | places)


def write_run(path: Path, documents: Numbers, postings: Numbers) -> None:
    """Write a run of what is in memory; it is whole under its name, or not there. Raises OSError."""
    _write(path, documents, len(postings), [postings])


def merge_runs(path: Path, first: Run, second: Run) -> None:
    """Write one run of two that follow each other, a share of the keys at a time. Raises OSError."""
    pieces = (len(first.postings) + len(second.postings)) // _CHUNK + 1
    edges = np.linspace(0, 2.0**_KEY_BITS, pieces + 1).astype(np.uint64)[1:-1] << _SHIFT
    cuts = [[0, *map(int, np.searchsorted(run.postings, edges)), len(run.postings)] for run in (first, second)]
    offset = np.uint64(len(first))

    def merged() -> Iterable[Numbers]:
        for a, b, c, d in zip(cuts[0], cuts[0][1:], cuts[1], cuts[1][1:], strict=False):
            # Places are the low bits, and leave room: adding moves them all.
            yield _capped(np.sort(np.concatenate([first.postings[a:b], second.postings[c:d] + offset])))
            first.forget()
            second.forget()

    documents = np.concatenate([first.documents, second.documents])
    _write(path, documents, len(first.postings) + len(second.postings), merged())


def _capped(postings: Numbers) -> Numbers:
    """Of a key with more than is ever asked for, as many as tell that it has."""
    if len(postings) <= MOST_POSTINGS + 1:
        return postings
    keys = postings >> _SHIFT
    # A posting stays where the one so many places before has another key.
    kept = np.ones(len(postings), dtype=bool)
    kept[MOST_POSTINGS + 1 :] = keys[MOST_POSTINGS + 1 :] != keys[: -MOST_POSTINGS - 1]
    return postings[kept]


def _write(path: Path, documents: Numbers, most: int, chunks: Iterable[Numbers]) -> None:
    """`most` is how many postings there are at most."""
    bits = max(0, (most // _BUCKET).bit_length() - 1)
    table = np.zeros((1 << bits) + 1, dtype=np.uint64)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.seek(_PACKED.size)
        file.write(documents.astype("<u8").tobytes())
        table_at = file.tell()
        file.seek(4 * len(table) + 4, os.SEEK_CUR)
        count = 0
        for chunk in chunks:
            buckets = (chunk >> np.uint64(64 - bits)).astype(np.intp) if bits else np.zeros(len(chunk), dtype=np.intp)
            np.add.at(table, buckets + 1, np.uint64(1))
            file.write(chunk.astype("<u8").tobytes())
            count += len(chunk)
        size = file.tell()
        file.seek(table_at)
        file.write(np.cumsum(table, out=table).astype("<u4").tobytes())
        file.seek(0)
        file.write(_PACKED.pack(_MAGIC, VERSION, bits, len(documents), count, size))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
