"""The archive on disk. Nothing here imports Scrapy: downstream tools use it as a library."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from slqncy.archive.errors import ArchiveDamagedError, ArchiveError, ArchiveLockedError

if TYPE_CHECKING:
    from slqncy.archive.reader import Archive
    from slqncy.archive.writer import ArchiveWriter

__all__ = ["Archive", "ArchiveDamagedError", "ArchiveError", "ArchiveLockedError", "ArchiveWriter"]

_MODULES = {"Archive": "slqncy.archive.reader", "ArchiveWriter": "slqncy.archive.writer"}


def __getattr__(name: str) -> Any:
    # Who wants the names of folders, or an error to catch, has no use for what reads and writes, and that is much.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
