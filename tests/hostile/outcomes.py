"""What may become of a hostile case: a closed list."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Those with a slash are a state and a reason in the ledger."""

    ARCHIVED = "archived"
    SECOND_VERSION = "archived, second version"
    FETCHED = "fetched"  # a page that is no story was read

    REJECTED_CHALLENGE = "rejected/challenge"
    REJECTED_HTTP_STATUS = "rejected/http_status"
    REJECTED_INCOMPLETE = "rejected/incomplete"
    REJECTED_LOGIN = "rejected/login"
    REJECTED_NOT_HTML = "rejected/not_html"
    REJECTED_REDIRECTED = "rejected/redirected"
    REJECTED_REFUSED = "rejected/refused"
    REJECTED_SOFT_404 = "rejected/soft_404"
    REJECTED_TOO_LARGE = "rejected/too_large"
    REJECTED_UNDECODABLE = "rejected/undecodable"
    REJECTED_WAITING_ROOM = "rejected/waiting_room"

    FAILED_CERTIFICATE = "failed/certificate"
    FAILED_FORBIDDEN_ADDRESS = "failed/forbidden_address"
    FAILED_MALFORMED = "failed/malformed"
    FAILED_OFF_SITE = "failed/off_site"
    FAILED_REDIRECTS = "failed/redirects"
    FAILED_SERVER_ERROR = "failed/server_error"
    FAILED_TOO_LARGE = "failed/too_large"
    FAILED_TOO_SLOW = "failed/too_slow"
    FAILED_UNREADABLE = "failed/unreadable"

    EXCLUDED_ROBOTS = "excluded/robots"
    NOT_ASKED = "not asked for"  # no request of the case has reached the server
    FORBIDDEN = "nothing asked for"  # but for robots.txt
    BOUNDED = "bounded"  # asked for, and given up after a bounded number of requests


UNREACHED = frozenset({Outcome.FORBIDDEN, Outcome.FAILED_CERTIFICATE, Outcome.FAILED_FORBIDDEN_ADDRESS})
"""Outcomes of a whole site that leave nothing of it to be read."""
