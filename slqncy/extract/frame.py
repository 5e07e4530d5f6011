"""The site's own lines around a story: the reading-time banner before it, title and address behind it.

Where they stand is the template's business: in the meta line, in a box of their own, cut over several elements.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from slqncy.sites import Site

_LONGEST_LINE = 150
"""Characters of a line in whose middle a banner may stand; in a longer one it is quoted."""
_LONGEST_PIECE = 30
"""Characters of a line that may be a piece of a banner."""
_MOST_PIECES = 6


@dataclass(frozen=True, slots=True)
class Banner:
    """A reading-time banner."""

    lines: range
    """The lines it stands in."""
    text: str
    """The banner as printed."""
    begins_line: bool
    """Whether nothing stands before it in its line."""
    behind: str
    """What stands behind it in a line that it begins: the start of the body, or other data of the page; else ""."""
    chars: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Trailer:
    """The two lines that end a story page."""

    lines: range
    title: str
    """The original title."""
    address: str
    """The story's own address, as printed."""


def find_banners(lines: list[str], site: Site) -> Iterator[Banner]:
    """All banners, in reading order."""
    text = "".join(lines)
    starts = [0, *accumulate(map(len, lines))]
    position = 0
    # Only a line in which one begins is looked at.
    while match := site.banner.search(text, position):
        index = bisect_right(starts, match.start()) - 1
        banner = _banner_at(lines, index, site)
        if banner:
            yield banner
        position = starts[banner.lines.stop if banner else index + 1]


def first_banner(lines: list[str], site: Site) -> Banner | None:
    """The first banner that begins its line."""
    return next((banner for banner in find_banners(lines, site) if banner.begins_line), None)


def read_banner(text: str, site: Site) -> Banner | None:
    """The first banner in a text, if there is one; its lines are unknown."""
    match = site.banner.search(text)
    return _banner(match, range(0)) if match else None


def find_trailer(lines: list[str], site: Site, start: int = 0) -> Trailer | None:
    """The last trailer from line `start` on."""
    return next(find_trailers(lines, site, start), None)


def find_trailers(lines: list[str], site: Site, start: int = 0) -> Iterator[Trailer]:
    """The trailers from line `start` on, the last first: a title line and, next to it, an address line."""
    for index in range(len(lines) - 1, start - 1, -1):
        if site.trailer_title.fullmatch(lines[index]) and (trailer := _trailer_at(lines, index, site)):
            yield trailer


def _banner_at(lines: list[str], index: int, site: Site) -> Banner | None:
    line = lines[index]
    match = site.banner.search(line) if len(line) <= _LONGEST_LINE else site.banner.match(line)
    if match:
        return _banner(match, range(index, index + 1))
    pieces = lines[index : index + _MOST_PIECES]
    if len(line) <= _LONGEST_PIECE and site.banner.match("".join(pieces)):
        for count in range(2, len(pieces) + 1):
            if max(map(len, pieces[:count])) > _LONGEST_PIECE:
                return None
            if match := site.banner.fullmatch("".join(pieces[:count])):
                return _banner(match, range(index, index + count))
    return None


def _banner(match: re.Match[str], lines: range) -> Banner:
    begins_line = match.start() == 0
    behind = match.string[match.end() :].strip() if begins_line else ""
    return Banner(lines, match[0], begins_line, behind, int(match["chars"]), int(match["minutes"]))


def _trailer_at(lines: list[str], index: int, site: Site) -> Trailer | None:
    title, after_title = _labelled(lines, index, site.trailer_title)
    address, stop = _labelled(lines, after_title, site.trailer_address)
    return Trailer(range(index, stop), title, address) if title is not None and address is not None else None


def _labelled(lines: list[str], index: int, pattern: re.Pattern[str]) -> tuple[str | None, int]:
    """The value of a labelled line, None where it is none, and the index behind; the value may be on the next line."""
    match = pattern.fullmatch(lines[index]) if index < len(lines) else None
    if not match:
        return None, index
    if (value := match["value"].strip()) or index + 1 == len(lines):
        return value, index + 1
    return lines[index + 1].strip(), index + 2
