"""Reading sitemaps, and refusing what is none."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.guards.codings import CodingError, IncompleteError, TooLargeError, UndecodableError
from slqncy.spiders.sitemaps import SitemapError, SitemapURLs, read_sitemap

MOST = 100_000
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
URLS = ["http://www.slqncy.com/szxw/1.html", "http://www.slqncy.com/szxw/2.html?a=1&b=2"]
ENTRIES = "<url><loc>{}</loc><lastmod>2020-03-16</lastmod></url><url><loc>\n {} \n</loc></url>".format(
    URLS[0], URLS[1].replace("&", "&amp;")
)
SITEMAP = f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACE}>{ENTRIES}</urlset>'.encode()


@pytest.mark.parametrize(
    "body",
    [
        SITEMAP,
        gzip.compress(SITEMAP, mtime=0),
        b"\xef\xbb\xbf" + SITEMAP,
        f"<urlset>{ENTRIES}</urlset>".encode(),
        f"<urlset {SPACE}><!-- 注 -->{ENTRIES}<url><priority>1</priority></url></urlset>".encode(),
        f'<?xml version="1.0" encoding="GBK"?><urlset {SPACE}><!-- 注 -->{ENTRIES}</urlset>'.encode("gbk"),
    ],
    ids=["plain", "gzipped", "BOM", "no namespace", "comment", "GBK"],
)
def test_a_sitemap(body: bytes) -> None:
    assert read_sitemap(body, MOST) == SitemapURLs(URLS, is_index=False)


def test_an_index() -> None:
    body = f"<sitemapindex {SPACE}><sitemap><loc>{URLS[0]}</loc></sitemap></sitemapindex>".encode()
    assert read_sitemap(body, MOST) == SitemapURLs(URLS[:1], is_index=True)


def test_an_empty_sitemap() -> None:
    assert read_sitemap(b"<urlset/>", MOST) == SitemapURLs([], is_index=False)


def test_no_more_is_read_than_a_sitemap_may_have() -> None:
    body = f"<urlset>{'<url><loc>http://a/</loc></url>' * 50_001}</urlset>".encode()
    assert len(read_sitemap(body, len(body)).urls) == 50_000


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b" \n", ""),
        (b"http://www.slqncy.com/szxw/1.html\n", ""),
        (b"<rss><channel/></rss>", "the root element is <rss>"),
        (b"<!DOCTYPE html><html><body><p>404</p></body></html>", "the root element is <html>"),
    ],
    ids=["nothing", "space", "text", "feed", "HTML"],
)
def test_what_is_no_sitemap(body: bytes, message: str) -> None:
    with pytest.raises(SitemapError) as caught:
        read_sitemap(body, MOST)
    assert str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x1f\x8b", IncompleteError),
        (gzip.compress(SITEMAP, mtime=0)[:-9], IncompleteError),
        (b"\x1f\x8bnot gzip", UndecodableError),
        (gzip.compress(SITEMAP + b" " * MOST, mtime=0), TooLargeError),
    ],
    ids=["nothing", "cut", "bad", "bomb"],
)
def test_gzip_that_is_not_whole_or_too_much(body: bytes, expected: type[CodingError]) -> None:
    with pytest.raises(expected):
        read_sitemap(body, MOST)


def test_entities_are_not_followed() -> None:
    doctype = '<!DOCTYPE urlset [<!ENTITY secret SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa">]>'
    body = f"{doctype}<urlset><url><loc>http://a/&secret;</loc></url><url><loc>{URLS[0]}</loc></url></urlset>"
    assert read_sitemap(body.encode(), MOST).urls == ["http://a/", URLS[0]]


@given(st.binary(max_size=200) | st.binary(max_size=50).map(lambda junk: junk.join([SITEMAP[:90], SITEMAP[90:]])))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    for variant in (body, gzip.compress(body, mtime=0), b"\x1f\x8b" + body):
        try:
            read_sitemap(variant, MOST)
        except (SitemapError, CodingError) as error:
            assert str(error)  # noqa: PT017
