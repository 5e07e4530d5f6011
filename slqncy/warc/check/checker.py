"""Going over a WARC file, and saying what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from slqncy.warc.check.again import block, likeness, payload
from slqncy.warc.check.exchange import exchange_defects
from slqncy.warc.check.members import DamageError, Junk, Member, members
from slqncy.warc.check.own import FILE_NAME, listed, member_defects, own_defects
from slqncy.warc.check.record import Record, read_record
from slqncy.warc.check.spec import spec_defects, wrong_digests
from slqncy.warc.check.stream import Stream
from slqncy.warc.check.wire import wire_defect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


_LONGEST_EXCHANGE = 3  # records


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with a WARC file."""

    file: str
    """Its name."""
    offset: int
    """Of the gzip member, or of the record in a file that is not compressed."""
    what: str

    def __str__(self) -> str:
        """In one sentence."""
        return f"{self.file}, byte {self.offset}: {self.what}"


class Target(NamedTuple):
    """The record that a revisit refers to; '' for what it does not say."""

    record_id: str
    """With the brackets."""
    uri: str
    date: str
    digest: str
    """WARC-Payload-Digest, as the revisit has it."""


def check(
    path: Path, *, own: bool = False, known: Callable[[Target], bool] | None = None, end: int | None = None
) -> Iterator[Defect]:
    """What is wrong with a WARC file, compressed or not, in order.

    Without `own`, only what the standard forbids; with it, all in which it differs from the files of this project.
    `known` says whether a record that a revisit refers to is in another file; unless given, that is believed.
    `end` is where the file ends, if not at its end: a run may be writing. Raises OSError.

    Reads once, forward, in pieces of at most 1 MiB; keeps some 130 bytes a record, to know it when it is referred to.
    """
    size = path.stat().st_size
    end = size if end is None else end
    checker = _Checker(path, own, known)
    if own:
        yield from checker.name_defects()
    if not size:
        yield Defect(path.name, 0, "empty")
        return
    if size < end:
        yield Defect(path.name, size, f"the file ends here, and not at byte {end}")
    with path.open("rb") as file:
        for member in members(file, 0, end):
            if isinstance(member, Junk):
                yield Defect(path.name, member.offset, member.what)
            else:
                yield from checker.member_defects(member)
    yield from checker.end_defects()


