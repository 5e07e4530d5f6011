"""The stories of a list page, with the date and the teaser beside each.

Nothing is assumed about the site. Links whose elements have the same path of tags and classes are one box, if they lie
in one container; each link's record is what the container holds between it and the next. A box is one of stories by
its dates and teasers, or else by the length of its titles; the boxes that outweigh the rest of the page are its list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from slqncy.extract.dates import find_times, parse_time
from slqncy.extract.lines import collapse
from slqncy.extract.links import absolute_url, base_url
from slqncy.extract.title import squash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lxml.etree import _Element as Element

    from slqncy.extract.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """One story of a list."""

    url: str
    """Absolute URL, as `absolute_url` makes it."""
    title: str
    """The full title: from the title attribute where the visible text is cut."""
    date: str
    """RFC 3339 time or date beside the link; "" if none."""
    teaser: str
    """The text beside the link; "" if none."""


def list_entries(page: Page, downloaded: datetime) -> list[Entry]:
    """Return the stories of the page's main list or lists in page order, each URL once; [] where the page is no list.

    `downloaded` is aware and gives the year of 03-15 and the day of 今天. Links behind the first 10,000 are not read.
    Time is linear in the page's size; nothing raises.
    """
    outline = _outline(page)
    here = absolute_url(page.url, page.url, page.encoding)
    boxes = [box for box in _boxes(outline, downloaded) if _holds_stories(box, outline, here)]
    main = _main_boxes(boxes, outline, here)
    records = sorted((record for box in main for record in box.records), key=lambda record: record.node.start)
    entries: dict[str, Entry] = {}
    for record in records:
        entries[record.url] = _merged(entries.get(record.url), record)
    found = list(entries.values())
    return found if _dominates(found, outline, here) else []


# --- The page as a sequence of texts below a tree of elements ---

_SKIPPED = frozenset(
    {
        "head", "script", "style", "noscript", "template", "textarea", "select", "option", "iframe", "object",
        "embed", "svg", "math", "canvas", "audio", "video",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "html", "body", "address", "article", "aside", "blockquote", "caption", "dd", "details", "dialog", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table",
        "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "br",
    }
)  # fmt: skip
_VOID = frozenset({"br", "img", "hr", "wbr", "input", "link", "meta"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# A title in bold or red is still one of its list, and so is a row of another class.
_PRESENTATION = frozenset({"b", "strong", "font", "em", "i", "u", "big", "small", "center", "nobr"})
_ROWS = frozenset({"li", "tr", "td", "th", "dt", "dd", "p", "tbody", "ul", "ol", "dl"})
_STATES = frozenset(
    {"odd", "even", "first", "last", "alt", "on", "active", "cur", "current", "top", "new", "red", "hot"}
)
_CHROME = frozenset({"nav", "footer", "aside"})
_DIGITS = re.compile(r"\d+")
# Many times what any list shows: a flood is read in bounded time.
_MOST_ANCHORS = 10_000
_MOST_LABELS = 4


@dataclass(slots=True)
class _Text:
    """A text node."""

    text: str
    line: int
    anchor: int
    """Index of the anchor around it, -1 if none."""
    heading: bool


@dataclass(slots=True)
class _Node:
    """An element and the range of texts below it."""

    parent: int
    path: int
    """Equal for elements with the same path of tags and classes from the root."""
    chrome: bool
    start: int
    stop: int = 0


@dataclass(slots=True)
class _Anchor:
    url: str
    label: str
    """Its title attribute, or else the alternative text of its picture."""
    node: int
    title: str = ""
    """Its visible text less dates, ranks and teaser."""


@dataclass(slots=True)
class _Outline:
    document_title: str
    texts: list[_Text] = field(default_factory=list)
    nodes: list[_Node] = field(default_factory=list)
    anchors: list[_Anchor] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The labels of the anchors with one URL."""


