"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveLockedError

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """An exclusive lock on an archive; the kernel releases it however the process ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises ArchiveLockedError, at once, where another process holds it."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 100, 0).decode(errors="replace").strip() or "another process"
            os.close(self._descriptor)
            raise ArchiveLockedError(
                f"{path.parent}: {holder} is writing to this archive; wait for it to end"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)
