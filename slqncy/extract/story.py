"""The fields of a story page."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the story."""

    url: str
    """Absolute URL."""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one story page says. Absent text is "", an absent list is empty."""

    title: str = ""
    """Headline without the site's suffix, punctuation as published."""
    paragraphs: list[str] = field(default_factory=list)
    """The story's lines in reading order, inner text as published; edge lines (banner, trailer, 责任编辑) may still be there."""
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
