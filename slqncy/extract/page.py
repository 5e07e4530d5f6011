"""One page, decoded once and parsed once."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page; every other function of this package starts from it."""

    url: str
    """Absolute URL the bytes came from."""
    root: HtmlElement
    """The <html> element."""
    encoding: str
    """Codec the bytes were decoded with, as Python names it ("utf-8", "gb18030")."""
    replaced: int
    """U+FFFD characters in the decoded page: 0 unless bytes were damaged."""
