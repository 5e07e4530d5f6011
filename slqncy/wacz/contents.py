"""What is in a package: each capture gets a line in the index, each story and front page one in the list of pages.

Answers that say that a page is as it was, status 304, are in the package and not in its index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.reasons import PageKind
from slqncy.wacz.cdxj import index_line, media_type
from slqncy.wacz.records import uuid_of
from slqncy.wacz.scratch import Page
from slqncy.warc.read import read_fields
from slqncy.warc.wire import read_answer

if TYPE_CHECKING:
    from slqncy.wacz.records import Record
    from slqncy.wacz.scratch import Scratch
    from slqncy.warc.wire import Answer

_OK, _NOT_MODIFIED = 200, 304
_PAGES = {PageKind.STORY, PageKind.FRONT}


class Contents:
    """Takes in the records of a package in their order, and counts them."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._newest: tuple[Record, Answer] | None = None
        self.captures = 0
        """Those in the index."""
        self.pages = 0
        self.first, self.last = "", ""
        """Times of the oldest and the newest capture: RFC 3339, UTC."""

    def add(self, record: Record, file: str, offset: int) -> None:
        """Take in a record that stands at an offset of a file under archive/.

        Raises ArchiveDamagedError for a capture of anything but HTTP.
        """
        if record.is_capture:
            self._add_capture(record, file, offset)
        elif record.kind == "metadata" and self._newest:
            self._add_page(record, *self._newest)

    def _add_capture(self, record: Record, file: str, offset: int) -> None:
        answer = read_answer(record.block)
        if answer is None:
            raise ArchiveDamagedError(
                f"archive/{file}, byte {offset}: no HTTP response; `scrapy verify` lists every defect"
            )
        self._newest = record, answer
        self.first, self.last = min(self.first or record.date, record.date), max(self.last, record.date)
        # To whoever asks for a page at a time near it, pywb and ReplayWeb.page would show an empty one.
        if answer.status == _NOT_MODIFIED:
            return
        self._scratch.add_line(index_line(record, answer, file, offset))
        if record.origin:
            self._scratch.add_need(record.origin)
        self.captures += 1

    def _add_page(self, metadata: Record, capture: Record, answer: Answer) -> None:
        about = metadata.headers.get("WARC-Concurrent-To")
        if not about or uuid_of(about) != capture.id:
            return
        notes = read_fields(metadata.block)
        if notes.get("kind") in _PAGES and answer.status == _OK and media_type(answer) == "text/html":
            uri = capture.headers["WARC-Target-URI"]
            self._scratch.add_page(
                Page(str(capture.id), uri, capture.date, ""),
                address=notes.get("page", uri),
                payload=capture.origin or capture.id,
                is_front=notes["kind"] == PageKind.FRONT,
            )
            self.pages += 1
