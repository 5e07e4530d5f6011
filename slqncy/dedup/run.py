"""One sorted run of the index: an immutable file of postings, ascending, and a table of where each share begins.

    header    64 bytes, `_Header`
    documents a u64 each: the caller's number of a story, ascending
    table     a u32 each: of the first posting whose key begins with so many bits, and one past the end
    postings  a u64 each: 38 bits of key, 26 bits of place in `documents`

All little-endian. The table is in memory, 1 byte for 8 postings or less, and so are the postings of a small run; of a
large one a question reads what it needs. It is read, not mapped: mapped pages count as the process's memory, and a
question touches a page a key.
"""

from __future__ import annotations

import os
import struct
from contextlib import ExitStack
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from slqncy.dedup.grams import distinct
from slqncy.dedup.keys import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from slqncy.dedup.grams import Hashes

MOST_POSTINGS = 48
"""Of one key; a key of more stories is part of a template, and finds nothing."""

_MAGIC = b"slqncy\x00\x01"
_PACKED = struct.Struct("<8sIIQQQ24x")
_PLACE_BITS = 26
MOST_DOCUMENTS = 1 << _PLACE_BITS
KEY_BITS = 64 - _PLACE_BITS
"""Of a key, as a run holds it."""
_PLACES = np.uint64((1 << _PLACE_BITS) - 1)
_SHIFT = np.uint64(_PLACE_BITS)
_BUCKET = 32
"""Postings that share a table entry, at least."""
_HELD = 1 << 20
"""Postings of the largest run that is held in memory once it is asked, 8 MiB: of a larger one each key is a read."""
_CHUNK = 1 << 20
"""Postings that are merged at a time, about."""
_WORD, _TABLE_WORD = 8, 4

Numbers = NDArray[np.uint64]


class Found(NamedTuple):
    """Of each key asked for, how many stories have it; and the places of all of them, key by key."""

    counts: NDArray[np.int64]
    places: NDArray[np.int64]


class _Header(NamedTuple):
    magic: bytes
    version: int
    """Of the keys."""
    table_bits: int
    documents: int
    postings: int
    size: int
    """Bytes of the file."""


def _read_header(file: BinaryIO) -> _Header:
    """Raises ValueError where the file is not just as long as what is in it by its header."""
    head = file.read(_PACKED.size)
    if len(head) < _PACKED.size:
        raise ValueError(f"{file.name}: no index")
    header = _Header(*_PACKED.unpack(head))
    is_ours = (header.magic, header.version) == (_MAGIC, VERSION) and header.table_bits <= KEY_BITS
    if not is_ours or not header.documents or not _size(header) == header.size == os.fstat(file.fileno()).st_size:
        raise ValueError(f"{file.name}: not a whole index of this version")
    return header


def _read_table(file: BinaryIO, header: _Header) -> NDArray[np.uint32]:
    """Raises ValueError for what would lead out of the file."""
    file.seek(_PACKED.size + _WORD * header.documents)
    table = np.fromfile(file, "<u4", (1 << header.table_bits) + 1)
    if table[0] or table[-1] != header.postings or (table[1:] < table[:-1]).any():
        raise ValueError(f"{file.name}: not the table of an index")
    return table


def _size(header: _Header) -> int:
    words = header.documents + header.postings
    return _PACKED.size + _WORD * words + _TABLE_WORD * ((1 << header.table_bits) + 1)


def short(keys: Hashes) -> Hashes:
    """Keys as a run holds them: of two that begin alike, one."""
    return distinct(keys >> _SHIFT)


