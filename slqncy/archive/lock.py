"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError, ArchiveLockedError, unwritable
from slqncy.archive.layout import LEDGER, LOCK
from slqncy.archive.ledger import require_archive
from slqncy.records import moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Lock:
    """An exclusive lock on an archive; the kernel releases it however the process ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises ArchiveLockedError, at once, where another process holds it."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            os.close(self._descriptor)
            raise ArchiveLockedError(
                f"{path.parent}: {holder} is writing to this archive; wait for it to end"
            ) from None
        holder = f"process {os.getpid()} on {socket.gethostname()}, since {moment(datetime.now(UTC))},"
        # One write, and no truncation before it: those who are refused meanwhile read a name.
        os.pwrite(self._descriptor, f"{holder:<200}".encode()[:200], 0)

    def release(self) -> None:
        """Give the lock back, once."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Hold an archive, to do other things to it than a run does.

    Raises ArchiveLockedError, ArchiveDamagedError where the ledger cannot be read, or ArchiveError where there is no
    archive or the disk will not have it.
    """
    require_archive(root)
    try:
        lock = Lock(root / LOCK)
        try:
            yield
        finally:
            lock.release()
    except (OSError, sqlite3.OperationalError) as error:
        raise unwritable(root, error) from error
    except sqlite3.Error as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error
