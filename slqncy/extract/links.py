"""The links of a page, as a browser would follow them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree
from w3lib.url import safe_url_string

from slqncy.sites.address import LONGEST, ORIGIN, PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

    from slqncy.extract.page import Page

# No page for people has so many; three times as many cost three seconds.
_MOST_LINKS = 100_000
_MOST_CHARACTERS = 4_000_000
"""Of the addresses of a page; a <base> of 2,000 makes 60,000,000 of 30,000 links that are short."""

# Browsers strip control characters and space at the ends; tab and line ends inside are removed by urljoin.
_EDGES = "".join(map(chr, range(0x21)))

# urlsplit and safe_url_string let any character stand in a host name.
_NETLOC = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@\[\]-]+")
# A template's empty field: urljoin would make the page itself of it.
_NO_HOST = re.compile(r"https?:/*", re.IGNORECASE)

# A <select> may also choose a search section ("szxw") or a year ("2020"): only what can be nothing but a URL counts.
_URL_LIKE = re.compile(r"\s*(?:https?:|[/?]|\.\.?/)|.*\.(?:s?html?|php|aspx?|jsp)(?:[?#]|\s*$)", re.IGNORECASE)

# Old templates leave the address to a script: onclick="location.href='list_2.html'".
_NO_ADDRESS = re.compile(r"\s*(?:#|javascript:|$)", re.IGNORECASE)
_JUMP = re.compile(
    r"""(?:location(?:\.href)?\s*=|(?:location\.(?:assign|replace)|window\.open)\s*\()\s*['"]([^'"]+)['"]"""
)

# What leads to the same from every page of a server: a path from its root, another server, no server at all.
_ROOTED = re.compile(r"(?:https?:/)?/[^\s/\\?#]|(?!https?:)[a-z]+:")
_KEPT = 1024
"""Addresses of which is remembered where they lead, of those that take long to read: most stand on every page."""
_FEW = 16
"""Pages and servers from which links start: one at a time."""

_UNSEEN = frozenset({"script", "style", "template", "noscript"})
# A link in a link in a link: each has the text of all within it.
_LONGEST_TEXT = 1000
_MOST_STEPS = 400
"""From element to element, within a link."""
_MOST_PICTURES = 10


class Link(NamedTuple):
    """A link as the page shows it."""

    url: str
    """Absolute http or https URL, percent-encoded, without fragment."""
    text: str
    """Visible text, white space collapsed; the title or the picture's alt where there is none; else "".

    Of what is longer than 1,000 characters, or of many elements, it is the beginning.
    """
    rel: str
    """The rel attribute in lower case, tokens parted by one space."""


def page_links(page: Page, within: Callable[[str], str | None] = str) -> list[Link]:
    """Every link that can be followed, in document order, each pair of URL and text once.

    `within` gives the URL by which a link is told, or None where it is none that is asked for.

    Read are <a>, <area>, <link rel=next|prev> and the URLs among <option> values. What is not http(s), malformed,
    empty or only a fragment is left out; nothing raises. Links behind the first 100,000 elements, or behind addresses
    of 4,000,000 characters, are not read.
    """
    base = base_url(page)
    found: dict[tuple[str, str], Link] = {}
    characters = 0
    for element in islice(page.root.iter("a", "area", "link", "option"), _MOST_LINKS):
        href = _href(element)
        url = absolute_url(href, base, page.encoding) if href else ""
        if url and (told := within(url)):
            text = _text(element)
            found.setdefault((url, text), Link(told, text, " ".join(_rel(element))))
        characters += len(url)
        if characters > _MOST_CHARACTERS:
            break
    return list(found.values())


def base_url(page: Page) -> str:
    """URL that the page's relative links start from: its first <base href>, or its own URL."""
    base = next((href for element in page.root.iter("base") if (href := element.get("href"))), "")
    return absolute_url(base, page.url, page.encoding) or page.url


def absolute_url(href: str, base: str, encoding: str) -> str:
    """The http(s) URL that `href` leads to from `base`, or "" if it leads nowhere.

    `encoding` is the page's codec: browsers percent-encode the query with it, and the path as UTF-8.
    """
    origin, folder = _starts(base)
    start = origin if href.startswith("/") else folder if href[:1].isalnum() and not href.startswith("http") else ""
    plain = start + href
    if len(plain) <= LONGEST and PLAIN.fullmatch(plain):
        return plain
    href = href.strip(_EDGES).partition("#")[0]
    # To take apart one of 14 MB takes a gigabyte.
    if not href or len(href) > LONGEST or _NO_HOST.fullmatch(href):
        return ""
    if origin and _ROOTED.match(href):
        return _resolved(href, origin, encoding)
    return _resolve(href, base, encoding)


@lru_cache(_FEW)
def _starts(base: str) -> tuple[str, str]:
    """What stands before a plain link with and without a slash ahead, for links from `base`; "" if it is not plain."""
    origin, plain = ORIGIN.match(base), PLAIN.fullmatch(base)
    return origin[0] if origin else "", plain[1] + (plain[2].rpartition("/")[0] + "/") if plain else ""


def _resolve(href: str, base: str, encoding: str) -> str:
    path, mark, query = href.partition("?")
    try:
        url = urljoin(base, path.replace("\\", "/") + mark + query)
        if len(url) <= LONGEST and PLAIN.fullmatch(url):
            return url
        url = str(safe_url_string(url, encoding))
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and parts.hostname and _NETLOC.fullmatch(parts.netloc)
    return url if is_web and len(url) <= LONGEST else ""


_resolved = lru_cache(_KEPT)(_resolve)


def _href(element: Element) -> str:
    tag = element.tag
    if tag == "option":
        value = element.get("value", "")
        return str(value) if _URL_LIKE.match(value) else ""
    if tag == "link" and {"next", "prev", "previous"}.isdisjoint(_rel(element)):
        return ""
    href = str(element.get("href", ""))
    if _NO_ADDRESS.match(href):
        jump = _JUMP.search(f"{href} {element.get('onclick', '')}")
        return jump[1] if jump else ""
    return href


def _rel(element: Element) -> list[str]:
    rel: str = element.get("rel", "")
    return rel.lower().split()


def _text(element: Element) -> str:
    shown = _visible_text(element) if len(element) else element.text
    return _collapsed(shown) or next(filter(None, map(_collapsed, _labels(element))), "")


def _collapsed(label: str | None) -> str:
    return " ".join(label.split()) if label else ""


def _labels(element: Element) -> Iterator[str | None]:
    yield element.get("title")
    yield element.get("alt")
    yield from (image.get("alt") for image in islice(element.iter("img"), _MOST_PICTURES))


def _visible_text(element: Element) -> str:
    text = ""
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, inner in islice(walker, _MOST_STEPS):
        if event == "end":
            text += (inner.tail or "") if inner is not element else ""
        elif inner.tag in _UNSEEN:
            walker.skip_subtree()
        else:
            text += inner.text or ""
        if len(text) > _LONGEST_TEXT:
            break
    return text[:_LONGEST_TEXT]
