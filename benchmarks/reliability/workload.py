"""An eventful archive, the same every time: written in six lives, two of which a kill ends.

    python -m benchmarks.reliability.workload ARCHIVE [--life N] [--sabotage NAME]

Each life goes on where the one before stopped, and says on standard output which lines are acknowledged, at once:
`acknowledged 3 4 5`, by their place in `STEPS`. Where the disk will not have a line it says `refused: …`, and the exit
status is 74. `--life` lives only that one, in this process. A sabotage breaks a promise of the archive, to see whether
a harness notices.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import Archive, ArchiveError, ArchiveWriter, disk, ledger
from slqncy.archive.captures import Captures
from slqncy.archive.layout import LEDGER, kind_of
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import DuplicateKind, EventKind, Exclusion, Failure, PageKind, Rejection, State
from slqncy.records import Duplicate, Event, Provenance, Rejected, Rewrite, Story, content_hash, encode
from slqncy.warc.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRONT = "http://www.slqncy.com/szxw/"
MANY = 45
"""Stories of one list page: with their events, more lines than one group holds."""
_CHECKPOINT = 12
_IN_A_FILE = 9
"""Raw responses, after which a life goes on in another file."""
_NO_LIMIT = 1 << 30
_INFO = {"software": "slqncy", "format": "WARC File Format 1.1"}


@dataclass(frozen=True)
class Step:
    """One thing that happens to an address, with the lines or the report it brings."""

    event: Event
    record: Story | None = None
    rewrite: Rewrite | None = None
    report: dict[str, Any] | None = None

    @cached_property
    def event_line(self) -> bytes:
        """The line of events/."""
        return encode(self.event)

    @cached_property
    def record_lines(self) -> tuple[bytes, ...]:
        """The lines of stories/, duplicates/, rejected/ and rewrites/, but for where the raw response is."""
        return tuple(encode(line) for line in (self.record, self.rewrite) if line)

    @property
    def page(self) -> bytes:
        """What the site says at this address then; no two steps bring the same."""
        if self.record:
            return f"<h1>{self.record.title}</h1><p>{self.record.text}</p>".encode()
        return f"<ul>{self.event.hash}</ul>".encode() if self.event.event is EventKind.FETCHED else b""

    @cached_property
    def exchange(self) -> Exchange | None:
        """What goes over the wire for it, if anything does."""
        if not self.page and self.event.event is not EventKind.NOT_MODIFIED:
            return None
        status = "200 OK" if self.page else "304 Not Modified"
        path = self.event.url.removeprefix("http://www.slqncy.com")
        return Exchange(
            uri=self.event.url,
            at=datetime.fromisoformat(self.event.at),
            request=f"GET {path} HTTP/1.1\r\nHost: www.slqncy.com\r\n\r\n".encode(),
            received=f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n".encode() + self.page,
            ip="127.0.0.1",
            is_conditional=not self.page,
            notes={"page": self.event.url},
        )


@dataclass(frozen=True, slots=True)
class Commit:
    """The lines so far are acknowledged."""


@dataclass(frozen=True, slots=True)
class CloseMonths:
    """The months before this one are closed."""

    current: str


class End(StrEnum):
    """How a life ends."""

    CLOSE = "close"
    KILL = "kill"  # with lines that are only in memory
    TORN = "torn"  # with the lines of one file of a group written and not synced


@dataclass(frozen=True, slots=True)
class Life:
    """One process, from opening the archive to its end."""

    acts: tuple[Step | Commit | CloseMonths, ...]
    end: End = End.CLOSE
    loses_ledger: bool = False
    """Whether somebody has deleted the ledger before."""


def _url(number: int) -> str:
    return f"{FRONT}{number}.html"


def _fields(number: int, version: int, at: str, run: str) -> dict[str, Any]:
    title = f"第{number}条新闻"
    text = f"第{number}条新闻的第{version}版,志愿者在河边清理垃圾。" * (1 + number % 3) + "\n(王宇)"
    return {
        "id": f"slqncy/szxw/{number}", "version": version, "url": _url(number), "canonical_url": _url(number),
        "site": "slqncy", "section": "szxw", "story_id": str(number), "title": title, "text": text,
        "authors": ["王宇"], "char_count": len(text), "content_hash": content_hash(title, text), "date_downloaded": at,
        "provenance": Provenance(
            spider="stories", run_id=run, parser_version="0.1.0", http_status=200, encoding="gb18030",
        ),
    }  # fmt: skip


@dataclass(slots=True)
class _Run:
    """The steps of one run; its clock goes on a second a step."""

    day: str
    id: str
    second: int = 0

    def front(self, event: EventKind, **details: Any) -> Step:
        return Step(Event(event=event, at=self._now(), run_id=self.id, url=FRONT, kind=PageKind.FRONT, **details))

    def read_front(self, *numbers: int) -> Iterator[Step]:
        yield self.front(EventKind.OPENED)
        for number in numbers:
            yield self.story(EventKind.FOUND, number, state=State.FOUND, via=FRONT)
        digest = hashlib.sha256(str(numbers).encode()).hexdigest()
        yield self.front(EventKind.FETCHED, state=State.FETCHED, stories=len(numbers), hash=digest, etag='"f"')
        yield self.front(EventKind.COMPLETED)

    def story(
        self, event: EventKind, number: int, record: Story | None = None, rewrite: Rewrite | None = None, **details: Any
    ) -> Step:
        at = record.date_downloaded if record else self._now()
        line = Event(
            event=event, at=at, run_id=self.id, url=_url(number), kind=PageKind.STORY, id=f"slqncy/szxw/{number}",
            version=record.version if record else None, **details,
        )  # fmt: skip
        return Step(line, record, rewrite)

    def archived(self, number: int, version: int = 1, *, original: int = 0) -> Step:
        record = Story(**_fields(number, version, self._now(), self.id))
        rewrite = Rewrite(
            id=record.id, version=version, canonical_url=record.canonical_url, title=record.title,
            content_hash=record.content_hash, rewrite_of=f"slqncy/szxw/{original}", rewrite_kind=DuplicateKind.REWRITE,
            rewrite_score=0.8,
            rewrite_evidence="names and figures", date_downloaded=record.date_downloaded, run_id=self.id,
        ) if original else None  # fmt: skip
        event = EventKind.ARCHIVED if version == 1 else EventKind.CHANGED
        return self.story(event, number, record, rewrite, state=State.ARCHIVED, etag=f'"{number}-{version}"')

    def duplicate(self, number: int, original: int) -> Step:
        record = Duplicate(
            **_fields(number, 1, self._now(), self.id), duplicate_of=f"slqncy/szxw/{original}",
            duplicate_kind=DuplicateKind.SAME_TEXT, duplicate_score=1.0, duplicate_evidence="equal normal form",
        )  # fmt: skip
        return self.story(EventKind.DUPLICATE, number, record, state=State.DUPLICATE)

    def rejected(self, number: int) -> Step:
        reason = Rejection.NO_TITLE
        record = Rejected(**_fields(number, 1, self._now(), self.id), reason=reason, reason_detail="no headline")
        return self.story(EventKind.REJECTED, number, record, state=State.REJECTED, reason=reason)

    def failed(self, number: int, state: State | None = None) -> Step:
        return self.story(EventKind.FAILED, number, state=state, reason=Failure.SERVER_ERROR, http_status=503)

    def finished(self) -> Step:
        report = {"run_id": self.id, "exit_status": 0, "reason": "done"}
        written = json.dumps(report, ensure_ascii=False, indent=2).encode() + b"\n"
        digest = f"sha256:{hashlib.sha256(written).hexdigest()}"
        return Step(
            Event(event=EventKind.FINISHED, at=self._now(), run_id=self.id, hash=digest, detail="exit status 0"),
            report=report,
        )

    def _now(self) -> str:
        self.second += 1
        return f"{self.day}T08:{self.second // 60:02}:{self.second % 60:02}Z"


def _first() -> Iterator[Step | Commit]:
    run = _Run("2026-10-29", "20261029T080000-1")
    yield run.front(EventKind.FOUND, state=State.FOUND)
    yield from run.read_front(*range(1, 10))
    yield Commit()
    for number in (1, 2, 3):
        yield run.archived(number)
        yield Commit()
    yield run.duplicate(4, 1)
    yield run.rejected(5)
    yield Commit()
    yield run.archived(6, original=1)
    yield run.failed(7, State.FAILED)
    yield run.story(EventKind.EXCLUDED, 8, state=State.EXCLUDED, reason=Exclusion.ROBOTS)
    yield Commit()
    yield run.archived(9)
    yield run.finished()


def _second() -> Iterator[Step | Commit]:
    run = _Run("2026-10-30", "20261030T080000-2")
    yield run.archived(1, version=2)
    yield Commit()
    yield run.story(EventKind.NOT_MODIFIED, 2, http_status=304)
    yield run.story(EventKind.GONE, 3, state=State.GONE, reason=Rejection.NOT_FOUND)
    yield Commit()
    yield run.archived(1, version=3)
    yield run.archived(7, original=2)
    yield Commit()
    yield run.archived(6, version=2, original=2)
    yield run.failed(9)


def _third() -> Iterator[Step | Commit]:
    run = _Run("2026-10-31", "20261031T080000-3")
    numbers = range(10, 10 + MANY)
    yield from run.read_front(*numbers)
    for number in numbers:
        yield run.archived(number, original=number - 1 if number % 5 == 0 else 0)
    yield Commit()
    yield run.duplicate(60, 10)
    yield run.archived(61, original=10)
    yield run.archived(62)


def _fourth() -> Iterator[Step | Commit | CloseMonths]:
    run = _Run("2026-11-01", "20261101T080000-4")
    yield CloseMonths("2026-11")
    yield run.story(EventKind.RETURNED, 3, state=State.ARCHIVED)
    yield run.archived(2, version=2)
    yield Commit()
    for number in range(70, 76):
        yield run.archived(number, original=2 if number == 73 else 0)  # noqa: PLR2004
        yield Commit()
    yield run.finished()


def _fifth() -> Iterator[Step | Commit | CloseMonths]:
    run = _Run("2026-11-02", "20261102T080000-5")
    yield CloseMonths("2026-11")
    yield run.rejected(80)
    yield run.archived(70, version=2)
    yield Commit()
    yield run.archived(81)
    yield run.archived(82, original=70)


def _sixth() -> Iterator[Step | Commit | CloseMonths]:
    run = _Run("2026-12-01", "20261201T080000-6")
    yield CloseMonths("2026-12")
    yield run.archived(90)
    yield Commit()
    yield run.archived(90, version=2, original=82)
    yield run.finished()


LIVES = (
    Life(tuple(_first())),
    Life(tuple(_second()), End.KILL),
    Life(tuple(_third()), End.TORN),
    Life(tuple(_fourth())),
    Life(tuple(_fifth()), End.TORN),
    Life(tuple(_sixth()), loses_ledger=True),
)
STEPS = tuple(act for life in LIVES for act in life.acts if isinstance(act, Step))


class Teller:
    """Writes what is still missing of the story of an archive."""

    def __init__(self, root: Path) -> None:
        """Open the archive; what it holds already is not written again. Raises ArchiveError."""
        self._writer = ArchiveWriter(root)
        # A short life is to see what a long one does: checkpoints while it writes.
        ledger._MOST_LOGGED = _CHECKPOINT  # noqa: SLF001
        self._events = {encode(event) for event in Archive(root).events()}
        self._waiting: list[int] = []
        self._captured = 0

    def tell(self, lives: tuple[Life, ...], say: Callable[[str], None]) -> None:
        """Do all that these lives do, but for their ends; the lines that wait for a commit at the end are left so."""
        number = 0
        for life in lives:
            for act in life.acts:
                match act:
                    case Commit():
                        self._writer.commit()
                        self._said(say)
                    case CloseMonths():
                        self._writer.close_months(act.current)
                        self._said(say)
                    case Step():
                        self._write(act)
                        self._waiting.append(number)
                        number += 1

    def close(self, say: Callable[[str], None]) -> None:
        """End the life as it should end."""
        self._writer.close()
        self._said(say)

    def tear(self) -> None:
        """Begin to commit, and be killed when the last file is written and not synced."""
        whole_append, left = disk.append, len(self._writer._groups)  # noqa: SLF001

        def append(path: Path, data: bytes) -> None:
            nonlocal left
            left -= 1
            if left:
                whole_append(path, data)
                return
            with path.open("ab", buffering=0) as file:
                file.write(data)
            os._exit(0)

        disk.append = append
        self._writer.commit()

    def _said(self, say: Callable[[str], None]) -> None:
        say(f"acknowledged {' '.join(map(str, self._waiting))}")
        self._waiting.clear()

    def _write(self, step: Step) -> None:
        record = None if step.record is None or self._has(step.record) else step.record
        rewrite = None if step.rewrite is None or self._has(step.rewrite) else step.rewrite
        if record is None and rewrite is None and step.event_line in self._events:
            return
        if step.report is not None:
            self._writer.write_run(step.event.run_id, step.report)
        if step.exchange:
            # Not by bytes: record ids are random, and so is how well they compress.
            self._captured += 1
            most_bytes = _NO_LIMIT if self._captured % _IN_A_FILE else 0
            place = self._writer.capture(step.exchange, _INFO, most_bytes)
            self._writer.release_captures()
            if record:
                record = replace(record, provenance=replace(record.provenance, warc=place))
        self._writer.write(step.event, record, rewrite)

    def _has(self, record: Story | Rewrite) -> bool:
        latest = self._writer.latest(kind_of(record), record.canonical_url)
        return latest is not None and latest.version >= record.version


def finish(root: Path) -> None:
    """Live on from whatever there is to the end of the story. Raises ArchiveError."""
    teller = Teller(root)
    teller.tell(LIVES, lambda _: None)
    teller.close(lambda _: None)


def live(root: Path, number: int) -> None:
    """Live one life, from 1; it never returns where a kill ends it. Raises ArchiveError."""
    life = LIVES[number - 1]
    teller = Teller(root)
    teller.tell(LIVES[:number], _say)
    if life.end is End.KILL:
        os._exit(0)
    if life.end is End.TORN:
        teller.tear()
    teller.close(_say)


def lose_ledger(root: Path) -> None:
    """What somebody does who was told that the ledger is made of the lines."""
    (root / LEDGER).unlink()


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


# Sabotage


def _append_without_sync(path: Path, data: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(data)


def _sync_no_responses(captures: Captures) -> None:
    if captures._file:  # noqa: SLF001
        captures._ledger.set_warc(captures._file)  # noqa: SLF001


def _commit_ledger_first(writer: ArchiveWriter) -> None:
    for group in writer._groups.values():  # noqa: SLF001
        writer._ledger.set_segment(group.acknowledged(b"".join(group.lines)))  # noqa: SLF001
    writer._ledger.commit()  # noqa: SLF001
    _commit(writer)


_commit = ArchiveWriter.commit
SABOTAGES: dict[str, Callable[[], None]] = {
    "no data sync": lambda: setattr(disk, "append", _append_without_sync),
    "no response sync": lambda: setattr(Captures, "sync", _sync_no_responses),
    "no directory sync": lambda: setattr(disk, "sync_directory", Path.exists),
    "ledger first": lambda: setattr(ArchiveWriter, "commit", _commit_ledger_first),
}


def main() -> int:
    """Live; the exit status is 74 where the disk will not have it."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--life", type=int)
    parser.add_argument("--sabotage", choices=SABOTAGES)
    options = parser.parse_args()
    if options.sabotage:
        SABOTAGES[options.sabotage]()
    if options.life:
        return _live_or_refuse(options.archive, options.life)
    for number, life in enumerate(LIVES, 1):
        if life.loses_ledger:
            lose_ledger(options.archive)
        # A process each: whoever is killed takes its open files along.
        child = os.fork()
        if not child:
            os._exit(_live_or_refuse(options.archive, number))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            return status
    return 0


def _live_or_refuse(root: Path, number: int) -> int:
    try:
        live(root, number)
    except ArchiveError as error:
        _say(f"refused: {error}")
        return ExitStatus.IO
    return 0


if __name__ == "__main__":
    sys.exit(main())
