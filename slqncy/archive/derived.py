"""Whether what is made of something else is what it would be if it were made now: ledger, manifests, schemas, names."""

from __future__ import annotations

import json
import tempfile
import zlib
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import whole_lines
from slqncy.archive.hosts import is_damaged
from slqncy.archive.layout import (
    HOSTS,
    LEDGER,
    QUARANTINE,
    RUNS,
    SCHEMA,
    Kind,
    closed_path,
    manifest_path,
    segment_kind,
)
from slqncy.archive.ledger import Ledger
from slqncy.archive.months import make_manifest
from slqncy.archive.quarantine import is_as_named
from slqncy.archive.rebuild import fill, fill_captures
from slqncy.archive.schemas import stale_schemas
from slqncy.reasons import EventKind
from slqncy.records import Event, decode, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive.ledger import Segment

_MOST_DIFFERENCES = 20
_BESIDE_REPORT = {"page": ".html", "picture": ".svg"}
"""What stands beside the report of a run, by the key of its hash; runs of earlier versions drew a picture."""
# Not whether a file is closed: a kill may have left both of a segment, and the ledger knows which one counts.
_TABLES = {
    "segment": ("name, length, lines, crc32", 1),
    "url": ("*", 1),
    "state": ("*", 1),
    "line": ("*", 2),
    "warc": ("name, length, records, crc32", 1),
    "capture": ("*", 2),
    "capture_read": ("*", 2),
    "loss": ("*", 3),
}
"""Tables of the ledger, with the columns to compare and how many of the first are the key."""


def derived_defects(root: Path, ledger: Ledger) -> Iterator[str]:
    """One sentence for each thing that is not as it would be made of what is acknowledged."""
    for (message,) in ledger.db.execute("PRAGMA integrity_check"):
        if message != "ok":
            yield f"{LEDGER}: {message}"
    segments = ledger.segments()
    for segment in segments.values():
        if segment.closed:
            yield from _manifest_defects(root, segment)
        if segment_kind(segment.name) is Kind.EVENT:
            yield from _report_defects(root, segment)
    yield from _ledger_defects(root, ledger, segments)
    for path, _ in stale_schemas(root):
        yield f"{SCHEMA}/{path.name}: not the schema of this version"
    if is_damaged(root):
        yield f"{HOSTS}: not what a run wrote"
    for path in sorted((root / QUARANTINE).glob("*")):
        # A kill may leave a file half-written under a name with a dot.
        if path.is_file() and not path.name.startswith(".") and not is_as_named(path):
            yield f"{QUARANTINE}/{path.name}: not what was set aside"


def _manifest_defects(root: Path, segment: Segment) -> Iterator[str]:
    path = manifest_path(root, segment.name)
    try:
        manifest, _ = make_manifest(closed_path(root, segment.name), segment.name)
        if manifest.encode() != path.read_bytes():
            yield f"{path.name}: not the manifest of {manifest.file}"
    except (ValueError, OSError, EOFError, zlib.error) as error:
        yield f"{path.name}: {error}"


def _report_defects(root: Path, segment: Segment) -> Iterator[str]:
    """Reports, and their pages, that are missing or changed since their run."""
    try:
        for _, line in whole_lines(root, segment.name, segment.length):
            if b'"event":"finished"' not in line:
                continue
            event = decode(line, Event)
            if event.event is EventKind.FINISHED:
                yield from _run_defects(root / RUNS / f"{event.run_id}.json", event.hash)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        yield f"{segment.name}: {error}"


def _run_defects(report: Path, said: str) -> Iterator[str]:
    wrong = "missing, or not what the run wrote"
    if _hash(report) != said:
        yield f"{RUNS}/{report.name}: {wrong}"
        return
    told = json.loads(report.read_bytes())
    for key, suffix in _BESIDE_REPORT.items():
        if (said := told.get(key)) and _hash(report.with_suffix(suffix)) != said:
            yield f"{RUNS}/{report.stem}{suffix}: {wrong}"


def _hash(path: Path) -> str | None:
    return hash_of(path.read_bytes()) if path.is_file() else None


def _ledger_defects(root: Path, ledger: Ledger, segments: dict[str, Segment]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory, closing(Ledger(Path(directory) / LEDGER)) as remade:
        try:
            fill(remade, root, {name: segment.length for name, segment in segments.items()})
            fill_captures(remade, root, {name: file.length for name, file in ledger.warcs().items()})
        except ArchiveDamagedError as error:
            yield str(error)
            return
        for table in _TABLES:
            yield from islice(_differences(table, ledger, remade), _MOST_DIFFERENCES)


def _differences(table: str, ledger: Ledger, remade: Ledger) -> Iterator[str]:
    """What the ledger says otherwise than the one that was made of the acknowledged lines."""
    columns, key = _TABLES[table]
    (ours, row), (theirs, right) = (_rows(one, table, columns, key) for one in (ledger, remade))
    while row or right:
        is_ours = row is not None and (right is None or row[:key] <= right[:key])
        is_theirs = right is not None and (row is None or right[:key] <= row[:key])
        if row != right:
            found = row if is_ours else right
            assert found is not None
            yield f"{LEDGER}: by the lines, {table} {found[:3]} {'is not so' if is_ours else 'is missing'}"
        row = next(ours, None) if is_ours else row
        right = next(theirs, None) if is_theirs else right


def _rows(
    ledger: Ledger, table: str, columns: str, key: int
) -> tuple[Iterator[tuple[Any, ...]], tuple[Any, ...] | None]:
    order = ", ".join(map(str, range(1, key + 1)))
    rows = iter(ledger.db.execute(f"SELECT {columns} FROM {table} ORDER BY {order}"))  # noqa: S608  # our own tables
    return rows, next(rows, None)
