"""The main content of a story page: which of its lines are the story.

Every line speaks for or against being story text. The story is the run of lines with the greatest sum, where stepping
between distant blocks costs, and where a box inside the story costs no more than a fixed sum.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.extract.lines import Block, Line

# `re` skips ahead only to alternatives that all begin with a letter of fixed case, or to one set: hence their form.
_SENTENCE = re.compile(r"[。！？；，、：”）!?;…,.:](?:(?<![,.:])|(?=\s|$))")
_STOP = re.compile(r"[。！？…!?.;；](?:(?<![.;；])|(?=\s|$))")
# Words that no story line begins or ends its business with: feet, editors, neighbours.
_FURNITURE = re.compile(
    r"版权所有|Copyright|CopyRight|COPYRIGHT|copyright|©|All Rights Reserved|ALL RIGHTS RESERVED|All rights reserved|"
    r"ICP[备证]|公网安备|举报电话\s*[:：]|违法和不良|法律顾问|扫一扫|扫码|设为首页|加入收藏|返回(?:首页|顶部|列表)|我要评论|"
    r"上一[篇页則条]\s*[:：]|下一[篇页則条]\s*[:：]|您的位置|您所在的?位置|当前位置|當前位置|用户名\s*[:：]|验证码\s*[:：]|"
    r"编辑\s*[:：]|編輯\s*[:：]|责编|責任編輯|责任编辑|关[键鍵][词字]\s*[:：]|标签\s*[:：]|標籤\s*[:：]|阅读全文|展开全文|"
    r"相[关關](?:新闻|新聞|阅读|閱讀|文章|链接|报道|報道|资讯|專題|专题)\s*[:：]|有[关關](?:新闻|新聞|报道|報道)\s*[:：]"
)
_NEIGHBOUR = re.compile(r"[\W_]*[上下]一[篇页則]")
# Words of tool bars, which stories use too: they tell only where little else stands in the line.
_TOOLS = re.compile(
    r"分享|收藏|返回|评论|評論|推荐|推薦|热门|熱門|字[體号號体]|打印|列印|关闭|關閉|登录|登錄|注册|更多|点击|点赞|广告|廣告|微信|微博|QQ空间|"
    r"朋友圈|转发|复制|链接|举报|纠错|手机看?新闻?|首页|顶部|下载|客户端|订阅|关注|浏览|阅读|人气|人参与|参与|投稿|邮箱|"
    r">|＞|»|›|大中小|大\b(?<!\w大)|中\b(?<!\w中)|小\b(?<!\w小)"
)
_REST = 2
_LEGAL = re.compile(
    r"版权所有|版权声明|免责声明|免責聲明|版權聲明|特别声明|声明[:：]|Copyright|CopyRight|COPYRIGHT|copyright|©|ICP[备证]|许可证(?:编?号|[:：])|"
    r"违法和不良|举报电话[:：]|凡本[网站]|凡注明|本(?:网站?|站)(?:所?转载|所有|所?刊载|注明|未注明)|禁止转载|严禁转载|谢绝转载|转载请注明|"
    r"以上内容|本文(?:仅代表|来自|来源|由)|未经.{0,12}(?:授权|许可|书面|同意).{0,6}(?:不得|禁止|严禁|请勿|谢绝)|"
    r"仅代表(?:作者|网友|其|个人)|不代表本|网友评论(?:仅|只)|文明上网[，,、].{0,6}(?:理性|登录|发言|自觉)|如有侵权|如涉及版权|"
    r"更多.{0,10}(?:敬?请|欢迎).{0,6}(?:关注|点击|访问|下载|登录)|"
    r"内容.{0,6}来(?:源于|自)(?:互联)?网络|文章.{0,6}来(?:源于|自)(?:互联)?网络|图片.{0,6}来(?:源于|自)(?:互联)?网络"
)
_FOLLOW = re.compile(
    r"(?:正在|努力|数据|页面|内容)加载|.{0,6}(?:欢迎关注|扫描二维码|扫一扫.{0,12}关注)|.{0,12}(?:手机报|短信).{0,20}发(?:送|短信)?\s*[A-Za-z\d]+\s*到\s*\d{4,}"
)
_DATE = re.compile(
    r"\d(?:(?:(?<=1)9|(?<=2)0)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d?:\d{2}|\d*\s*(?:小时|小時|分钟|分鐘|天)前)"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_DATE_PARTS = re.compile(r"[\d\s年月日:：/.,，|｜()（）\[\]-]|星期.|周[一二三四五六日]|上午|下午|更新")
_END = re.compile(r"[。！？][”’」』)）]?$|[。！？”)][(（][^()（）]{2,30}[)）]$")
_CREDIT = re.compile(r"来源|來源|作者|记者|記者|编辑|編輯|发布|發布|时间|時間|浏览|点击|阅读|字号|字体|http|www")
_CONTACT = re.compile(
    r"(?:电话|电邮|传真|邮编|邮箱|地址|热线|QQ|E-?mail|E-?MAIL|e-?mail)\s*[:：](?P<address>\s*(?:http|www))?"
)

# A short line that opens a box of links or the foot of the page: what follows it is no story unless the text resumes.
# It names things, each of some kind. No word is in two of the lists, or made of others: what can be read in two ways
# is tried in two to the number of words.
_KIND = (
    "相[关關]的?|有[关關]的?|热门|熱門|热点|熱點|最新|最热|精彩|今日|延伸|图片|圖片|猜你|编辑|为您|为你|本[周月类站]|频道|站内|网友|網友|全部|热评"
    "|感兴趣的?|也想看的?|想看的|[周月日]|您还?|还"
)
_THING = (
    "新闻|新聞|文章|阅读|閱讀|推荐|推薦|链接|报道|報道|资讯|資訊|内容|专题|主题|排行榜?|评论|評論"
    "|留言|点击|头条|图文|精选|视频|喜欢|关注|看点|想看"
)
_BOX_HEAD = re.compile(
    rf"关于(?:本站|我们)|[\W_]{{0,3}}(?:(?:(?:更多|您?可能|大家都在?)?(?:{_KIND})?|猜你(?:{_KIND}))(?:{_THING}))+"
    r"[\W_]{0,3}(?:更多|more|MORE)?[\W_]{0,3}"
    r"|[\W_]{0,3}(?:反侵权|版权|免责|法律|郑重|特别|转载)(?:公告|声明|说明)[\W_]{0,3}"
    r"|[\W_]{0,3}(?:上一[篇条則]|下一[篇条則]|(?:责任|責任)?(?:编辑|編輯)\s*[:：]|责编|標籤\s*[:：]|标签\s*[:：]).{0,20}"
)
_COMMENTS = re.compile(r"评论|評論|留言|跟帖")
# Weights are in characters of prose, set by hand: results hardly move when one of them is halved or doubled.
_HEADLINE = -20.0
_NOTICE = -40.0
_HEAD = -200.0
_FURNITURE_WEIGHT = -25.0
_DATELINE = -15.0
_CONTACT_WEIGHT = -12.0
_NO_TEXT = -8.0
_CAPTION = 9.0
_ITEM = 2.0
"""Weights of a line below a picture and of any other on a page without running text."""
_SENTENCE_END = 9.0
_DROPPED = -14.0
"""Lines of this weight and below are no text even amid the story."""
_STEP = 8.0
"""Cost of a level between two neighbouring lines."""
_BOX = 10.0
"""Cost of whatever stands between two lines of one block."""
_FADE = 100.0
"""Weight against it between headline and line that quarters a line's influence."""
_BEFORE_HEADLINE = 0.03
_LEAST = 1.0

