"""What a page asks of robots: the robots meta tag and X-Robots-Tag, as Google documents them and others follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OURS = {"", "*", "robots", "slqncy"}
"""Names by which we are meant; X-Robots-Tag without a name means all."""
_NOARCHIVE = {"noarchive", "nocache"}
_UNTIL = "unavailable_after"
_VALUED = {_UNTIL, "max-snippet", "max-image-preview", "max-video-preview"}
_MOST = 50
"""Directives that are recorded; there are about fifteen."""


@dataclass(frozen=True, slots=True)
class Directives:
    """What is asked of robots."""

    said: list[str]
    """In lower case, each once; with the name of the robot, if it is for one alone: "googlebot: noindex"."""
    noarchive: str = ""
    """The one among them that forbids us to archive the page, or ""."""


def read_directives(tags: Iterable[bytes], body: bytes, at: datetime) -> Directives:
    """The directives of a page: `tags` are its X-Robots-Tag headers, and `at` is when it was asked for; aware.

    `none` means noindex and nofollow, which do not forbid to archive. What is for another robot is only recorded.
    """
    said: dict[str, bool] = {}
    for robot, directive in (*_in_headers(tags), *_in_page(body)):
        text = directive if robot in _OURS - {"slqncy"} else f"{robot}: {directive}"
        said.setdefault(text, robot in _OURS and _forbids(directive, at))
    return Directives(list(said)[:_MOST], next((text for text, forbids in said.items() if forbids), ""))


def _forbids(directive: str, at: datetime) -> bool:
    name, _, value = directive.partition(": ")
    return name in _NOARCHIVE or (name == _UNTIL and _is_past(value, at))


def _is_past(date: str, at: datetime) -> bool:
    """Whether a date of RFC 850, RFC 822 or ISO 8601 has passed; what is no date has not."""
    try:
        moment = datetime.fromisoformat(date.upper())
    except ValueError:
        try:
            moment = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # Captures tell time in whole seconds.
    return moment <= at.replace(microsecond=0)


# A day of the week may stand before the date, with a comma.
_PART = re.compile(rf"(?:[^,:]*:)?\s*{_UNTIL}\s*:(?:\s*[a-z]+\s*,)?[^,]*|[^,]+")
_PRINTABLE = re.compile(r"[ -~]{1,200}")


def _in_headers(tags: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    for tag in tags:
        robot = ""
        for part in _parts(tag.decode("latin-1")):
            name, colon, rest = (piece.strip() for piece in part.partition(":"))
            if colon and name not in _VALUED:
                # It is meant by all that follows in the header.
                robot, part = name, rest  # noqa: PLW2901
            yield robot, _spaced(part)


def _in_page(body: bytes) -> Iterator[tuple[str, str]]:
    for tag in _metas(body):
        attributes: dict[bytes, str] = {}
        for name, *values in _ATTRIBUTE.findall(tag):
            attributes.setdefault(name.lower(), unescape(b"".join(values).decode("latin-1")))
        robot = attributes.get(b"name", "").strip().lower()
        if robot in {"robots", "slqncy"}:
            yield from ((robot, _spaced(part)) for part in _parts(attributes.get(b"content", "")))


def _parts(text: str) -> Iterator[str]:
    found = (" ".join(part.split()) for part in _PART.findall(text.lower()))
    return (part for part in found if _PRINTABLE.fullmatch(part))


def _spaced(directive: str) -> str:
    """One space behind the colon, whatever was there."""
    return ": ".join(piece.strip() for piece in directive.split(":", 1))


# Where a value may begin: addresses of the site have it in their midst.
_OUR_NAME = re.compile(rb"""slqncy\b(?<=["'=\s]slqncy)""")
_QUOTED = r""""[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)"""
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
_OTHER = rf"""<(?!!--|(?:meta|{"|".join(_RAW)})[\s/>])(?:[^<>"']++|{_QUOTED})*+"""
_TEXTS = "|".join(rf"<{name}(?=[\s/>])(?:[^<]++|<(?!/{name}[\s/>]))*+" for name in _RAW)
_META = re.compile(
    rf"""(?:[^<]++|{_OTHER}|<!--[\s\S]*?(?:-->|\Z)|{_TEXTS})*+(?:<meta((?:[^>"']++|{_QUOTED})*+)|\Z)""".encode(),
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"""([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>"'][^\s>]*+)))?""")


def _metas(body: bytes) -> Iterator[bytes]:
    """What stands in the meta tags of a page, in any encoding, that are not in comments, scripts or quotes."""
    source = body.replace(b"\0", b"")
    lowered = source.lower()
    last = max(lowered.rfind(b"robots"), *(name.end() for name in _OUR_NAME.finditer(lowered)), -1)
    # Behind the last name nobody is meant, unless it is written in character references.
    if last >= 0:
        last = max(last, lowered.rfind(b"&#"))
    position = 0
    while position < last and (match := _META.search(source, position)):
        position = match.end()
        if match[1]:
            yield match[1]
