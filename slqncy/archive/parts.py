"""The parts of a cluster's archive: the archives of its workers, ordinary ones but for what their states tell of."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import PART, is_archive, is_cluster, is_part, part_path, parts_of
from slqncy.archive.ledger import require_archive

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


def archives_of(root: Path) -> list[Path]:
    """The archives that an archive consists of: itself, or of a cluster's those of its workers that have begun.

    Raises ArchiveError where there is none.
    """
    if not is_cluster(root):
        require_archive(root)
        return [root]
    if parts := [path for path in parts_of(root) if is_archive(path)]:
        return parts
    raise ArchiveError(f"{root}: no worker of the cluster has begun to write here")


def make_part(root: Path, worker: str) -> Path:
    """The part of a worker, made unless it is there. Gives its path.

    Raises ArchiveError for a name that is none, or where there is another archive, and OSError.
    """
    check_name(worker)
    if is_archive(root):
        raise ArchiveError(
            f"{root}: the archive of a single machine; `scrapy merge --part {worker}` makes it a part of a cluster's"
        )
    path = part_path(root, worker)
    if not is_part(path):
        if is_archive(path):
            raise ArchiveError(f"{path}: an archive without {PART}, which is no part of a cluster's")
        mark_part(path, worker)
    return path


def check_name(worker: str) -> None:
    """Raises ArchiveError for what is no name of a worker."""
    if not _NAME.fullmatch(worker):
        raise ArchiveError(
            f"{worker!r} is no name of a worker: letters of ASCII, digits, and _ . - behind the first one"
        )


def mark_part(path: Path, worker: str) -> None:
    """Say of an archive that it is the part of a worker. Raises OSError."""
    disk.make_directory(path, private=True)
    disk.write_whole(path / PART, json.dumps({"worker": worker}).encode() + b"\n")