_LONGEST_NOTICE = 400
_NOTICE_HEAD = 30
_LONGEST_FURNITURE = 75
_PROSE = 40
_PROSE_MARKS = 3
_BULLET = 2
_DATELINE_REST = 8
_LEAD = 4
_TAIL = 40
_LONGEST_BOX = 12
_LEAST_LIST = 100


def story_lines(lines: list[Line], headline: Line | None) -> list[Line]:
    """Return the lines of the story in page order; [] if the page plainly has none.

    `lines` are all of the page's, `headline` the one among them that `title_line` finds.
    """
    return next(body_candidates(lines, headline), [])


def body_candidates(lines: list[Line], headline: Line | None) -> Iterator[list[Line]]:
    """Yield differing selections that may be the story, best first; the first is `story_lines`.

    They are the best run without furniture, that run whole, the same two without the lines behind boxes at its edges,
    its container without links, the container whole, the container's parent without links, and the best run of the
    remaining page.
    """
    weights = [_weight(line) for line in lines]
    for i in _teasers(lines, weights):
        weights[i] = _FURNITURE_WEIGHT
    top = _top(lines, weights, headline)
    factors = _influence(weights, top)
    start, stop = _best_run(lines, weights, factors)
    comments = _comments(lines, weights, top)
    if start == stop or start > comments:
        start, stop = _wordless(lines, weights, factors, range((top or 0) + 1, comments)) or (start, stop)
    if start == stop:
        if headline is not None:  # it may have been mistaken: then the story is above it
            yield from body_candidates(lines, None)
        return
    container = _container(lines, start, stop)
    core = [i for i in range(start, stop) if weights[i] > _DROPPED]
    edges = (
        (
            _beside(lines, weights, start, -1, _LEAD, over_boxes=over_boxes),
            _beside(lines, weights, stop - 1, 1, _TAIL, over_boxes=over_boxes),
        )
        for over_boxes in (True, False)
    )
    for before, after in dict.fromkeys(edges):
        yield [lines[i] for i in [*reversed(before), *core, *after]]
        yield lines[min([start, *before]) : max([stop - 1, *after]) + 1]
    around = lines[container.start : container.stop]
    yield [line for line in around if not line.linked]
    yield around
    if container.parent is not None:
        yield [line for line in lines[container.parent.start : container.parent.stop] if not line.linked]
    elsewhere = [_HEAD if start <= i < stop else weight for i, weight in enumerate(weights)]
    start, stop = _best_run(lines, elsewhere, factors)
    if start < stop:
        yield [lines[i] for i in range(start, stop) if elsewhere[i] > _DROPPED]


