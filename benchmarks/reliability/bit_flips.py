"""Damage every file of a small archive in every place, and see whether `verify` finds it.

    python -m benchmarks.reliability.bit_flips [--step N] [--jobs N] [--seed N]

One bit of every N-th byte of every file is flipped, all eight of every 64th of those; then files are cut, zeroed,
lost and added, and lines swapped, doubled and deleted. Printed: how many of the changes plain and full `verify` found.
Not counted is what no check can tell from the traces of a kill, or what concerns no line. Exit status 1 if full
`verify` missed any other change, or failed with an exception of its own.
A TMPDIR in memory makes it several times faster.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain, zip_longest
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.reliability.big import FRONT, RUN, answer, id_of, page, story_event, text_of
from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.archive.hosts import Host
from slqncy.archive.layout import HOSTS, LEDGER, LOCK, QUARANTINE, SEAL, Kind, open_path, segment_name
from slqncy.archive.verify import verify
from slqncy.reasons import DuplicateKind, EventKind, PageKind, Rejection, State
from slqncy.records import Duplicate, Event, Rejected, Rewrite, Story
from slqncy.warc.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slqncy.records import Warc

_copy: Path
BLOCK = 512
CUTS = 8
WARC_BYTES = 8000
"""After which the raw responses go on in another file."""
ALL_BITS_EVERY = 64
# What looks the same as the traces of a kill, or concerns no line.
TAIL, LOST, FOREIGN, UNSEALED = "unacknowledged bytes", "quarantine lost", "foreign file", "seal or hosts.json lost"


@dataclass(frozen=True, slots=True)
class Change:
    """What damage does to a file: at a byte offset, some bytes are taken out and others put in."""

    file: str
    what: str
    where: int = 0
    out: int = 0
    put: bytes = b""
    is_lost: bool = False

    def apply(self, before: bytes | None) -> bytes | None:
        """The bytes of the file afterwards; None is no file."""
        data = before or b""
        return None if self.is_lost else data[: self.where] + self.put + data[self.where + self.out :]


@dataclass(frozen=True, slots=True)
class Finding:
    """What `verify` made of a change."""

    change: Change
    plain: bool
    full: bool
    fault: str = ""
    """An exception that `verify` should not have let out, or what it changed on disk."""


# The sample


def make_sample(root: Path) -> None:
    """An archive with a file of every kind: two runs, a closed month, what a kill left in quarantine/, a seal.

    Record ids in the WARC files are random.
    """
    writer = ArchiveWriter(root)
    _find(writer, range(1, 8), "2026-10-30T09:00:00Z")
    for number in (1, 2):
        _write(writer, EventKind.ARCHIVED, page(Story, number, _text(number), "2026-10-31T23:59:59Z"))
    _write_rewrite(writer, EventKind.ARCHIVED, page(Story, 3, _text(3), "2026-10-31T23:59:59Z"))
    _write(writer, EventKind.DUPLICATE, _duplicate(4, "2026-10-31T23:59:59Z"))
    writer.commit()
    _capture(writer, page(Story, 5, "", "2026-10-31T23:59:59Z"))
    writer.abandon()
    with open_path(root, segment_name(Kind.STORY, "2026-10")).open("ab") as file:
        file.write(b'{"schema_version":1,"id":"slqncy/szxw/5","version":1,"url":"http://www.slqncy.com/szxw/5.h')
    writer = ArchiveWriter(root)
    _finish(writer, "20261031T080000-6", "2026-10-31T23:59:59Z")
    writer.close_months("2026-11")
    _find(writer, range(8, 14), "2026-11-01T08:00:00Z")
    for number in (5, 8, 9, 10):
        _write(writer, EventKind.ARCHIVED, page(Story, number, _text(number), "2026-11-01T08:00:05Z"))
    edited = page(Story, 2, _text(2) + "\n更正:日期有误。", "2026-11-01T08:01:00Z", version=2)
    _write_rewrite(writer, EventKind.CHANGED, edited)
    for number in (11, 12):
        _write(writer, EventKind.DUPLICATE, _duplicate(number, "2026-11-01T08:02:00Z"))
    for number in (6, 7):
        _write(writer, EventKind.REJECTED, _rejected(number, "2026-11-01T08:03:00Z"), reason=Rejection.SOFT_404)
    writer.hosts["http://www.slqncy.com"] = Host("2026-11-01T08:00:00Z", 200, "User-agent: *\nDisallow: /a/\n# 注释")
    writer.keep_hosts()
    _finish(writer, RUN, "2026-11-01T08:04:00Z")
    writer.close()


def _find(writer: ArchiveWriter, numbers: Iterable[int], at: str) -> None:
    front: dict[str, Any] = {"at": at, "run_id": RUN, "url": FRONT, "kind": PageKind.FRONT}
    writer.write(Event(event=EventKind.FOUND, state=State.FOUND, **front))
    writer.write(Event(event=EventKind.OPENED, **front))
    for number in numbers:
        writer.write(story_event(EventKind.FOUND, number, at, State.FOUND, via=FRONT))
    writer.write(Event(event=EventKind.FETCHED, state=State.FETCHED, stories=7, http_status=200, **front))
    writer.write(Event(event=EventKind.COMPLETED, **front))


def _write(writer: ArchiveWriter, event: EventKind, record: Story, *, reason: str = "") -> None:
    record.provenance.warc = _capture(writer, record)
    writer.write(answer(event, record, reason=reason), record)


def _capture(writer: ArchiveWriter, record: Story) -> Warc:
    """The raw response of a page; those of one text are there once."""
    exchange = Exchange(
        uri=record.url,
        at=datetime.fromisoformat(record.date_downloaded),
        request=f"GET {record.url} HTTP/1.1\r\n\r\n".encode(),
        received=f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{record.text or 404}</p>".encode(),
        ip="127.0.0.1",
        notes={"page": record.canonical_url},
    )
    place = writer.capture(exchange, {"software": "slqncy", "format": "WARC File Format 1.1"}, WARC_BYTES)
    writer.release_captures()
    return place


def _write_rewrite(writer: ArchiveWriter, event: EventKind, record: Story) -> None:
    rewrite = Rewrite(
        id=record.id, version=record.version, canonical_url=record.canonical_url, title=record.title,
        content_hash=record.content_hash, rewrite_of=id_of(1),
        rewrite_kind=DuplicateKind.REWRITE, rewrite_score=0.75, rewrite_evidence="names and figures",
        date_downloaded=record.date_downloaded, run_id=record.provenance.run_id,
    )  # fmt: skip
    record.provenance.warc = _capture(writer, record)
    writer.write(answer(event, record), record, rewrite)


def _finish(writer: ArchiveWriter, run_id: str, at: str) -> None:
    report = writer.write_run(run_id, {"run_id": run_id, "exit_status": 0, "exit_reason": "完成", "failures": []})
    digest = f"sha256:{sha256(report).hexdigest()}"
    writer.write(Event(event=EventKind.FINISHED, at=at, run_id=run_id, detail="exit status 0", hash=digest))


def _text(number: int) -> str:
    return text_of(number, 60 + number * 10)


def _duplicate(number: int, at: str) -> Duplicate:
    return page(
        Duplicate, number, _text(number), at, duplicate_of=id_of(1), duplicate_kind=DuplicateKind.SAME_TEXT,
        duplicate_score=1.0, duplicate_evidence="equal normal form",
    )  # fmt: skip


def _rejected(number: int, at: str) -> Rejected:
    return page(Rejected, number, "", at, reason=Rejection.SOFT_404, reason_detail="页面不存在")


# The damage


def read_files(root: Path) -> dict[str, bytes]:
    """Every file of an archive that holds data, by its name."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != LOCK
    }


