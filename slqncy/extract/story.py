"""The fields of a story page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slqncy.extract.body import story_lines
from slqncy.extract.breadcrumbs import find_breadcrumbs
from slqncy.extract.byline import find_byline, find_editors
from slqncy.extract.images import story_images
from slqncy.extract.metadata import description, keywords, read_metadata
from slqncy.extract.published import announced, find_modified, find_published
from slqncy.extract.script import script_of
from slqncy.extract.source import find_dateline, find_source
from slqncy.extract.surroundings import LONGEST_NEAR_LINE, surroundings
from slqncy.extract.title import find_title, title_line
from slqncy.records import Image

if TYPE_CHECKING:
    from datetime import datetime

    from slqncy.extract.lines import Line
    from slqncy.extract.page import Page

_OPENING = 4
_CLOSING = 3


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
    editors: list[str] = field(default_factory=list)
    """编辑 and 责编, who are no authors."""
    dateline: str = ""
    """The agency line the story opens with ("新华社北京4月24日电")."""
    breadcrumbs: list[str] = field(default_factory=list)
    """Steps from the home page to the story, without the story."""
    source_url: str = ""
    """Absolute link of 来源."""
    canonical_url: str = ""
    """Absolute URL of <link rel=canonical>, as the page gives it."""


def extract_story(page: Page, lines: list[Line], *, downloaded: datetime) -> Extracted:
    """Read every field of a story page, of which `lines` are all lines.

    `downloaded` is aware: no date lies after it.
    """
    headline = title_line(read_metadata(page), lines)
    return story_fields(page, lines, headline, story_lines(lines, headline), downloaded=downloaded)


def story_fields(
    page: Page, lines: list[Line], headline: Line | None, body: list[Line], *, downloaded: datetime
) -> Extracted:
    """Read every field of a page whose headline and story are known to stand in these of its lines."""
    metadata = read_metadata(page)
    title = find_title(metadata, headline, lines)
    around = surroundings(lines, headline, title, body)
    near, after = [line.text for line in around.near], [line.text for line in around.after]
    texts = [line.text for line in body]
    opening = [text[:LONGEST_NEAR_LINE] for text in texts[:_OPENING]]
    closing = [text[-LONGEST_NEAR_LINE:] for text in texts[: -_CLOSING - 1 : -1]]
    published, published_raw = find_published(metadata, around, page.url, downloaded)
    if not published:
        published, published_raw = announced([*opening[:1], *closing[:1]], downloaded)
    ending = [replace(line, text=line.text[-LONGEST_NEAR_LINE:]) for line in body[-1:]]
    source_name, source_url = find_source(metadata, [*around.near, *around.after, *ending], page.url)
    byline = find_byline(metadata, near, opening, closing, after)
    return Extracted(
        title=title,
        paragraphs=texts,
        date_published=published,
        date_published_raw=published_raw,
        date_modified=find_modified(metadata, around, downloaded),
        source_name=source_name,
        source_url=source_url,
        byline_raw=byline.raw,
        authors=list(byline.authors),
        editors=find_editors([*near, *closing, *after]),
        dateline=find_dateline(opening),
        breadcrumbs=find_breadcrumbs(metadata, lines, headline, title),
        language=script_of("".join(texts)) or metadata.language,
        images=[Image(url=url, caption=caption) for url, caption in story_images(body, page.url, title)],
        keywords=keywords(metadata),
        description=description(metadata),
        canonical_url=metadata.canonical_url,
    )
