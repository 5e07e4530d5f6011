"""The main content of a story page: which of its lines are the story.

Every line speaks for or against being story text. The story is the run of lines with the greatest sum, where stepping
between distant blocks costs, and where a box inside the story costs no more than a fixed sum.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .metadata import Metadata, description, read_metadata
from .title import squash, title_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .lines import Block, Line
    from .page import Page

_SENTENCE = re.compile(r"[。！？；，、：”）!?;…]|[,.:](?=\s|$)")
_STOP = re.compile(r"[。！？…!?]|[.;；](?=\s|$)")
# Words of tool bars, boxes and footers: they speak only in short lines, stories use them too.
_FURNITURE = re.compile(
    r"版权所有|Copyright|©|All Rights Reserved|ICP备|ICP证|公网安备|许可证|举报电话|违法和不良|法律顾问|"
    r"扫一扫|二维码|客户端下载|关注.{0,8}(?:微信|微博|公众号)|分享|收藏|设为首页|返回|我要评论|评论|"
    r"上一[篇页]|下一[篇页]|上一則|下一則|[相有][关關].{0,3}(?:新闻|新聞|阅读|閱讀|文章|推荐|链接|报道|資訊|资讯|内容|专题|主题)|热门|熱門|推荐|推薦|延伸阅读|"
    r"您的位置|当前位置|當前位置|用户名|验证码|编辑[:：]|編輯[:：]|责编|责任编辑|責任編輯|字体|字號|字号|打印|列印|关闭|关键[词字]|标签|登录|注册|更多|点击|点赞|阅读全文|广告|廣告",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"^.{0,25}(?:版权所有|版权声明|免责声明|免責聲明|版權聲明|Copyright|©|凡本[网站]|凡注明|本网?站?(?:所?转载|所有|所?刊载|注明|未注明)|禁止转载|严禁转载|未经.{0,16}(?:授权|许可|书面|同意)|转载请注明|"
    r"声明[:：]|以上内容|本文(?:仅代表|来自|来源|由)|特别声明|网友评论|文明上网|仅代表|ICP备|许可证|违法和不良|举报电话|不代表本|欢迎关注|扫描二维码|如有侵权|如涉及版权)|如有侵权|(?:内容|文章|图片).{0,6}来(?:源于|自)(?:互联)?网络",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d{1,2}:\d{2}|\d+\s*(?:小时|小時|分钟|分鐘|天)前"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_DATE_PARTS = re.compile(r"[\d\s年月日:：/.,，|｜()（）\[\]-]|星期.|周[一二三四五六日]|上午|下午|更新")
_END = re.compile(r"[。！？][”’」』)）]?$|[。！？”)][(（][^()（）]{2,30}[)）]$")
_CREDIT = re.compile(r"来源|來源|作者|记者|記者|编辑|編輯|发布|發布|时间|時間|浏览|点击|阅读|字号|字体|http|www")
_CONTACT = re.compile(r"(?:电话|电邮|传真|邮编|邮箱|地址|热线|QQ|E-?mail)\s*[:：]", re.IGNORECASE)

# A short line that opens a box of links or the foot of the page: what follows it is no story unless the text resumes.
_BOX_HEAD = re.compile(
    r"^[\W_]{0,3}(?:(?:更多)?[相有][关關].{0,6}(?:新闻|新聞|阅读|閱讀|文章|推荐|推薦|链接|报道|報道|資訊|资讯|内容|专题|主题)|热门|熱門|猜你|你可能|您可能|大家都|推荐|推薦|为您|延伸阅读|更多|"
    r"精彩|今日|最新|热点|图片(?:精选|新闻)|网友|全部评论|最新评论|评论|上一[篇条則]|下一[篇条則]|责任编辑|責任編輯|编辑[:：]|標籤|标签)",
)
_SHORT = 60
_HEADLINE = -20.0
_DATELINE = -15.0
_DATELINE_REST = 8
_SENTENCE_END = 6.0
_HEAD = -200.0
_SUMMARY = 60.0
_NO_TEXT = -8.0
_BEFORE_HEADLINE = 0.03
_FADE = 75.0
_LEAST = 1.0
_BULLET = 2
_LEAD = 2
_TAIL = 4
_STEP = 10.0
_BOX = 20.0
_DROPPED = -14.0


def story_lines(page: Page, lines: list[Line]) -> list[Line]:
    """Return the lines of the story in page order; [] if the page plainly has none."""
    return next(body_candidates(page, lines), [])


def body_candidates(page: Page, lines: list[Line]) -> Iterator[list[Line]]:
    """Yield differing selections that may be the story, best first; the first is `story_lines`."""
    metadata = read_metadata(page)
    headline = title_line(metadata, lines)
    weights = _weights(metadata, lines, headline)
    start, stop = _best_run(lines, weights, _influence(lines, weights, headline))
    if start == stop or _is_list(lines[start:stop], weights[start:stop]):
        return
    start, stop = _extended(lines, weights, start, stop)
    yield [lines[i] for i in range(start, stop) if weights[i] > _DROPPED]
    yield lines[start:stop]


_LIST_GAPS = 3


def _is_list(run: list[Line], weights: list[float]) -> bool:
    """Teasers under linked headings: links stand between nearly all lines, one heading each."""
    prose = sum(weight > 0 for weight in weights)
    gaps = sum(
        line.linked > 0 and above <= _DROPPED and weight > 0
        for line, above, weight in zip(run, weights, weights[1:], strict=False)
    )
    return gaps >= _LIST_GAPS and gaps >= 0.7 * (prose - 1)


def _extended(lines: list[Line], weights: list[float], start: int, stop: int) -> tuple[int, int]:
    """The run with the short sister lines that begin and end it."""
    first, last = start, stop
    while (
        first > max(0, start - _LEAD)
        and weights[first - 1] > _DROPPED
        and _sisters(lines[first - 1].block, lines[start].block)
    ):
        first -= 1
    while (
        last < min(len(lines), stop + _TAIL)
        and weights[last] > _DROPPED
        and _sisters(lines[last].block, lines[stop - 1].block)
    ):
        last += 1
    return first, last


def _sisters(one: Block, other: Block) -> bool:
    return one is other or (one.element.tag == other.element.tag and _distance(one, other) == 0)


def _weights(metadata: Metadata, lines: list[Line], headline: Line | None) -> list[float]:
    """How much each line speaks for (positive) or against (negative) being story text, in characters."""
    summary = squash(description(metadata))[:16]
    title = "" if headline is None else squash(headline.text)
    quotes = len(summary) >= 12 and not title.startswith(summary) and not summary.startswith(title or "?")
    weights = []
    for line in lines:
        weight = _weight(line)
        if line is headline:
            weight = _HEADLINE
        elif quotes and len(line.text) >= 12 and not line.linked and squash(line.text[:40]).startswith(summary):
            weight += _SUMMARY
        weights.append(weight)
    return weights


def _weight(line: Line) -> float:
    text = line.text
    size = len(text)
    marks = len(_SENTENCE.findall(text))
    linked = line.linked
    if linked * 2 > size:
        if marks >= 3 and size > 40 and _STOP.search(text):
            linked = 0
        else:
            return -15.0 - 0.5 * min(size, 100)
    if size < 400 and _LEGAL.search(text):
        return -40.0
    if size < _SHORT + 20 and _CONTACT.search(text):
        return -25.0
    if size < 25 and not _STOP.search(text) and _BOX_HEAD.search(text):
        return _HEAD
    if size < _SHORT and (found := _FURNITURE.search(text)) and (size < 20 or marks < 2 or found.start() < 5):
        return -25.0
    if size < _SHORT + 20 and _is_dateline(text):
        return _DATELINE
    if size <= _BULLET and not any(c.isalnum() for c in text):
        return _DATELINE
    if marks == 0:
        return _NO_TEXT if size < 40 else 5.0
    return (size - linked) * min(1.0, 0.4 + marks * 0.2) + (_SENTENCE_END if _END.search(text) else -6)


def _is_dateline(text: str) -> bool:
    """A line of date, source and counters, as stands below a headline."""
    if not _DATE.search(text):
        return False
    if _CREDIT.search(text):
        return True
    return not _STOP.search(text) and (bool(_CLOCK.search(text)) or len(_DATE_PARTS.sub("", text)) <= _DATELINE_REST)


def _influence(lines: list[Line], weights: list[float], headline: Line | None) -> list[float]:
    """A factor per line: the story is near below its headline, and what lies between them counts as distance."""
    if headline is None:
        return [1.0] * len(lines)
    factors = []
    distance = 0.0
    below = False
    for line, weight in zip(lines, weights, strict=True):
        if line is headline:
            below = True
        elif below and weight < 0:
            distance -= weight
        factors.append((1 / (1 + distance / _FADE)) ** 2 if below else _BEFORE_HEADLINE)
    return factors


def _best_run(lines: list[Line], weights: list[float], factors: list[float]) -> tuple[int, int]:
    """The range of lines with the greatest sum of weights, (0, 0) if none is positive."""
    best, best_range = _LEAST, (0, 0)
    running, left = 0.0, 0
    resumable: dict[int, tuple[float, int]] = {}
    for i, (line, weight, factor) in enumerate(zip(lines, weights, factors, strict=True)):
        if i:
            running -= _STEP * _distance(lines[i - 1].block, line.block) * factor
        if weight > 0:
            for key in (id(line.block), id(line.block.parent)):
                if key in resumable:
                    before, before_left = resumable[key]
                    if before - _BOX * factor > running:
                        running, left = before - _BOX * factor, before_left
        if running <= 0:
            running, left = 0.0, i
        running += weight * factor
        if weight > 0:
            resumable[id(line.block)] = resumable[id(line.block.parent)] = (running, left)
            if running > best:
                best, best_range = running, (left, i + 1)
    return best_range


_FAR = 8
_GRID = frozenset({"td", "tr", "li", "dd", "dt", "table", "ul", "dl"})


def _distance(one: Block, other: Block) -> int:
    """Levels between two blocks and what holds both, beyond those of sisters; blocks wrapped alike are sisters."""
    if one is other or one.parent is other.parent:
        return 0
    up: Block | None = one
    above = 0
    while up is not None and above < _FAR and not (up.start <= other.start and up.stop >= other.stop):
        up = up.parent
        above += 1
    down: Block | None = other
    below = 0
    while down is not None and down is not up and below < _FAR:
        down = down.parent
        below += 1
    if above == below and _wrapped_alike(one, other, above):
        return 0
    return max(0, above + below - 2)


def _wrapped_alike(one: Block | None, other: Block | None, levels: int) -> bool:
    for _ in range(levels):
        if one is None or other is None:
            return False
        tag = one.element.tag
        if tag != other.element.tag or tag in _GRID or one.element.get("class") != other.element.get("class"):
            return False
        one, other = one.parent, other.parent
    return True