def _outline(page: Page) -> _Outline:  # noqa: C901, PLR0912  # one loop over all nodes: calls would double its time
    base = base_url(page)
    outline = _Outline(page.root.findtext(".//title") or "")
    texts, nodes, anchors = outline.texts, outline.nodes, outline.anchors
    paths: dict[tuple[int, str], int] = {}
    line = headings = 0
    node = anchor = -1
    walker = etree.iterwalk(page.root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        starts = event == "start"
        if tag in _BLOCKS:
            line += 1
        if tag in _HEADINGS:
            headings += 1 if starts else -1
        if tag in _SKIPPED:
            if starts:
                walker.skip_subtree()
                continue
        elif tag in _VOID:
            if starts and tag == "img" and anchor >= 0:
                anchors[anchor].label = anchors[anchor].label or collapse(element.get("alt", ""))
        elif starts:
            above = nodes[node] if nodes else _Node(-1, -1, False, 0)
            step = _path_step(element)
            path = paths.setdefault((above.path, step), len(paths)) if step else above.path
            nodes.append(_Node(node, path, above.chrome or tag in _CHROME, len(texts)))
            node = len(nodes) - 1
            if (
                tag == "a"
                and len(anchors) < _MOST_ANCHORS
                and (url := absolute_url(element.get("href", ""), base, page.encoding))
            ):
                anchor = len(anchors)
                anchors.append(_Anchor(url, collapse(element.get("title", "").strip().partition("\n")[0]), node))
            elif tag == "time" and (when := element.get("datetime")):
                texts.append(_Text(when, line, anchor, headings > 0))
        else:
            nodes[node].stop = len(texts)
            if anchor >= 0 and anchors[anchor].node == node:
                anchors[anchor].title = _anchor_title(texts[nodes[node].start :])
                labels = outline.labels[anchors[anchor].url]
                if len(labels) < _MOST_LABELS and (label := anchors[anchor].label[:_LONGEST_TITLE]):
                    labels.append(label)
                anchor = -1
            node = nodes[node].parent
        text = element.text if starts else element.tail
        if text and not text.isspace():
            texts.append(_Text(text, line, anchor, headings > 0))
    return outline


def _path_step(element: Element) -> str:
    tag = str(element.tag)
    if tag in _PRESENTATION:
        return ""
    if tag in _ROWS:
        return tag
    names = element.get("class", "").lower().split()
    return tag + "." + next((_DIGITS.sub("", name) for name in names if name not in _STATES), "")


# --- The texts of a record ---

_CLOCK = r"\d{1,2}\s*[:：时点]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2})?(?:\s*[分秒])?(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?"
_DATE_SHAPED = re.compile(
    r"[\s\[【(（<|/·]*(?:(?:发布|更新|发表)?(?:时间|日期|于)\s*[:：]?\s*)?"
    r"(?:\d{1,3}\s*(?:秒|分钟|小时|天)前"
    rf"|(?:[今昨前][天日]|(?:\d{{2,4}}\s*[-/.年]\s*)?\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*日?|\d{{8}})[\sT]*(?:{_CLOCK})?)"
    r"[\s\]】)）>|/]*"
)
_SHORT_DATE = re.compile(r"\W*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\W*")
_SHORT_YEAR = re.compile(r"\W*(\d{2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\W*")
_NUMERIC = re.compile(r"[\d\s\[\]()（）/|.,年月日-]{1,12}")
_SPLIT_DATES = [
    re.compile(r"\W*" + shape + r"\W*")
    for shape in (
        r"(?P<day>\d{1,2})\s*日?\s+/?\s*(?P<year>20\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*月?",
        r"(?P<year>20\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*月?\s+(?P<day>\d{1,2})\s*日?",
        r"(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?\s+(?P<year>20\d\d)\s*年?",
        r"(?P<day>\d{1,2})\s*日?\s+/?\s*(?P<month>\d{1,2})\s*月(?P<year>)",
        r"(?P<month>\d{1,2})\s*月\s+(?P<day>\d{1,2})\s*日?(?P<year>)",
    )
]
_MAYBE_DATE = re.compile(r"\d|[今昨前][天日]")
_LONGEST_META = 80
_META = re.compile(
    r"(?:来源|作者|编辑|记者|点击|浏览|阅读|评论|人气|发布|发表|更新|时间|日期|分类|栏目|标签|好评|热度)"
)
_RANK = re.compile(r"\s*[\[(（]?\s*(?:no\.?|top)?\s*(\d{1,2})\s*[\])）.、．:]?\s*", re.IGNORECASE)
_RANKED = re.compile(r"\s*(\d{1,2})\s*[.、．]\s*(?=\D)")
_OPENING = " [【(（"
_BULLETS = " \t\n\r\u3000\u00a0·•●◆■□▪▶►☆★>»|-"
_LABEL = re.compile(
    r"[\W_]*(?:(?:[查点]看|点击|阅读|浏览|显示|了解)?(?:更多|详[细情]|全文|原文|more)(?:内容|新闻|文章|资讯|列表)?"
    r"|(?:read|view|see)?(?:more|all|full)(?:story)?|阅读|进入|首页|[上下前后末尾最]+[一1]?[页篇条]|(?:next|prev|previous|last)"
    r"|[第共]?\d+[页条]?|设为首页|加入收藏|评论|回复|\d+条?评论|抢沙发|发表评论)?[\W_]*",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?:…+|\.{2,}|。{2,}|⋯+)\s*$")
_EDGE_DATE = re.compile(r"[\[【(（]([^\]】)）]{4,20})[\]】)）]\s*$|^\s*[\[【(（]([^\]】)）]{4,20})[\]】)）]\s*")
_SENTENCE = re.compile(r"[,，。；、：！？“”]")
_LEAST_TEASER = 12
_LONGEST_MATCHED = 40
_LONGEST_TITLE = 120
_MIN_LETTERS = 5
_SURE_LETTERS = 8


def _matches(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The match of a short text; a longer one would only make the pattern backtrack."""
    text = text.strip()
    return pattern.fullmatch(text) if len(text) <= _LONGEST_MATCHED else None


def _anchor_title(texts: list[_Text]) -> str:
    """The title among the texts of one anchor: its heading if there is one, else its first line that can be one."""
    kept = [text for text in texts if not _matches(_DATE_SHAPED, text.text) and not _matches(_RANK, text.text)]
    headed = [text for text in kept if text.heading]
    heads = headed if len({text.line for text in headed}) == 1 else kept
    lines = [collapse("".join(text.text for text in line)) for _, line in groupby(heads, key=lambda text: text.line)]
    title = next((line for line in lines if len(squash(line)) >= _MIN_LETTERS), lines[0] if lines else "")
    return collapse(_without_date(title).lstrip(_BULLETS)) if len(title) <= _LONGEST_TITLE else ""


def _without_date(title: str) -> str:
    match = _EDGE_DATE.search(title)
    if match and _matches(_DATE_SHAPED, match[1] or match[2]):
        return title[: match.start()] + title[match.end() :]
    return title


def _full_title(visible: str, labels: Iterable[str]) -> str:
    """The visible title, or the label that it is the beginning of."""
    stem = _CUT.sub("", visible)
    longer = (label for label in labels if len(label) > len(stem) and squash(label).startswith(squash(stem)))
    return next(longer, visible) if stem else next(iter(labels), "")


def _find_date(texts: list[str], downloaded: datetime) -> str:
    """The date among a record's texts: one that stands alone, or in several numbers, or among a line of facts."""
    hopeful = [text for text in map(str.strip, texts) if len(text) <= _LONGEST_META and _MAYBE_DATE.search(text)]
    for numeric, run in groupby(hopeful, key=lambda text: _matches(_NUMERIC, text) is not None):
        if numeric:
            joined = " ".join(run)
            for pattern in _SPLIT_DATES:
                if match := pattern.fullmatch(joined):
                    return parse_time("-".join(filter(None, match.group("year", "month", "day"))), downloaded)
    return next((date for text in hopeful if (date := _read_date(text, downloaded))), "")


def _read_date(text: str, downloaded: datetime) -> str:
    text = _SHORT_YEAR.sub(r"20\1-\2-\3", text) if _SHORT_YEAR.fullmatch(text) else text
    text = _SHORT_DATE.sub(r"\1-\2", text) if _SHORT_DATE.fullmatch(text) else text
    for when, words in find_times(text, downloaded):
        rest = text.replace(words, "", 1)
        if _META.search(rest) or len(squash(rest)) <= _MIN_LETTERS:
            return when
    return ""


def _find_teaser(texts: list[_Text], title: str) -> str:
    """The longest line of a record that reads like prose, less the title and what invites to read on."""
    kept = [
        text
        for text in texts
        if not _matches(_DATE_SHAPED, text.text) and not _matches(_LABEL, text.text) and not _shows(text, title)
    ]
    lines = [collapse("".join(text.text for text in line)) for _, line in groupby(kept, key=lambda text: text.line)]
    return max((line.rstrip(_OPENING) for line in lines if _is_prose(line)), key=len, default="")


def _shows(text: _Text, title: str) -> bool:
    """Whether a text is part of a link's title."""
    words = collapse(text.text)
    return text.anchor >= 0 and (words in title or (bool(title) and title in words))


def _is_prose(line: str) -> bool:
    if len(line) < _LEAST_TEASER or not _SENTENCE.search(line):
        return False
    return len(line) >= _LONGEST_META or len(_META.findall(line)) * 12 < len(line)


# --- Boxes ---

_CLIMB = 16
_FEWEST_REGULAR = 3
_MOST_TEXTS = 100
_LONGEST_TEXT = 1000
_AROUND_ONE = 3


@dataclass(slots=True)
class _Record:
    """A link of a box with what stands beside it."""

    url: str
    title: str
    date: str
    teaser: str
    node: _Node
    """The link's element."""
    head: _Node
    """The child of the container that holds it."""

    @property
    def weight(self) -> int:
        """Characters, a date counting as many as a short title."""
        return min(len(self.title), 40) + 20 * bool(self.date) + min(len(self.teaser), 120)


@dataclass(slots=True)
class _Box:
    """The links with one path in one container."""

    path: int
    container: int
    records: list[_Record]

    @property
    def dated(self) -> bool:
        return 2 * sum(bool(record.date) for record in self.records) >= len(self.records)

    @property
    def told(self) -> bool:
        return 2 * sum(bool(record.teaser) for record in self.records) >= len(self.records)

    @property
    def weight(self) -> int:
        return sum(record.weight for record in self.records)


def _boxes(outline: _Outline, downloaded: datetime) -> list[_Box]:
    nodes, anchors = outline.nodes, outline.anchors
    members: dict[tuple[int, int], list[int]] = defaultdict(list)
    for path, found in _by_path(outline).items():
        around = [_common(nodes, anchors[a].node, anchors[b].node) for a, b in pairwise(found)]
        for anchor, before, after in zip(found, [-1, *around], [*around, -1], strict=True):
            # Both are ancestors of the link: the inner one is the later one.
            if (container := max(before, after)) >= 0:
                members[path, container].append(anchor)
    _add_odd_ones(outline, members)
    boxes: dict[tuple[int, int], _Box] = {}
    for (path, container), found in members.items():
        records = _records(outline, container, found, downloaded)
        # Lists of five with a gap between them, or a list a day, are one list, and so are rows of two or three cells.
        key = path, -1 if len(records) <= _FEWEST_REGULAR else nodes[container].parent
        boxes.setdefault(key, _Box(path, container, [])).records.extend(records)
    return list(boxes.values())


def _by_path(outline: _Outline) -> dict[int, list[int]]:
    """The anchors that may be titles, by path, in page order."""
    shown = Counter((anchor.url, anchor.title) for anchor in outline.anchors)
    titled = {anchor.url for anchor in outline.anchors if len(squash(anchor.title)) >= _MIN_LETTERS}
    found: dict[int, list[int]] = defaultdict(list)
    for index, anchor in enumerate(outline.anchors):
        node = outline.nodes[anchor.node]
        title = anchor.title or ("" if anchor.url in titled else anchor.label)
        repeated = len(title) < 10 and shown[anchor.url, anchor.title] > 2  # noqa: PLR2004
        if not node.chrome and not repeated and len(squash(title)) >= _MIN_LETTERS and not _matches(_LABEL, title):
            found[node.path].append(index)
    return found


def _common(nodes: list[_Node], a: int, b: int) -> int:
    """The innermost element around both, -1 if it is far above them."""
    for _ in range(2 * _CLIMB):
        if a == b:
            return a
        if a > b:
            a = nodes[a].parent
        else:
            b = nodes[b].parent
    return -1


def _child(nodes: list[_Node], container: int, node: int) -> int:
    while nodes[node].parent != container:
        node = nodes[node].parent
    return node


def _records(outline: _Outline, container: int, anchors: list[int], downloaded: datetime) -> list[_Record]:
    """One record a link; `anchors` are in page order, each below another child of the container."""
    nodes, whole = outline.nodes, outline.nodes[container]
    heads = [nodes[_child(nodes, container, outline.anchors[anchor].node)] for anchor in anchors]
    edges = [whole.start, *(edge for head in heads for edge in (head.start, head.stop)), whole.stop]
    gaps = list(zip(edges[::2], edges[1::2], strict=True))
    # What stands around the list is cut to what stands between two of its links.
    usual = max((stop - start for start, stop in gaps[1:-1]), default=_AROUND_ONE)
    gaps[0] = max(whole.start, heads[0].start - usual), heads[0].start
    gaps[-1] = heads[-1].stop, min(whole.stop, heads[-1].stop + usual)
    dates = [_dates_in(_window(outline, start, stop), outline, downloaded) for start, stop in gaps]
    # With the date before each link, the first gap has one and the last has none.
    beside = dates[:-1] if dates[0] and not dates[-1] else dates[1:]
    records = []
    for index, head, (_, gap_stop), date in zip(anchors, heads, gaps[1:], beside, strict=True):
        anchor = outline.anchors[index]
        inside = _texts_beside(outline, index, head.start, head.stop)
        after = _texts_beside(outline, index, head.stop, gap_stop)
        records.append(
            _Record(
                url=anchor.url,
                title=_full_title(anchor.title, outline.labels[anchor.url]),
                date=_dates_in(inside, outline, downloaded) or date,
                teaser=_find_teaser(inside + after, anchor.title),
                node=nodes[anchor.node],
                head=head,
            )
        )
    return records


def _window(outline: _Outline, start: int, stop: int) -> list[_Text]:
    """The texts of a range, bounded so that nested lists cannot make the page be read over and over."""
    return [text for text in outline.texts[start : min(stop, start + _MOST_TEXTS)] if len(text.text) <= _LONGEST_TEXT]


def _texts_beside(outline: _Outline, index: int, start: int, stop: int) -> list[_Text]:
    """The texts of a range that are no links to elsewhere, to where the next story begins."""
    url, kept = outline.anchors[index].url, []
    for text in _window(outline, start, stop):
        other = outline.anchors[text.anchor] if text.anchor >= 0 else None
        if other is None or other.url == url:
            kept.append(text)
        elif text.anchor > index and len(squash(other.title)) >= _SURE_LETTERS:
            break
    return kept


def _dates_in(texts: list[_Text], outline: _Outline, downloaded: datetime) -> str:
    """The date among texts; a title may have one in brackets at its edge."""
    found = []
    for text in texts:
        if text.anchor < 0 or not _shows(text, outline.anchors[text.anchor].title):
            found.append(text.text)
        elif match := _EDGE_DATE.search(text.text):
            found.append(match[1] or match[2])
    return _find_date(found, downloaded)


def _add_odd_ones(outline: _Outline, boxes: dict[tuple[int, int], list[int]]) -> None:
    """Add to each container's largest box the links that stand where one of its own would, whatever their form."""
    nodes, anchors = outline.nodes, outline.anchors
    largest: dict[int, list[int]] = {}
    for (_, container), members in boxes.items():
        if len(members) >= max(_FEWEST_REGULAR, len(largest.get(container, ()))):
            largest[container] = members
    heads = {
        container: {_child(nodes, container, anchors[member].node) for member in members}
        for container, members in largest.items()
    }
    places = {(container, nodes[head].path) for container, found in heads.items() for head in found}
    odd: dict[int, dict[int, int]] = defaultdict(dict)
    for index, anchor in enumerate(anchors):
        if len(squash(anchor.title)) > 1 and not _matches(_LABEL, anchor.title):
            for head, container in _ancestry(nodes, anchor.node):
                if (container, nodes[head].path) in places:
                    if head not in heads[container]:
                        odd[container][head] = max(
                            odd[container].get(head, index), index, key=lambda i: len(anchors[i].title)
                        )
                    break
    for container, found in odd.items():
        if len(found) < len(largest[container]):
            largest[container][:] = sorted((*largest[container], *found.values()))


def _ancestry(nodes: list[_Node], node: int) -> Iterator[tuple[int, int]]:
    """The nearest ancestors of a node, itself first, each with its parent."""
    for _ in range(_CLIMB):
        if nodes[node].parent < 0:
            break
        yield node, nodes[node].parent
        node = nodes[node].parent


# --- Which boxes are the list ---

_BESIDE = re.compile(r"相关|猜[你您]喜欢|友情|链接|排行|榜|点击|随机|延伸|热评|标签|评论")
_FEATURED = re.compile(r"热门|热点|热文|推荐|精选|精彩|关注|图文")
_LONGEST_CAPTION = 12
_LINES_ABOVE = 2
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "ac"})
_HOME = re.compile(r"/?(?:(?:index|default|main|home)\.\w+)?")
_NOTICE = re.compile(r"版权|备案|ICP|声明|copyright|©", re.IGNORECASE)
_LEAST_PROSE = 30


