"""Reading a story page: general extraction, checked and corrected by the site's own banner."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain, islice, tee
from typing import TYPE_CHECKING

from slqncy.extract.body import body_candidates, story_lines
from slqncy.extract.boilerplate import strip
from slqncy.extract.frame import find_banners, find_trailer, find_trailers, first_banner, read_banner
from slqncy.extract.lines import all_text, page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.story import Extracted, story_fields
from slqncy.extract.title import find_title, title_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from slqncy.extract.boilerplate import Stripped
    from slqncy.extract.frame import Banner, Trailer
    from slqncy.extract.lines import Line
    from slqncy.extract.page import Page
    from slqncy.sites import Site

_MOST_GUESSES = 400
_LEAST_GUESSES = 4
_MOST_LINES = 100_000
"""Lines to be counted over all guesses, so that a page of many lines costs no more than one of few."""
_MOST_BANNERS = 5
"""A page that quotes more is a list of teasers."""
_MOST_TRAILERS = 3
_LONGEST_IN_BOX = 40
_ENDS_SENTENCE = re.compile(r"[。！？!?”」』…)）]\s*$")
_MOST_STARTS = 6
"""Lines behind the banner with which the body may start: what a template puts between them is a line or two."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A guess at where the site's own lines stand."""

    head: list[str]
    """The banner as a line, the start of the body behind it where they share a line."""
    body: list[Line]
    """The lines among which the body is."""
    tail: list[str]
    """The trailer."""
    is_tight: bool
    """Whether the banner begins `body`: then any run of its lines may be the story."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """A frame, and lines of it that may be the story."""

    frame: _Frame
    body: list[Line]

    def paragraphs(self) -> list[str]:
        return [*self.frame.head, *(line.text for line in self.body), *self.frame.tail]


def read_story(page: Page, site: Site, downloaded: datetime) -> Extracted:
    """The fields of a story page; `paragraphs` holds banner and trailer around the body where the page has them.

    Where the page has a banner, the selection of lines that fits the declared count exactly is the body; where none
    fits, it is what the general extraction finds. `downloaded` is aware.
    """
    return read_and_strip(page, site, downloaded)[0]


def read_and_strip(page: Page, site: Site, downloaded: datetime) -> tuple[Extracted, Stripped]:
    """The fields of a story page as `read_story` gives them, and what `strip` leaves of its paragraphs."""
    lines = page_lines(page)
    metadata = read_metadata(page)
    headline = title_line(metadata, lines)
    frames = list(_frames(page, lines, headline, site))
    if not frames:
        extracted = story_fields(page, lines, headline, story_lines(lines, headline), downloaded=downloaded)
        return extracted, strip(extracted.paragraphs, extracted.title, site)
    title = find_title(metadata, headline, lines)
    most = max(_LEAST_GUESSES, min(_MOST_GUESSES, _MOST_LINES // (len(lines) + 1)))
    guesses = islice(_guesses(frames, body_candidates(lines, headline)), most)
    first = next(guesses, _Guess(frames[0], []))
    proofs = ((guess, _proof(guess.paragraphs(), title, site)) for guess in chain([first], guesses))
    guess, stripped = next(((guess, proof) for guess, proof in proofs if proof), (first, None))
    extracted = story_fields(page, lines, headline, guess.body, downloaded=downloaded)
    paragraphs = guess.paragraphs()
    return replace(extracted, paragraphs=paragraphs), stripped or strip(paragraphs, title, site)


def _proof(paragraphs: list[str], title: str, site: Site) -> Stripped | None:
    """What is left of the paragraphs, if that is as many characters as they declare."""
    banner = first_banner(paragraphs, site)
    # Nothing is added to what is less than declared.
    if banner is None or site.count(paragraphs) < banner.chars:
        return None
    stripped = strip(paragraphs, title, site)
    return stripped if stripped.declared_delta == 0 else None


def _frames(page: Page, lines: list[Line], headline: Line | None, site: Site) -> Iterator[_Frame]:
    """Guesses, most plausible first; none where the page has neither banner nor trailer."""
    texts = [line.text for line in lines]
    banners = list(islice(find_banners(texts, site), _MOST_BANNERS))
    if not banners:
        yield from _frames_without_banner(page, lines, texts, site)
    # Teasers of other stories begin with a banner too; the page's own stands by the headline.
    start = lines.index(headline) if headline in lines else 0
    for banner in sorted(banners, key=lambda banner: (banner.lines.stop <= start, banner.lines.start)):
        for trailer in _trailers(texts, site, banner.lines.stop):
            behind = lines[banner.lines.stop : _start(trailer, banner.lines.stop, len(lines))]
            before = lines[: _start(trailer, 0, banner.lines.start)]
            for head in _heads(banner):
                yield _Frame(head, behind, _tail(trailer, texts), is_tight=True)
                yield _Frame(head, before + behind, _tail(trailer, texts), is_tight=False)


def _frames_without_banner(page: Page, lines: list[Line], texts: list[str], site: Site) -> Iterator[_Frame]:
    trailer = find_trailer(texts, site)
    hidden = read_banner(all_text(page.root), site)
    if trailer or hidden:
        body = lines[: _start(trailer, 0, len(lines))]
        yield _Frame([hidden.text] if hidden else [], body, _tail(trailer, texts), is_tight=False)


def _trailers(texts: list[str], site: Site, start: int) -> list[Trailer | None]:
    """The trailers behind line `start`, the last first, for a story may quote one; else any, else none."""
    return list(islice(find_trailers(texts, site, start), _MOST_TRAILERS)) or [find_trailer(texts, site)]


def _start(trailer: Trailer | None, least: int, otherwise: int) -> int:
    """Where a trailer that is not above line `least` starts."""
    return trailer.lines.start if trailer and least <= trailer.lines.start < otherwise else otherwise


def _tail(trailer: Trailer | None, texts: list[str]) -> list[str]:
    return texts[trailer.lines.start : trailer.lines.stop] if trailer else []


def _heads(banner: Banner) -> list[list[str]]:
    """The banner's line with and without what stands behind it: running text belongs to the body, a date does not."""
    alone, whole = [banner.text], [f"{banner.text}{banner.behind}"]
    if not banner.behind:
        return [alone]
    return [whole, alone] if len(banner.behind) > _LONGEST_IN_BOX else [alone, whole]