def _comments(lines: list[Line], weights: list[float], top: int | None) -> int:
    """Index of the heading of the readers' comments below the headline, the number of lines if there is none."""
    below = range((top or 0) + 1, len(lines))
    return next((i for i in below if weights[i] == _HEAD and _COMMENTS.search(lines[i].text)), len(lines))


def _wordless(lines: list[Line], weights: list[float], factors: list[float], where: range) -> tuple[int, int] | None:
    """The best run of captions and unpunctuated lines, for a page without running text; None if there is none."""
    for i in where:
        if weights[i] > _DROPPED and not lines[i].linked:
            weights[i] = _CAPTION if lines[i].pictured else _ITEM
    start, stop = _best_run(lines[: where.stop], weights[: where.stop], factors[: where.stop])
    found = lines[start:stop]
    enough = any(line.pictured for line in found) or sum(len(line.text) for line in found) >= _LEAST_LIST
    return (start, stop) if enough else None


def _container(lines: list[Line], start: int, stop: int) -> Block:
    """The innermost block that holds the range."""
    block = lines[start].block
    while block.parent is not None and not (block.start <= start and stop <= block.stop):
        block = block.parent
    return block


_FEWEST_TEASERS = 3
_MAKE_DEPTH = 4


def _teasers(lines: list[Line], weights: list[float]) -> Iterator[int]:
    """Indexes of lines that each stand in a box of their own under a linked heading, with others of the same make."""
    boxes: dict[tuple[tuple[str, str | None], ...], dict[int, list[int]]] = {}
    for i in range(1, len(lines)):
        if weights[i] <= 0:
            continue
        heading, line = lines[i - 1 : i + 1]
        box = line.block.parent
        if box in (heading.block, heading.block.parent) and heading.linked * 2 > len(heading.text):
            boxes.setdefault(_make(line.block), {}).setdefault(id(box), []).append(i)
    for alike in boxes.values():
        if len(alike) >= _FEWEST_TEASERS:
            for indexes in alike.values():
                yield from indexes


def _make(block: Block | None) -> tuple[tuple[str, str | None], ...]:
    make: list[tuple[str, str | None]] = []
    while block is not None and len(make) < _MAKE_DEPTH:
        make.append((str(block.element.tag), block.element.get("class")))
        block = block.parent
    return tuple(make)


def _beside(
    lines: list[Line], weights: list[float], edge: int, step: int, most: int, *, over_boxes: bool
) -> tuple[int, ...]:
    """Indexes of the short lines that go on from the story's edge in a direction: its sisters, maybe behind a box."""
    found: list[int] = []
    block = lines[edge].block
    around = block.parent or block
    box = 0
    i = edge + step
    while 0 <= i < len(lines) and len(found) < most and box <= _LONGEST_BOX:
        other = lines[i].block
        if _twins(other, block) if box else _sisters(other, block):
            if weights[i] <= _DROPPED:
                break
            found.append(i)
        elif over_boxes and around.start <= i < around.stop:
            box += 1
        else:
            break
        i += step
    return tuple(found)


def _twins(one: Block, other: Block) -> bool:
    return one is other or (
        one.parent is other.parent
        and one.element.tag == other.element.tag
        and one.element.get("class") == other.element.get("class")
    )


def _sisters(one: Block, other: Block) -> bool:
    return one is other or (one.element.tag == other.element.tag and _distance(one, other) == 0)


