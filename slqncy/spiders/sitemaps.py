"""Reading a sitemap."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import LxmlError
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap


class SitemapError(ValueError):
    """The body is no sitemap; the message says why."""


@dataclass(frozen=True, slots=True)
class SitemapURLs:
    """What a sitemap lists."""

    urls: list[str]
    is_index: bool
    """Whether the URLs are further sitemaps."""


def read_sitemap(response_body: bytes, most_bytes: int) -> SitemapURLs:
    """The URLs of a sitemap or sitemap index, gzipped or not. Raises SitemapError."""
    try:
        body = gunzip(response_body, max_size=most_bytes) if response_body[:2] == b"\x1f\x8b" else response_body
        sitemap = Sitemap(body)
        urls = [entry["loc"] for entry in sitemap]
    except (LxmlError, StopIteration, OSError, EOFError, ValueError) as error:
        raise SitemapError(str(error) or type(error).__name__) from error
    if sitemap.type not in {"urlset", "sitemapindex"}:
        raise SitemapError(f"the root element is <{sitemap.type}>")
    return SitemapURLs(urls, sitemap.type == "sitemapindex")
