"""Which links of a list page are further pages of the same list.

Nothing is assumed about the site. A pager is a run of links, one after the other, that read like one ("2", 下一页, »);
a run is believed when a word says so, or when its numbers stand in its URLs as well, at one place.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING

from slqncy.extract.links import absolute_url, base_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.extract.links import Link
    from slqncy.extract.page import Page

_STEP = re.compile(
    r"[上下前后後](?:一|[0-9]+)?[页頁]|[末尾][页頁]|最[后後]一?[页頁]"
    r"|(?:next|prev|previous|last|older|newer)(?:page|posts|entries)?"
    r"|(?:点击|點擊)?(?:加载|加載|载入|載入)更多|loadmore"
)
_FIRST = re.compile(r"首[页頁]|第一[页頁]|first(?:page)?")
_MORE = re.compile(r"(?:点击|查看|浏览|显示)?更多(?:新闻|内容|文章)?|(?:view|see|show)?more")
_ARROW = re.compile(r"[\s<>‹›«»←→]+")
_NUMBER = re.compile(r"[^\w]*(?:第|page)?\s*([0-9]{1,5})\s*(?:/\s*[0-9]+\s*)?[页頁]?[^\w]*", re.IGNORECASE)
_NEIGHBOUR = re.compile(r"[上下前后後]一?[篇条條则則]")
_AMBIGUOUS = ("more", "arrow")
_LONGEST_LABEL = 16

_HOST_PATH_QUERY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://([^/?#]*))?([^?#]*)\??([^#]*)")
_PAGE_NAME = r"(?:cur(?:rent)?_?)?(?:pages?|paged|pg|pn?)(?:_?(?:no|num|number|index|idx))?"
_PAGE_PARAMETER = re.compile(rf"(?:^|&){_PAGE_NAME}=([0-9]{{1,4}})(?=&|$)", re.IGNORECASE)
_PAGING = re.compile(rf"(?:{_PAGE_NAME}|start|offset|skip|from|begin)", re.IGNORECASE)
_PAGING_BEFORE = re.compile(rf"[?&]{_PAGING.pattern}=$", re.IGNORECASE)

_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
_FRONT = re.compile(r"(?:index|default|list|page|more)?", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:list|index|default|more|pages?|pg|pn?)((?:[_-]?[0-9]+(?=[_-]))*)[_-]?([0-9]{1,4})",
    re.IGNORECASE,
)
_PAGE_FOLDER = re.compile(r"(.*)/(?:pages?|p)", re.IGNORECASE | re.DOTALL)
# Stories have bare numbers too, and their ids soon have four digits.
_BARE = re.compile(r"[0-9]{1,3}")
_SUFFIXED = re.compile(r"(.*[^0-9])_([0-9]{1,3})", re.DOTALL)

# What a number follows when it counts days, sections, comments or ways to sort.
_NOT_A_PAGE = re.compile(
    r"(?:(?<![0-9A-Za-z])(?:19|20)[0-9]{2}[-/_.]?(?:[0-9]{1,2}[-/_.]?)?"
    r"|(?<![A-Za-z])(?:date|day|month|year|week|rq|riqi|tag|sort)[=/_-]"
    r"|[?&](?:[a-z]*id|d|m|y|order|orderby|print)=)$",
    re.IGNORECASE,
)
_COMMENT_PAGE = re.compile(r"[?&](?:cpage|comment_?page)=|/comment-page-", re.IGNORECASE)
_COMMENT_FRAGMENT = re.compile(r"#(?:comment|respond|pinglun|reply)", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![0-9])[0-9]{1,6}(?![0-9])")
_INTEGER = re.compile(r"[0-9]+")
# Written by the CMS of most Chinese authorities: pages in all, this page from 0, name and extension of the first.
_PAGER_SCRIPT = re.compile(
    r"createPageHTML\w*\(\s*(?:['\"][^'\"]*['\"]\s*,\s*)?(?P<count>[0-9]{1,5})\s*,\s*[0-9]+\s*,"
    r"\s*['\"](?P<name>[\w-]+)['\"]\s*,\s*['\"](?P<extension>\w+)['\"]"
)
_MOST_SCRIPTED = _MOST_COMMENTED = 2000
_LARGEST_STEP = 100
_PLACES = 6
_LOOK_BACK = 24


@dataclass(frozen=True, slots=True)
class _Control:
    """A link that reads like a pager's."""

    url: str
    number: int
    """2 for "2", "[2]" or "第2页"; 0 for words."""
    word: str
    """"step", "first", "more", "arrow" or ""."""


