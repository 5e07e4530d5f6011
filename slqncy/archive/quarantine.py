"""Where things go that are of no use and are kept all the same; each name proves its file."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import QUARANTINE

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

_PROOF = 16


def keep_aside(root: Path, name: str, data: bytes) -> Path:
    """Keep bytes that stood in the file `name`, relative to the archive. Gives the path they are kept at."""
    aside = _path(root, name, hashlib.sha256(data).hexdigest())
    if not aside.exists():
        disk.write_whole(aside, data)
    return aside


def cut_back(root: Path, path: Path, name: str, length: int) -> None:
    """Keep aside what stands behind the acknowledged length of the file `name`, which is at `path`, and cut it off.

    A file that is empty then goes, for readers fail on it.
    """
    with path.open("rb") as file:
        file.seek(length)
        tail = file.read()
    if tail:
        aside = keep_aside(root, name, tail)
        disk.truncate(path, length)
        logger.warning("%s: %d unacknowledged bytes moved to %s", path, len(tail), aside)
    if not length:
        disk.remove(path)


def set_aside(root: Path, path: Path) -> Path:
    """Move a whole file of the archive. Gives its new path."""
    with path.open("rb") as file:
        proof = hashlib.file_digest(file, "sha256").hexdigest()
    aside = _path(root, path.relative_to(root).as_posix(), proof)
    disk.make_directory(aside.parent)
    # Its name is going to say what is in it.
    disk.sync_file(path)
    path.replace(aside)
    disk.sync_directory(aside.parent)
    disk.sync_directory(path.parent)
    return aside


def is_as_named(path: Path) -> bool:
    """Whether a file in quarantine/ is the one that was set aside."""
    with path.open("rb") as file:
        return path.name.endswith(hashlib.file_digest(file, "sha256").hexdigest()[:_PROOF])


def _path(root: Path, name: str, proof: str) -> Path:
    return root / QUARANTINE / f"{name.replace('/', '-')}.{proof[:_PROOF]}"
