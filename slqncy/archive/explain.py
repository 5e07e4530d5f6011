"""Why a story is, or is not, in the archive."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import line_at, whole_lines
from slqncy.archive.layout import LEDGER, LINE_TYPES, Kind, segment_kind
from slqncy.archive.ledger import Ledger, require_archive
from slqncy.records import Event, decode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slqncy.archive.ledger import Entry, Known
    from slqncy.records import Line


class Kept(NamedTuple):
    """A line, and where it is."""

    entry: Entry
    record: Line


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that an archive knows of one address."""

    known: Known
    events: list[Event]
    """What happened to it, in order."""
    lines: list[Kept]
    """Its lines in stories/, duplicates/, rejected/ and rewrites/."""


def explain(root: Path, names: Iterable[str]) -> Explanation | None:
    """What the archive knows of the first of these URLs or story ids that it has heard of, or None.

    Raises ArchiveError where there is no archive, ArchiveDamagedError where it cannot be read.
    """
    require_archive(root, with_ledger=True)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            known = ledger.first_known(names)
            if known is None:
                return None
            lengths = {name: segment.length for name, segment in ledger.segments().items()}
            lines = [Kept(entry, _record(root, entry)) for entry in ledger.entries(known.id)]
            return Explanation(known, _events(root, lengths, known.url), lines)
    except (sqlite3.Error, ValueError, OSError, EOFError, zlib.error) as error:
        raise ArchiveDamagedError(f"{root}: {error}; `scrapy verify --full` names every defect") from error


def _events(root: Path, lengths: dict[str, int], url: str) -> list[Event]:
    # Searching is faster than any index is worth: a thousand events are 0.3 MB.
    wanted = b'"url":' + msgspec.json.encode(url)
    return [
        decode(line, Event)
        for name in sorted(lengths)
        if segment_kind(name) is Kind.EVENT
        for _, line in whole_lines(root, name, lengths[name])
        if wanted in line
    ]


def _record(root: Path, entry: Entry) -> Line:
    return decode(line_at(root, entry.segment, entry.position), LINE_TYPES[segment_kind(entry.segment)])
