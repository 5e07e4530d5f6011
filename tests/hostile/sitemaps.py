"""Cases 66 and 67: sitemaps."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from tests.hostile.case import Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import HTML, head, sized
from tests.raw_server import Flood

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.raw_server import Step

_XML = b"Content-Type: application/xml"
_HARMLESS = (Outcome.FETCHED, Outcome.FAILED_UNREADABLE)
_FETCHED, _TOO_LARGE = (Outcome.FETCHED,), (Outcome.FAILED_TOO_LARGE,)
_URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
_MIB = 1 << 20


def _sitemap(number: int, name: str, expected: tuple[Outcome, ...], answer: Callable[[Asked], Iterable[Step]]) -> Case:
    target = "/sitemap-{number}.xml"
    return Case(number, name, expected, pages={target.replace(".", r"\."): answer}, sitemap=target, subject=target)


def _says(make: Callable[[Asked], str]) -> Callable[[Asked], Iterable[Step]]:
    return lambda asked: (sized(make(asked).encode(), _XML),)


def _located(*urls: str) -> str:
    return _URLSET.format("".join(f"<url><loc>{url}</loc></url>" for url in urls))


def _laughs(asked: Asked) -> str:
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    story = asked.base_url + asked.path
    return f'<!DOCTYPE urlset [<!ENTITY l0 "{story}">{entities}]>{_located("&l9;", story)}'


def _quadratic(asked: Asked) -> str:
    return f'<!DOCTYPE urlset [<!ENTITY a "{"a" * 100_000}">]>{_located("&a;" * 50_000, asked.base_url + asked.path)}'


def _external(asked: Asked) -> str:
    entities = f'<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b SYSTEM "http://{asked.elsewhere}/">'
    return f"<!DOCTYPE urlset [{entities}]>{_located('&a;', '&b;', asked.base_url + asked.path)}"


def _bomb(_asked: Asked) -> Iterable[Step]:
    return (sized(gzip.compress(b"<urlset>" + b" " * _MIB, mtime=0) * 200, b"Content-Type: application/gzip"),)


def _million(asked: Asked) -> Iterable[Step]:
    urls = (f"<url><loc>{asked.base_url}/archive/of/pages/{number}</loc></url>".encode() for number in range(1_000_000))
    return head(HTML) + b"<urlset>", Flood(urls)


def _itself(asked: Asked) -> str:
    itself = f"<sitemap><loc>{asked.base_url}{asked.target}</loc></sitemap>"
    return f"<sitemapindex>{itself * 3}</sitemapindex>"


SITEMAPS = (
    _sitemap(66, "sitemap: billion laughs", _HARMLESS, _says(_laughs)),
    _sitemap(66, "sitemap: quadratic entities", _HARMLESS, _says(_quadratic)),
    _sitemap(66, "sitemap: external entities", _HARMLESS, _says(_external)),
    _sitemap(67, "sitemap: gzip bomb", _TOO_LARGE, _bomb),
    _sitemap(67, "sitemap: index of itself", _FETCHED, _says(_itself)),
    _sitemap(67, "sitemap: 1,000,000 addresses", _TOO_LARGE, _million),
    _sitemap(67, "sitemap: other hosts", _FETCHED, _says(lambda asked: _located(f"http://{asked.elsewhere}/szxw/1.html"))),
    _sitemap(
        67, "sitemap: changed in the future", _FETCHED,
        _says(lambda asked: _located(f"{asked.base_url}{asked.path}</loc><lastmod>2999-01-01</lastmod><loc>")),
    ),
)  # fmt: skip