def _weight(line: Line) -> float:
    """How much a line speaks for (positive) or against (negative) being story text, in characters."""
    text = line.text
    size = len(text)
    linked = line.linked
    if linked * 2 > size:
        # A whole paragraph in a link is a link that was never closed.
        if size < _PROSE or len(_SENTENCE.findall(text)) < _PROSE_MARKS or not _STOP.search(text):
            return -15.0 - 0.5 * min(size, 100)
        linked = 0
    if size <= _LONGEST_FURNITURE:
        against = _furniture(text, has_link=linked > 0)
    else:
        against = _NOTICE if size < _LONGEST_NOTICE and _is_notice(text) else 0.0
    if against:
        return against
    marks = len(_SENTENCE.findall(text))
    if marks == 0:
        return _NO_TEXT if size < _PROSE else -_NO_TEXT
    return (size - linked) * min(1.0, 0.4 + marks * 0.2) + (_SENTENCE_END if _END.search(text) else -_SENTENCE_END)


@lru_cache(maxsize=2048)  # the pages of a site have most of them in common
def _furniture(text: str, *, has_link: bool) -> float:
    """The negative weight of a short line that belongs to the page and not to the story, 0 if it may be text."""
    against = 0.0
    if not _STOP.search(text) and _BOX_HEAD.fullmatch(text):
        against = _HEAD
    elif _is_notice(text):
        against = _NOTICE
    elif _is_furniture(text, has_link=has_link):
        against = _FURNITURE_WEIGHT
    elif contact := _CONTACT.search(text):
        against = _FURNITURE_WEIGHT if contact["address"] else _CONTACT_WEIGHT
    elif _is_dateline(text) or (len(text) <= _BULLET and not any(map(str.isalnum, text))):
        against = _DATELINE
    return against


def _is_notice(text: str) -> bool:
    return bool(_LEGAL.search(text[:_NOTICE_HEAD]) or _FOLLOW.match(text))


def _is_furniture(text: str, *, has_link: bool) -> bool:
    if _END.search(text):
        return False
    if _FURNITURE.search(text) or _NEIGHBOUR.match(text):
        return True
    rest, tools = _TOOLS.subn("", text)
    return tools > 0 and (has_link or sum(map(str.isalpha, rest)) <= _REST)


def _is_dateline(text: str) -> bool:
    """A line of date, source and counters, as stands below a headline."""
    if not _DATE.search(text):
        return False
    if _CREDIT.search(text):
        return True
    return not _STOP.search(text) and (bool(_CLOCK.search(text)) or len(_DATE_PARTS.sub("", text)) <= _DATELINE_REST)


def _top(lines: list[Line], weights: list[float], headline: Line | None) -> int | None:
    """Index of the headline, now weighted as no text; None if there is none but the title repeated inside the story."""
    if headline is None:
        return None
    top = lines.index(headline)
    if top and weights[top - 1] > 0 and _sisters(lines[top - 1].block, headline.block):
        return None
    weights[top] = _HEADLINE
    return top


def _influence(weights: list[float], top: int | None) -> list[float]:
    """A factor per line: the story is near below its headline, and what lies between them counts as distance."""
    if top is None:
        return [1.0] * len(weights)
    factors = [_BEFORE_HEADLINE] * top
    distance = 0.0
    for weight in [0.0, *weights[top + 1 :]]:
        share = _FADE / (_FADE + distance)
        factors.append(share * share)
        if weight < 0:
            distance -= weight
    return factors


def _best_run(lines: list[Line], weights: list[float], factors: list[float]) -> tuple[int, int]:
    """The range of lines with the greatest sum of weights, (0, 0) if none is positive."""
    best, best_range = _LEAST, (0, 0)
    running, left = 0.0, 0
    resumable: dict[int, tuple[float, int]] = {}
    for i, (line, weight, factor) in enumerate(zip(lines, weights, factors, strict=True)):
        if running <= 0 and weight <= 0:
            continue
        if i:
            running -= _STEP * _distance(lines[i - 1].block, line.block) * factor
        if weight <= 0:
            running += weight * factor
            continue
        for key in (id(line.block), id(line.block.parent)):
            before, before_left = resumable.get(key, (0.0, i))
            if before - _BOX * factor > running:
                running, left = before - _BOX * factor, before_left
        if running <= 0:
            running, left = 0.0, i
        running += weight * factor
        resumable[id(line.block)] = resumable[id(line.block.parent)] = (running, left)
        if running > best:
            best, best_range = running, (left, i + 1)
    return best_range


_FAR = 8
_GRID = frozenset({"td", "li", "dd"})


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
        return 1 if one.element.tag in _GRID else 0
    return max(0, above + below - 2)


def _wrapped_alike(one: Block | None, other: Block | None, levels: int) -> bool:
    for _ in range(levels):
        if one is None or other is None:
            return False
        tag = one.element.tag
        if tag != other.element.tag or one.element.get("class") != other.element.get("class"):
            return False
        one, other = one.parent, other.parent
    return True
