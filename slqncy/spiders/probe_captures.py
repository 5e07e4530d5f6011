"""The same look, at captures of a site."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.coded import decoded
from slqncy.extract.sniff import is_html
from slqncy.guards.codings import CodingError
from slqncy.newsite.stranger import is_host_name
from slqncy.spiders.captured import UnreadableError, captured_response
from slqncy.spiders.probe import sample_of
from slqncy.spiders.responses import parse_limits
from slqncy.warc.read import captures
from slqncy.wire import most_body, most_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from slqncy.newsite.sample import Sample
    from slqncy.sites import Address

_OK = 200


def pages_in(paths: Sequence[Path], settings: BaseSettings, most: int) -> Iterator[tuple[str, Response]]:
    """The first HTML pages in WARC files, at most so many, by the addresses that they were asked for as.

    Raises WarcError at the first damage, after all that stands before it.
    """
    found = 0
    for capture in captures(paths, most_bytes(settings)):
        if capture is None or capture.status != _OK or capture.incomplete:
            continue
        try:
            response = decoded(captured_response(capture), most_body(settings))
        except (CodingError, UnreadableError):
            continue
        if is_html(response.body):
            yield capture.notes.get("page", capture.uri), response
            found += 1
            if found == most:
                return


def most_frequent_host(urls: Sequence[str]) -> str:
    """Scheme and host name that most of the URLs have, or ""."""
    parts = (urlsplit(url) for url in urls)
    origins = Counter(f"{part.scheme}://{part.hostname}" for part in parts if is_host_name(part.hostname or ""))
    return origins.most_common(1)[0][0] if origins else ""


def samples_of(pages: Sequence[tuple[str, Response]], address: Address, settings: BaseSettings) -> list[Sample]:
    """The pages of one site, each as it was captured last."""
    limits = parse_limits(settings)
    latest = {canonical: response for url, response in pages if (canonical := address.canonical(url))}
    return [
        sample_of(response, url, address, downloaded=response.meta["fetched"].at, limits=limits)
        for url, response in latest.items()
    ]
