"""A story of the demo site and the counts its banner declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

CHARS_A_MINUTE = 400


@dataclass(frozen=True, slots=True)
class DemoStory:
    """What an editor hands to the site; addresses and designs are the site's own."""

    title: str
    """As printed; it may begin with one space."""
    paragraphs: tuple[str, ...]
    """The body with its closing byline, without repeated title lines."""
    title_lines: tuple[int, ...]
    """The title stands again as a line of its own before these paragraphs; 0 is never among them."""
    byline: str
    """What stands in the closing parentheses."""
    authors: tuple[str, ...]
    """The persons named in the byline; empty where it names none."""
    publication: str
    """The line "2019年3月7日刊登在《…》头版" as printed, or ""."""
    source_name: str
    published: datetime
    """With zone +08:00, whole minutes."""
    keywords: tuple[str, ...]

    @property
    def text(self) -> str:
        """Paragraphs joined by newlines."""
        return "\n".join(self.paragraphs)

    @property
    def chars(self) -> int:
        """The site's own count, which exceeds the characters by one a paragraph and one more."""
        return sum(map(len, self.paragraphs)) + len(self.paragraphs) + 1


def minutes(chars: int) -> int:
    """Reading time the site declares for so many declared characters, at least 1."""
    return max(1, round(chars / CHARS_A_MINUTE))
