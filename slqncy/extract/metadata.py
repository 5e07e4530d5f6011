"""What the page says about itself in its head and its annotations, read once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree

from .lines import collapse

if TYPE_CHECKING:
    from .page import Page


@dataclass(frozen=True, slots=True)
class Metadata:
    """Annotations of a page; values are stripped, empty ones left out."""

    document_title: str = ""
    """Text of <title>."""
    meta: dict[str, list[str]] = field(default_factory=dict)
    """Content of <meta>, by lower-case name, property, itemprop or http-equiv, in document order."""
    article: dict[str, Any] = field(default_factory=dict)
    """The JSON-LD object of the story (the first that has a headline or a datePublished)."""
    microdata: dict[str, list[str]] = field(default_factory=dict)
    """Values of itemprop elements other than <meta>."""
    canonical_url: str = ""
    language: str = ""
    """The lang attribute of <html>, as given."""

    def first(self, *names: str) -> str:
        """Return the first value any of the <meta> names has, "" if none."""
        return next((values[0] for name in names if (values := self.meta.get(name))), "")


_MICRODATA = etree.XPath("//*[@itemprop][not(self::meta)]")
_MAX_JSON = 1_000_000
_ITEMPROPS = frozenset({"headline", "datepublished", "datemodified", "author", "name", "publisher", "image"})
_META_KEYS = ("property", "name", "itemprop", "http-equiv")
_JSON_CONTROL = re.compile(r"[\x00-\x1f]")


@lru_cache(maxsize=1)  # body and fields ask for the same page
def read_metadata(page: Page) -> Metadata:
    """Read <title>, <meta>, <link rel=canonical>, JSON-LD and microdata in one pass."""
    title = canonical = ""
    meta: dict[str, list[str]] = {}
    microdata: dict[str, list[str]] = {}
    article: dict[str, Any] = {}
    for element in page.root.iter("title", "meta", "link", "script"):
        attributes = element.attrib
        if element.tag == "meta":
            content = collapse(attributes.get("content") or "")
            if content:
                for key in _META_KEYS:
                    for name in attributes.get(key, "").lower().split():
                        meta.setdefault(name, []).append(content)
        elif element.tag == "link":
            if not canonical and "canonical" in attributes.get("rel", "").lower().split():
                canonical = _absolute(page.url, attributes.get("href") or "")
        elif element.tag == "title":
            title = title or collapse("".join(element.itertext()))
        elif not article and "ld+json" in attributes.get("type", "").lower():
            article = _article(element.text or "")
    for element in _MICRODATA(page.root):
        for name in element.get("itemprop", "").lower().split():
            if name in _ITEMPROPS:
                value = element.get("content") or element.get("datetime") or "".join(element.itertext())
                if value := collapse(value):
                    microdata.setdefault(name, []).append(value)
    return Metadata(title, meta, article, microdata, canonical, (page.root.get("lang") or "").strip())


def keywords(metadata: Metadata) -> list[str]:
    """Return the keywords in order, without repeats."""
    given = metadata.article.get("keywords")
    raw = given if isinstance(given, str) else metadata.first("keywords", "news_keywords")
    words = given if isinstance(given, list) else re.split(r"[,，、;；|]", raw)
    if len(words) == 1 and isinstance(words[0], str):
        words = words[0].split()
    return list(dict.fromkeys(stripped for word in words if isinstance(word, str) and (stripped := collapse(word))))


def description(metadata: Metadata) -> str:
    return metadata.first("description", "og:description", "twitter:description")


def text_of(value: object) -> str:
    """Return the text of a JSON-LD value: a string, an object's name, or the first of a list."""
    while isinstance(value, (list, dict)):
        value = (value[0] if value else "") if isinstance(value, list) else value.get("name")
    return collapse(value) if isinstance(value, str) else ""


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url.strip()) if url.strip() else ""
    except ValueError:
        return ""


def _article(source: str) -> dict[str, Any]:
    if len(source) > _MAX_JSON:
        return {}
    try:
        # Raw line breaks inside strings are the commonest fault of hand-made JSON-LD.
        queue = [json.loads(_JSON_CONTROL.sub(" ", source), strict=False)]
    except (ValueError, RecursionError):
        return {}
    while queue:
        value = queue.pop(0)
        if isinstance(value, dict):
            if "headline" in value or "datePublished" in value or "pubDate" in value:
                return value
            value = list(value.values())
        if isinstance(value, list):
            queue += [child for child in value if isinstance(child, (dict, list))]
    return {}
