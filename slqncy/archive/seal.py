"""The seal: hashes of the pages of the ledger, set when a run has closed it and broken before the next one writes.

SQLite does not notice a flipped bit in a row. Where there is no seal, the last run was killed: that is no defect.

A run neither reads nor hashes all of a large ledger. What it changes goes through SQLite's write-ahead log, which names
the pages: before such a page is written over it must be what was sealed, and then it alone is hashed again. Of the
others each run looks at a share in turn; `is_broken` looks at all.

    digest  32 bytes, sha256 of all that follows
    turn    4 bytes, big-endian: the page from which the next run looks
    hashes  32 bytes a page, sha256
"""

from __future__ import annotations

import os
import sqlite3
from hashlib import sha256
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import LEDGER, SEAL
from slqncy.archive.ledger import PAGE

if TYPE_CHECKING:
    from pathlib import Path

_SHARE = 8192
"""Pages that a run looks at: 32 MiB, of 70,000 stories all."""
_SIZE = 32
_TURN = 4
# https://www.sqlite.org/fileformat2.html#the_write_ahead_log
_LOG_HEADER, _FRAME_HEADER, _NUMBER = 32, 24, 4


class Seal:
    """The seal of a ledger that is about to be written."""

    def __init__(self, root: Path) -> None:
        """Look at a share of what is sealed. Raises OSError."""
        self._root = root
        self._hashes = bytearray()
        self._turn = 0
        self._changed: set[int] = set()
        self._is_known = (root / SEAL).exists() and (root / LEDGER).exists()
        # Held until SQLite has closed it: whoever closes a file loses the locks that his process has on it.
        self._file = os.open(root / LEDGER, os.O_RDONLY) if self._is_known else None
        self.is_broken = self._is_known and not self._is_whole()

    def _is_whole(self) -> bool:
        sealed = _read(self._root)
        if sealed is None:
            return False
        assert self._file is not None
        self._turn, self._hashes = sealed
        pages = len(self._hashes) // _SIZE
        if os.fstat(self._file).st_size != pages * PAGE:
            return False
        share = range(self._turn, self._turn + min(_SHARE, pages))
        self._turn = share.stop % pages if pages else 0
        return all(self._is_sealed(page % pages) for page in share)

    def _is_sealed(self, page: int) -> bool:
        assert self._file is not None
        return _hash_of(self._file, page) == self._hashes[page * _SIZE : (page + 1) * _SIZE]

    def break_(self) -> None:
        """Before the first write to the ledger, which may have been made anew meanwhile. Raises OSError."""
        self._is_known = self._is_known and (self._root / SEAL).exists()
        break_seal(self._root)

    def look_at_log(self) -> None:
        """Before pages go from the log into the file. Raises OSError, or sqlite3.Error where one is not as sealed."""
        if not self._is_known:
            return
        sealed = len(self._hashes) // _SIZE
        for page in _logged(self._root) - self._changed:
            if page < sealed and not self._is_sealed(page):
                # So that the next start finds it.
                _write(self._root, page, self._hashes)
                raise sqlite3.DatabaseError(f"page {page + 1} has changed since the last run")
            self._changed.add(page)

    def set(self) -> None:
        """Seal the closed ledger. Raises OSError."""
        if not self._is_known:
            set_seal(self._root)
        elif _is_alone(self._root):
            assert self._file is not None
            pages, sealed = os.fstat(self._file).st_size // PAGE, len(self._hashes) // _SIZE
            self._hashes += bytes(_SIZE * max(0, pages - sealed))
            for page in {*self._changed, *range(sealed, pages)}:
                self._hashes[page * _SIZE : (page + 1) * _SIZE] = _hash_of(self._file, page)
            _write(self._root, self._turn, self._hashes[: pages * _SIZE])

    def close(self) -> None:
        """Once the ledger is closed."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def set_seal(root: Path) -> None:
    """Seal a closed ledger, all of which is read."""
    if _is_alone(root):
        _write(root, 0, _hashes(root))


def break_seal(root: Path) -> None:
    """Before the first write to the ledger."""
    disk.remove(root / SEAL)


def is_broken(root: Path) -> bool:
    """Whether the ledger is not the file that was sealed; where there is no ledger or no seal, nothing is broken."""
    if not (root / SEAL).exists() or not (root / LEDGER).exists():
        return False
    sealed = _read(root)
    return sealed is None or sealed[1] != _hashes(root)


def _is_alone(root: Path) -> bool:
    """Whether the file alone is the ledger: a reader that has it open keeps the write-ahead log."""
    return not (root / f"{LEDGER}-wal").exists()


def _read(root: Path) -> tuple[int, bytearray] | None:
    """The page whose turn it is, and the hashes; None where the seal itself is damaged."""
    data = (root / SEAL).read_bytes()
    if sha256(memoryview(data)[_SIZE:]).digest() != data[:_SIZE]:
        return None
    return int.from_bytes(data[_SIZE : _SIZE + _TURN]), bytearray(memoryview(data)[_SIZE + _TURN :])


def _write(root: Path, turn: int, hashes: bytearray) -> None:
    data = turn.to_bytes(_TURN) + hashes
    disk.write_whole(root / SEAL, sha256(data).digest() + data)


def _hashes(root: Path) -> bytearray:
    with (root / LEDGER).open("rb") as file:
        return bytearray(b"".join(sha256(page).digest() for page in iter(lambda: file.read(PAGE), b"")))


def _hash_of(file: int, page: int) -> bytes:
    return sha256(os.pread(file, PAGE, page * PAGE)).digest()


def _logged(root: Path) -> set[int]:
    """The pages that the write-ahead log has, the first being 0; some may be none that is going to be written."""
    path = root / f"{LEDGER}-wal"
    if not path.exists():
        return set()
    with path.open("rb", buffering=0) as log:
        frames = range(_LOG_HEADER, os.fstat(log.fileno()).st_size, _FRAME_HEADER + PAGE)
        return {int.from_bytes(os.pread(log.fileno(), _NUMBER, frame)) - 1 for frame in frames}