def list_pages(page: Page, links: list[Link]) -> list[str]:
    """URLs of the further pages of the list that `page` belongs to, in reading order, each once.

    `links` are those of `page_links(page)`. The URLs are on the page's own host; the page's own URL is not among them.
    """
    here = absolute_url(page.url, page.url, page.encoding) or page.url
    host = _parts(here)[0]
    comments = _comment_pages(page)
    controls = [_control(link) for link in links]
    titled = {link.url for link, control in zip(links, controls, strict=True) if control is None}

    def usable(control: _Control) -> bool:
        if _parts(control.url)[0] != host or control.url in comments or _COMMENT_PAGE.search(control.url):
            return False
        if control.word == "more" and control.url in titled:
            return False  # 更多 under a story or a box repeats the link of its title
        return control.word not in _AMBIGUOUS or _stays(control.url, here)

    groups = groupby(controls, key=lambda control: control is not None)
    runs = [[control for control in run if control and usable(control)] for labelled, run in groups if labelled]
    pagers = [_pager(run, here) for run in runs]
    alone = [[control.url for control in run if control.word in _AMBIGUOUS] for run in runs]
    own = [pager for pager in pagers if any(_same_list(url, here) for url in pager)]
    best = next((kind for kind in (own, pagers, alone) if any(kind)), [])
    found = dict.fromkeys([*chain.from_iterable(best), *_scripted(page)])
    return [url for url in found if not _same_page(url, here)]


def page_number(url: str) -> int | None:
    """The page number, from 1, that a list's URL carries: 2 for "index_2.html", "/page/2/", "?PageNo=2"; else None.

    An offset ("?start=20") is no page number: the page size is unknown. Nor are a date's parts, or a bare number
    from 1000, which is a story id. Nothing raises.
    """
    _, path, query = _parts(url)
    parameter = _PAGE_PARAMETER.search(query)
    return (int(parameter[1]) if parameter else _split_path(path)[1]) or None


def _control(link: Link) -> _Control | None:
    text = unicodedata.normalize("NFKC", link.text).lower() if len(link.text) <= _LONGEST_LABEL else ""
    word = re.sub(r"[\W_]+", "", text)
    steps = {"next", "prev", "previous"} & set(link.rel.split()) and not _NEIGHBOUR.match(word)
    if _STEP.fullmatch(word) or (steps and (not link.text or page_number(link.url))):
        return _Control(link.url, 0, "step")
    if _FIRST.fullmatch(word):
        return _Control(link.url, 0, "first")
    if _MORE.fullmatch(word):
        return _Control(link.url, 0, "more")
    if _ARROW.fullmatch(text):
        return _Control(link.url, 0, "arrow")
    number = _NUMBER.fullmatch(text)
    return _Control(link.url, int(number[1]), "") if number else None


def _pager(controls: list[_Control], here: str) -> list[str]:
    """The pages that one run of controls leads to: none unless a step or a series of numbers proves it a pager."""
    stepping = any(control.word == "step" for control in controls)
    pages = _series(controls, here, stepping=stepping)
    if not stepping and not pages:
        return []
    return [
        control.url
        for control in controls
        if control.url in pages
        or control.number == 1
        or control.word in {"step", *_AMBIGUOUS}
        or (control.word == "first" and not _is_home(control.url))
    ]


def _series(controls: list[_Control], here: str, *, stepping: bool) -> set[str]:
    """URLs in which the anchor's number n stands, as n, n - 1 or an offset, at the same place in all of them."""
    numbers = [control.number for control in controls if control.number]
    # A pager shows page 1 or a neighbour of this page; a lone title such as 2020 does not.
    if not numbers or (not stepping and min(numbers) > (page_number(here) or 1) + 1):
        return set()
    series: dict[tuple[str, str, int, int], list[_Control]] = defaultdict(list)
    for control in controls:
        if control.number > 1:
            for before, value, after in _numbers_in(control.url):
                for first in (0, 1):
                    step, rest = divmod(value - first, control.number - 1)
                    if rest == 0 and 1 <= step <= _LARGEST_STEP:
                        series[before, after, first, step].append(control)
    return {
        control.url
        for (before, _, first, step), members in series.items()
        if len({member.number for member in members}) > 1 or first == step == 1 or _PAGING_BEFORE.search(before)
        for control in members
        if stepping or _same_list(control.url, here)
    }


