"""What is done to archives, and looked at, in several tests."""

from __future__ import annotations

import gzip
import sqlite3
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from slqncy.archive import ArchiveWriter, disk
from slqncy.archive.layout import closed_path, open_path, segments_on_disk
from slqncy.archive.verify import verify
from slqncy.reasons import Exclusion, PageKind, Rejection
from tests.samples import (
    HOME,
    SECOND,
    brought,
    completed,
    duplicate,
    excluded,
    failed,
    fetched,
    finished,
    found,
    gone,
    not_modified,
    opened,
    page_found,
    rejected,
    returned,
    rewrite,
    story,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OCTOBER = "2026-10-20T08:00:00Z"
EDITED = "改过的正文。"


def open_and_close(root: Path) -> None:
    """What a run that finds nothing to do does."""
    ArchiveWriter(root).close()


def lose_ledger(root: Path) -> None:
    """Leave the lines, and neither the ledger nor its seal."""
    for path in root.glob("ledger.*"):
        path.unlink()


def quarantine(root: Path) -> list[bytes]:
    """What was moved aside."""
    return sorted(path.read_bytes() for path in (root / "quarantine").glob("*"))


def tables(path: Path) -> dict[str, list[Any]]:
    """Every row of a ledger."""
    database = sqlite3.connect(path)
    rows = {
        table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
        for table in ("segment", "line", "url", "warc", "capture", "loss")
    }
    database.close()
    return rows


def defects(root: Path) -> list[str]:
    """All that is wrong with an archive."""
    return verify(root, full=True).defects


def split(data: bytes) -> list[bytes]:
    """The lines; where damage has put a carriage return, none ends."""
    return BytesIO(data).readlines()


def segments(root: Path) -> dict[str, list[bytes]]:
    """The lines of every segment, whichever file has them."""
    return {
        name: split(
            open_path(root, name).read_bytes()
            if open_path(root, name).exists()
            else gzip.decompress(closed_path(root, name).read_bytes())
        )
        for name in segments_on_disk(root)
    }


def sql(root: Path, statement: str) -> None:
    """Change the ledger behind the back of everyone."""
    database = sqlite3.connect(root / "ledger.sqlite")
    database.executescript(statement)
    database.close()


def finish(writer: ArchiveWriter, run_id: str, at: str = SECOND) -> None:
    """End a run: its page, its report, and the event that proves them; a picture too, as versions before had it."""
    beside = {"page": b"<!DOCTYPE html>\n", "picture": b"<svg/>\n"}
    writer.write_page(run_id, beside["page"])
    disk.write_whole(writer.root / f"runs/{run_id}.svg", beside["picture"])
    proofs = {name: f"sha256:{sha256(data).hexdigest()}" for name, data in beside.items()}
    report = writer.write_run(run_id, {"run_id": run_id} | proofs)
    writer.write(finished(f"sha256:{sha256(report).hexdigest()}", at, run_id=run_id))


def write_history(root: Path, runs: Iterable[str] = ("first", "second")) -> None:
    """Two months, the first of them closed, with every kind of line and of event."""
    first, *others = [*runs, ""]
    writer = ArchiveWriter(root)
    writer.write(page_found(HOME, PageKind.FRONT, OCTOBER))
    writer.write(opened(HOME, OCTOBER))
    for number in range(1, 10):
        writer.write(found(number, OCTOBER, via=HOME))
    writer.write(fetched(HOME, PageKind.FRONT, OCTOBER, stories=9, hash="sha256:00", etag='"home"'))
    writer.write(completed(HOME, OCTOBER))
    for record in (
        story(1, downloaded=OCTOBER),
        story(2, downloaded=OCTOBER),
        duplicate(4, downloaded=OCTOBER),
        rejected(5, downloaded=OCTOBER),
    ):
        writer.write(brought(record, etag=f'"{record.story_id}"', last_modified="Tue, 20 Oct 2026"), record)
    retold = story(3, downloaded=OCTOBER)
    writer.write(brought(retold, etag='"3"'), retold, rewrite(retold))
    writer.write(failed(6, OCTOBER))
    writer.write(excluded(7, Exclusion.ROBOTS, OCTOBER))
    writer.write(excluded(8, Exclusion.ARGUMENT, OCTOBER))
    if first:
        finish(writer, first, OCTOBER)
    writer.close_months("2026-11")
    edited = story(2, EDITED, version=2)
    writer.write(brought(edited, etag='"2b"'), edited, rewrite(edited))
    for event in (gone(3), returned(3), gone(1), not_modified(2), failed(2, is_settled=True)):
        writer.write(event)
    broken = rejected(3, Rejection.GARBLED)
    writer.write(brought(broken, is_archived=True), broken)
    for number in (9, 10, 11):
        if number > 9:
            writer.write(found(number))
        beside = rewrite(story(number), 9) if number > 9 else None
        writer.write(brought(story(number), etag=f'"{number}"'), story(number), beside)
    copy = duplicate(12, 9)
    writer.write(found(12))
    writer.write(brought(copy), copy)
    for run in filter(None, others):
        finish(writer, run)
    writer.close()
