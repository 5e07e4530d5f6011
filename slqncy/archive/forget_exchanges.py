"""Finding what was captured of some addresses, in all WARC files of an archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from fastwarc.warc import WarcRecordType

from slqncy.archive.captures import path_of
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import WARC
from slqncy.sites import Address, SiteError, load_site
from slqncy.warc.loss import Loss
from slqncy.warc.read import read_fields
from slqncy.warc.scan import ANSWERS, LAST, WarcError, answer_status, members, read_record

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from pathlib import Path

    from fastwarc.warc import WarcRecord

_SITE = "slqncy"
"""Of captures that name none: what a crawl is of unless it is told otherwise."""


@dataclass(slots=True)
class Captured:
    """A request and what came back, as far as it matters for taking it out."""

    file: str
    start: int
    until: int = 0
    """Byte offset behind the last record."""
    uri: str = ""
    """As asked for."""
    notes: dict[str, str] = field(default_factory=dict)
    answer: int | None = None
    """Byte offset of the response, or of the revisit in its stead; None where none came."""
    has_payload: bool = False
    status: int | None = None
    digest: str = ""
    """Of the payload, as WARC headers write it."""

    @property
    def loss(self) -> Loss:
        """The bytes of it."""
        return Loss(self.start, self.until)

    def is_of(self, addresses: Container[str]) -> bool:
        """Whether it was asked for as one of these pages, or came from the address of one."""
        if self.notes.get("page") in addresses:
            return True
        address = _address(self.notes.get("site", _SITE), self.notes.get("servedAt", ""))
        uris = (self.uri, self.notes.get("originalUri", ""))
        return address is not None and any(address.canonical(uri) in addresses for uri in uris if uri)


def captured_of(
    root: Path, files: Iterable[str], addresses: Container[str], places: Container[tuple[str, int | None]]
) -> Iterator[Captured]:
    """All that was captured of these pages, and the responses at these places, by file and byte offset.

    Raises ArchiveDamagedError where a file cannot be read.
    """
    for name in files:
        try:
            for captured in _exchanges(root, name):
                if captured.is_of(addresses) or (captured.has_payload and (name, captured.answer) in places):
                    yield captured
        except WarcError as error:
            raise ArchiveDamagedError(f"{WARC}/{name}: {error}; `scrapy repair` moves it aside") from error


def _exchanges(root: Path, name: str) -> Iterator[Captured]:
    current: Captured | None = None
    with path_of(root, name).open("rb") as file:
        for offset, end, content in members(file):
            record = read_record(offset, content)
            # What has no address is of the file: a loss may stand in the place of the last record.
            if uri := record.headers.get("WARC-Target-URI"):
                current = current or Captured(name, offset)
                current.until, current.uri = end, uri
                if record.record_type & ANSWERS:
                    _add_answer(current, offset, record)
                elif record.record_type & LAST:
                    current.notes = read_fields(record.reader.read())
            if current and record.record_type & LAST:
                yield current
                current = None


def _add_answer(captured: Captured, offset: int, record: WarcRecord) -> None:
    captured.answer, captured.has_payload = offset, record.record_type == WarcRecordType.response
    captured.digest = record.headers.get("WARC-Payload-Digest") or ""
    captured.status = answer_status(record)


@cache
def _address(site: str, served_at: str) -> Address | None:
    try:
        return Address(load_site(site), served_at)
    except SiteError:
        # A profile that somebody has written, and has no more: the page that was asked for is noted all the same.
        return None
