"""What the page says about itself in its head and its annotations, read once."""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from slqncy.extract.lines import all_text, collapse
from slqncy.extract.links import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from slqncy.extract.page import Page


@dataclass(frozen=True, slots=True)
class Metadata:
    """Annotations of a page; values are stripped, empty ones left out."""

    document_title: str = ""
    """Text of <title>."""
    meta: dict[str, list[str]] = field(default_factory=dict)
    """Content of <meta>, by lower-case name, property, itemprop or http-equiv, in document order."""
    article: dict[str, Any] = field(default_factory=dict)
    """The JSON-LD object of the story (the first that has a headline or a date of publication)."""
    microdata: dict[str, list[str]] = field(default_factory=dict)
    """Values of itemprop elements other than <meta>."""
    canonical_url: str = ""
    language: str = ""
    """The lang attribute of <html>, as given."""
    breadcrumbs: list[str] = field(default_factory=list)
    """Names of the JSON-LD BreadcrumbList, in order."""

    def first(self, *names: str) -> str:
        """Return the first value any of the <meta> names has, "" if none."""
        return next((values[0] for name in names if (values := self.meta.get(name))), "")


_WITH_ITEMPROP = etree.XPath("//@itemprop/parent::*[not(self::meta)]")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_MAX_JSON = 1_000_000
_ITEMPROPS = frozenset({"headline", "datepublished", "author"})
_MOST_VALUES = 5
_META_KEYS = ("property", "name", "itemprop", "http-equiv")
# JSON escapes bring back what was kept out of the page's text.
_UNFIT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff\U0001fffe\U0001ffff]")
_JSON_CONTROL = re.compile(r"[\x00-\x1f]")


@lru_cache(maxsize=1)  # body and fields ask for the same page
def read_metadata(page: Page) -> Metadata:
    """Read <title>, <meta>, <link rel=canonical>, JSON-LD and microdata once."""
    root = page.root
    heads: dict[str, list[Element]] = {"title": [], "link": [], "meta": [], "script": []}
    for element in root.iter(*heads):  # one walk over the page for all four
        heads[element.tag].append(element)
    title = next((text for element in heads["title"] if (text := _text(element))), "")
    canonical = next((url for link in heads["link"] if (url := _canonical(link, page.url))), "")
    scripts = [script.text or "" for script in heads["script"] if "ld+json" in script.get("type", "").lower()]
    objects = [found for source in scripts[:_MOST_SCRIPTS] for found in _objects(source)]
    article = next((found for found in objects if not _ARTICLE_KEYS.isdisjoint(found)), {})
    breadcrumbs = next((names for found in objects if (names := _breadcrumbs(found))), [])
    language = tag[0] if (tag := _LANGUAGE_TAG.fullmatch(root.get("lang", "").strip())) else ""
    return Metadata(title, _meta(heads["meta"]), article, _microdata(root), canonical, language, breadcrumbs)


def _text(element: Element) -> str:
    return collapse(all_text(element))


def _canonical(link: Element, base: str) -> str:
    is_canonical = "canonical" in link.get("rel", "").lower().split()
    return absolute_url(link.get("href", ""), base, "utf-8") if is_canonical else ""


def _meta(elements: list[Element]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in elements:
        if content := collapse(element.get("content", "")):
            for key in _META_KEYS:
                for name in element.get(key, "").lower().split():
                    found.setdefault(name, []).append(content)
    return found


def _microdata(root: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in cast("list[Element]", _WITH_ITEMPROP(root)):
        for name in element.get("itemprop", "").lower().split():
            values = found.setdefault(name, []) if name in _ITEMPROPS else None
            # Items may nest: a bound on the values keeps the reading linear.
            if values is not None and len(values) < _MOST_VALUES:
                values.append(collapse(element.get("content") or element.get("datetime") or _text(element)))
    return {name: kept for name, values in found.items() if (kept := [value for value in values if value])}


def keywords(metadata: Metadata) -> list[str]:
    """Return the keywords in order, without repeats."""
    given = metadata.article.get("keywords")
    raw = given if isinstance(given, str) else metadata.first("keywords", "news_keywords")
    words = given if isinstance(given, list) else re.split(r"[,，、;；|]", raw)
    if len(words) == 1 and isinstance(words[0], str):
        words = words[0].split()
    return list(dict.fromkeys(stripped for word in words if isinstance(word, str) and (stripped := text_of(word))))


def description(metadata: Metadata) -> str:
    annotated = text_of(metadata.article.get("description"))
    return metadata.first("description", "og:description", "twitter:description") or annotated


def text_of(value: object) -> str:
    """Return the text of a JSON-LD value: a string, an object's name, or the first of a list."""
    while isinstance(value, (list, dict)):
        value = (value[0] if value else "") if isinstance(value, list) else value.get("name")
    return collapse(_UNFIT.sub("", value)) if isinstance(value, str) else ""


_ARTICLE_KEYS = frozenset({"headline", "datePublished", "pubDate"})
_MOST_SCRIPTS = 20
_MOST_STEPS = 12


def _objects(source: str) -> Iterator[dict[str, Any]]:
    """All JSON objects of a script, the outer ones first; none if it is broken."""
    if len(source) > _MAX_JSON:
        return
    try:
        # Raw line breaks inside strings are the commonest fault of hand-made JSON-LD.
        queue = deque([json.loads(_JSON_CONTROL.sub(" ", source), strict=False)])
    except (ValueError, RecursionError):
        return
    while queue:
        value = queue.popleft()
        if isinstance(value, dict):
            yield value
            value = list(value.values())
        if isinstance(value, list):
            queue += [child for child in value if isinstance(child, (dict, list))]


def _breadcrumbs(found: dict[str, Any]) -> list[str]:
    steps = found.get("itemListElement") if found.get("@type") == "BreadcrumbList" else None
    if not isinstance(steps, list):
        return []
    named = (step for step in steps[:_MOST_STEPS] if isinstance(step, dict))
    return [name for step in named if (name := text_of(step) or text_of(step.get("item")))]
