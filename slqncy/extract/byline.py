"""Who wrote a story, and who edited it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from slqncy.extract.metadata import Metadata, text_of
from slqncy.extract.names import is_name, names_in
from slqncy.extract.patterns import late

if TYPE_CHECKING:
    from collections.abc import Iterable


class Byline(NamedTuple):
    """Who wrote a story."""

    raw: str = ""
    """As printed; a line that names only an editor keeps its label."""
    authors: tuple[str, ...] = ()


_EDITOR = "责任编辑|責任編輯|责编|責編|网络编辑|网编|编辑|編輯|编审|校对"
# 文 and 图 are parts of names: they name a role only before a colon or a stroke.
_ROLE_WORD = (
    rf"记者|記者|通讯员|通訊員|评论员|評論員|实习生|作者|撰文|撰稿|摄影|{_EDITOR}"
    r"|(?<![\u3400-\u9fff])(?:文字|图文|文|图|摄)(?=\s*[/／:：])"
)
_ROLE = late(
    r"((?:特约|見習|见习|实习|首席|高级|资深|特派|全媒体|融媒体)*"
    rf"(?:{_ROLE_WORD})(?:\s*[/／]\s*(?:{_ROLE_WORD}))*\s*[:：/／]?)"
)
_IS_EDITOR = late(rf"(?:{_EDITOR})\s*[:：/／]?$")
_ROLE_BEHIND = late(r"([\u3400-\u9fff]{2,4})\s*[/／]\s*(?:文字|图文|摄影|文|图|摄)(?=[\s、，,;；]|$)")
_VERB = late(
    r"[摄攝](?=\s|$)|(?:综合|摄影)?(?:报道|報導|報道|整理)(?=\s|$)|发自\S*|(?:文[/／]图|图[/／]文|文并摄|文、图)(?=\s|$)|(?:本文)?(?:来源|來源)\s*[:：]?\s*\S*"
)
_BRACKETS = late(r"[()（）\[\]【】]")
_PHOTO_CREDIT = late(r"[/／]\s*(?:照片|图片)")


def parse_authors(raw: str) -> list[str]:
    """Split a byline into names: "(记者陈秀雅)", "记者 刘威葳 通讯员 王宇", "张彪朱晓"; [] if it has none.

    Editors are no authors.
    """
    text = _BRACKETS.sub(" ", raw).strip()
    if _PHOTO_CREDIT.search(text):
        return []
    before, *rest = _ROLE.split(_ROLE_BEHIND.sub(r"\1 ", _VERB.sub(" ", text)))
    if not rest:
        return list(dict.fromkeys(names_in(before, named=False)))
    names = names_in(_without_outlet(before), named=True)
    for role, piece, following in zip(rest[::2], rest[1::2], [*rest[2::2], ""], strict=True):
        if not _IS_EDITOR.search(role):
            names += names_in(_without_outlet(piece) if following and _ends_in_outlet(piece) else piece, named=True)
    return list(dict.fromkeys(names))


def _without_outlet(text: str) -> str:
    """Cut what stands glued before a role: 本报(记者)."""
    return text[: len(text) - len(_last_word(text))]


def _ends_in_outlet(text: str) -> bool:
    return not is_name(_last_word(text))


def _last_word(text: str) -> str:
    return re.split(r"[\s、，,;；]", text)[-1]


_LONGEST_CLOSING = 60
_CLOSING = late(
    r"(?P<raw>[(（【\[]\s*(?P<inner>[^()（）【】\[\]]{1,40}?)\s*[)）】\]])\s*[。.]?\s*$",
)
_WORDS = late(r"[\u3400-\u9fff]{1,6}(?:\s*[/／、\s]\s*[\u3400-\u9fff]{1,6}){0,3}")
_REMARK = late(
    r"^(?:完|未完|全文|待续|下转|上接|见|注|略|下同)|如图|图片|资料|来源|化名|单位|以上|以下|编辑|责编|附|下一[页頁]|[版图表网報报社台]$"
)


def closing_byline(paragraph: str) -> str:
    """Return the byline in brackets that ends a story's last paragraph, as published, brackets included, else "".

    A rewriter may have garbled the names: then it is still where the byline stands, and `parse_authors` finds none.
    """
    match = _CLOSING.search(paragraph[-_LONGEST_CLOSING:])
    if match is None:
        return ""
    raw, inner = match["raw"], match["inner"]
    if raw[0] in "【[":
        return raw if _ROLE.search(inner) and parse_authors(inner) else ""
    is_byline = parse_authors(inner) or (_WORDS.fullmatch(inner) and not _REMARK.search(inner))
    return raw if is_byline else ""


_END_OF_NAMES = (
    r"(?=\s*(?:\||｜|[【\[()（）\]】]|来源|來源|稿源|出处|编辑|編輯|责任|責任|责编|校对|审核|发布|發布|发表|发自|报道|報導|时间|日期|摄"
    r"|阅读|浏览|点击|人气|评论|分享|字体|字号|整理|(?:19|20)\d\d[-年/]|\s{2,}|$))"
)
_ROLE_START = r"(?:作者|执笔人?|撰文|撰稿|记者|記者|通讯员|实习生|(?<![\u3400-\u9fff])文)"
_LABELLED = late(rf"{_ROLE_START}\s*[:：/／|]\s*(?P<name>[^|｜:：【】\[\]<>()（）]{{2,40}}?){_END_OF_NAMES}")
_NAMES = r"[\u3400-\u9fff·]{2,4}?(?:[\s\u3000、]{1,3}[\u3400-\u9fff·]{2,4}?){0,5}"
_REPORTER_ROLE = r"(?:记者|記者|通讯员|通訊員|评论员|实习生)"
_REPORTER = late(
    rf"(?P<name>{_REPORTER_ROLE}\s{{0,3}}{_NAMES}"
    rf"(?:[\s\u3000、]{{0,3}}\S{{0,4}}?{_REPORTER_ROLE}\s{{0,3}}{_NAMES}){{0,3}}){_END_OF_NAMES}"
)
_AUTHOR_LINE = late(
    r"^作\s*者\s*[:：]\s*(?P<name>[\u3400-\u9fff·]{1,4}(?:[\s\u3000、，,]{1,3}[\u3400-\u9fff·]{1,4}){0,8})(?=\s*(?:[:：(（]|$))"
)
_IN_BRACKETS = late(
    r"[(（【\[](?P<name>[^()（）【】\[\]]{0,16}(?:记者|記者|通讯员|评论员|作者)[^()（）【】\[\]]{2,40})[)）】\]]"
)
_POSTED = late(
    r"(?:由\s*(?P<by>[^\s，。：:]{2,12}?)\s*(?:于\s*(?:19|20)\d\d|张贴|发表于)|\d[\d:]*\s+by\s+(?P<name>[\w.-]{2,30})"
    r"|^(?P<first>[\w.-]{2,20})\s+发表于\s*(?:19|20)\d\d)"
)
_LONGEST_NAME = 40
_LEADING_ROLE = late(rf"^\s*(?:{_ROLE_WORD})\s*[:：]?\s*")


def find_byline(
    metadata: Metadata, near: Iterable[str], opening: Iterable[str], closing: Iterable[str], after: Iterable[str] = ()
) -> Byline:
    """Return the author line as printed, else as annotated.

    Looked for near the title (`near`), in the opening and the closing lines of the story, behind it (`after`), then in
    the annotations. A line that names only an editor is the last resort.
    """
    near, closing, after = list(near), list(closing), list(after)
    return (
        _labelled(near, _LABELLED, _REPORTER)
        or _annotated([text_of(metadata.article.get("author"))])
        or _labelled(opening, _IN_BRACKETS, _REPORTER, _AUTHOR_LINE)
        or _labelled([*closing, *after], _IN_BRACKETS, _LABELLED, _REPORTER)
        or _closing(closing)
        or _posted([*near, *closing, *after])
        or _annotated([metadata.first("citation_author", "author", "article:author", "og:article:author")])
        or _annotated(metadata.microdata.get("author", []))
        or next((Byline(match[0]) for text in [*closing, *after, *near] if (match := _EDITED.search(text))), None)
        or Byline()
    )


def _labelled(texts: Iterable[str], *patterns: re.Pattern[str]) -> Byline | None:
    for text in texts:
        for pattern in patterns:
            match = pattern.search(text)
            if match and (authors := parse_authors(f"记者 {match['name']}")):
                return Byline(match["name"].strip(), tuple(authors))
    return None


def _closing(texts: Iterable[str]) -> Byline | None:
    return next((Byline(raw, tuple(parse_authors(raw))) for text in texts if (raw := closing_byline(text))), None)


def _posted(texts: Iterable[str]) -> Byline | None:
    for text in texts:
        if (match := _POSTED.search(text)) and not _NOBODY.fullmatch(name := next(filter(None, match.groups()))):
            return Byline(name, (name,))
    return None


_NOBODY = late(r"admin\w*|管理员|网友|游客|本站|root", re.IGNORECASE)


def _annotated(values: Iterable[str]) -> Byline | None:
    for value in values:
        name = _LEADING_ROLE.sub("", value)
        if not 1 < len(name) <= _LONGEST_NAME:
            continue
        authors = parse_authors(f"作者 {name}")
        # An internal number, a URL or a list of keywords in an author field names nobody.
        listed = len(re.findall(r"[,，、]", name)) >= max(1, len(authors))
        if not listed and not re.search(r"\d{3}|https?:|www\.", name):
            return Byline(name, tuple(authors))
    return None


_EDITED = late(
    r"(?:(?:责任编辑|責任編輯|责编|責編|网络编辑|网编|编辑|編輯)\s*[:：]|(?:责任编辑|責任編輯|责编|責編)\s)\s*"
    rf"(?P<names>[\u3400-\u9fff·]{{1,4}}?(?:[\s\u3000、,，]{{1,3}}[\u3400-\u9fff·]{{1,4}}?){{0,3}})(?:\s+\w+)?{_END_OF_NAMES}"
)


def find_editors(texts: Iterable[str]) -> list[str]:
    """Return the editors (编辑, 责编) the lines name, without repeats."""
    found = [
        name for text in texts for match in _EDITED.finditer(text) for name in names_in(match["names"], named=True)
    ]
    return list(dict.fromkeys(found))
