"""The line before a story that says how many characters it has: the known one, or another that counts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slqncy.extract.lines import page_lines
from slqncy.newsite.sample import tell
from slqncy.newsite.shapes import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.newsite.sample import Sample
    from slqncy.sites import Site

_SHARE = 0.6
"""Of the stories, those that must have a line, or a difference, that is taken for the site's."""
_FEWEST = 3
_LONGEST_LINE = 80
_CHARS = re.compile(r"([0-9]{2,7})\s*个?汉?字(?!号|体)")
_MINUTES = re.compile(r"([0-9]{1,5})\s*分钟?")
_NUMBER = re.compile(r"[0-9]+|\s+")
_TOLERANCE = 0.05
"""How far, of the declared characters, a count may be from what we count: captions, and the like."""


@dataclass(frozen=True, slots=True)
class Banner:
    """What was found of the stories' reading-time banner."""

    pages: int
    """Stories that have it."""
    whole: int
    """Of these, stories that are whole by it: declared_delta is 0."""
    example: str = ""
    pattern: str = ""
    """Where it is not the known one."""
    constant: int | None = None
    """Where the site counts otherwise."""
    inexpressible: str = ""
    """Why the line in `example` cannot be in a profile."""


def find_banner(stories: Sequence[Sample], site: Site) -> Banner:
    """The banner of the stories, by the profile `site`, or one of another wording."""
    deltas = [story.told.declared_delta for story in stories if story.told.declared_delta is not None]
    if deltas:
        return _counted(stories, site, deltas)
    lines = [_counting_lines(story) for story in stories]
    frames = Counter(frame for of_one in lines for frame in of_one)
    frame, pages = frames.most_common(1)[0] if frames else ("", 0)
    if pages < max(_FEWEST, _SHARE * len(stories)):
        return Banner(0, 0)
    example = next(of_one[frame] for of_one in lines if frame in of_one)
    if not _MINUTES.search(example):
        return Banner(pages, 0, example, inexpressible="it says no minutes, and a profile's banner has both")
    own = replace(site, banner=re.compile(_pattern(example)))
    told = [tell(story.page, own, story.downloaded) for story in stories]
    declared = [(page.declared_delta, page.declared_chars) for page in told]
    near = [delta for delta, chars in declared if delta is not None and chars and abs(delta) <= _TOLERANCE * chars]
    if len(near) < max(_FEWEST, _SHARE * pages):
        return Banner(pages, 0, example, inexpressible="what it counts is not the characters of the text")
    return replace(_counted(stories, own, near), pages=pages, example=example, pattern=own.banner.pattern)


def _counted(stories: Sequence[Sample], site: Site, deltas: list[int]) -> Banner:
    usual, times = Counter(deltas).most_common(1)[0]
    if usual and times >= max(_FEWEST, _SHARE * len(deltas)):
        site = replace(site, banner_constant=site.banner_constant + usual)
        told = (tell(story.page, site, story.downloaded) for story in stories)
        whole = sum(page.declared_delta == 0 for page in told)
        return Banner(len(deltas), whole, constant=site.banner_constant)
    return Banner(len(deltas), deltas.count(0))


def _counting_lines(story: Sample) -> dict[str, str]:
    """The short lines of a page that count characters, by what they have in common with those of other pages."""
    found: dict[str, str] = {}
    for line in page_lines(story.page):
        if len(line.text) <= _LONGEST_LINE and _CHARS.search(line.text):
            found.setdefault(_NUMBER.sub("#", line.text), line.text)
    return found


def _pattern(line: str) -> str:
    """An expression for a line with other numbers."""
    chars, minutes = _CHARS.search(line), _MINUTES.search(line)
    assert chars is not None
    assert minutes is not None
    groups = {chars.start(1): r"(?P<chars>\d{1,7})", minutes.start(1): r"(?P<minutes>\d{1,5})"}
    pieces, end = [], 0
    for match in _NUMBER.finditer(line):
        pieces.append(escaped(line[end : match.start()]))
        # What takes no digit back cannot be made to try all ways of sharing a run of them out.
        pieces.append(groups.get(match.start(), r"\s*" if match[0].isspace() else r"\d{1,9}+"))
        end = match.end()
    return "".join(pieces) + escaped(line[end:])