class Run:
    """A run on disk, opened to be asked."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError where the file is not a whole run of this version, OSError where it cannot be read."""
        self.path = path
        with ExitStack() as undo:
            self._file = undo.enter_context(path.open("rb"))
            header = _read_header(self._file)
            self._documents, self.postings, self.table_bits = header.documents, header.postings, header.table_bits
            self._table = _read_table(self._file, header)
            self._postings_at = self._file.tell()
            undo.pop_all()

    def __len__(self) -> int:
        return self._documents

    def document(self, place: int) -> int:
        """The number of the story at a place; -1 is the last."""
        place %= self._documents
        return int.from_bytes(os.pread(self._file.fileno(), _WORD, _PACKED.size + _WORD * place), "little")

    @cached_property
    def _held(self) -> bytes | None:
        # Not read before: a crawl that finds nothing new asks nothing.
        length = _WORD * self.postings
        return os.pread(self._file.fileno(), length, self._postings_at) if self.postings <= _HELD else None

    def find(self, keys: Hashes) -> Found:
        """Which stories have these `short` keys."""
        buckets = (keys >> np.uint64(KEY_BITS - self.table_bits)).astype(np.intp)
        starts, ends = self._table[buckets].astype(np.int64), self._table[buckets + 1].astype(np.int64)
        spans = zip((_WORD * starts).tolist(), (_WORD * ends).tolist(), strict=True)
        held, file, base = self._held, self._file.fileno(), self._postings_at
        if held is not None:
            read = [held[start:end] for start, end in spans]
        else:
            read = [os.pread(file, end - start, base + start) for start, end in spans]
        postings = np.frombuffer(b"".join(read), "<u8")
        owners = np.repeat(np.arange(len(keys)), ends - starts)
        hits = postings >> _SHIFT == keys[owners]
        return Found(np.bincount(owners[hits], minlength=len(keys)), (postings[hits] & _PLACES).astype(np.int64))

    def starts(self, bits: int) -> NDArray[np.int64]:
        """Where the postings of each share of the keys begin, told by so many bits, and the end of all."""
        return self._table[:: 1 << (self.table_bits - bits)].astype(np.int64)

    def part(self, start: int, end: int) -> Numbers:
        """The postings from one to before another."""
        self._file.seek(self._postings_at + _WORD * start)
        return np.fromfile(self._file, "<u8", end - start)

    def copy_documents(self, file: BinaryIO) -> None:
        """Write the numbers of all stories."""
        self._file.seek(_PACKED.size)
        left = _WORD * self._documents
        while left:
            file.write(data := self._file.read(min(left, _WORD * _CHUNK)))
            left -= len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def write_run(path: Path, documents: list[int], keys: Hashes, places: Numbers) -> Run:
    """Write a run of what is in memory: `short` keys, and the places of their stories in `documents`.

    It is whole under its name, or not there. Raises OSError.
    """
    with _writer(path) as file:
        file.seek(_PACKED.size)
        file.write(np.array(documents, dtype="<u8").tobytes())
        _finish(file, len(documents), len(keys), [_capped(np.sort(keys << _SHIFT | places))])
    return _put_in_place(path)


def merge_runs(path: Path, first: Run, second: Run) -> Run:
    """Write one run of two that follow each other, a share of the keys at a time. Raises OSError."""
    most = first.postings + second.postings
    bits = min(first.table_bits, second.table_bits)
    starts = first.starts(bits), second.starts(bits)
    # Equal shares of the postings, however the keys begin.
    cuts = [0, *np.searchsorted(starts[0] + starts[1], np.arange(_CHUNK, most, _CHUNK)).tolist(), -1]
    offset = np.uint64(len(first))

    def merged() -> Iterator[Numbers]:
        for ours, theirs in zip(*(pairwise(each[cuts].tolist()) for each in starts), strict=True):
            # Places are the low bits, with room to spare: adding moves them all.
            parts = [first.part(*ours), second.part(*theirs) + offset]
            # Of two that are sorted the stable sort makes one in a fifth of the time.
            yield _capped(np.sort(np.concatenate(parts), kind="stable"))

    with _writer(path) as file:
        file.seek(_PACKED.size)
        first.copy_documents(file)
        second.copy_documents(file)
        _finish(file, len(first) + len(second), most, merged())
    return _put_in_place(path)


def _capped(postings: Numbers) -> Numbers:
    """Of a key with more than is ever asked for, as many as tell that it has."""
    if len(postings) <= MOST_POSTINGS + 1:
        return postings
    keys = postings >> _SHIFT
    # A posting stays where the one so many places before has another key.
    kept = np.ones(len(postings), dtype=bool)
    np.not_equal(keys[MOST_POSTINGS + 1 :], keys[: -MOST_POSTINGS - 1], out=kept[MOST_POSTINGS + 1 :])
    return postings if kept.all() else postings[kept]


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def _writer(path: Path) -> BinaryIO:
    return _temporary(path).open("wb")


def _finish(file: BinaryIO, documents: int, most: int, chunks: Iterable[Numbers]) -> None:
    """Table and postings behind the documents, then the header; `most` is how many postings there are at most."""
    bits = max(0, (most // _BUCKET).bit_length() - 1)
    shift = np.uint64(64 - bits)
    table = np.zeros((1 << bits) + 1, dtype="<u4")
    table_at = file.tell()
    file.seek(table.nbytes, os.SEEK_CUR)
    count = 0
    for chunk in chunks:
        if len(chunk):
            buckets = (chunk >> shift).astype(np.intp) if bits else np.zeros(len(chunk), dtype=np.intp)
            sizes = np.bincount(buckets - buckets[0])
            table[buckets[0] + 1 : buckets[0] + 1 + len(sizes)] += sizes.astype("<u4")
        file.write(chunk.tobytes())
        count += len(chunk)
    size = file.tell()
    file.seek(table_at)
    file.write(np.cumsum(table, out=table).tobytes())
    file.seek(0)
    file.write(_PACKED.pack(_MAGIC, VERSION, bits, documents, count, size))
    file.flush()
    os.fsync(file.fileno())


def _put_in_place(path: Path) -> Run:
    _temporary(path).replace(path)
    return Run(path)