def flips(files: dict[str, bytes], random: Random, step: int) -> Iterator[Change]:
    """One bit of every `step`-th byte, and all bits of some."""
    for name, data in files.items():
        for place in range(random.randrange(step), len(data), step):
            bits = range(8) if place // step % ALL_BITS_EVERY == 0 else (random.randrange(8),)
            for bit in bits:
                yield Change(name, "bit flipped", place, 1, bytes([data[place] ^ 1 << bit]))


def damages(files: dict[str, bytes], random: Random) -> Iterator[Change]:
    """Files cut, zeroed, lost and added; lines swapped, doubled and deleted."""
    for name, data in files.items():
        for place in sorted(random.sample(range(len(data)), min(CUTS, len(data)))):
            yield Change(name, "cut", place, len(data))
        for place in range(0, len(data), BLOCK):
            block = data[place : place + BLOCK]
            if any(block):
                yield Change(name, "block zeroed", place, len(block), bytes(len(block)))
        yield Change(name, "bytes added at the end", len(data), 0, b"\0")
        yield Change(name, "file lost", is_lost=True)
        if not name.endswith((".gz", LEDGER)):
            yield from _line_damages(name, data.splitlines(keepends=True))
        for added in {f"{name}x", name.replace("2026", "2027")} - {name}:
            yield Change(added, "file added", put=data)


