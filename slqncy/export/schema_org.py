"""JSON-LD of schema.org, https://schema.org/NewsArticle: what search engines and catalogues read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from slqncy.records import json_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.export.selection import Selection
    from slqncy.records import Image, Story

_MARKUP = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"))


def lines(selection: Selection) -> Iterator[bytes]:
    """An object a line, which may stand within a script element as it is."""
    for story in selection:
        line = json_line(news_article(story))
        for raw, escaped in _MARKUP:
            line = line.replace(raw, escaped)
        yield line


def news_article(story: Story) -> dict[str, Any]:
    """A version of a story. What is not known is left out. The site publishes it; 来源 says whose work it is."""
    host = urlsplit(story.canonical_url)
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "identifier": story.id,
        "version": story.version,
        "url": story.canonical_url,
        "headline": story.title,
        "articleBody": story.text,
        "articleSection": story.section,
        "inLanguage": story.language,
        "datePublished": story.date_published,
        "dateModified": story.date_modified,
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "Organization", "name": host.hostname, "url": f"{host.scheme}://{host.netloc}/"},
        "sourceOrganization": {"@type": "Organization", "name": story.source_name} if story.source_name else None,
        "image": [_image(image) for image in story.images],
        "keywords": story.keywords,
        "description": story.description,
    }
    return {name: value for name, value in article.items() if value}


def _image(image: Image) -> dict[str, str]:
    return {"@type": "ImageObject", "url": image.url} | ({"caption": image.caption} if image.caption else {})
