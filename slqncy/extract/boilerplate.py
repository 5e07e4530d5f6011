"""Taking off what is not the story: banner, trailer, repeated titles, source line, and the edge lines of any news page.

The site's own lines are data of its profile; the general ones are below. A general line is taken off only as a whole
line, and only at the edges of the text, save for the few kinds that stand between paragraphs on real pages.
Where the banner declares a count, it has the last word: a line that the site counted is the story's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from slqncy.extract.frame import find_trailer, first_banner
from slqncy.extract.script import is_han
from slqncy.reasons import Boilerplate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.sites import Site

_LONGEST_LABEL = 60
"""Characters; a longer line is running text whatever it starts with, unless it is a notice."""
_LONGEST_NOTICE = 400


def _words(*words: str, then: str) -> re.Pattern[str]:
    """A line that starts with one of the words, whatever ornament stands before it, and goes on as `then` says."""
    return re.compile(rf"[\s\[(（【<《·•◆■▶☆★—-]*(?:{'|'.join(words)}){then}", re.IGNORECASE)


_COLON = r"\s*[:：]"
_ALONE_OR_COLON = r"\s*[\])）】》]*\s*(?:[:：]|$)"
_LABEL = r"(?:(?:发布|发表|更新)(?:时间|日期)?|时间|日期)"
_DATE = r"\d{4}\s*[-/年.]\s*\d{1,2}\s*[-/月.]\s*\d{1,2}\s*日?"
_CLOCK = r"\s*\d{1,2}\s*[:：时][\d\s:：分秒]*"
_META = "来源|稿源|作者|记者|编辑|责编|责任编辑|浏览|点击|阅读|字号|字体|【|\\[|\\(|\\|"
_EDGE = {
    Boilerplate.EDITOR: _words(
        "(?:本文|本期|来源|值班)?(?:责任编辑|责编|编辑|编委)",
        "审核",
        "校对",
        "编审",
        "监制",
        "[初复终]审",
        "录入",
        then=r"\s*[:：/／丨|]",
    ),
    # A bare date may be the signature of a letter.
    Boilerplate.PUBLISHED: re.compile(
        rf"(?:{_LABEL}\s*[:：于]?\s*{_DATE}(?:{_CLOCK})?|{_DATE}(?:{_CLOCK}|(?=\s*(?:{_META}))))(?:\s*(?:{_META}).*)?$"
    ),
    Boilerplate.CLICKS: _words(
        "点击",
        "浏览",
        "阅读",
        "访问",
        "人气",
        then=r"(?:次数|数|量)?\s*+[:：(（]?\s*+\d*+\s*+[次人]?\s*+[)）\]】]?\s*$",
    ),
    Boilerplate.TAGS: _words("(?:本文|文章)?(?:标签|关键词|关键字)", "tags?", then=_COLON),
    Boilerplate.TOOLS: re.compile(
        r"[\s\[(（【]*(?:(?:字号|字体|大|中|小|我要|打印|关闭|收藏|推荐|纠错|投稿|返回|顶部|首页|列表|窗口|本页|本文)[\s:：|｜\[\]【】()（）/]*)+"
    ),
    Boilerplate.COPYRIGHT: _words(
        "(?:版权|免责|郑重|特别|转载|法律|版权与免责|版权及免责)?声明",
        "版权所有",
        "copyright",
        "©",
        then=r"\s*(?:[:：©\d]|$)",
    ),
    Boilerplate.COMMENTS: _words(
        "发表评论",
        "我要评论",
        "网友评论",
        "(?:已有)?\\d*条?评论",
        "已有\\d+人",
        "文明上网",
        then=r"\s*(?:[:：,，(（\d参评]|$)",
    ),
    Boilerplate.PAGER: re.compile(
        r"[\s|｜\[\]«»<>/]*(?:(?:首页|[上下]一页|末页|尾页|[共第]\d+页|(?<!\d)\d{1,3}(?!\d))[\s|｜\[\]«»<>/]*)+"
    ),
}
_ANYWHERE = {
    Boilerplate.NEIGHBOURS: _words("[上下前后]一[篇条](?:文章|新闻)?", then=_ALONE_OR_COLON),
    Boilerplate.RELATED: _words(
        "相关(?:阅读|新闻|文章|链接|报道|推荐|内容|资讯)",
        "(?:推荐|延伸|拓展)阅读",
        "热门(?:推荐|文章|新闻|排行)",
        "热点推荐",
        "猜[你您]喜欢",
        "精彩推荐",
        "更多精彩",
        "为[你您]推荐",
        "(?:点击|阅读)排行",
        then=_ALONE_OR_COLON,
    ),
    Boilerplate.SHARE: _words(
        "(?:一键|立即)?分享[到至]?", then=r"\s*(?:[:：]|微信|微博|新浪|朋友圈|QQ|空间|腾讯|人人|$)"
    ),
    Boilerplate.QR_CODE: _words(
        "(?:打开)?(?:微信|手机)?(?:扫一扫|扫码|扫描|长按识别|长按|识别)",
        then=r"(?:[上下左右]?[方面侧图]|图中|以上|以下)?的?(?:微信|二维码|关注|下载|分享|手机|加|进群|添加|查看|订阅|阅读|打开)",
    ),
}
_WHOLE = {Boilerplate.TOOLS, Boilerplate.PAGER}
# From where spaces begin: looked for from each of them, it would take the square of their number.
_TAIL = re.compile(r"(?<!\s)\s*+[\[(（【]\s*(?:本文)?(?:责任编辑|责编|编辑)\s*[:：／/]\s*[^\])）】]{1,24}[\])）】]\s*$")
_SOURCE_GENERAL = re.compile(
    r"[(（\[]?\s*(?:来源|稿源|文章来源|新闻来源|信息来源)\s*[:：]\s*(?P<value>[^\s)）\]][^)）\]]{0,40})[)）\]]?"
)


@dataclass(slots=True)
class Stripped:
    """What is left of a page's lines, and what was taken off."""

    paragraphs: list[str]
    declared_chars: int | None = None
    declared_minutes: int | None = None
    declared_delta: int | None = None
    """declared_chars less the count of `paragraphs` by the site's rule; None without a banner."""
    title: str = ""
    """The original title by the trailer."""
    address: str = ""
    """The story's own address by the trailer."""
    source_name: str = ""
    removed: Counter[Boilerplate] = field(default_factory=Counter)


