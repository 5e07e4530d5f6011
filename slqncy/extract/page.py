"""One page, decoded once and parsed once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from slqncy.extract.decode import decode


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
    refused: str = ""
    """Why the bytes were not parsed ("attributes"); the root is empty then."""


def parse_page(body: bytes, url: str, content_type: str = "") -> Page:
    """Decode and parse a page; never raises. What cannot be parsed becomes an empty <html>."""
    text, encoding, replaced = decode(body, content_type)
    source = _clean(text)
    if _has_attribute_flood(source):
        return Page(url, _empty_root(), encoding, replaced, "attributes")
    return Page(url, _parse(source), encoding, replaced)


_CONTROLS = frozenset({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0C, 0x0D})
_CONTROL_BYTES = bytes(sorted(_CONTROLS))
_NONCHARACTER = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")
_ASTRAL_NONCHARACTER = re.compile(rb"[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]")
_ASTRAL_LEADS = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_MAX_CODE_POINT_DIGITS = 7


# libxml2 drops all that stands behind the end of the document, where templates glued together leave half of their page.
_CLOSING = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)


def _clean(text: str) -> bytes:
    """The text as UTF-8 without the characters that no record may hold, written raw or as numeric references."""
    if "&#" in text:
        text = _REFERENCE.sub(_clean_reference, text)
    source = text.encode("utf-8", "ignore").translate(None, _CONTROL_BYTES)
    source = _NONCHARACTER.sub(b"", source)
    if any(lead in source for lead in _ASTRAL_LEADS):
        source = _ASTRAL_NONCHARACTER.sub(b"", source)
    return source


def _clean_reference(match: re.Match[str]) -> str:
    digits = (match[1] or match[2]).lstrip("0")
    code = int(digits, 16 if match[1] else 10) if 0 < len(digits) <= _MAX_CODE_POINT_DIGITS else 0
    # A referenced U+FFFD would be damage that `replaced` did not count.
    forbidden = (
        code == 0xFFFD  # noqa: PLR2004
        or code > 0x10FFFF  # noqa: PLR2004
        or 0xD800 <= code <= 0xDFFF  # noqa: PLR2004
        or 0xFDD0 <= code <= 0xFDEF  # noqa: PLR2004
        or code & 0xFFFE == 0xFFFE  # noqa: PLR2004
        or code in _CONTROLS
    )
    return "" if forbidden else match[0]


# libxml2 is quadratic in the attributes of one tag (80,000 take two minutes): such a page is not parsed.
_MAX_ATTRIBUTES = 4000
# What fits in a smaller page takes less than a second.
_SMALL = 64_000
_ATTRIBUTE = rb"""[\s/=]*+[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+"""
_ATTRIBUTES = rb"(?:%b){0,%d}+[\s/=]*+(?:>|\Z)" % (_ATTRIBUTE, _MAX_ATTRIBUTES)
_TAME = re.compile(
    rb"(?:[^<]++|<(?![a-zA-Z])"
    rb"|<(?i:script|style)(?=[\s/>])%b(?:[^<]++|<(?!/(?i:script|style)))*+"
    rb"|<[a-zA-Z][^\s/>]*+%b)*+" % (_ATTRIBUTES, _ATTRIBUTES)
)


def _has_attribute_flood(source: bytes) -> bool:
    if len(source) < _SMALL:
        return False
    tame = _TAME.match(source)
    return tame is None or tame.end() < len(source)


_LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement)


def _parse(source: bytes) -> HtmlElement:
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    parser.set_element_class_lookup(_LOOKUP)
    try:
        root = etree.fromstring(_CLOSING.sub(b"", source), parser)
    except etree.LxmlError:
        root = None
    return root if isinstance(root, HtmlElement) and root.tag == "html" else _empty_root()


def _empty_root() -> HtmlElement:
    return HtmlElement().makeelement("html")