def _numbers_in(url: str) -> Iterable[tuple[str, int, str]]:
    """The last few numbers of a URL that may count pages, each with what stands before and after it."""
    start = url.find("/", url.find("://") + 3)
    for match in list(_DIGITS.finditer(url, start))[-_PLACES:]:
        before = url[: match.start()]
        if not _NOT_A_PAGE.search(before[-_LOOK_BACK:]):
            yield before, int(match[0]), url[match.end() :]


def _same_list(url: str, here: str) -> bool:
    """Whether `url` stays on the path of the list at `here`, no parameter telling them apart."""
    stem, number, parameters = _anatomy(url)
    own_stem, _, own_parameters = _anatomy(here)
    if any(own_parameters.get(name, value) != value for name, value in parameters.items()):
        return False
    if own_stem:
        return stem == own_stem or stem.startswith(own_stem + "/")
    # Everything lies under the home page: only what is numbered, and no deeper, can be its continuation.
    return (not stem and own_parameters.items() <= parameters.items()) or (
        number > 1 and _parts(url)[1].count("/") == 1
    )


def _stays(url: str, here: str) -> bool:
    """Whether 更多 or » leads on in this list: not to a home page's other lists, nor to another date or section."""
    if not _same_list(url, here) or _dates_and_ids(url) - _dates_and_ids(here):
        return False
    stem, _, parameters = _anatomy(here)
    return bool(stem or parameters) or (page_number(url) or 0) > 1


def _dates_and_ids(url: str) -> set[tuple[str, str]]:
    found = ((_NOT_A_PAGE.search(url, max(0, n.start() - _LOOK_BACK), n.start()), n[0]) for n in _INTEGER.finditer(url))
    return {(before[0], number) for before, number in found if before}


def _anatomy(url: str) -> tuple[str, int, dict[str, str]]:
    """Stem of the path, page number or 0, and the parameters that do not page: what is left is the list's identity."""
    _, path, query = _parts(url)
    pairs = (pair.partition("=")[::2] for pair in query.split("&") if pair)
    parameters = {name: value for name, value in pairs if not _PAGING.fullmatch(name)}
    return _split_path(path)[0], page_number(url) or 0, parameters


def _split_path(path: str) -> tuple[str, int]:
    """What the paths of a list's pages share, and the number or 0: ("/szxw", 2) for "/szxw/index_2.html"."""
    folder, _, file = path.partition(";")[0].rstrip("/").rpartition("/")
    name = _EXTENSION.sub("", file)
    if match := _NAMED.fullmatch(name):
        return (folder + "/" + name[: match.end(1)] if match[1] else folder), int(match[2])
    if match := _PAGE_FOLDER.fullmatch(folder):
        if re.fullmatch(r"[0-9]{1,4}", name):
            return match[1], int(name)
    elif _BARE.fullmatch(name) and not _NOT_A_PAGE.search(folder[-_LOOK_BACK:] + "/"):
        return folder, int(name)
    if name != file and (match := _SUFFIXED.fullmatch(name)):
        return folder + "/" + match[1], int(match[2])
    return (folder if _FRONT.fullmatch(name) else folder + "/" + name), 0


def _scripted(page: Page) -> list[str]:
    """What a script's pager would link: createPageHTML(4,0,"index","html") has index_1.html to index_3.html."""
    calls = (call for script in page.root.iter("script") for call in _PAGER_SCRIPT.finditer(script.text or ""))
    base = base_url(page)
    names = (
        f"{call['name']}_{number}.{call['extension']}" for call in calls for number in range(1, int(call["count"]))
    )
    return [absolute_url(name, base, page.encoding) for name in islice(names, _MOST_SCRIPTED)]


def _comment_pages(page: Page) -> set[str]:
    """URLs that lead into the comments: a Link no longer shows its fragment."""
    base = base_url(page)
    hrefs = (href for element in page.root.iter("a") if _COMMENT_FRAGMENT.search(href := element.get("href", "")))
    return {absolute_url(href, base, page.encoding) for href in islice(hrefs, _MOST_COMMENTED)}


def _parts(url: str) -> tuple[str, str, str]:
    """Host with port, path and query, by the expression of RFC 3986, appendix B, which takes any string."""
    match = _HOST_PATH_QUERY.match(url)
    host, path, query = match.groups("") if match else ("", "", "")
    return host.lower(), path, query


def _is_home(url: str) -> bool:
    stem, number, parameters = _anatomy(url)
    return not stem and not number and not parameters


def _same_page(url: str, here: str) -> bool:
    return url.partition("://")[2].rstrip("/") == here.partition("://")[2].rstrip("/")
