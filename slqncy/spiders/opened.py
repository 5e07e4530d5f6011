"""What a capture holds, whatever came before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from w3lib.url import safe_url_string

from slqncy.coded import decoded
from slqncy.guards.codings import CodingError
from slqncy.middlewares.redirect import REDIRECTS
from slqncy.reasons import Failure
from slqncy.sites import Address, SiteError, load_site
from slqncy.spiders.arguments import ArgumentError, base_url
from slqncy.spiders.captured import UnreadableError, captured_response
from slqncy.spiders.responses import failure_of

if TYPE_CHECKING:
    from scrapy.http import Response

    from slqncy.warc.read import Capture

_MOST_ADDRESSES = 16
"""Sites, and places where they were served, that are remembered."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A capture, its response unpacked."""

    capture: Capture
    address: Address | None = None
    """The site, where it was served when it was captured; None where the capture is of none that we know."""
    response: Response | None = None
    failure: tuple[Failure, str] | None = None
    """Why it is no answer."""
    unusable: str = ""
    """Why the site, or the response, is not there, where that is worth telling."""


class Opener:
    """Opens captures of a site, or where they say so themselves of any."""

    def __init__(self, given: Address, most_body: int, *, is_told: bool) -> None:
        """`is_told` where the site was given, and captures are of no other; `most_body` are bytes of a page."""
        self._given = given
        self._most_body = most_body
        self._is_told = is_told
        # What an address has worked out it remembers.
        self._address = lru_cache(_MOST_ADDRESSES)(self._make_address)

    def open(self, capture: Capture) -> Opened:
        """The capture, its response unpacked."""
        site = "" if self._is_told else capture.notes.get("site", "")
        try:
            address = self._address(site, capture.notes.get("servedAt"))
        except SiteError as error:
            return Opened(capture, unusable=f"captures of the site {site!r} are passed over: {error}")
        if "page" not in capture.notes and not address.canonical(capture.uri):
            return Opened(capture)
        failure = _failure(capture)
        try:
            response = captured_response(capture)
            response = decoded(response, self._most_body)
        except CodingError as error:
            failure = failure or (failure_of(error), str(error))
        except UnreadableError as error:
            return Opened(capture, address, unusable=str(error))
        return Opened(capture, address, response, failure)

    def _make_address(self, site: str, served_at: str | None) -> Address:
        """Raises SiteError. Several sites may share an archive, and its captures."""
        address = Address(load_site(site)) if site else self._given
        try:
            place = base_url(served_at)
        except ArgumentError:
            place = ""
        return replace(address, base_url=place) if place else address


def target(capture: Capture) -> str:
    """Where a capture sends those who asked, or ""."""
    if capture.status not in REDIRECTS:
        return ""
    place = next((value for name, value in capture.headers if name.lower() == b"location"), b"")
    try:
        return urljoin(capture.uri, safe_url_string(place)) if place else ""
    except ValueError:
        return repr(place)  # nowhere


def _failure(capture: Capture) -> tuple[Failure, str] | None:
    """Why a capture is no answer: it is not whole, or leads off the site."""
    if capture.incomplete:
        said = (capture.notes.get(name) for name in ("failure", "withheld"))
        return Failure.INCOMPLETE, next(filter(None, said), capture.incomplete)
    # Those that lead elsewhere on the site are followed.
    if leads_to := target(capture):
        return Failure.OFF_SITE, f"leads to {leads_to}"
    return None
