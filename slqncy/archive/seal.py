"""The seal: a hash of the ledger's file, set when a run has closed it and broken before the next one writes.

SQLite does not notice a flipped bit in a row. Where there is no seal, the last run was killed: that is no defect.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import LEDGER, SEAL

if TYPE_CHECKING:
    from pathlib import Path


def _content(root: Path) -> bytes:
    with (root / LEDGER).open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {LEDGER}\n".encode()


def set_seal(root: Path) -> None:
    """Write the hash of a closed ledger, in the form `sha256sum --check` reads."""
    # A reader that has the ledger open keeps the write-ahead log: the file alone is not the ledger then.
    if not (root / f"{LEDGER}-wal").exists():
        disk.write_whole(root / SEAL, _content(root))


def break_seal(root: Path) -> None:
    """Before the first write to the ledger."""
    disk.remove(root / SEAL)


def is_broken(root: Path) -> bool:
    """Whether the ledger is not the file that was sealed; where there is no ledger or no seal, nothing is broken."""
    path = root / SEAL
    return path.exists() and (root / LEDGER).exists() and path.read_bytes() != _content(root)
