"""Times as Chinese pages write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CHINA = timezone(timedelta(hours=8))

_EARLIEST_YEAR = 1990
_DIGITS = str.maketrans("０１２３４５６７８９：／－．", "0123456789:/-.")
_WIDE = re.compile("[０-９：／－．]")
_CLOCK = (
    r"(?P<half>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|[ap]m)?\s*"
    r"(?P<hour>\d{1,2})\s*(?:[:点點时時]\s*(?P<minute>\d{1,2})(?!\d)(?:\s*[:分]\s*(?P<second>\d{1,2})(?!\d))?|[点點时時](?!\d))"
    r"\s*分?(?:\.\d+)?\s*(?P<late>[AP]M\b)?\s*(?P<zone>Z\b|UTC|GMT(?:\s*\+0?8(?::?00)?)?|[+-]\d{2}:?\d{2}\b)?"
)
_GAP = r"(?:[\s,，T_|/-]|&nbsp;|星期.|周[一二三四五六日]|[（(](?:星期|周)?.[）)])*+"
_DAY = (
    r"(?:(?P<year>(?:19|20)\d{2})(?P<sep>\s*[-/.年]\s*)(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)\s*[日号號]?"
    r"|(?P<us_month>\d{1,2})/(?P<us_day>\d{1,2})/(?P<us_year>(?:19|20)\d{2})(?!\d)"
    r"|(?<!\d)(?P<compact>(?:19|20)\d{6})(?!\d)"
    r"|(?<![\d.:/-])(?P<two_year>\d{2})(?P<two_sep>[-/.])(?P<two_month>\d{2})(?P=two_sep)(?P<two_day>\d{2})(?![\d.:/-])"
    r"|(?P<relative>今天|今日|昨天|昨日|前天)"
    r"|(?<![\d.:/-])(?P<short_month>\d{1,2})(?:-(?P<short_day>\d{1,2})(?![\d-])|月(?P<short_day_cn>\d{1,2})[日号號]))"
)
_WHEN = re.compile(rf"(?<!\d){_DAY}(?:{_GAP}{_CLOCK})?", re.IGNORECASE)
HINT = re.compile(r"[\d今昨前]")
"""Without one of these a text tells no time."""
_BEGINS = re.compile(r"(?<!\d)[\d今昨前]")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(
    r"(?:(?P<d1>\d{1,2})\s+)?(?P<mon>" + "|".join(_MONTHS) + r")[a-z]{0,6}\.?\s+"
    r"(?:(?P<d2>\d{1,2}),?\s+)?(?P<year>(?:19|20)\d{2})\s*(?:" + _CLOCK + ")?",
    re.IGNORECASE,
)
_LETTERS = re.compile("[a-z]{3}", re.IGNORECASE)
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_AGO = re.compile(r"(\d{1,3})\s*(秒|分钟|分鐘|小时|小時|天)前")
_AFTERNOON = ("下午", "傍晚", "晚上", "晚间", "pm")
_NOON = 12


def find_times(text: str, downloaded: datetime) -> Iterator[tuple[str, str]]:
    """Yield (RFC 3339 time or date, the words it was read from) in order of appearance.

    `downloaded` is aware; it gives the year of 03-15, the day of 今天, and the end of the possible past.
    Impossible and future dates are left out. A time without a zone is Chinese.
    """
    if not HINT.search(text):
        return
    plain = _plain(text)
    now = downloaded.astimezone(CHINA)
    for match in _days(plain):
        if _stands_alone(match, plain) and (when := _read(match, now)):
            yield when, text[match.start() : match.end()].strip()
    for match in _AGO.finditer(plain) if "前" in plain else ():
        yield _ago(int(match[1]), match[2], now), match[0]


def _plain(text: str) -> str:
    return text.translate(_DIGITS) if _WIDE.search(text) else text


def _days(text: str) -> Iterator[re.Match[str]]:
    """The days in Chinese and in figures, then those in English; tried where one can begin, and nowhere else."""
    end = 0
    for begins in _BEGINS.finditer(text):
        if begins.start() >= end and (match := _WHEN.match(text, begins.start())):
            end = match.end()
            yield match
    if _LETTERS.search(text):
        yield from _ENGLISH.finditer(text)


_YEAR = re.compile(r"(?:19|20)\d{2}|\d{2}([-/.])\d{2}\1\d{2}")


def names_year(words: str) -> bool:
    """Tell whether words that `find_times` yielded give the year themselves."""
    return _YEAR.search(_plain(words)) is not None


_SHORT_LINE = 20


def _stands_alone(match: re.Match[str], text: str) -> bool:
    """A day without a full year or time ("昨天", "3月15日") dates a story only in a short line: prose has them too."""
    if match.re is _ENGLISH or match["hour"] is not None:
        return True
    return len(text) <= _SHORT_LINE or not (match["relative"] or match["short_month"] or match["two_year"])


def parse_time(text: str, downloaded: datetime) -> str:
    """Return the first time or date of a short text ("" if none)."""
    return next((when for when, _ in find_times(text, downloaded)), "")


_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:(\d{2})(\d{2})(?!\d{1,3}(?!\d))|([-/_])(\d{1,2})\4(\d{1,2})(?!\d)|[-/](\d{2})/?(\d{2})(?!\d))"
)


def url_date(url: str, downloaded: datetime) -> str:
    """Return the date in the path of a URL ("/2020/0315/", "t20200315_"), "" if none."""
    for match in _URL_DAY.finditer(url):
        numbers = [int(group) for group in match.groups() if group and group.isdigit()]
        day = _date(*numbers[:3])
        if day and day <= downloaded.astimezone(CHINA).date():
            return day.isoformat()
    return ""


# The clocks of publishers and of crawlers differ.
_GRACE = timedelta(minutes=10)


def _read(match: re.Match[str], now: datetime) -> str:
    day = _english_day(match) if match.re is _ENGLISH else _day(match, now)
    clock = _clock(match)
    if day is None:
        return ""
    if clock is not None:
        when = datetime(day.year, day.month, day.day, *clock, tzinfo=_zone(match["zone"])).astimezone(CHINA)
        if when <= now + _GRACE:
            return when.isoformat()
    return day.isoformat() if day <= now.date() else ""


def _day(match: re.Match[str], now: datetime) -> date | None:
    if match["year"]:
        return _date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match["us_year"]:
        return _date(int(match["us_year"]), int(match["us_month"]), int(match["us_day"]))
    if compact := match["compact"]:
        return _date(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
    if match["two_year"]:
        year = now.year // 100 * 100 + int(match["two_year"])
        return _date(year if year <= now.year else year - 100, int(match["two_month"]), int(match["two_day"]))
    if match["relative"]:
        return now.date() - timedelta(days=_DAYS_BACK[match["relative"]])
    month, day = int(match["short_month"]), int(match["short_day"] or match["short_day_cn"])
    this_year = _date(now.year, month, day)
    return this_year if this_year and this_year <= now.date() else _date(now.year - 1, month, day)


def _english_day(match: re.Match[str]) -> date | None:
    day = match["d1"] or match["d2"]
    return _date(int(match["year"]), _MONTHS.index(match["mon"].lower()) + 1, int(day)) if day else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _EARLIEST_YEAR else None
    except ValueError:
        return None


def _clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    if match["hour"] is None:
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    half = (match["half"] or match["late"] or "").lower()
    if half in _AFTERNOON and hour < _NOON:
        hour += _NOON
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None  # noqa: PLR2004


def _zone(text: str | None) -> timezone:
    if not text:
        return CHINA
    offset = re.search(r"([+-])\s*(\d{1,2}):?(\d{2})?$", text)
    if offset is None:
        return UTC
    delta = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-delta if offset[1] == "-" else delta) if delta < timedelta(days=1) else CHINA


def _ago(count: int, unit: str, now: datetime) -> str:
    if unit == "天":
        return (now.date() - timedelta(days=count)).isoformat()
    seconds = {"秒": 1, "分": 60, "小": 3600}[unit[0]]
    return (now - timedelta(seconds=count * seconds)).replace(microsecond=0).isoformat()
