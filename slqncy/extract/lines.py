"""The visible text of a page, line by line, in document order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from slqncy.extract.page import Page


@dataclass(slots=True, eq=False)
class Block:
    """A block element and the range of lines below it."""

    element: Element
    parent: Block | None
    start: int
    """Index of the first line under it."""
    stop: int
    """Index after the last line under it."""


@dataclass(slots=True, eq=False)
class Line:
    """A line of visible text."""

    text: str
    """ASCII white space collapsed, both ends stripped, the rest as published."""
    linked: int
    """Characters of it inside links."""
    block: Block
    """The innermost block around the line."""
    pictured: bool = False
    """Whether a picture stands between it and the line before, or begins it."""

    @property
    def element(self) -> Element:
        return self.block.element


_SKIPPED = frozenset(
    {
        "head", "script", "style", "noscript", "template", "textarea", "select", "option", "datalist", "iframe",
        "object", "embed", "applet", "svg", "math", "canvas", "audio", "video", "map", "noframes", "title",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "html", "body", "address", "article", "aside", "blockquote", "button", "caption", "center", "dd", "details",
        "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre",
        "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
_INLINE, _BLOCK, _BREAK, _LINK, _PICTURE, _VOID, _SKIP = range(7)
_KINDS = (
    dict.fromkeys(_BLOCKS, _BLOCK)
    | dict.fromkeys(_SKIPPED, _SKIP)
    | {"br": _BREAK, "a": _LINK, "img": _PICTURE, "input": _VOID}
)
_hides = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE).search
_CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2014\u2018-\u201d\u2026\U00020000-\U0003ffff"
_BREAK_IN_CJK = re.compile(rf"(?<=[{_CJK}])[ \t\f]*+[\n\r][ \t\n\f\r]*+(?=[{_CJK}])")
_SPACES = re.compile(r"[ \t\n\f\r]+")
_EDGE = (
    " \t\n\f\r\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)


@lru_cache(maxsize=1)  # what is said of a wall, and that there is no story, is read from the same lines
def page_lines(page: Page) -> list[Line]:
    """Return the visible lines of the page; a line ends at a block's edge and at <br>.

    Text is hidden by the `hidden` attribute or an inline style, except where most of the page's prose is hidden:
    such a story is shown by script.
    """
    lines, hidden = _walk(page.root, set())
    if hidden:
        prose = _prose("".join(line.text for line in lines))
        shown = {element for element in hidden if _prose(all_text(element)) > prose}
        if shown:
            lines, _ = _walk(page.root, shown)
    return lines


def _prose(text: str) -> int:
    return text.count("，") + text.count("。")


_STRING = etree.XPath("string()", smart_strings=False)


def all_text(element: Element) -> str:
    """All text within an element, seen or not."""
    return str(_STRING(element))


def collapse(text: str) -> str:
    """Collapse white space as a browser does; a source line break between two CJK characters is no space."""
    text = text.strip(_EDGE)
    if "\n" in text or "\r" in text:
        text = _BREAK_IN_CJK.sub("", text)
    elif "  " not in text and "\t" not in text and "\f" not in text:
        return text
    return _SPACES.sub(" ", text)


def _walk(  # noqa: C901, PLR0912, PLR0915  # one loop over all nodes: calls would double its time
    root: Element, shown: set[Element]
) -> tuple[list[Line], list[Element]]:
    """The lines, and the hidden elements left out that are not among `shown`."""
    lines: list[Line] = []
    hidden: list[Element] = []
    parts: list[str] = []
    linked = 0
    pictured = False
    link: Element | None = None
    block = Block(root, None, 0, 0)
    kind_of = _KINDS.get

    def flush() -> None:
        nonlocal linked, pictured
        text = "".join(parts)
        parts.clear()
        if "\n" in text and block.element.tag == "pre":
            kept = [piece for line in text.splitlines() if (piece := collapse(line))]
            lines.extend(Line(piece, min(linked, len(piece)), block) for piece in kept)
        elif text := collapse(text):
            lines.append(Line(text, min(linked, len(text)), block, pictured))
            pictured = False
        linked = 0

    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "start":
            kind = kind_of(element.tag, _INLINE)
            if kind <= _BLOCK:
                get = element.get
                # A block may carry aria-hidden while a dialogue is open; on an inline element it marks decoration.
                if (
                    ((style := get("style")) is not None and _hides(style))
                    or get("hidden") is not None
                    or (kind == _INLINE and get("aria-hidden") == "true")
                ) and element not in shown:
                    hidden.append(element)
                    walker.skip_subtree()
                    continue
                if kind == _BLOCK:
                    if parts:
                        flush()
                    block = Block(element, block, len(lines), 0)
            elif kind == _SKIP:
                walker.skip_subtree()
                continue
            elif kind == _LINK:
                link = element
            elif kind == _BREAK:
                if parts:
                    flush()
            elif kind == _PICTURE and not parts:
                pictured = True
            text = element.text
        else:
            if element is block.element:
                if parts:
                    flush()
                block.stop = len(lines)
                block = block.parent or block
            elif element is link:
                link = None
            text = element.tail
        if text and (parts or not text.isspace()):
            parts.append(text)
            if link is not None:
                linked += len(text.strip())
    if parts:
        flush()
    block.stop = len(lines)
    return lines, hidden
