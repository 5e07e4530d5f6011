"""Taking into the ledger what a cluster has acknowledged: a kill may come between the two.

The lines and raw responses were on disk before the cluster was told of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.archive.captures import path_of, take_in
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import WARC, Kind, open_path
from slqncy.archive.ledger import Segment, WarcFile
from slqncy.archive.quarantine import cut_back
from slqncy.archive.rebuild import read_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slqncy.archive.ledger import Ledger

_OF_WARC = f"{WARC}/"
_NAME = re.compile(rf"({'|'.join(Kind)})/\d{{4}}-\d\d\.(jsonl|ndjson)|{WARC}/slqncy-[\w-]+\.warc\.gz", re.ASCII)
"""Of a file that an archive has: names come from the server, and nothing outside the archive is read."""
_WHAT_TO_DO = (
    "Another archive needs a CLUSTER_URL of its own, such as …/1. Otherwise restore it from a copy; or go on with what "
    "is left: `scrapy repair` on this part; once all workers have ended, delete the server's keys that begin with "
    "slqncy:, and run again: it is told all that the parts of the archive say"
)


def roll_forward(root: Path, ledger: Ledger, acknowledged: Mapping[str, int]) -> None:
    """Tell the ledger of what it lacks up to these lengths in bytes, by the names of files in the archive.

    The changes are not committed. Raises ArchiveDamagedError where a file does not have that, and OSError.
    """
    _refuse_strange(root, acknowledged)
    segments, warcs = ledger.segments(), ledger.warcs()
    # As in a rebuild: events find the addresses that lines are of.
    for name in sorted(acknowledged, key=lambda name: (not name.startswith(f"{Kind.EVENT}/"), name)):
        length = acknowledged[name]
        if name.startswith(_OF_WARC):
            file = name.removeprefix(_OF_WARC)
            _take_in_warc(root, ledger, warcs.get(file) or WarcFile(file, 0, 0, 0, closed=False), length)
        else:
            _take_in_segment(root, ledger, segments.get(name) or Segment(name, 0, 0, 0, closed=False), length)


def cut_to(root: Path, acknowledged: Mapping[str, int]) -> None:
    """Move aside what stands behind these lengths in files that are added to: for want of a ledger, it would count."""
    _refuse_strange(root, acknowledged)
    for name, length in acknowledged.items():
        path = path_of(root, name.removeprefix(_OF_WARC)) if name.startswith(_OF_WARC) else open_path(root, name)
        if path.exists() and path.stat().st_size > length:
            cut_back(root, path, name, length)


def _refuse_strange(root: Path, acknowledged: Mapping[str, int]) -> None:
    if strange := [name for name in acknowledged if not _NAME.fullmatch(name)]:
        raise ArchiveDamagedError(f"{root}: the cluster has acknowledged {strange[0]!r}, which no archive has")


def _take_in_segment(root: Path, ledger: Ledger, known: Segment, length: int) -> None:
    if length > known.length:
        _refuse_less(open_path(root, known.name), length)
        read = read_on(ledger, root, known, length)
        _refuse_other(open_path(root, known.name), read.length, length)
        ledger.set_segment(read)


def _take_in_warc(root: Path, ledger: Ledger, known: WarcFile, length: int) -> None:
    if length > known.length:
        path = path_of(root, known.name)
        _refuse_less(path, length)
        read, _ = take_in(ledger, known, path, length)
        _refuse_other(path, read.length, length)
        ledger.set_warc(read)


def _refuse_less(path: Path, length: int) -> None:
    size = path.stat().st_size if path.exists() else 0
    if size < length:
        raise ArchiveDamagedError(f"{path}: {size} bytes, but the cluster has acknowledged {length}. {_WHAT_TO_DO}")


def _refuse_other(path: Path, whole: int, length: int) -> None:
    if whole != length:
        raise ArchiveDamagedError(
            f"{path}: the cluster has acknowledged {length} bytes, and {whole} of them are whole. {_WHAT_TO_DO}"
        )
