"""The fields of a story page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slqncy.extract.body import story_lines
from slqncy.extract.byline import find_byline, find_source, is_editor, parse_authors
from slqncy.extract.dates import find_times, parse_time, url_date
from slqncy.extract.images import story_images
from slqncy.extract.metadata import Metadata, description, keywords, read_metadata, text_of
from slqncy.extract.script import script_of
from slqncy.extract.title import find_title, title_line
from slqncy.records import Image

if TYPE_CHECKING:
    from datetime import datetime

    from slqncy.extract.lines import Line
    from slqncy.extract.page import Page


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one story page says. Absent text is "", an absent list is empty."""

    title: str = ""
    """Headline without the site's suffix, punctuation as published."""
    paragraphs: list[str] = field(default_factory=list)
    """The story's lines in order, inner text as published.

    Edge lines (banner, trailer, 责任编辑) may still be there.
    """
    date_published: str = ""
    """RFC 3339 with +08:00 for Chinese local time ("2020-03-16T09:30:00+08:00"), or a bare date ("2020-03-16")."""
    date_published_raw: str = ""
    """The page's own words the date was read from."""
    date_modified: str = ""
    source_name: str = ""
    """来源 as printed."""
    byline_raw: str = ""
    """Author line as printed near the title or in the page's metadata."""
    authors: list[str] = field(default_factory=list)
    language: str = ""
    """BCP 47, "zh-Hans" or "zh-Hant" where the script tells."""
    images: list[Image] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    description: str = ""
    canonical_url: str = ""
    """Absolute URL of <link rel=canonical>, as the page gives it."""


def extract_story(page: Page, lines: list[Line], *, body: list[Line] | None = None, downloaded: datetime) -> Extracted:
    """Read every field of a story page.

    `body` are the story's lines if the caller knows better than `story_lines`.
    `downloaded` is aware: no date lies after it.
    """
    metadata = read_metadata(page)
    if body is None:
        body = story_lines(page, lines)
    headline = title_line(metadata, lines)
    near, after = _surroundings(lines, headline, body)
    published, published_raw = _published(metadata, [*near, *after], page.url, downloaded)
    texts = [line.text for line in body]
    opening = [text[:_LONGEST_NEAR_LINE] for text in texts[:_OPENING]]
    closing = [text[-_LONGEST_NEAR_LINE:] for text in texts[: -_CLOSING - 1 : -1]]
    if not published:
        published, published_raw = _dated_inside([*opening[:1], *closing[:1]], downloaded)
    byline = find_byline(metadata, near, opening, [*closing, *after])
    return Extracted(
        title=find_title(metadata, headline),
        paragraphs=texts,
        date_published=published,
        date_published_raw=published_raw,
        date_modified=_modified(metadata, downloaded),
        source_name=find_source(metadata, [*near, *after, *closing[:1]]),
        byline_raw=byline,
        authors=parse_authors(f"作者 {byline}") if byline and not is_editor(byline) else [],
        language=script_of("".join(texts)) or metadata.language,
        images=[Image(url=url, caption=caption) for url, caption in story_images(body, page.url)],
        keywords=keywords(metadata),
        description=description(metadata),
        canonical_url=metadata.canonical_url,
    )


_OPENING = 2
_CLOSING = 3
_BEFORE = 4
_AFTER_TITLE = 12
_AFTER_BODY = 6
_LONGEST_NEAR_LINE = 120


def _surroundings(lines: list[Line], headline: Line | None, body: list[Line]) -> tuple[list[str], list[str]]:
    """The short lines near the headline and the body's start, below the headline first; and those after the body."""
    position = {id(line): index for index, line in enumerate(lines)}
    first = position[id(body[0])] if body else len(lines)
    last = position[id(body[-1])] if body else len(lines)
    start = position[id(headline)] if headline is not None else first
    below = range(start, min(max(first, start), start + _AFTER_TITLE))
    above = range(max(0, start - _BEFORE), start)
    beside = range(max(start, first - _BEFORE), first)
    indexes = dict.fromkeys([*below, *beside, *above])
    near = [lines[i].text for i in indexes]
    after = [line.text for line in lines[last + 1 : last + 1 + _AFTER_BODY]]
    return _short(near), _short(after)


# A clock in the page's head tells when it was looked at.
_TODAY = re.compile(r"今天是|今日是|现在时间|当前时间|北京时间：|农历")


def _short(texts: list[str]) -> list[str]:
    return [text for text in texts if len(text) <= _LONGEST_NEAR_LINE and not _TODAY.search(text)]


_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "publishdate", "pubdate", "pubtime",
    "publishtime", "publish_time", "og:release_date", "weibo:article:create_at", "bytedance:published_time",
    "apub:time", "article.published", "article:create_at", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
# Generators fill these with the time the page was built.
_WEAK = ("date", "dc.date", "creation_date")
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "bytedance:updated_time",
    "lastmod",
    "last-modified",
)


def _published(metadata: Metadata, near: list[str], url: str, downloaded: datetime) -> tuple[str, str]:
    """The time of publication and the words that say so; a time of day outranks a bare date of the same day."""
    annotated = [text_of(metadata.article.get(key)) for key in ("datePublished", "pubDate")]
    annotated += [value for name in _PUBLISHED for value in metadata.meta.get(name, [])]
    annotated += metadata.microdata.get("datepublished", [])
    weak = [value for name in _WEAK for value in metadata.meta.get(name, [])]
    found = [pair for text in [*annotated, *near, *weak] for pair in find_times(text, downloaded)]
    if from_url := url_date(url, downloaded):
        found.append((from_url, url))
    if not found:
        return "", ""
    day = found[0][0][:10]
    return next((pair for pair in found if pair[0].startswith(day) and "T" in pair[0]), found[0])


_ANNOUNCED = re.compile(r"(?:19|20)\d{2}.{4,18}?(?:刊登|刊载|见报|发表|发布|报道|电|讯)")


def _dated_inside(texts: list[str], downloaded: datetime) -> tuple[str, str]:
    """The full date a story's first or last line announces ("2019年3月7日刊登在《苏州日报》头版")."""
    for text in texts:
        if match := _ANNOUNCED.search(text):
            for pair in find_times(match[0], downloaded):
                return pair
    return "", ""


def _modified(metadata: Metadata, downloaded: datetime) -> str:
    given = text_of(metadata.article.get("dateModified")) or metadata.first(*_MODIFIED)
    return parse_time(given, downloaded)