def _holds_stories(box: _Box, outline: _Outline, here: str) -> bool:
    records = box.records
    rich = box.dated or box.told
    urls = {record.url for record in records}
    sites = Counter(_site(url) for url in urls if not _HOME.fullmatch(urlsplit(url).path))
    # Friends are home pages, each of another site; a list may lead to one other site.
    most = max(sites.values(), default=0) if rich else sites[_site(here)]
    if len(urls) < 2 or 2 * most < len(urls):  # noqa: PLR2004
        return False
    caption = _caption(box, outline)
    if _BESIDE.search(caption) or (not rich and _FEATURED.search(caption)):
        return False
    if rich:
        return True
    ranked = sum(_has_rank(outline.texts, record.node.start, rank) for rank, record in enumerate(records, 1))
    length = sum(len(record.title) for record in records) / len(records)
    shape, alike = Counter(_DIGITS.sub("#", record.url) for record in records).most_common(1)[0]
    numbered = "#" in shape and 5 * alike >= 3 * len(records)
    return 2 * ranked < len(records) > 2 and length >= (7 if numbered else 10)  # noqa: PLR2004


def _has_rank(texts: list[_Text], start: int, rank: int) -> bool:
    """Whether the number stands before the link whose texts start there, or begins them."""
    around = texts[max(start - 1, 0) : start + 1]
    found = (_matches(_RANK, text.text) or _RANKED.match(text.text) for text in around)
    return any(match is not None and int(match[1]) == rank for match in found)