@dataclass(slots=True)
class _Checker:
    """What has to be remembered from record to record."""

    path: Path
    own: bool
    known: Callable[[Target], bool] | None
    first: bytes = b""
    """The header of the first gzip member."""
    records: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    """Hashes of what a record may be referred to by, its id or its URI and date, to the hash of what it is.

    64 bits tell the records of a file apart, and take less memory than the ids.
    """
    unresolved: list[tuple[int, Target]] = field(default_factory=list)
    exchange: list[tuple[int, int, Record]] = field(default_factory=list)
    """Byte offset, number in its member, and record, since the last metadata record."""

    def name_defects(self) -> Iterator[Defect]:
        """What is wrong with the file's name."""
        if not FILE_NAME.fullmatch(self._name()):
            yield self._defect(0, "not named slqncy-YYYYMMDDhhmmss-NNNNN.warc.gz")

    def member_defects(self, member: Member) -> Iterator[Defect]:
        """What is wrong with a gzip member and the records in it."""
        self.first = self.first or member.header
        if self.own:
            yield from (self._defect(member.offset, what) for what in member_defects(member, self.first))
        stream = Stream(member)
        number = 0
        try:
            more = stream.more()
            while more:
                offset = member.offset if member.is_gzip else member.offset + stream.position
                place = f"record {number + 1} of the member: " if number and member.is_gzip else ""
                found = list(self._record_defects(stream, offset, number if member.is_gzip else 0))
                number += 1
                # A damaged member shows it at its end, and has no other fault than that.
                more = stream.more()
                yield from (self._defect(offset, place + what) for what in found)
        except DamageError as error:
            yield self._defect(member.offset, str(error))
            return
        if self.own and member.is_gzip and number != 1:
            yield self._defect(member.offset, f"{number} records in one gzip member")

    def end_defects(self) -> Iterator[Defect]:
        """What is known to be wrong only when all is read."""
        if not self.records:
            yield self._defect(0, "no record")
        if self.exchange:
            offset = self.exchange[0][0]
            yield from (self._defect(offset, what) for what in self._exchange_defects())
        for offset, target in self.unresolved:
            if not self._is_seen(target) and self.known and not self.known(target):
                yield self._defect(offset, _nowhere(target))

    def _record_defects(self, stream: Stream, offset: int, number: int) -> Iterator[str]:
        start = stream.take(1)
        stream.give_back(start)
        begin = stream.position
        if start in {b"\r", b"\n", b"\0"}:
            stream.skip_to(b"WARC/")
            kind = "zero bytes" if start == b"\0" else "bytes"
            yield f"{stream.position - begin} {kind} that belong to no record"
            return
        record = read_record(stream)
        if record is None:
            yield f"{stream.position - begin} bytes that are no record: the header does not end"
            return
        self.records += 1
        yield from spec_defects(record)
        for name in wrong_digests(record):
            # A block of another length than its header says has another digest.
            if record.is_framed:
                what = "block" if name == "WARC-Block-Digest" else "payload"
                like = likeness(self.path, offset, number, record.digests[name])
                yield f"{name} is not that of the {what}{like}"
        yield from self._reference_defects(record, offset)
        if self.own:
            yield from own_defects(record)
            yield from self._order_defects(record, offset, number)

    def _reference_defects(self, record: Record, offset: int) -> Iterator[str]:
        key = hash(record.get("WARC-Record-ID").strip("<>"))
        if key in self.seen and record.get("WARC-Record-ID"):
            yield f"WARC-Record-ID stands on an earlier record: {record.get('WARC-Record-ID')[:80]!r}"
        uri, date, digest = (record.get(name) for name in ("WARC-Target-URI", "WARC-Date", "WARC-Payload-Digest"))
        self.seen[key] = 0
        if record.type == "response":
            self.seen[key] = hash((uri, date, digest))
            self.seen[hash((uri, date))] = 0
        if record.type == "revisit":
            names = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date", "WARC-Payload-Digest")
            target = Target(*(record.get(name) for name in names))
            if not self._is_seen(target):
                self.unresolved.append((offset, target))
            elif self.own and target.record_id and self.seen[_key(target)] != hash(target[1:]):
                yield "the record that the revisit refers to has another URI, date or payload digest"

    def _is_seen(self, target: Target) -> bool:
        return _key(target) in self.seen

    def _order_defects(self, record: Record, offset: int, number: int) -> Iterator[str]:
        if (record.type == "warcinfo") != (self.records == 1):
            yield "the first record is no warcinfo" if self.records == 1 else "a warcinfo that is not the first record"
        if record.type == "warcinfo":
            if record.get("WARC-Filename") != self._name():
                yield f"WARC-Filename is not the name of the file: {record.get('WARC-Filename')[:80]!r}"
            return
        self.exchange.append((offset, number, record))
        if record.type == "metadata" or len(self.exchange) > _LONGEST_EXCHANGE:
            yield from self._exchange_defects()

    def _exchange_defects(self) -> Iterator[str]:
        exchange, self.exchange = self.exchange, []
        yield from exchange_defects([record for _, _, record in exchange])
        offset, number, last = exchange[-1]
        whole = last.block.whole
        notes = listed(b"".join(block(self.path, offset, number)) if whole is None else whole)
        for offset, number, record in exchange:
            if record.type in {"response", "revisit"} and not notes.keys() & {"wireSha256", "withheld"}:
                yield "no wireSha256 in the metadata"
            elif record.type == "response" and record.head is not None:
                whole = record.payload.whole
                read = partial(payload, self.path, offset, number) if whole is None else partial(iter, (whole,))
                if what := wire_defect(record.head, read, notes):
                    yield f"the response at byte {offset} is {what}"

    def _name(self) -> str:
        return self.path.name.removesuffix(".open")

    def _defect(self, offset: int, what: str) -> Defect:
        return Defect(self.path.name, offset, what)


def _key(target: Target) -> int:
    return hash(target.record_id.strip("<>")) if target.record_id else hash((target.uri, target.date))


def _nowhere(target: Target) -> str:
    named = target.record_id or f"{target.uri} of {target.date}"
    return f"a revisit of what is in no file: {named[:200]}"
