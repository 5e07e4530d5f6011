"""When a story was published and when it was changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from slqncy.extract.dates import HINT, find_times, names_year, parse_time, url_date
from slqncy.extract.metadata import Metadata, text_of
from slqncy.extract.patterns import late
from slqncy.extract.source import OUTLET, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from slqncy.extract.lines import Line
    from slqncy.extract.surroundings import Surroundings

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "publishdate", "pubdate", "pubtime",
    "publishtime", "publish_time", "og:release_date", "weibo:article:create_at", "bytedance:published_time",
    "apub:time", "article.published", "article:create_at", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
# Generators fill these with the time the page was built.
_WEAK = ("date", "dc.date", "creation_date")
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "bytedance:updated_time",
    "lastmod",
    "last-modified",
)


class _Time(NamedTuple):
    when: str
    words: str
    partial: bool = False
    """Without a year of its own: "昨天", "3月15日"."""
    modified: bool = False
    """Labelled as the time of a change."""

    @property
    def has_clock(self) -> bool:
        return "T" in self.when


def find_published(metadata: Metadata, around: Surroundings, url: str, downloaded: datetime) -> tuple[str, str]:
    """The time of publication and the words that say so; ("", "") if none.

    Annotations first, then the <time> elements by the headline, then the lines below the headline, above it, behind the
    story; in each a full date with a time of day, a full date, and last, on all the page, a time of change and a date
    without a year. A time of day outranks a bare date of the same day.
    """
    annotated = [text_of(metadata.article.get(key)) for key in ("datePublished", "pubDate")]
    annotated += [value for name in _PUBLISHED for value in metadata.meta.get(name, [])]
    annotated += metadata.microdata.get("datepublished", [])
    weak = [value for name in _WEAK for value in metadata.meta.get(name, [])]
    found = [_Time(*pair) for text in annotated for pair in find_times(text, downloaded)]
    found += [_Time(*pair) for text in _stamps(around.near) for pair in find_times(text, downloaded)]
    for group in around:
        found += sorted(_times(group, downloaded), key=lambda time: not time.has_clock)
    found += [_Time(*pair) for text in weak for pair in find_times(text, downloaded)]
    if from_url := url_date(url, downloaded):
        found.append(_Time(from_url, url))
    if not found:
        return "", ""
    found.sort(key=lambda time: (time.partial, time.modified))
    day = found[0].when[:10]
    best = next((time for time in found if time.when.startswith(day) and time.has_clock), found[0])
    return best.when, best.words


def _stamps(near: Iterable[Line]) -> Iterator[str]:
    """The machine-readable times in lines of their own; a block of many lines holds other stories' times."""
    for line in near:
        if line.block.stop - line.block.start <= _FEW_LINES and not any(word in line.text for word in _CHANGED):
            yield from (element.get("datetime", "") for element in line.element.iter("time"))


def find_modified(metadata: Metadata, around: Surroundings, downloaded: datetime) -> str:
    """The time of the last change, "" if none is told."""
    given = text_of(metadata.article.get("dateModified")) or metadata.first(*_MODIFIED)
    changed = (line for line in around.near if any(word in line.text for word in _CHANGED))
    printed = (time.when for time in _times(changed, downloaded) if time.modified)
    return parse_time(given, downloaded) or next(printed, "")


_FEW_LINES = 4
_DAY = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
# A clock in the page's head tells when it was looked at.
_PAGE_CLOCK = late(
    rf"(?:今天是|今日是|现在是|现在时间|当前时间|北京时间[:：])\D{{0,10}}{_DAY}(?:[\s,，]*(?:星期|周)[一二三四五六日天])?"
    rf"(?:[\s,，]*\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?(?!\d))?|{_DAY}\D{{0,8}}农历\S*"
)
_LABEL = late(
    r"((?:更新|修改|修订)(?:时间|日期|于|在|[:：])|编辑(?:时间|于)|(?:发布|发表|发稿|刊发|创建|添加|录入|上传)(?:时间|日期|于|在|[:：])"
    r"|来\s*源\s*[:：]|(?<![\u3400-\u9fff])(?:时间|日期)\s*[:：])"
)
_CHANGED = ("更新", "修改", "修订", "编辑")
_ASIDE = late(
    r"(?:发布|发表|发稿|更新)(?:时间|日期|于)?|时间|日期|来源|(?:阅读|浏览|点击|评论|人气)(?:次数|[数量])?\W*\d*|星期.|周[一二三四五六日]"
)


def _times(lines: Iterable[Line], downloaded: datetime) -> Iterator[_Time]:
    for line in lines:
        if not HINT.search(line.text):
            continue
        text = _PAGE_CLOCK.sub(" ", line.text)
        pieces = _LABEL.split(text)
        for label, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
            for when, words in find_times(piece, downloaded):
                partial = not names_year(words)
                if not partial or (not line.linked and _is_all(text, words)):
                    yield _Time(when, words, partial, modified=label.startswith(_CHANGED))


def _is_all(text: str, words: str) -> bool:
    """Whether a line holds nothing but a date, labels and an outlet: days stand in headlines and prose as well."""
    rest = _ASIDE.sub(" ", SOURCE.sub(" ", text.replace(words, " ", 1)))
    return all(OUTLET.fullmatch(word) for word in re.findall(r"\w+", rest))


_ANNOUNCED = late(
    r"(?:19|20)\d{2}.{4,18}?(?:刊登|刊载|见报|发表|发布|报道|电|讯)|本[贴帖文]由.{1,12}?于(?:19|20)\d{2}.{4,20}"
)


def announced(texts: Iterable[str], downloaded: datetime) -> tuple[str, str]:
    """The full date a story's own line announces ("2019年3月7日刊登在《苏州日报》头版")."""
    for text in texts:
        if match := _ANNOUNCED.search(text):
            for pair in find_times(match[0], downloaded):
                return pair
    return "", ""
