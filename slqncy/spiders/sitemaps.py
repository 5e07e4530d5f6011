"""Reading a sitemap."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from lxml.etree import LxmlError
from scrapy.utils.sitemap import Sitemap

from slqncy.guards.codings import unpack

_GZIP = b"\x1f\x8b"
_MOST_URLS = 50_000
"""Of a file, by sitemaps.org."""


class SitemapError(ValueError):
    """The body is no sitemap; the message says why."""


@dataclass(frozen=True, slots=True)
class SitemapURLs:
    """What a sitemap lists."""

    urls: list[str]
    is_index: bool
    """Whether the URLs are further sitemaps."""


def read_sitemap(response_body: bytes, most_bytes: int) -> SitemapURLs:
    """The URLs of a sitemap or sitemap index, gzipped or not; those behind the first 50,000 are not read.

    Raises SitemapError or CodingError.
    """
    body = unpack(response_body, ["gzip"] if response_body.startswith(_GZIP) else [], most_bytes)
    try:
        sitemap = Sitemap(body)
        urls = [entry["loc"] for entry in islice(sitemap, _MOST_URLS)]
    except (LxmlError, StopIteration, ValueError) as error:
        raise SitemapError(str(error) or type(error).__name__) from error
    if sitemap.type not in {"urlset", "sitemapindex"}:
        raise SitemapError(f"the root element is <{sitemap.type}>")
    return SitemapURLs(urls, sitemap.type == "sitemapindex")
