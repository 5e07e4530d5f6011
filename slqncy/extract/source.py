"""Where a story was taken from: 来源, and the dateline (电头) it opens with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.extract.lines import all_text, collapse
from slqncy.extract.links import absolute_url
from slqncy.extract.patterns import late

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.extract.lines import Line
    from slqncy.extract.metadata import Metadata

_STOP = r"\s|｜,，;；:：()（）【】\[\]<>"
# An equals sign is left of a broken template.
_NAME = rf"[^{_STOP}=]"
# Labels may follow without a space: a style sheet keeps them apart.
_NEXT_LABEL = (
    r"(?:浏览|阅读|点击|访问|人气|评论)(?:次数|[量数率])?\s*(?:[:：(（]|\d)|本篇文章|(?:举报|选稿)\b|本文\d|我要[评纠分]"
    r"|(?:作者|记者|通讯员|摄影|编辑|责编|责任编辑|网络编辑|审核|校对|录入|上传|发布[人者]|(?:发布|发表|更新|发稿)?(?:时间|日期)"
    r"|字号|字体|分享|打印|分类|栏目|标签)\s*[:：]|字体\s*大|字号\s*大|(?:19|20)\d\d\s*[-/.年]\s*\d"
)
SOURCE = late(
    r"(?:(?:(?:信息|文章|稿件|新闻|稿|本文)?(?:来\s*源|來\s*源|出\s*处|出\s*處|转自|轉自)(?:于|自)?|稿源|来自)\s*[:：]\s*"
    r"|^(?:摘自|转自|轉自|转载自)\s*[:：]?\s*)"
    rf"(?!https?:)(?P<name>{_NAME}{{2,30}}?)(?=$|[{_STOP}]|{_NEXT_LABEL})"
)
OUTLET = late(
    r"[\u3400-\u9fffA-Za-z0-9·]{1,14}(?:网|報|报|社|电视台|(?<!看)新闻|周刊|在线|频道|客户端|中心|电台|杂志|论坛|头条|财经)"
)
_DATE = late(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
    r"|^(?:今|昨|前)[天日]\s*\d{1,2}[:：]\d{2}"
)


_WEB = late(r"https?://[^/?#]")
_TITLE_MARKS = late(r"^《([^《》]+)》?$")


def find_source(metadata: Metadata, near: Iterable[Line], base: str) -> tuple[str, str]:
    """Return 来源 and its absolute link, as printed in the lines around the story, else as annotated; "" if none."""
    near = list(near)
    for line in near:
        if (match := SOURCE.search(line.text)) and (name := _TITLE_MARKS.sub(r"\1", match["name"].strip("“”\"'·"))):
            return name, _link(line, name, base)
    for line in near:
        if _DATE.search(line.text):
            for piece in re.split(r"[\s|｜·]+", _DATE.sub(" ", line.text)):
                if OUTLET.fullmatch(piece):
                    return piece, _link(line, piece, base)
    return metadata.first("source", "mediaid", "article:source", "contentsource", "og:article:source"), ""


def _link(line: Line, name: str, base: str) -> str:
    if not line.linked:
        return ""
    links = (link for link in line.element.iter("a") if name in collapse(all_text(link)))
    return next((url for link in links if _WEB.match(url := absolute_url(link.get("href", ""), base, "utf-8"))), "")


_PLACE = r"[\u3400-\u9fff·]{0,20}?"
_DATELINE = late(
    rf"[\s(（【《\[]*(?P<words>[\u3400-\u9fff·]{{1,8}}?(?:社|网|報|报|台|讯|新闻|综合){_PLACE}(?:\d{{1,2}}月)?\d{{1,2}}日"
    r"(?:专?[电電讯訊]|综合消息|消息|综合电)|(?:本|[\u3400-\u9fff]{1,4})[报報刊网台]讯(?=[\s(（:：]))"
)


def find_dateline(opening: Iterable[str]) -> str:
    """Return the agency line a story opens with ("新华社北京4月24日电"), "" if none."""
    return next((match["words"] for text in opening if (match := _DATELINE.match(text))), "")
