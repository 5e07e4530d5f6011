"""What can go wrong with an archive. Every message says where, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ArchiveError(Exception):
    """The archive cannot be read or written."""


class ArchiveLockedError(ArchiveError):
    """Another run is writing to the archive."""


class ArchiveDamagedError(ArchiveError):
    """Files of the archive disagree with its ledger in a way no crash explains."""


class ClusterError(ArchiveError):
    """What the workers of a cluster have in common cannot be used, for now."""


class UnfitServerError(ClusterError):
    """The server that workers have in common is none to be relied on: somebody has to set it up."""


def unwritable(root: Path, error: Exception) -> ArchiveError:
    """What to raise where the disk, or who owns it, does not let an archive be written to."""
    # SQLite says "disk I/O error" of a full disk too, so one advice is for all.
    return ArchiveError(
        f"{root}: cannot write to the archive: {error}; "
        "make room, or see who may write there, and run again: what was acknowledged is safe"
    )
