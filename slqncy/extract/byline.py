"""Who wrote a story and where it was taken from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.extract.metadata import Metadata, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

# The commonest surnames cover about 97 % of people; rarer ones are met in lists that name a role.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔"
    "康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒"
    "耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚"
    "廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑"
    "習張劉陳楊趙黃吳孫馬羅鄭謝韓馮於蕭許鄧呂蘇盧蔣賈葉閻鐘鄒陸顧龍錢湯賀賴龔龐樊蘭顏嚴溫蘆魯韋畢聶叢齊莊塗關紀項陽衛單寧閔強華車"
)
_COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 独孤 南宫 宇文 长孙 歐陽 司馬 諸葛 東方 尉遲".split()
)
# 文 and 图 are parts of names: they name a role only before a colon or a stroke.
_ROLE_WORD = (
    "记者|記者|特约通讯员|通讯员|通訊員|实习生|作者|撰文|撰稿|摄影|编辑|編輯|责任编辑|责编|校对|来源"
    "|(?:文字|图文|文|图|摄)(?=\\s*[/／:：])"
)
_OUTLET = r"[^\s()（）、,，;；:：/]{0,8}?"
_ROLE = re.compile(rf"{_OUTLET}(?:{_ROLE_WORD})(?:\s*[/／]\s*(?:{_ROLE_WORD}))*\s*[:：/／]?")
_VERB = re.compile(r"(?:综合|摄影)?(?:报道|報導|報道|整理)(?=\s|$)|发自\S*")
_LEADING_ROLE = re.compile(rf"^\s*(?:{_ROLE_WORD})\s*[:：]?\s*")
_SPLIT = re.compile(r"[\s\u3000、,，;；/／|&]+|和(?=\S{2,4}$)")
_NAME = re.compile(
    r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,8}[·•][\u3400-\u9fff]{1,12}|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}"
)
_NO_NAME = re.compile(
    r"照片|图片|摄影|称为|报道|资料|未完|完毕|以下|如图|来源|本报|本网|记者|新华|中新|日报|晚报|新闻|网站|社区|公司|中国|单位|原标题"
)


_BRACKETS = re.compile(r"[()（）\[\]【】]")


def parse_authors(raw: str) -> list[str]:
    """Split a byline into names: "(记者陈秀雅)", "记者 刘威葳 通讯员 王宇", "张彪朱晓"; [] if it has none."""
    text = _BRACKETS.sub(" ", raw).strip()
    named = bool(_ROLE.search(text))
    if re.search(r"[/／]\s*(?:照片|图片)", text):
        return []
    text = _VERB.sub(" ", _ROLE.sub(" ", text))
    pieces = [piece for piece in _SPLIT.split(text.strip()) if piece]
    names: list[str] = []
    for piece in pieces:
        names += _names(piece, named)
    return list(dict.fromkeys(names))


def closing_byline(paragraph: str) -> str:
    """Return the byline in parentheses that ends a story's last paragraph, as published, parentheses included, else "".

    A rewriter may have garbled the names: then it is still where the byline stands, and `parse_authors` finds none.
    """
    match = _CLOSING.search(paragraph[-_LONGEST_CLOSING:])
    if match is None:
        return ""
    is_byline = parse_authors(match["inner"]) or (
        _WORDS.fullmatch(match["inner"]) and not _REMARK.search(match["inner"])
    )
    return match["raw"] if is_byline else ""


_LONGEST_CLOSING = 60
_CLOSING = re.compile(r"(?P<raw>[(（]\s*(?P<inner>[^()（）]{1,40}?)\s*[)）])\s*[。.]?\s*$")
_WORDS = re.compile(r"[\u3400-\u9fff]{1,6}(?:\s*[/／、\s]\s*[\u3400-\u9fff]{1,6}){0,3}")
_REMARK = re.compile(r"^(?:完|未完|全文|待续|下转|上接|见|注|略|下同)|如图|图片|资料|来源|化名|单位|以上|以下|附|版$")


def _names(piece: str, named: bool) -> list[str]:
    """The names in one unspaced piece; a bare piece must begin with a known surname, one after a role need not."""
    if not _NAME.fullmatch(piece) and not re.fullmatch(r"[\u3400-\u9fff]{4,12}", piece):
        return []
    if _NO_NAME.search(piece):
        return []
    if not re.fullmatch(r"[\u3400-\u9fff]+", piece):
        return [piece]
    if len(piece) <= 4 - (not _has_compound_surname(piece)):
        return [piece] if named or _begins_with_surname(piece) else []
    return _split_run(piece) or ([piece] if named and len(piece) == 4 else [])  # noqa: PLR2004


def _has_compound_surname(piece: str) -> bool:
    return piece[:2] in _COMPOUND_SURNAMES


def _begins_with_surname(piece: str) -> bool:
    return piece[0] in _SURNAMES or _has_compound_surname(piece)


def _split_run(piece: str) -> list[str]:
    """Split names that run together; [] unless surnames make the split plain."""
    if not piece:
        return []
    sizes = (4, 3) if _has_compound_surname(piece) else (3, 2)
    for size in sizes:
        head, rest = piece[:size], piece[size:]
        if len(head) == size and _begins_with_surname(head):
            if not rest:
                return [head]
            if tail := _split_run(rest):
                return [head, *tail]
    return []


_SOURCE = re.compile(
    r"(?:(?:信息|文章|稿件|新闻|稿|本文)?(?:来源|來源|出处|出處|转自|轉自)(?:于|自)?|来自)\s*[:：]\s*"
    r"(?P<name>[^\s|｜,，;；:：()（）【】\[\]<>]{2,30}?)"
    # Labels may follow without a space: a style sheet keeps them apart.
    r"(?=$|[\s|｜,，;；:：()（）【】\[\]<>]|(?:浏览|阅读|点击|访问|人气|评论)(?:次数|量|数)?[\s:：]*\d"
    r"|(?:作者|记者|编辑|责编|责任编辑|字号|字体|发布时间|时间|日期|分享|打印)[:：])"
)
_END_OF_NAMES = (
    r"(?=\s*(?:\||｜|[【\[()（）]|来源|來源|出处|编辑|編輯|责任|責任|责编|发布|發布|发表|发自|报道|報導|时间|日期|摄|通讯员|阅读|浏览|点击|评论|分享|字体|字号|整理"
    r"|(?:19|20)\d\d[-年/]|\s{2,}|$))"
)
_ROLE_START = r"(?:作者|执笔人?|撰文|撰稿|记者|記者|实习生|(?<![\u3400-\u9fff])文)"
_LABELLED = re.compile(rf"(?:{_ROLE_START})\s*[:：/／|]\s*(?P<name>[^|｜:：【】\[\]<>()（）]{{2,40}}?){_END_OF_NAMES}")
_REPORTER = re.compile(
    rf"(?:记者|記者|实习生)\s{{0,3}}(?P<name>[\u3400-\u9fff·]{{2,4}}(?:[\s\u3000、]{{1,3}}(?!通讯员|摄|报道)[\u3400-\u9fff·]{{2,4}}){{0,5}}){_END_OF_NAMES}"
)
_IN_PARENTHESES = re.compile(r"[(（](?P<name>[^()（）]{0,16}(?:记者|記者|通讯员|作者)[^()（）]{2,40})[)）]")
_EDITOR = re.compile(
    r"(?:责任编辑|責任編輯|责编|编辑|編輯)\s*[:：]?\s*[\u3400-\u9fff]{2,4}(?:[\s、]+[\u3400-\u9fff]{2,4}){0,3}(?=[\s)）\]】]|$)"
)
_BARE_SOURCE = re.compile(
    r"[\u3400-\u9fffA-Za-z0-9·]{1,14}(?:网|報|报|社|电视台|新闻|周刊|在线|频道|客户端|中心|电台|杂志|论坛|头条|财经)"
)
_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_LONGEST_NAME = 40


def find_source(metadata: Metadata, near: Iterable[str]) -> str:
    """Return 来源 as printed in the lines near the title (`near`), else as annotated; "" if none."""
    near = list(near)
    for text in near:
        if match := _SOURCE.search(text):
            return match["name"].strip("《》“”\"' ")
    for text in near:
        if _DATE.search(text):
            for piece in re.split(r"[\s|｜]+", _DATE.sub(" ", text)):
                if _BARE_SOURCE.fullmatch(piece):
                    return piece
    return metadata.first("source", "mediaid", "article:source", "contentsource", "og:article:source")


def find_byline(metadata: Metadata, near: Iterable[str], opening: Iterable[str], closing: Iterable[str]) -> str:
    """Return the author line as printed, else as annotated; "" if none.

    Looked for near the title (`near`), in the opening and the closing lines of the story, then in the annotations.
    A line that names only an editor is the last resort and keeps its label.
    """
    near, closing = list(near), list(closing)
    annotated = text_of(metadata.article.get("author"))
    return (
        _first_labelled(near, (_LABELLED, _REPORTER))
        or (annotated if _is_name(annotated) else "")
        or _first_labelled(opening, (_IN_PARENTHESES, _REPORTER))
        or _first_labelled(closing, (_IN_PARENTHESES, _LABELLED, _REPORTER))
        or next((raw for text in closing if (raw := closing_byline(text))), "")
        or _annotated(metadata)
        or next((match[0] for text in [*closing, *near] if (match := _EDITOR.search(text))), "")
    )


def is_editor(byline: str) -> bool:
    """Tell whether a byline names an editor, who is no author."""
    return bool(_EDITOR.match(byline))


def _first_labelled(texts: Iterable[str], patterns: Iterable[re.Pattern[str]]) -> str:
    for text in texts:
        for pattern in patterns:
            match = pattern.search(text)
            if match and parse_authors(f"记者 {match['name']}"):
                return match["name"].strip()
    return ""


def _annotated(metadata: Metadata) -> str:
    values = [metadata.first("author", "article:author", "og:article:author"), *metadata.microdata.get("author", [])]
    return next((name for value in values if _is_name(name := _LEADING_ROLE.sub("", value))), "")


def _is_name(text: str) -> bool:
    """An internal number or a URL in an author field names nobody."""
    return 1 < len(text) <= _LONGEST_NAME and not re.search(r"\d{3}|https?:|www\.", text)
