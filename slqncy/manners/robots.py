"""robots.txt by RFC 9309: what an answer means, and what its rules let us ask for."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from protego import Protego

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 500 * 1024
"""Of a robots.txt that are read; RFC 9309, 2.5, asks for at least so many."""
MOST_CRAWL_DELAY = 300.0
"""Seconds; a longer Crawl-delay counts as this."""

_SUCCESS, _PART, _CLIENT_ERRORS = range(200, 300), 206, range(400, 500)
_NOT_FOR_US = {401, 403, 429}
"""Statuses that RFC 9309, 2.3.1.3, reads as "no rules", and that we read as "stay away", as 5xx."""

_LINE_END = re.compile(rb"\r\n?|\n")
# Fields with the misspellings that Protego and Google's parser forgive too; the colon may be forgotten.
_RECORD = re.compile(
    rb"(?:(?P<agent>user[ -]?agent)|(?P<disallow>disallow|dissallow|dissalow|disalow|diasllow|disallaw)"
    rb"|(?P<allow>allow)|(?P<delay>crawl[ -]delay)|(?P<sitemap>site-?maps?))(?:[ \t]*:|[ \t]+|$)(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"[a-z_-]+|\*(?!\S)")
_NOT_PLAIN = re.compile(rb"[^\x21-\x7e]")
_ESCAPED = re.compile("(?:%[89a-f][0-9a-f])+", re.IGNORECASE)
_NOT_UTF8 = {0xDC00 + octet: 0xF700 + octet for octet in range(0x80, 0x100)}
"""From Python's surrogates for octets that are not UTF-8, all of which Protego takes for one, to characters."""


class UnavailableError(Exception):
    """There are rules that could not be had, so that nothing may be asked for; the message says why."""


class Rules:
    """What a robots.txt lets a crawler ask for.

    The group is chosen here, for Protego takes `User-agent: s` for anybody whose name begins so, and ends a group at
    lines that RFC 9309, 2.2.4, does not let end it. The paths are compared by Protego.
    """

    def __init__(self, body: bytes, agent: str) -> None:
        """Read what the group of a product token says, or the group of all others where it has none."""
        groups: dict[str, list[str]] = {}
        self.sitemaps: list[str] = []
        """As written, in order; what is not ASCII is escaped."""
        named: list[str] = []
        is_head = False
        for field, value in _records(body):
            if field == "agent":
                named = [*(named if is_head else []), _token(value)]
                groups.setdefault(named[-1], [])
            elif field == "sitemap":
                self.sitemaps += [value] if value else []
            else:
                for name in named:
                    groups[name].append(_line(field, value))
            is_head = field == "agent" or (is_head and field in {"delay", "sitemap"})
        lines = groups.get(_token(agent), groups.get("*", []))
        self._parser = Protego.parse("\n".join(("User-agent: *", *lines)))

    def allows(self, url: str) -> bool:
        """Whether a URL may be asked for."""
        return self._parser.can_fetch(_comparable(url), "*")

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests, 0 where nothing is said of it."""
        return min(self._parser.crawl_delay("*") or 0.0, MOST_CRAWL_DELAY)


def read_robots(status: int, body: bytes, agent: str) -> Rules:
    """The rules in the last answer to a request for robots.txt. Raises UnavailableError."""
    if status in _SUCCESS and status != _PART:
        return Rules(body, agent)
    if status in _CLIENT_ERRORS and status not in _NOT_FOR_US:
        return Rules(b"", agent)
    raise UnavailableError(f"HTTP {status}")


def _records(body: bytes) -> Iterator[tuple[str, str]]:
    """Fields and values of all lines that mean something, in order."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        body = body.decode("utf-16", "replace").encode()
    if len(body) > MOST_BYTES:
        # Half a path would forbid, or allow, more than the whole one.
        head = body[: MOST_BYTES + 1]
        body = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    for line in _LINE_END.split(body.removeprefix(codecs.BOM_UTF8)):
        if match := _RECORD.match(line.partition(b"#")[0].strip()):
            field = next(name for name, found in match.groupdict().items() if found is not None)
            yield field, _NOT_PLAIN.sub(_escape, match["value"].strip()).decode("ascii")


def _line(field: str, value: str) -> str:
    return f"Crawl-delay: {value}" if field == "delay" else f"{field}: {_comparable(value)}"


def _token(agent: str) -> str:
    """The product token that a User-agent line or header begins with, or ""."""
    match = _TOKEN.match(agent.lower())
    return match[0] if match else ""


def _escape(match: re.Match[bytes]) -> bytes:
    return b"%%%02X" % match[0][0]


def _comparable(url: str) -> str:
    """A URL or path whose octets are all UTF-8, so that Protego tells those apart that are not, as in GBK."""
    return _ESCAPED.sub(lambda match: quote(_characters(unquote_to_bytes(match[0]))), url)


def _characters(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape").translate(_NOT_UTF8)
