"""One page, decoded once and parsed once."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from slqncy.extract.decode import decode
from slqncy.guards.markup import Limits, excess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_LIMITS = Limits()
_DEPTH = "depth"


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page; every other function of this package starts from it."""

    url: str
    """Absolute URL the bytes came from."""
    root: Element
    """The <html> element."""
    encoding: str
    """Codec the bytes were decoded with, as Python names it ("utf-8", "gb18030")."""
    replaced: int
    """U+FFFD characters in the decoded page: 0 unless bytes were damaged."""
    refused: str = ""
    """Why the page is not there: the name of a limit, or "depth"; the root is empty then."""


def parse_page(body: bytes, url: str, content_type: str = "", limits: Limits = _LIMITS) -> Page:
    """Decode and parse a page; never raises. What cannot be parsed becomes an empty <html>."""
    text, encoding, replaced = decode(body, content_type)
    # What was good UTF-8 is so still.
    is_utf8 = encoding == "utf-8" and not replaced
    source = _clean(body.removeprefix(codecs.BOM_UTF8) if is_utf8 else text.encode("utf-8", "ignore"))
    source = _CLOSING.sub(b"", source)
    root, refused = _parse(source, limits)
    if refused == _DEPTH:
        # What is taken away may have kept apart what is a flood together.
        root, refused = _parse(_FORMATTING.sub(b"", source), limits)
    return Page(url, root, encoding, replaced, refused)


_CONTROLS = frozenset({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0C, 0x0D})
_CONTROL_BYTES = bytes(sorted(_CONTROLS))
_NONCHARACTER = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")
_ASTRAL_NONCHARACTER = re.compile(rb"[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]")
_ASTRAL_LEADS = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
# References to the characters from 200 to 49999 are the commonest, all fit, and left alone.
_REFERENCE = re.compile(
    rb"&#(?!(?:[2-9][0-9]{2}|[1-9][0-9]{3}|[1-4][0-9]{4})(?![0-9]))(?:[xX]([0-9a-fA-F]+)|([0-9]+));?"
)
_MAX_CODE_POINT_DIGITS = 7
_PIECE = 1 << 20


# libxml2 drops all that stands behind the end of the document, where templates glued together leave half of their page.
_CLOSING = re.compile(rb"</(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])\s*>")


def _clean(source: bytes) -> bytes:
    """UTF-8 without the characters that no record may hold, written raw or as numeric references."""
    source = source.translate(None, _CONTROL_BYTES)
    # Bit by bit: a million references make two million pieces.
    source = b"".join(_REFERENCE.sub(_clean_reference, piece) for piece in _pieces(source))
    source = _NONCHARACTER.sub(b"", source)
    if any(lead in source for lead in _ASTRAL_LEADS):
        source = _ASTRAL_NONCHARACTER.sub(b"", source)
    return source


def _pieces(source: bytes) -> Iterator[bytes]:
    """The source in pieces that no reference lies across, unless it is longer than a piece."""
    start = 0
    while len(source) - start > _PIECE:
        end = source.rfind(b"&", start + 1, start + _PIECE)
        end = end if end > 0 else start + _PIECE
        yield source[start:end]
        start = end
    yield source[start:]


def _clean_reference(match: re.Match[bytes]) -> bytes:
    digits = (match[1] or match[2]).lstrip(b"0")
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
    return b"" if forbidden else match[0]


# libxml2 nests no deeper than 2,048 levels and drops the rest of the page; what nests so deep is formatting left open.
_FORMATTING = re.compile(
    rb"""</?(?:font|span|strong|small|big|[biu]|em|s|ins|del|sup|sub)(?=[\s/>])(?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>""",
    re.IGNORECASE,
)


def _parse(source: bytes, limits: Limits) -> tuple[Element, str]:
    """The root, and why there is only an empty one, or ""."""
    if refused := excess(source, limits):
        return _empty_root(), refused
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root: Element | None = etree.fromstring(source, parser)
    except etree.LxmlError:
        root = None
    last_error = parser.error_log.last_error
    if last_error is not None and last_error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return _empty_root(), _DEPTH
    return root if root is not None and root.tag == "html" else _empty_root(), ""


def _empty_root() -> Element:
    return etree.Element("html")