def _guesses(frames: list[_Frame], general: Iterator[list[Line]]) -> Iterator[_Guess]:
    """What the general extraction finds within each frame; then, behind a banner, any plausible run of lines."""
    # Each is found when it is first tried, and mostly none but the first is.
    again = iter(tee(general, 2 * len(frames)))
    for frame in frames:
        yield from (_Guess(frame, body) for body in _within(frame, next(again)))
    for frame in frames:
        if frame.is_tight:
            best = islice(_within(frame, next(again)), 1)
            yield from (_Guess(frame, body) for body in _selections(frame.body, best))


def _within(frame: _Frame, selections: Iterable[list[Line]]) -> Iterator[list[Line]]:
    """The selections less what is outside of the frame."""
    inside = {id(line) for line in frame.body}
    return filter(None, ([line for line in lines if id(line) in inside] for lines in selections))


def _selections(lines: list[Line], best: Iterable[list[Line]]) -> Iterator[list[Line]]:
    unlinked = [line for line in lines if line.linked * 2 < len(line.text)]
    yield lines
    yield unlinked
    for selection in (*best, unlinked):
        yield [line for line in selection if not _is_boxed(line)]
        yield from _without_box(selection)
    yield from _runs(unlinked)


def _is_boxed(line: Line) -> bool:
    """Whether a line may be of a box: short, and the end of no sentence."""
    return len(line.text) <= _LONGEST_IN_BOX and not _ENDS_SENTENCE.search(line.text)


def _without_box(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines less one run of short ones that end no sentence: an advertisement, a caption, a box of links."""
    for start in range(len(lines)):
        for stop in range(start, len(lines)):
            if not _is_boxed(lines[stop]):
                break
            yield lines[:start] + lines[stop + 1 :]


def _runs(lines: list[Line]) -> Iterator[list[Line]]:
    """Runs of lines, longest first."""
    for start in range(min(_MOST_STARTS, len(lines))):
        for stop in range(len(lines), start, -1):
            yield lines[start:stop]
