"""Reading a story page: general extraction, checked and corrected by the site's own banner."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from slqncy.extract.body import body_candidates
from slqncy.extract.boilerplate import find_banner, find_trailer, strip
from slqncy.extract.lines import page_lines
from slqncy.extract.story import Extracted, extract_story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from slqncy.extract.lines import Line
    from slqncy.extract.page import Page
    from slqncy.sites import Site

_MOST_SELECTIONS = 200
_LONGEST_IN_BOX = 40
_ENDS_SENTENCE = re.compile(r"[。！？!?”」』…)）]\s*$")
_MOST_STARTS = 6
"""Lines behind the banner with which the body may start: what a template puts between them is a line or two."""


def read_story(page: Page, site: Site, downloaded: datetime) -> Extracted:
    """The fields of a story page; `paragraphs` holds banner and trailer around the body where the page has them.

    Where the page has a banner, the selection of lines that fits the declared count exactly is the body; where none
    fits, it is what the general extraction finds between the two. `downloaded` is aware.
    """
    lines = page_lines(page)
    texts = [line.text for line in lines]
    banner, trailer = find_banner(texts, site), find_trailer(texts, site)
    if not banner and not trailer:
        return extract_story(page, lines, downloaded=downloaded)
    head, tail = texts[banner.start : banner.stop], texts[trailer.start : trailer.stop]
    between = lines[banner.stop : trailer.start if trailer else len(lines)]
    extracted = extract_story(page, lines, body=between, downloaded=downloaded)
    plausible = _selections(page, lines, between, framed=bool(banner))
    selections = list(islice(plausible, _MOST_SELECTIONS)) or [[]]

    def fits(selection: list[Line]) -> bool:
        """Whether the declared count is met, or none is declared."""
        chosen = [*head, *(line.text for line in selection), *tail]
        return strip(chosen, extracted.title, site).declared_delta in {0, None}

    extracted = extract_story(page, lines, body=next(filter(fits, selections), selections[0]), downloaded=downloaded)
    return replace(extracted, paragraphs=[*head, *extracted.paragraphs, *tail])


def _selections(page: Page, lines: list[Line], between: list[Line], *, framed: bool) -> Iterator[list[Line]]:
    """Selections of the lines between banner and trailer, most plausible first.

    Where no banner frames the body, `between` begins with the page's head: only the general extraction is plausible.
    """
    inside = {id(line) for line in between}
    general = [[line for line in candidate if id(line) in inside] for candidate in body_candidates(page, lines)]
    yield from filter(None, general)
    if framed:
        unlinked = [line for line in between if line.linked * 2 < len(line.text)]
        yield between
        yield unlinked
        for selection in (*general[:1], unlinked):
            yield from _without_box(selection)
        yield from _runs(unlinked)


def _without_box(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines less one run of short ones that end no sentence: an advertisement, a caption, a box of links."""
    for start in range(len(lines)):
        for stop in range(start, len(lines)):
            if len(lines[stop].text) > _LONGEST_IN_BOX or _ENDS_SENTENCE.search(lines[stop].text):
                break
            yield lines[:start] + lines[stop + 1 :]


def _runs(lines: list[Line]) -> Iterator[list[Line]]:
    """Runs of lines, longest first."""
    for start in range(min(_MOST_STARTS, len(lines))):
        for stop in range(len(lines), start, -1):
            yield lines[start:stop]