def _caption(box: _Box, outline: _Outline) -> str:
    """The short lines just above a box."""
    start = box.records[0].head.start
    above = _window(outline, max(0, start - 2 * _LINES_ABOVE), start)
    lines = ["".join(text.text for text in line).strip() for _, line in groupby(above, key=lambda text: text.line)]
    return " ".join(line for line in lines[-_LINES_ABOVE:] if len(line) <= _LONGEST_CAPTION)


def _site(url: str) -> str:
    """The host without its subdomains."""
    labels = (urlsplit(url).hostname or "").split(".")
    return ".".join(labels[-3:] if labels[-2:-1] and labels[-2] in _SECOND_LEVEL else labels[-2:])


def _main_boxes(boxes: list[_Box], outline: _Outline, here: str) -> list[_Box]:
    """All boxes of a home page or where none stands out; else the heaviest, and what is like it in place or form."""
    parts = urlsplit(here)
    if not boxes or (_HOME.fullmatch(parts.path) and not parts.query):
        return boxes
    top = max(boxes, key=lambda box: box.weight)
    if 5 * top.weight < 2 * sum(box.weight for box in boxes):
        return boxes
    place = _place(top, outline)
    return [box for box in boxes if box.dated == top.dated and (box.path == top.path or _place(box, outline) & place)]


