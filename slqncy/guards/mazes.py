"""Mazes: addresses that go on for ever, and many addresses of one page. Told by the address alone."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import urlsplit

_MOST_SEGMENTS = 20
"""Of a path, as in Heritrix, which has the same limit for repeated segments too."""
_MOST_REPEATED = 2
_FEWEST_SLASHES = 5
"""Of a URL that can repeat itself; most have fewer, and are asked about by the dozen on every page."""
_YEARS_AHEAD = 1
"""A list of what is said to appear later is an empty page of a calendar."""

_SESSION_IN_PATH = re.compile(r";[^/]*|/\([A-Za-z]\([A-Za-z0-9]{16,}\)\)")
""";jsessionid=…, and /(S(…)) of ASP.NET."""
_SESSION = re.compile(r"(?:php|j|asp|jsp|asp\.net_)?-?sess(?:ion)?_?id[a-z]*|cfid|cftoken", re.IGNORECASE)
_SHORTEST_SESSION = 8
_MAYBE_SESSION = re.compile(r"s|sid|session|token|auth|key", re.IGNORECASE)
_TOKEN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z_-]{16,}")
"""What no parameter holds that names a list."""
_TRACKING = re.compile(
    r"utm_\w+|spm|scm|gclid|fbclid|yclid|msclkid|bd_vid|hm(?:sr|pl|cu|kw|ci)|isappinstalled|nsukey|share_\w+|clicktime"
    r"|enterid",
    re.IGNORECASE,
)
_MAYBE_TRACKING = re.compile(r"from|ref|referer|referrer|scene", re.IGNORECASE)
_NO_NUMBER = re.compile(r"[^0-9]+")
"""?from=20 counts stories."""
_CHANCE = re.compile(r"_|t|r|rnd|rand|random|time|timestamp|nocache", re.IGNORECASE)
_BY_CHANCE = re.compile(r"0?\.[0-9]+|[0-9]{10,}")
"""A random number, or the time in seconds or finer."""

# Four digits alone may be the number of a column, and others behind them that of a page.
_DAY_IN_PATH = re.compile(r"/([0-9]{4})([-/])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
_YEAR_IN_QUERY = re.compile(
    r"(?:^|&)(?:y|year|nian|ym|month|date|day|rq|riqi)=([0-9]{4})(?:[-/._]?[0-9]{2}){0,2}(?=&|$)", re.IGNORECASE
)


def page_key(url: str) -> str:
    """What the addresses of one page have in common: no session, no tracking, and the query in any order."""
    parts = urlsplit(url)
    pairs = (pair for pair in parts.query.split("&") if pair and not _is_noise(*pair.partition("=")[::2]))
    return f"{parts.netloc}{_SESSION_IN_PATH.sub('', parts.path)}?{'&'.join(sorted(pairs))}"


def maze(url: str) -> str:
    """How an address goes round in circles, in words, or ""."""
    if url.count("/") < _FEWEST_SLASHES:
        return ""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    if len(segments) > _MOST_SEGMENTS:
        return f"a path of more than {_MOST_SEGMENTS} segments"
    # Days, months and pages may well be equal.
    names = Counter(segment for segment in segments if not segment.isdigit())
    if max(names.values(), default=0) > _MOST_REPEATED or _turns_back(segments):
        return "a path that repeats itself"
    return ""


def calendar(url: str, year: int) -> str:
    """How the address of a list is that of an empty page of a calendar, in words, or "". `year` is this one."""
    parts = urlsplit(url)
    years = [found for found, _ in _DAY_IN_PATH.findall(parts.path)] + _YEAR_IN_QUERY.findall(parts.query)
    return "a date that is far off" if any(int(found) > year + _YEARS_AHEAD for found in years) else ""


def _turns_back(segments: list[str]) -> bool:
    """Whether two folders follow one another twice: /news/list/news/list/."""
    steps = Counter(step for step in pairwise(segments) if step[0] != step[1] and not all(map(str.isdigit, step)))
    return max(steps.values(), default=0) > 1


def _is_noise(name: str, value: str) -> bool:
    """Whether a parameter says who asks, or when, and not for what."""
    return bool(
        (_SESSION.fullmatch(name) and len(value) >= _SHORTEST_SESSION)
        or _TRACKING.fullmatch(name)
        or (_MAYBE_SESSION.fullmatch(name) and _TOKEN.fullmatch(value))
        or (_MAYBE_TRACKING.fullmatch(name) and _NO_NUMBER.fullmatch(value))
        or (_CHANCE.fullmatch(name) and _BY_CHANCE.fullmatch(value))
    )
