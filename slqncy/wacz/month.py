"""The captures of one month, as a WARC file of their own."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from slqncy import __version__
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.wacz.records import record_of, records
from slqncy.wacz.scratch import Place
from slqncy.warc.wire import read_answer
from slqncy.warc.write import digest_text, record_member

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slqncy.wacz.records import Record
    from slqncy.wacz.scratch import Scratch
    from slqncy.warc.write import Fields

_NOT_MODIFIED = "/server-not-modified"
_OF_A_REVISIT = {"WARC-Profile", "WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"}
_MADE_ANEW = {"WARC-Type", "WARC-Block-Digest", "WARC-Truncated", "Content-Length"}


class Month:
    """The records of one month, out of several WARC files.

    Each has the bytes it has in its file. But a revisit whose payload is of another month becomes a response that has
    it; it keeps its WARC-Record-ID, by which its request and its metadata name it.
    """

    def __init__(self, month: str, paths: Sequence[Path], scratch: Scratch) -> None:
        self.completed = 0
        """How many revisits became responses."""
        self._month = month
        self._paths = {path.name: path for path in paths}
        self._scratch = scratch

    def records(self) -> Iterator[Record]:
        """All of them; what a WARC file says of itself stands before the first that comes from it.

        Reads all files once, to know which record has which payload, and then those that have records of the month.
        Raises ArchiveDamagedError, and OSError.
        """
        newest = {path: self._note(path) for path in self._paths.values()}
        self._scratch.index_payloads()
        inside = [path for path in newest if newest[path]]
        if inside:
            yield _info(self._month, inside, max(newest.values()))
        for path in inside:
            before: list[Record] = []
            for position, record in records(path):
                if record.kind == "warcinfo":
                    before = [record]
                elif record.date.startswith(self._month):
                    yield from before
                    before = []
                    yield self._whole(record, f"{path}, byte {position}") if record.origin else record

    def _note(self, path: Path) -> str:
        newest = ""
        for position, record in records(path):
            if record.kind == "response":
                self._scratch.add_payload(record.id, Place(path.name, position, record.date))
            if record.kind != "warcinfo" and record.date.startswith(self._month):
                newest = max(newest, record.date)
        return newest

    def _whole(self, revisit: Record, place: str) -> Record:
        assert revisit.origin
        found = self._scratch.payload(revisit.origin)
        if found is None or found.date.startswith(self._month):
            return revisit
        _, original = next(records(self._paths[found.file], found.position))
        self.completed += 1
        return _response(revisit, original, place)


def _response(revisit: Record, original: Record, place: str) -> Record:
    """What the revisit would be if the payload had not been known."""
    own, other = read_answer(revisit.block), read_answer(original.block)
    digest = revisit.headers["WARC-Payload-Digest"]
    if own is None or other is None or digest != digest_text(other.digest()):
        raise ArchiveDamagedError(f"{place}: not of the payload that record {original.id} has; see `scrapy verify`")
    # The head of a 304 is no head of a page. A browser shows the page as it was, with the head it had.
    is_not_modified = revisit.headers["WARC-Profile"].endswith(_NOT_MODIFIED)
    block = original.block if is_not_modified else own.head + other.payload
    truncated = original.headers.get("WARC-Truncated")
    response = _record(
        [
            ("WARC-Type", "response"),
            *((name, value) for name, value in revisit.headers.items() if name not in _OF_A_REVISIT | _MADE_ANEW),
            *([("WARC-Truncated", truncated)] if truncated else []),
        ],
        block,
    )
    return replace(response, origin=revisit.origin)


def _info(month: str, paths: Sequence[Path], date: str) -> Record:
    names = ", ".join(path.name for path in paths)
    block = (
        f"software: slqncy/{__version__}\r\n"
        "format: WARC File Format 1.1\r\n"
        "conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        f"description: Captures of {month} out of {names}; revisits of other months' payloads are responses here\r\n"
    ).encode()
    # Made of what it says: equal packages are equal byte for byte.
    record_id = uuid5(NAMESPACE_URL, f"{date} {block.decode()}")
    return _record(
        [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", f"<{record_id.urn}>"),
            ("WARC-Date", date),
            ("WARC-Filename", file_name(month)),
            ("Content-Type", "application/warc-fields"),
        ],
        block,
    )


def file_name(month: str) -> str:
    """Name of the WARC file of a month."""
    return f"{month}.warc.gz"


def _record(headers: Fields, block: bytes) -> Record:
    packed = record_member(headers, block)
    return record_of(packed, zlib.decompress(packed, wbits=31), "made here")
