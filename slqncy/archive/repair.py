"""Going on after damage. Nothing is destroyed: what cannot be read is moved to quarantine/, what is lost is named."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from slqncy.archive import disk
from slqncy.archive.blocks import salvage
from slqncy.archive.hosts import is_damaged
from slqncy.archive.layout import (
    HOSTS,
    LEDGER,
    LINE_TYPES,
    Kind,
    closed_path,
    manifest_path,
    open_path,
    segment_kind,
    segments_on_disk,
)
from slqncy.archive.ledger import VERSION, Ledger, digest
from slqncy.archive.lock import held
from slqncy.archive.months import make_manifest
from slqncy.archive.quarantine import keep_aside, set_aside
from slqncy.archive.rebuild import Doubt
from slqncy.archive.recovery import make_ledger, open_ledger
from slqncy.archive.repair_warcs import mend, tell, unanswered
from slqncy.archive.schemas import publish_schemas
from slqncy.archive.seal import is_broken, set_seal
from slqncy.archive.takedown import complete
from slqncy.archive.verify import own_defects
from slqncy.records import decode, moment
from slqncy.warc.loss import Loss

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Segment, WarcFile
    from slqncy.records import Line

_CAPTURES = "SELECT record, position FROM capture"
_LINES = "SELECT segment, digest, story, line.version FROM line JOIN url ON url.id = line.url"


@dataclass(slots=True)
class _Acknowledged:
    """What a ledger that can be trusted says; without one, nothing."""

    segments: dict[str, Segment] = field(default_factory=dict)
    lines: dict[str, dict[bytes, str]] = field(default_factory=dict)
    """The lines of each segment, by their sha256: what they say of which version. Of events there are none."""
    warcs: dict[str, WarcFile] = field(default_factory=dict)
    captures: dict[str, int] = field(default_factory=dict)
    """Byte offsets of the raw responses, by WARC-Record-ID."""
    losses: dict[str, list[Loss]] = field(default_factory=dict)
    ledger: Path | None = None


def rebuild(root: Path) -> dict[str, int]:
    """Make the ledger anew from the lines; the old one goes to quarantine/. Gives the lines read, by segment.

    Raises ArchiveLockedError, or ArchiveDamagedError for a line that cannot be read.
    """
    with held(root):
        complete(root)
        return _rebuild(root)


def repair(root: Path) -> list[str]:
    """Move aside what is damaged and go on with the rest. Gives what was done, one sentence each.

    Stories whose lines are lost are asked for again by the next run; of one whose raw response is lost the line stays.
    Raises ArchiveLockedError, or ArchiveError where the disk will not have it.
    """
    with held(root):
        acknowledged = _acknowledged(root)
        done = {name: list(_repair_segment(root, name, acknowledged)) for name in segments_on_disk(root)}
        on_disk = set(segments_on_disk(root))
        for name, segment in acknowledged.segments.items():
            if name not in on_disk:
                done.setdefault(name, []).append(f"{name}: is missing, with {segment.lines} lines")
                done[name] += _lost(name, acknowledged.lines.get(name, {}).values())
        damaged = {segment_kind(name) for name, said in done.items() if said}
        # Without a ledger nobody knows whether a file of events is missing.
        is_in_doubt = Kind.EVENT in damaged or (bool(damaged) and acknowledged.ledger is None)
        now = moment(datetime.now(UTC))
        mended = list(mend(root, acknowledged.warcs, acknowledged.captures, now))
        _rebuild(root, Doubt(acknowledged.ledger) if is_in_doubt else None)
        mended += _lost_responses(root, acknowledged.losses, now)
        # Last: what is damaged could not be read before.
        if complete(root) is not None:
            mended.append("a takedown that was cut short is completed")
            set_seal(root)
        if is_damaged(root):
            mended.append(f"{HOSTS}: damaged; moved to {set_aside(root, root / HOSTS)}")
        return [sentence for said in (*done.values(), mended) for sentence in said]


def _lost_responses(root: Path, before: dict[str, list[Loss]], now: str) -> Iterator[str]:
    """Name the lines whose raw response is lost since `before`, and have files tell of what none has told of."""
    untold: dict[str, list[Loss]] = {}
    with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
        for line, file, offset in unanswered(root, ledger):
            if not ledger.is_lost(file, offset):
                untold.setdefault(file, []).append(Loss(offset, offset + 1))
            elif any(loss.start <= offset < loss.until for loss in before.get(file, ())):
                continue
            yield f"{line}: its raw response is lost"
    if untold:
        for file, losses in untold.items():
            tell(root, file, losses, now)
        _rebuild(root)


def _lost(name: str, lines: Iterable[str]) -> Iterator[str]:
    return (f"{name}: {line} is lost" for line in lines)


def _rebuild(root: Path, doubt: Doubt | None = None) -> dict[str, int]:
    publish_schemas(root)
    make_ledger(root, doubt)
    with closing(open_ledger(root)) as ledger:
        lines = {name: segment.lines for name, segment in ledger.segments().items()}
    set_seal(root)
    return lines


def _acknowledged(root: Path) -> _Acknowledged:
    if not (root / LEDGER).exists() or is_broken(root):
        return _Acknowledged()
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            sound = ledger.version == VERSION and ledger.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if not sound:
                return _Acknowledged()
            lines: dict[str, dict[bytes, str]] = {}
            for name, proof, story, version in ledger.db.execute(_LINES):
                is_rewrite = segment_kind(name) is Kind.REWRITE
                said = f"what {story} rewrites in version {version}" if is_rewrite else f"{story}, version {version}"
                lines.setdefault(name, {})[proof] = said
            captures = {f"<{UUID(bytes=record).urn}>": place for record, place in ledger.db.execute(_CAPTURES)}
            losses: dict[str, list[Loss]] = {}
            for file, start, until in ledger.db.execute("SELECT warc, position, until FROM loss"):
                losses.setdefault(file, []).append(Loss(start, until))
            return _Acknowledged(ledger.segments(), lines, ledger.warcs(), captures, losses, root / LEDGER)
    except sqlite3.Error:
        return _Acknowledged()


def _repair_segment(root: Path, name: str, acknowledged: _Acknowledged) -> Iterator[str]:
    opened, closed, manifest = open_path(root, name), closed_path(root, name), manifest_path(root, name)
    if closed.exists():
        said = _manifest(root, name, acknowledged.segments.get(name))
        if said is not None:
            if opened.exists():
                yield f"{name}: closed as well; the open file moved to {set_aside(root, opened)}"
            if not manifest.exists() or manifest.read_bytes() != said:
                if manifest.exists():
                    yield f"{manifest.name}: not that of {closed.name}; moved to {set_aside(root, manifest)}"
                disk.write_whole(manifest, said)
            return
        if not opened.exists():
            disk.write_whole(opened, b"".join(salvage(closed)))
        yield f"{closed.name}: damaged; moved to {set_aside(root, closed)}, what it still gives is in {opened.name}"
        if manifest.exists():
            set_aside(root, manifest)
    yield from _repair_lines(root, name, acknowledged)


def _manifest(root: Path, name: str, segment: Segment | None) -> bytes | None:
    """The manifest that a closed segment should have, or None where the segment is damaged."""
    try:
        manifest, crc = make_manifest(closed_path(root, name), name)
    except (ValueError, OSError, EOFError, zlib.error):
        return None
    found = manifest.uncompressed_size, manifest.lines, crc
    if segment and segment.closed and found != (segment.length, segment.lines, segment.crc32):
        return None
    # An empty file unpacks to nothing, without an error.
    if not manifest.lines:
        return None
    return manifest.encode()


def _repair_lines(root: Path, name: str, acknowledged: _Acknowledged) -> Iterator[str]:
    path = open_path(root, name)
    known = acknowledged.lines.get(name)
    left = dict(known or {})
    segment = acknowledged.segments.get(name)
    if segment and path.stat().st_size < segment.length:
        yield f"{name}: {segment.length - path.stat().st_size} of {segment.length} acknowledged bytes are missing"
    temporary = disk.temporary_of(path)
    position, crc, bad = 0, 0, 0
    with path.open("rb") as lines, disk.synced(temporary) as good:
        for line in lines:
            proof = digest(line)
            reason = ""
            if proof in left:
                del left[proof]
            # What stands behind may be newer than the ledger.
            elif segment and known is not None and (position < segment.length or proof in known):
                reason = _damage(line, name) or "not a line that was acknowledged, or there twice"
            else:
                reason = _damage(line, name)
            if reason:
                bad += 1
                yield f"{name}, byte {position}: {reason}; moved to {keep_aside(root, name, line)}"
            else:
                good.write(line)
            position += len(line)
            crc = zlib.crc32(line, crc)
    yield from _lost(name, left.values())
    if segment and position == segment.length and crc != segment.crc32 and not bad:
        yield f"{name}: not the bytes that were acknowledged, in no line that could be told; taken as it reads"
    if bad:
        disk.replace(temporary, path)
    else:
        temporary.unlink()
    if not path.stat().st_size:
        disk.remove(path)


def _damage(data: bytes, name: str) -> str:
    """What is wrong with a line, or ""."""
    if not data.endswith(b"\n"):
        return "a line without its end"
    try:
        line: Line = decode(data, LINE_TYPES[segment_kind(name)])
    except ValueError as error:
        return f"does not fit the schema: {error}"
    return next(own_defects(data, line, name, full=True), "")
