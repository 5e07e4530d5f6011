"""The story numbers of each site: what became of those that were asked for, and which never were."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger, require_archive
from slqncy.reasons import HOLE, Standing, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_MOST_DIGITS = 15
"""A longer number, with a standing behind it, is too large for an array of 64-bit integers."""


_STANDINGS = tuple(Standing)
_SETTLED = {State.ARCHIVED, State.DUPLICATE, State.GONE, State.FORGOTTEN}


def _text(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_STANDING = f"""CASE state
    {"".join(f"WHEN '{state}' THEN {_STANDINGS.index(Standing(state))} " for state in sorted(_SETTLED))}
    WHEN 'rejected' THEN iif(reason IN ({_text(HOLE)}),
        {_STANDINGS.index(Standing.MISSING)}, {_STANDINGS.index(Standing.REJECTED)})
    ELSE {_STANDINGS.index(Standing.WAITING)} END"""
_NUMBER = "substr(story, length(:prefix) + 1)"
_IS_NUMBER = f"length(story) <= length(:prefix) + {_MOST_DIGITS} AND {_NUMBER} NOT GLOB '*[^0-9]*'"
# They travel as texts: a million rows one by one would take a second.
_CODES = f"""
    SELECT coalesce(group_concat(id), ''), coalesce(group_concat(iif({_IS_NUMBER}, {_NUMBER} || {_STANDING}, '-1')), '')
    FROM url WHERE kind = 'story' AND """  # noqa: S608
# So would going from the index to a million rows here and there, which + prevents.
_OF_SECTION = f"{_CODES} +story > :prefix AND +story < :stop"
_OF_SMALL_SECTION = f"{_CODES} story > :prefix AND story < :stop AND story <> ''"
_SIZES = """
    SELECT (SELECT count(*) FROM url WHERE story > :prefix AND story < :stop AND story <> ''), (SELECT max(id) FROM url)
"""
_SCAN = 8
"""As many rows are read as they stand in the time that it takes to go from an index to one."""
_FIRST = "SELECT min(story) FROM url WHERE story >= ? AND story < ? AND story <> ''"
_BEHIND_ALL = chr(sys.maxunicode)
_OF_STORIES = f"{_CODES} story <> '' AND story IN (SELECT value FROM json_each(:stories))"  # noqa: S608

# An address that is no hole in another section has the number, or will have: it is asked for there, and not here.
_NEXT = f"""
    WITH RECURSIVE number (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)
    SELECT n FROM number LEFT JOIN url ON story = :prefix || n AND story <> '' AND kind = 'story'
    WHERE (
        id IS NULL OR (:anew AND state <> 'forgotten') OR (state IN ('found', 'failed', 'excluded') AND due <= :until)
    ) AND coalesce(not_before <= :until, 1) AND NOT EXISTS (
        SELECT 1 FROM json_each(:others) CROSS JOIN url AS elsewhere
        ON elsewhere.story = json_each.value || n AND elsewhere.story <> ''
        WHERE elsewhere.kind = 'story' AND NOT (elsewhere.state = 'rejected' AND elsewhere.reason IN ({_text(HOLE)}))
    ) LIMIT 1
"""  # noqa: S608


class Section(NamedTuple):
    """What is known of the stories of a section: of each address its number in the ledger, and a code."""

    addresses: NDArray[np.int64]
    codes: NDArray[np.int64]
    """The story's number, times ten, plus the place of its standing in Standing; -1 where its id is no number."""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """The story numbers that are known of a site, or of one of its sections."""

    name: str
    """slqncy, or slqncy/szxw."""
    numbers: NDArray[np.int64]
    """Ascending, each once."""
    standings: NDArray[np.int64]
    """What is known of each, as its place in Standing."""
    unnumbered: int = 0
    """Stories whose ids are no numbers."""

    @property
    def is_section(self) -> bool:
        """Whether it is a section's line, and not that of a whole site."""
        return "/" in self.name

    @property
    def lowest(self) -> int | None:
        """The lowest number known, or None where there is none."""
        return int(self.numbers[0]) if self.numbers.size else None

    @property
    def highest(self) -> int | None:
        """The highest number known, or None where there is none."""
        return int(self.numbers[-1]) if self.numbers.size else None

    @property
    def length(self) -> int:
        """How many numbers there are from the lowest known to the highest."""
        return int(self.numbers[-1] - self.numbers[0]) + 1 if self.numbers.size else 0

    @property
    def never_asked(self) -> int:
        """Numbers between the lowest and the highest that the archive has never heard of."""
        return self.length - self.numbers.size

    @property
    def share(self) -> float:
        """The share of the numbers between the lowest and the highest of which it is known what is there."""
        return 1 - (self.never_asked + self.counts()[Standing.WAITING]) / self.length if self.length else 0.0

    def counts(self) -> dict[Standing, int]:
        """How many numbers have each standing."""
        counted = np.bincount(self.standings, minlength=len(_STANDINGS))
        return dict(zip(_STANDINGS, map(int, counted), strict=True))

    def gaps(self, most: int) -> list[range]:
        """The longest runs of numbers that were never asked for, longest first, lower ones first among equals."""
        steps = np.diff(self.numbers)
        (places,) = np.nonzero(steps > 1)
        longest = places[np.argsort(-steps[places], kind="stable")[:most]]
        return [range(int(self.numbers[place]) + 1, int(self.numbers[place + 1])) for place in longest]

    def spans(self, size: int) -> NDArray[np.int64]:
        """How many numbers of each standing are in each span of `size`, and last how many were never asked for.

        A span begins at a multiple of `size`; of the first and the last one only what is on the line counts.
        Spans x (standings + 1); there must be a number.
        """
        places = self.numbers // size
        first, last = int(places[0]), int(places[-1])
        standings = len(_STANDINGS)
        cells = np.bincount((places - first) * standings + self.standings, minlength=(last - first + 1) * standings)
        cells = cells.reshape(-1, standings)
        lengths = np.full(len(cells), size)
        lengths[0] -= int(self.numbers[0]) - first * size
        lengths[-1] -= (last + 1) * size - 1 - int(self.numbers[-1])
        return np.column_stack((cells, lengths - cells.sum(axis=1)))

    def as_dict(self) -> dict[str, Any]:
        """For the run's JSON."""
        return {
            "lowest": self.lowest,
            "highest": self.highest,
            **{standing.value: count for standing, count in self.counts().items()},
            "never_asked": self.never_asked,
            "unnumbered": self.unnumbered,
        }


