"""Case 65: robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.case import Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import html, sized
from tests.raw_server import End, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.hostile.case import Answer
    from tests.raw_server import Step

_FORBIDDEN, _ALLOWED, _EXCLUDED = (Outcome.FORBIDDEN,), (Outcome.ARCHIVED,), (Outcome.EXCLUDED_ROBOTS,)
_TEXT = b"Content-Type: text/plain"


def _status(status: bytes, *fields: bytes) -> Answer:
    return lambda _: (sized(b"no", _TEXT, *fields, status=status),)


def _rules(make: Callable[[bytes], bytes]) -> Answer:
    """A robots.txt made of the path of the case's story."""
    return lambda asked: (sized(make(asked.path.encode()), _TEXT),)


def _loop(_asked: Asked) -> Iterable[Step]:
    return (html(b"", b"Location: /robots.txt", status=b"301 Moved Permanently"),)


ROBOTS = (
    Case(65, "robots.txt: 500", _FORBIDDEN, robots=_status(b"500 Internal Server Error")),
    Case(
        65, "robots.txt: 503 and Retry-After", _FORBIDDEN,
        robots=_status(b"503 Service Unavailable", b"Retry-After: 86400"),
    ),
    Case(65, "robots.txt: no answer", _FORBIDDEN, robots=lambda _: (Wait(600),)),
    Case(65, "robots.txt: reset", _FORBIDDEN, robots=lambda _: (End.RESET,)),
    Case(65, "robots.txt: 401", _FORBIDDEN, robots=_status(b"401 Unauthorized")),
    Case(65, "robots.txt: 403", _FORBIDDEN, robots=_status(b"403 Forbidden")),
    Case(65, "robots.txt: 429", _FORBIDDEN, robots=_status(b"429 Too Many Requests")),
    Case(65, "robots.txt: redirect to itself", _FORBIDDEN, robots=_loop),
    Case(
        65, "robots.txt: 600 KB, the rule at the end", _ALLOWED,
        robots=_rules(lambda path: b"User-agent: *\n" + b"Allow: /a\n" * 60_000 + b"Disallow: " + path + b"\n"),
    ),
    Case(
        65, "robots.txt: HTML", _ALLOWED,
        robots=lambda _: (html("<!DOCTYPE html>\n<html><body>\n首页</body></html>".encode()),),
    ),
    Case(
        65, "robots.txt: byte order mark", _EXCLUDED,
        robots=_rules(lambda path: b"\xef\xbb\xbfUser-agent: *\r\nDisallow: " + path + b"\r\n"),
    ),
    Case(
        65, "robots.txt: comment in GBK", _EXCLUDED,
        robots=_rules(lambda path: "# 禁止抓取\nUser-agent: *\n".encode("gbk") + b"Disallow: " + path + b"\n"),
    ),
    Case(
        65, "robots.txt: lines end with CR", _EXCLUDED,
        robots=_rules(lambda path: b"User-agent: *\rDisallow: " + path + b"\r"),
    ),
)  # fmt: skip
