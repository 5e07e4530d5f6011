"""What a response means, and the item it becomes."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError

from slqncy import __version__
from slqncy.failures import CertificateError, ForbiddenAddressError, MalformedError
from slqncy.guards.codings import IncompleteError, TooLargeError, UndecodableError
from slqncy.guards.markup import Limits
from slqncy.items import Fetched, StoryItem
from slqncy.middlewares.forgotten import ForgottenError
from slqncy.middlewares.redirect import TooManyRedirectsError
from slqncy.middlewares.site import OffSiteError
from slqncy.middlewares.webarchive import TRUNCATED
from slqncy.reading.page import Served
from slqncy.reasons import Failure
from slqncy.records import Provenance, Story, moment
from slqncy.spiders.sitemaps import SitemapError

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from slqncy.archive.ledger import Known
    from slqncy.backfill.captures import Original
    from slqncy.reading.page import StoryReading
    from slqncy.sites import Address

_NOT_MODIFIED, _TOO_MANY, _SERVER_ERROR = 304, 429, 500
_LONGEST_VALIDATOR = 1000
"""Characters; each line of the story holds it, and servers take no request with a header of 256 KiB."""
_STAY_AWAY = {_NOT_MODIFIED, 403, _TOO_MANY}
_FAILURES: dict[type[Exception], Failure] = {
    OffSiteError: Failure.OFF_SITE,
    TooManyRedirectsError: Failure.REDIRECTS,
    ForgottenError: Failure.REDIRECTS,
    ForbiddenAddressError: Failure.FORBIDDEN_ADDRESS,
    CertificateError: Failure.CERTIFICATE,
    MalformedError: Failure.MALFORMED,
    DownloadTimeoutError: Failure.TOO_SLOW,
    ResponseDataLossError: Failure.INCOMPLETE,
    IncompleteError: Failure.INCOMPLETE,
    DownloadCancelledError: Failure.TOO_LARGE,
    TooLargeError: Failure.TOO_LARGE,
    UndecodableError: Failure.UNREADABLE,
    SitemapError: Failure.UNREADABLE,
}
"""What any other error means is that the server cannot be reached."""


def header(response: Response, name: str) -> str:
    """A header of a response as text, or ""."""
    value = response.headers.get(name)
    return value.decode("latin-1").strip() if value else ""


def answer(response: Response) -> dict[str, Any]:
    """What an event says of a response."""
    if date := date_captured(response):
        # A web archive is not asked again.
        return {"http_status": response.status, "date_captured": date}
    return {
        "http_status": response.status,
        "etag": validator(response, "ETag"),
        "last_modified": validator(response, "Last-Modified"),
    }


def date_captured(response: Response) -> str:
    """When a web archive had the response from the site (RFC 3339, UTC), or "" where the site itself gave it."""
    original = _original(response)
    return original.date if original else ""


def validator(response: Response, name: str) -> str:
    """A header to ask with the next time, or "" where it is none that could be sent back as it came."""
    value = header(response, name)
    return value if value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else ""


def validators(known: Known) -> dict[str, str]:
    """The headers that make a request conditional on what is known of the page."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def is_not_modified(response: Response) -> bool:
    """Whether the page is as we know it. A 304 that nobody asked for says nothing."""
    assert response.request is not None
    asked = response.request.headers
    return response.status == _NOT_MODIFIED and ("If-None-Match" in asked or "If-Modified-Since" in asked)


def is_refused(response: Response) -> bool:
    """Whether the server gives no page for now, whatever it has."""
    return response.status in _STAY_AWAY or response.status >= _SERVER_ERROR


def refusal(response: Response) -> Failure:
    """Why a refused page was."""
    told = response.status == _TOO_MANY or "Retry-After" in response.headers
    return Failure.TOLD_TO_WAIT if told else Failure.SERVER_ERROR


def failure_of(error: BaseException | None) -> Failure:
    """Why there was no response, or none that could be read."""
    reasons = (reason for kind, reason in _FAILURES.items() if isinstance(error, kind))
    return next(reasons, Failure.UNREACHABLE)


def parse_limits(settings: BaseSettings) -> Limits:
    """What a page may have at most to be parsed."""
    return Limits(**{limit.name: settings.getint(f"PARSE_MAX_{limit.name.upper()}") for limit in fields(Limits)})


def served(response: Response, url: str, address: Address, limits: Limits) -> Served:
    """A response for the canonical URL `url` as it is read."""
    fetched = _fetched(response)
    return Served(
        url=url,
        base=address.canonical(response.url) or url,
        address=address,
        limits=limits,
        status=response.status,
        content_type=header(response, "Content-Type"),
        robots_tags=response.headers.getlist("X-Robots-Tag"),
        body=response.body,
        at=fetched.at,
        date_captured=date_captured(response),
        directives=fetched.directives,
    )


def story_item(
    response: Response, url: str, reading: StoryReading, address: Address, *, spider: str, run_id: str
) -> StoryItem:
    """The item of a story page that answered for the canonical URL `url`."""
    original, extracted = _original(response), reading.extracted
    story = _story(url, response.url, _fetched(response), address, spider=spider, run_id=run_id)
    item = StoryItem(
        lines=extracted.paragraphs,
        stripped=reading.stripped,
        is_truncated=TRUNCATED in response.flags,
        notice=reading.notice,
        wall=reading.wall,
        compared=reading.compared,
        story=replace(
            story,
            title=extracted.title,
            authors=extracted.authors,
            byline_raw=extracted.byline_raw,
            source_name=extracted.source_name,
            date_published=extracted.date_published,
            date_published_raw=extracted.date_published_raw,
            date_modified=extracted.date_modified,
            language=extracted.language,
            images=extracted.images,
            keywords=extracted.keywords,
            description=extracted.description,
            robots=reading.robots,
            provenance=replace(
                story.provenance,
                http_status=response.status,
                encoding=reading.encoding,
                etag=validator(response, "ETag"),
                last_modified=validator(response, "Last-Modified"),
                web_archive=original.archive.value if original else "",
                date_captured=original.date if original else "",
            ),
        ),
    )
    if reading.rejection:
        item.reject(*reading.rejection)
    return item


def unread_item(
    url: str, served_at: str, fetched: Fetched, detail: str, address: Address, *, spider: str, run_id: str
) -> StoryItem:
    """The item of a story page that came, and that nobody is to read, for the canonical URL `url`."""
    item = StoryItem(story=_story(url, served_at, fetched, address, spider=spider, run_id=run_id))
    assert fetched.refused is not None
    item.reject(fetched.refused, detail)
    return item


def _fetched(response: Response) -> Fetched:
    return response.meta.get("fetched") or Fetched(datetime.now(UTC), status=response.status)


def _original(response: Response) -> Original | None:
    original: Original | None = response.meta.get("original")
    return original


def _story(url: str, served_at: str, fetched: Fetched, address: Address, *, spider: str, run_id: str) -> Story:
    """What is known of a story page before it is read."""
    story_address = address.story(url)
    assert story_address is not None
    return Story(
        id=address.story_name(story_address),
        url=served_at,
        canonical_url=url,
        site=address.site.name,
        section=story_address.section,
        story_id=story_address.story_id,
        date_downloaded=moment(fetched.at),
        provenance=Provenance(
            spider=spider, run_id=run_id, parser_version=__version__, http_status=fetched.status, encoding="",
            warc=fetched.warc,
        ),
    )  # fmt: skip