def coverage(root: Path) -> list[NumberLine]:
    """The number lines of an archive. Raises ArchiveError, or ArchiveDamagedError where its ledger cannot be read."""
    require_archive(root, with_ledger=True)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            return number_lines(ledger.db)
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error


def number_lines(db: sqlite3.Connection) -> list[NumberLine]:
    """The number line of each site in a ledger, and behind it those of its sections where it has several."""
    return lines_of({prefix: read(db, prefix) for prefix in prefixes(db)})


def lines_of(sections: Mapping[str, Section]) -> list[NumberLine]:
    """The same of what is known of each section, by the prefix of its ids, ascending."""
    lines = []
    for site, of_site in groupby(sections, lambda prefix: prefix.partition("/")[0]):
        parts = {prefix[:-1]: sections[prefix] for prefix in of_site}
        lines.append(_line(site, list(parts.values())))
        if len(parts) > 1:
            lines += [_line(name, [part]) for name, part in parts.items()]
    return lines


def prefixes(db: sqlite3.Connection, site: str = "") -> Iterator[str]:
    """What the ids of stories begin with, site and section: slqncy/szxw/; those of one site, or of all."""
    start, stop = (f"{site}/", _stop(f"{site}/")) if site else ("", _BEHIND_ALL)
    # From one section straight to the next: the ids themselves may be a million.
    while story := db.execute(_FIRST, (start, stop)).fetchone()[0]:
        prefix = story[: story.rindex("/") + 1]
        yield prefix
        start = _stop(prefix)


def next_to_ask(
    db: sqlite3.Connection, site: str, section: str, numbers: range, until: int, *, anew: bool
) -> int | None:
    """The first of ascending numbers that a sweep asks for in a section of a site, or None.

    That is one whose address there is unknown, or waits for an answer and is due until a time; with `anew` whatever is
    known of it, unless it is forgotten. One that is known in another section, and is not known to be missing there, is
    none.
    """
    if not numbers:
        return None
    prefix = f"{site}/{section}/"
    others = [other for other in prefixes(db, site) if other != prefix]
    values = {
        "first": numbers[0], "last": numbers[-1], "prefix": prefix, "others": json.dumps(others),
        "until": until, "anew": anew,
    }  # fmt: skip
    row = db.execute(_NEXT, values).fetchone()
    return row[0] if row else None


def _stop(prefix: str) -> str:
    """What comes behind all ids that begin with a prefix."""
    return prefix[:-1] + chr(ord("/") + 1)


def read(db: sqlite3.Connection, prefix: str) -> Section:
    """What a ledger knows of the stories of a section, all of which it reads."""
    span = {"prefix": prefix, "stop": _stop(prefix)}
    ((stories, addresses),) = db.execute(_SIZES, span)
    return _section(db, _OF_SECTION if stories * _SCAN > addresses else _OF_SMALL_SECTION, span)


def changed(db: sqlite3.Connection, prefix: str, was: Section, stories: Iterable[str]) -> Section:
    """The same of a section of which that was known, before something happened to some of its stories."""
    now = _section(db, _OF_STORIES, {"prefix": prefix, "stories": json.dumps([*stories])})
    order = np.argsort(now.addresses)
    addresses, codes = now.addresses[order], now.codes[order]
    places = np.searchsorted(was.addresses, addresses)
    is_new = np.append(was.addresses, -1)[places] != addresses
    known = was.codes.copy()
    known[places[~is_new]] = codes[~is_new]
    return Section(
        np.insert(was.addresses, places[is_new], addresses[is_new]), np.insert(known, places[is_new], codes[is_new])
    )


def _section(db: sqlite3.Connection, query: str, values: Mapping[str, str]) -> Section:
    addresses, codes = (np.fromstring(text, np.int64, sep=",") for text in db.execute(query, values).fetchone())
    return Section(addresses, codes)


def _line(name: str, sections: list[Section]) -> NumberLine:
    codes = np.sort(np.concatenate([section.codes for section in sections]))
    unnumbered = int(np.searchsorted(codes, 0))
    numbers, standings = np.divmod(codes[unnumbered:], 10)
    is_first = np.ones(numbers.size, dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
    return NumberLine(name, numbers[is_first], standings[is_first], unnumbered)
