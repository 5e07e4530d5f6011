"""Captures: what an index says a web archive has, and which of it to fetch."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from slqncy.records import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_OK = "200"
_DIGEST = re.compile(r"(?:sha1:)?([A-Z2-7]{32})")
_TIMESTAMP = re.compile(r"[0-9]{14}")
_CLOCKS = timedelta(days=1)
"""By which clocks may differ."""


class WebArchive(StrEnum):
    """A web archive that can be asked."""

    WAYBACK = "wayback"
    COMMONCRAWL = "commoncrawl"


class IndexAnswerError(ValueError):
    """An answer of an index that is none, or is torn; the message says where."""


class CaptureError(ValueError):
    """What was fetched is not the capture that the index names; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The exchange that a web archive had with the site: a request's `meta["original"]`."""

    archive: WebArchive
    url: str
    """As the web archive asked for it."""
    date: str
    """RFC 3339, UTC."""
    digest: str
    """SHA-1 of the payload as the web archive stores it, in upper-case Base32."""

    @property
    def captured(self) -> datetime:
        """`date`, aware."""
        return datetime.fromisoformat(self.date)

    def as_notes(self) -> dict[str, str]:
        """As it is kept with what was fetched, to unwrap that again."""
        return {
            "webArchive": self.archive.value,
            "originalUri": self.url,
            "originalDate": self.date,
            "originalDigest": self.digest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A capture of a page that was delivered (status 200), and how to fetch it."""

    original: Original
    source: str
    """The URL to ask."""
    range: str = ""
    """The value of a Range header, or "" for the whole."""


@dataclass(slots=True)
class Answer:
    """What one answer of an index names."""

    found: list[Found] = field(default_factory=list)
    bad: int = 0
    """Rows that say nothing."""
    resume_key: str = ""
    """What to ask with for the rest, or "" where this is the end."""


def from_notes(notes: Mapping[str, str]) -> Original | None:
    """What `as_notes` has kept, or None where nothing was. Raises ValueError where it is no capture."""
    if "webArchive" not in notes:
        return None
    url, date, digest = (notes.get(f"original{name}", "") for name in ("Uri", "Date", "Digest"))
    kept = Original(archive=WebArchive(notes["webArchive"]), url=url, date=date, digest=digest)
    if not url or kept.captured.tzinfo is None:
        raise ValueError(f"no capture: {url!r} {date!r}")
    require_past(kept.captured)
    return kept


def original(archive: WebArchive, url: object, timestamp: object, digest: object) -> Original:
    """A capture as a row of an index names it. Raises ValueError."""
    match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    if not isinstance(url, str) or not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp) or not match:
        raise ValueError(f"no capture: {url!r} {timestamp!r} {digest!r}")
    at = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    require_past(at)
    return Original(archive=archive, url=url, date=moment(at), digest=match[1])


def require_past(at: datetime) -> None:
    """Raises ValueError for a time of a capture that is yet to come: it would be the newest for as long."""
    if at > datetime.now(UTC) + _CLOCKS:
        raise ValueError(f"the capture is of {at:%Y-%m-%d}, which is yet to come")


def is_delivered(status: object) -> bool:
    """Whether the status in a row is that of a page that was delivered; revisits have none, and repeat another row."""
    return status == _OK


def index_host(host: str) -> str:
    """A host as indexes know it: without www., with which and without which is one."""
    return re.sub(r"^www\d*\.", "", host)


def choose(found: Iterable[Found], most: int, has_read: Callable[[str], bool]) -> list[Found]:
    """Which captures of a page to fetch: each digest once, oldest first, at most so many.

    `has_read` tells whether the capture of a time is dealt with.
    """
    by_digest: dict[str, Found] = {}
    for each in sorted(found, key=lambda each: (each.original.date, each.original.url)):
        by_digest.setdefault(each.original.digest, each)
    return [each for each in by_digest.values() if not has_read(each.original.date)][:most]


def nearest(found: Iterable[Found], date: str) -> Found | None:
    """The capture of a page that was made nearest to a time (RFC 3339, UTC), or None where there is none."""
    at = datetime.fromisoformat(date)
    return min(found, key=lambda each: (abs(each.original.captured - at), each.original.date), default=None)