def strip(lines: list[str], title: str, site: Site) -> Stripped:
    """Take a page's boilerplate off its lines, given in reading order.

    `title` is the headline found on the page; lines that repeat it, or the one the trailer names, are taken off.
    """
    stripped = Stripped(paragraphs=[])
    banner = first_banner(lines, site)
    start = banner.lines.stop if banner else 0
    trailer = find_trailer(lines, site, start)
    body = lines[start : trailer.lines.start if trailer else len(lines)]
    if banner:
        body = ([banner.behind] if banner.behind else []) + body
        stripped.declared_chars, stripped.declared_minutes = banner.chars, banner.minutes
        stripped.removed[Boilerplate.BANNER] += 1
        stripped.removed[Boilerplate.OUTSIDE] += banner.lines.start
    if trailer:
        stripped.title, stripped.address = trailer.title, trailer.address
        stripped.removed[Boilerplate.TITLE_LINE] += 1
        stripped.removed[Boilerplate.ADDRESS_LINE] += 1
        stripped.removed[Boilerplate.OUTSIDE] += len(lines) - trailer.lines.stop
    body = _take_titles(body, {_key(title), _key(stripped.title)} - {""}, stripped)
    # The most thorough reading first; the declared count may prove a more sparing one right.
    chosen = _reading(body, site, edges=True, between=True)
    if (declared := stripped.declared_chars) is not None:
        fitting = (reading for reading in _readings(chosen, body, site) if site.count(reading.paragraphs) == declared)
        # What is less than declared before anything is taken off it fits in no reading.
        chosen = (next(fitting, None) if site.count(body) >= declared else None) or chosen
        stripped.declared_delta = declared - site.count(chosen.paragraphs)
    stripped.paragraphs = chosen.paragraphs
    stripped.source_name = chosen.source_name
    stripped.removed += chosen.removed
    return stripped


