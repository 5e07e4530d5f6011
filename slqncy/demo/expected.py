"""What an archive of the demo site must hold: its ground truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .links import address
from .plan import Entry, Kind
from .story import minutes

if TYPE_CHECKING:
    from collections.abc import Iterable

Outcome = Literal["archived", "duplicate", "rejected", "excluded"]
Reason = Literal["", "not_found", "soft_404", "empty"]

MISCOUNT = 37
"""Characters that the wrong banner declares in excess."""
OUTCOMES: dict[Kind, tuple[Outcome, Reason]] = {
    Kind.COPY: ("duplicate", ""),
    Kind.EMPTY: ("rejected", "empty"),
    Kind.GONE: ("rejected", "not_found"),
    Kind.SOFT_404: ("rejected", "soft_404"),
    Kind.PRIVATE: ("excluded", ""),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What becomes of one story address; fields after `twin` are what its page says, on archived and duplicate ones."""

    path: str
    url: str
    """The address as the page itself gives it, http://www.slqncy.com/…"""
    section: str
    story_id: str
    outcome: Outcome
    reason: Reason = ""
    twin: str = ""
    """Path of the page with the same body; of the two either may be archived, and the other is the duplicate."""
    title: str = ""
    """Without the space some titles begin with."""
    text: str = ""
    """Paragraphs joined by newlines, with the closing byline, less banner, trailer, title lines and source line."""
    declared_chars: int | None = None
    declared_minutes: int | None = None
    declared_delta: int | None = None
    """Declared characters less those of the text by the site's rule: 0 but for the wrong banner."""
    byline_raw: str = ""
    """The closing parentheses and what stands in them."""
    authors: tuple[str, ...] = ()
    publication: str = ""
    """The line "2019年3月7日刊登在《…》头版" as printed."""
    date_published: str = ""
    """RFC 3339 with +08:00, to the minute."""
    source_name: str = ""
    images: tuple[str, ...] = ()
    """Absolute addresses of the story's own pictures."""


def banner(entry: Entry) -> tuple[int, int] | None:
    """Characters and minutes the page declares; None where it has no banner."""
    if entry.kind is Kind.EMPTY:
        return None
    chars = entry.story.chars + (MISCOUNT if entry.kind is Kind.MISCOUNTED else 0)
    return chars, minutes(chars)


def image(entry: Entry) -> str:
    """Path of the story's picture, or ""; every third number has one."""
    if entry.number % 3 or entry.kind is Kind.EMPTY:
        return ""
    return f"/upload/{entry.story.published:%Y/%m%d}/{entry.number}.gif"


def expect(entries: Iterable[Entry]) -> list[Expected]:
    """One line an address, in the order of `entries`."""
    entries = list(entries)
    pairs = {(entry.twin, entry.kind): entry.path for entry in entries if entry.twin >= 0}
    return [_expect(entry, pairs) for entry in entries]


def _expect(entry: Entry, pairs: dict[tuple[int, Kind], str]) -> Expected:
    outcome, reason = OUTCOMES.get(entry.kind, ("archived", ""))
    if outcome in ("rejected", "excluded"):
        return Expected(entry.path, address(entry.path), entry.section, str(entry.number), outcome, reason)
    story, declared, picture = entry.story, banner(entry), image(entry)
    chars, time = declared or (None, None)
    return Expected(
        path=entry.path,
        url=address(entry.path),
        section=entry.section,
        story_id=str(entry.number),
        outcome=outcome,
        twin=pairs.get((entry.twin, Kind.STORY if entry.kind is Kind.COPY else Kind.COPY), ""),
        title=story.title.strip(),
        text=story.text,
        declared_chars=chars,
        declared_minutes=time,
        declared_delta=None if chars is None else chars - story.chars,
        byline_raw=f"({story.byline})",
        authors=story.authors,
        publication=story.publication,
        date_published=story.published.isoformat(),
        source_name=story.source_name,
        images=(address(picture),) if picture else (),
    )
