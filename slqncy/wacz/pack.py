"""Packing WARC files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy import __version__
from slqncy.archive import disk
from slqncy.archive.errors import ArchiveError
from slqncy.visible import visible_json
from slqncy.wacz.cdxj import BLOCKS, compress
from slqncy.wacz.contents import Contents
from slqncy.wacz.month import Month, file_name
from slqncy.wacz.package import Package
from slqncy.wacz.records import records
from slqncy.wacz.scratch import Place, Scratch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from slqncy.wacz.records import Record
    from slqncy.wacz.scratch import Title

_DISK_ERRORS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_PAGES_HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}


class NoCapturesError(Exception):
    """There is nothing to pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What a package holds."""

    files: int
    captures: int
    """Those that can be asked for."""
    pages: int
    completed: int
    """Revisits that became responses, as their payload is of another month."""
    without_payload: int
    """Revisits of a record that is in none of the WARC files: they cannot be replayed."""


def pack(paths: Sequence[Path], target: Path, *, month: str = "", titles: Iterable[Title] = ()) -> Packed:
    """Write WARC files, or their captures of one month (YYYY-MM), as a package; equal captures make equal bytes.

    A file that is there is replaced as a whole, once the package is on disk; readers see the old or the new one.
    Raises NoCapturesError, ArchiveDamagedError for a WARC file that cannot be read, ArchiveError where the disk fails.
    """
    try:
        with closing(Scratch()) as scratch, _replacing(target) as file, closing(Package(file)) as package:
            return _fill(package, scratch, paths, month, titles)
    except OSError as error:
        raise ArchiveError(f"{target}: not written: {error}") from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _DISK_ERRORS:
            raise
        # Where SQLite keeps what has no name: https://www.sqlite.org/tempfiles.html
        raise ArchiveError(f"{target}: not written: {error}; TMPDIR says where temporary files are") from error


def _fill(package: Package, scratch: Scratch, paths: Sequence[Path], month: str, titles: Iterable[Title]) -> Packed:
    contents, of_month = Contents(scratch), Month(month, paths, scratch)
    sources = [(file_name(month), of_month.records())] if month else [(p.name, _all(p, scratch)) for p in paths]
    for name, found in sources:
        with package.member(f"archive/{name}") as member:
            for record in found:
                contents.add(record, name, member.size)
                member.write(record.packed)
    if not contents.captures:
        raise NoCapturesError(f"no captures of {month}" if month else "no captures")
    if not month:
        scratch.index_payloads()
    scratch.add_titles(titles)
    _add_index(package, scratch)
    _add_pages(package, scratch)
    package.finish(_properties(contents, scratch.main_page()))
    return Packed(
        files=len(sources), captures=contents.captures, pages=contents.pages, completed=of_month.completed,
        without_payload=scratch.count_without_payload(),
    )  # fmt: skip


def _all(path: Path, scratch: Scratch) -> Iterator[Record]:
    for position, record in records(path):
        if record.kind == "response":
            scratch.add_payload(record.id, Place(path.name, position, record.date))
        yield record


def _add_index(package: Package, scratch: Scratch) -> None:
    # The list of blocks is short: a line for some hundred captures.
    blocks = []
    with package.member(f"indexes/{BLOCKS}") as member:
        for packed, line in compress(scratch.lines()):
            member.write(packed)
            blocks.append(line)
    with package.member("indexes/index.idx") as member:
        member.write(b"".join(blocks))


def _add_pages(package: Package, scratch: Scratch) -> None:
    with package.member("pages/pages.jsonl") as member:
        member.write(_line(_PAGES_HEADER))
        for page in scratch.pages():
            member.write(_line({name: value for name, value in page._asdict().items() if value}))


def _line(document: dict[str, str]) -> bytes:
    return visible_json(json.dumps(document, ensure_ascii=False)).encode() + b"\n"


def _properties(contents: Contents, main_page: tuple[str, str] | None) -> dict[str, str]:
    days = f"{contents.first[:10]} to {contents.last[:10]}"
    about = {
        "title": f"{urlsplit(main_page[0]).hostname if main_page else 'Web archive'}, {days}",
        "description": f"{contents.captures} captures from {days}, {contents.pages} of them pages to begin with.",
        "created": contents.last,
        "software": f"slqncy {__version__}",
    }
    return about | ({"mainPageUrl": main_page[0], "mainPageDate": main_page[1]} if main_page else {})


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    temporary = disk.temporary_of(target)
    try:
        with disk.synced(temporary) as file:
            yield file
        disk.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