def is_boilerplate(line: str, *, anywhere: bool) -> bool:
    """Whether a whole line is boilerplate on any site's pages: wherever it stands, or where it begins or ends a text.

    A line that may hold all that two stories differ in is none here: a date alone, or figures.
    """
    if not any(map(str.isalpha, line)):
        return False
    kind = _kind(line, anywhere=anywhere)
    return kind is not None and kind is not Boilerplate.PUBLISHED


def join_pages(lines: list[str], further: list[str], site: Site) -> list[str]:
    """The lines of a story that goes on on a further page: one banner at the start, the last trailer at the end."""
    trailer = find_trailer(lines, site)
    body_end = trailer.lines.start if trailer else len(lines)
    own_trailer = lines[body_end : trailer.lines.stop] if trailer and not find_trailer(further, site) else []
    if banner := first_banner(further, site):
        further = ([banner.behind] if banner.behind else []) + further[banner.lines.stop :]
    return lines[:body_end] + further + own_trailer


def _take_titles(lines: list[str], titles: set[str], stripped: Stripped) -> list[str]:
    # Most lines begin with another character: they need not be brought into one form to be compared.
    first = {title[0] for title in titles}
    kept = [line for line in lines if (is_han(line[:1]) and line[0] not in first) or _key(line) not in titles]
    stripped.removed[Boilerplate.REPEATED_TITLE] += len(lines) - len(kept)
    return kept


def _readings(thorough: Stripped, body: list[str], site: Site) -> Iterator[Stripped]:
    yield thorough
    for edges, between in ((True, False), (False, True), (False, False)):
        yield _reading(body, site, edges=edges, between=between)
    yield Stripped(body)


def _reading(lines: list[str], site: Site, *, edges: bool, between: bool) -> Stripped:
    """One reading of the body: with the general boilerplate at the edges and between paragraphs taken off, or left."""
    reading = Stripped(paragraphs=list(lines))
    body = reading.paragraphs
    if between:
        kinds = [_kind(line, anywhere=True) for line in body]
        body[:] = [line for line, kind in zip(body, kinds, strict=True) if kind is None]
        reading.removed += Counter(kind for kind in kinds if kind)
    for edge in (-1, 0):
        while body and (kind := _edge_kind(body[edge], site, reading, general=edges)):
            del body[edge]
            reading.removed[kind] += 1
    if edges and body and (tail := _TAIL.search(body[-1])):
        body[-1] = body[-1][: tail.start()]
        reading.removed[Boilerplate.EDITOR] += 1
    return reading


def _edge_kind(line: str, site: Site, reading: Stripped, *, general: bool) -> Boilerplate | None:
    match = site.source_line.fullmatch(line) or (_SOURCE_GENERAL.fullmatch(line) if general else None)
    if match:
        reading.source_name = reading.source_name or match["value"].strip()
        return Boilerplate.SOURCE_LINE
    return (_kind(line, anywhere=False) or _kind(line, anywhere=True)) if general else None


def _kind(line: str, *, anywhere: bool) -> Boilerplate | None:
    return _kind_of_short(line, anywhere=anywhere) if len(line) <= _LONGEST_NOTICE else None


@lru_cache(maxsize=2048)  # every guess at the body of a page asks for the same lines
def _kind_of_short(line: str, *, anywhere: bool) -> Boilerplate | None:
    # A notice is made of sentences; of the other kinds none ends as a sentence does.
    is_label = len(line) <= _LONGEST_LABEL and not line.endswith("。")
    for kind, pattern in (_ANYWHERE if anywhere else _EDGE).items():
        if (is_label or kind is Boilerplate.COPYRIGHT) and (
            pattern.fullmatch(line) if kind in _WHOLE else pattern.match(line)
        ):
            return kind
    return None


def _key(line: str) -> str:
    """What two prints of one title have in common."""
    return "".join(unicodedata.normalize("NFKC", line).split())
