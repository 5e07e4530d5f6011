"""Several archives, such as those of a cluster's workers, made one: an ordinary one, of all that they hold.

Pages are judged anew, in an order that does not go by who fetched what when: by the month of their line, then by when
they were published, then by id and version. Events are told by their times.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import zlib
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveDamagedError, ArchiveError
from slqncy.archive.files import open_segment
from slqncy.archive.layout import (
    LOCK,
    is_archive,
    open_path,
    part_path,
    segment_month,
    segments_on_disk,
)
from slqncy.archive.ledger import require_archive
from slqncy.archive.lock import Lock
from slqncy.archive.merge_build import build
from slqncy.archive.merge_files import take_hosts, take_runs, take_warc
from slqncy.archive.merge_source import opened
from slqncy.archive.parts import archives_of, check_name, mark_part
from slqncy.archive.recovery import make_ledger
from slqncy.archive.takedown import refuse_pending
from slqncy.archive.writer import ArchiveWriter

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slqncy.archive.layout import Kind
    from slqncy.archive.merge_build import Judging


def merge(roots: Sequence[Path], into: Path, judging: Judging) -> Counter[Kind]:
    """Make one archive of several, or of a cluster's. Gives how many lines it has of each kind.

    Raises ArchiveLockedError, ArchiveDamagedError for what cannot be read, or ArchiveError where there is no archive,
    where `into` is not free, or the disk will not have it.
    """
    archives = _all_of(roots)
    with _made_beside(into) as (new, scratch), ExitStack() as stack:
        sources = [stack.enter_context(opened(root, scratch / f"{n}")) for n, root in enumerate(archives)]
        lines = build(sources, new, scratch, judging)
        _finish(new)
    return lines


def add_part(root: Path, into: Path, worker: str) -> Path:
    """Make a copy of an archive a part of a cluster's, with which the next worker of that name goes on.

    Gives its path. Raises as `merge` does.
    """
    check_name(worker)
    if is_archive(into):
        raise ArchiveError(f"{into}: the archive of a single machine, which has no parts; name another directory")
    require_archive(root, with_ledger=True)
    refuse_pending(root)
    part = part_path(into, worker)
    with _made_beside(part) as (new, scratch), opened(root, scratch) as source:
        for name, segment in source.segments.items():
            path = open_path(new, name)
            disk.make_directory(path.parent)
            with open_segment(root, name) as lines, path.open("wb") as copy:
                shutil.copyfileobj(lines, copy)
            os.truncate(path, segment.length)
        for file in source.warcs.values():
            take_warc(root, new, file, file.name)
        take_runs([root], new)
        take_hosts([root], new)
        mark_part(new, worker)
        _finish(new)
    return part


def _all_of(roots: Sequence[Path]) -> list[Path]:
    """All archives that these directories hold, each once."""
    archives = {archive.resolve(): archive for root in roots for archive in archives_of(root)}
    for archive in archives.values():
        refuse_pending(archive)
    return list(archives.values())


@contextmanager
def _made_beside(target: Path) -> Iterator[tuple[Path, Path]]:
    """Where to make an archive, which is put in its place once it is whole, and where to put what is of use meanwhile.

    What a merge that was killed has left there is cleared away.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ArchiveError(f"{target}: is there already; take it away, or name another directory")
    disk.make_directory(target.parent)
    beside = target.with_name(f".{target.name}.merge")
    beside.mkdir(0o700, exist_ok=True)
    lock = Lock(beside / LOCK)
    new, scratch = beside / "new", beside / "scratch"
    try:
        for folder in (new, scratch):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(0o700)
        yield new, scratch
        # One call for all: file by file, reports of many runs take minutes.
        os.sync()
        # Over an empty directory too.
        new.rename(target)
        disk.sync_directory(target.parent)
    except sqlite3.Error as error:
        raise ArchiveError(f"{target}: not made: {error}") from error
    except (ValueError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(
            f"{target}: not made, as a line cannot be read: {error}; `scrapy verify` names every defect"
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        lock.release()


def _finish(root: Path) -> None:
    """Make the ledger of lines and raw responses, and close all months but the last one."""
    make_ledger(root)
    months = [segment_month(name) for name in segments_on_disk(root)]
    with closing(ArchiveWriter(root)) as archive:
        archive.close_months(max(months, default=""))