def _place(box: _Box, outline: _Outline) -> set[int]:
    return {box.container, outline.nodes[box.container].parent}


def _dominates(entries: list[Entry], outline: _Outline, here: str) -> bool:
    """Whether the page is its list rather than a story with links around it."""
    listed = sum(len(entry.title) + len(entry.teaser) + len(entry.date) for entry in entries)
    lines = (
        "".join(text.text for text in line)
        for _, line in groupby((text for text in outline.texts if text.anchor < 0), key=lambda text: text.line)
    )
    prose = sum(
        len(line) for line in lines if len(line) >= _LEAST_PROSE and _SENTENCE.search(line) and not _NOTICE.search(line)
    )
    rest = max(0, prose - sum(len(entry.teaser) for entry in entries))
    return listed > rest * _doubt(entries, outline, here)


def _doubt(entries: list[Entry], outline: _Outline, here: str) -> int:
    """How many times a list must outweigh the rest of the page."""
    alike = 2 * sum(_shape(entry.url) == _shape(here) for entry in entries) > len(entries)
    # Few lists show their own name, as long as a headline, in a line that starts the document's title.
    document = squash(outline.document_title)
    lines = (squash(text.text) for text in outline.texts if text.anchor < 0 and len(text.text) <= _LONGEST_TEXT)
    headed = any(len(line) >= _HEADLINE and document.startswith(line) for line in lines)
    return (3 if alike else 1) * (10 if headed else 1)


_HEADLINE = 10


def _shape(url: str) -> str:
    """What a URL has in common with others of its kind: page numbers stay apart from story numbers."""
    return _DIGITS.sub(lambda digits: "#" if len(digits[0]) > 2 else "0" * len(digits[0]), url.partition("://")[2])  # noqa: PLR2004


def _merged(known: Entry | None, record: _Record) -> Entry:
    if known is None:
        return Entry(record.url, record.title, record.date, record.teaser)
    title = _full_title(known.title, [record.title]) if _CUT.search(known.title) else known.title
    return Entry(known.url, title, known.date or record.date, known.teaser or record.teaser)