def _line_damages(name: str, lines: list[bytes]) -> Iterator[Change]:
    place = 0
    for line, following in zip_longest(lines, lines[1:], fillvalue=b""):
        yield Change(name, "line deleted", place, len(line))
        yield Change(name, "line doubled", place, 0, line)
        if following not in {b"", line}:
            yield Change(name, "lines swapped", place, len(line + following), following + line)
        place += len(line)


def beyond(change: Change, files: dict[str, bytes]) -> str:
    """Why no check can find a change, or "" where it must be found."""
    before = files.get(change.file)
    if before is None:
        return FOREIGN
    after = change.apply(before)
    if after is None:
        return LOST if change.file.startswith(QUARANTINE) else UNSEALED if change.file in {SEAL, HOSTS} else ""
    return TAIL if change.file.endswith((".jsonl", ".ndjson")) and after.startswith(before) else ""


# The search


def find(root: Path, change: Change) -> Finding:
    """Run both forms of `verify` over an archive with a change, and put everything back."""
    path = root / change.file
    before = path.read_bytes() if path.exists() else None
    after = change.apply(before)
    _put(path, after)
    try:
        plain, full, fault = False, False, ""
        try:
            plain = _is_found(root, full=False)
            full = _is_found(root, full=True)
        except Exception as error:  # noqa: BLE001  # that there is none is what is measured
            fault = repr(error)
        if (path.read_bytes() if path.exists() else None) != after:
            fault = fault or "verify changed the file"
        return Finding(change, plain, full, fault)
    finally:
        _put(path, before)
        for suffix in ("-wal", "-shm"):
            (root / f"{LEDGER}{suffix}").unlink(missing_ok=True)


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(data)


def _is_found(root: Path, *, full: bool) -> bool:
    try:
        return bool(verify(root, full=full).defects)
    except ArchiveError:
        return True


# The account


def file_kind(name: str) -> str:
    """The row of the table that a file belongs to."""
    if name in {LEDGER, SEAL, HOSTS}:
        return name
    folder, _, file = name.partition("/")
    return f"{folder}/" if folder in {"runs", "schema", QUARANTINE} else f"{folder}/*.{file.split('.', 1)[1]}"


def find_all(root: Path, changes: Iterable[Change], jobs: int) -> list[Finding]:
    """Look for each change, every process in a copy of the archive of its own."""
    with get_context("forkserver").Pool(jobs, _take_copy, (root,)) as pool:
        return list(pool.imap(_find_in_copy, changes, chunksize=16))


def _take_copy(root: Path) -> None:
    global _copy  # noqa: PLW0603  # a pool has no other way to hand its workers a place
    _copy = Path(tempfile.mkdtemp(dir=root.parent)) / "archive"
    shutil.copytree(root, _copy)


def _find_in_copy(change: Change) -> Finding:
    return find(_copy, change)


def tell(findings: list[Finding], files: dict[str, bytes]) -> bool:
    """Print the table, and what is wrong. Whether all was found that can be."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    wrong = []
    for finding in findings:
        change, why = finding.change, beyond(finding.change, files)
        row = rows.setdefault(("not counted: ", why) if why else (file_kind(change.file), change.what), Counter())
        row.update(changes=1, plain=finding.plain, full=finding.full)
        if finding.fault or not (finding.full or why):
            wrong.append(finding)
    print(f"{'file':28}{'change':24}{'changes':>9}{'verify':>9}{'--full':>9}{'share':>9}")
    for (kind, what), row in sorted(rows.items()):
        share = row["full"] / row["changes"]
        print(f"{kind:28}{what:24}{row['changes']:9,}{row['plain']:9,}{row['full']:9,}{share:9.2%}")
    for finding in wrong:
        change, fault = finding.change, finding.fault or "missed"
        print(f"WRONG: {change.file}, byte {change.where}: {change.what}: {fault}")
    print(f"{len(findings):,} changes, {len(wrong):,} missed or failed on")
    return not wrong


def main() -> None:
    """Damage, look, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", type=int, default=1, help="bytes from one flipped bit to the next")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random = Random(given.seed)  # noqa: S311  # to be repeated
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "archive"
        make_sample(root)
        files = read_files(root)
        changes = chain(flips(files, random, given.step), damages(files, random))
        findings = find_all(root, changes, given.jobs)
    sys.exit(not tell(findings, files))


if __name__ == "__main__":
    main()
