"""Small page designs around one story, as unseen sites may build them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TITLE = "湖滨社区办起邻里读书会"
PARAGRAPHS = [
    "上周六，湖滨社区的活动室里坐满了人，四十多位居民带着自己喜欢的书，参加了第一次邻里读书会。",
    "读书会由社区和附近的书店一起筹办，分为朗读、讨论和换书三个环节，前后用了两个多小时。",
    "“平时大家见面只是点点头，这回聊得很投机。”住在三号楼的周老师说。",
    "社区负责人介绍，读书会今后每月办一次，居民可以在网上预约座位。(林晓)",
]
SHORT = ["昨天，湖滨社区请来消防员，为六十位老人讲解用电安全。(记者林晓)"]
RUN_ON = [" ".join(text.removesuffix("。") for text in PARAGRAPHS)]
WITH_TITLE = [PARAGRAPHS[0], TITLE, *PARAGRAPHS[1:]]

_HEADLINES = [
    "市里召开会议部署下半年工作",
    "新机场快线年底通车",
    "多所小学公布招生计划",
    "周末有雨 出行请带伞",
    "老字号搬家 老顾客排起长队",
    "三处口袋公园建成开放",
]
_SECTIONS = ["首页", "时政", "社会", "财经", "教育", "文体", "图片"]
_MENU = "".join(f'<li><a href="/{i}/">{word}</a></li>' for i, word in enumerate(_SECTIONS))
_LINKS = "".join(f'<li><a href="/news/{i}.html">{text}</a></li>' for i, text in enumerate(_HEADLINES))
_TEASERS = "".join(
    f'<li><h4><a href="/news/{i}.html">{text}</a></h4>'
    f"<p>{text}，有关部门介绍说，下一步还将继续推进各项工作，让居民满意…</p></li>"
    for i, text in enumerate(_HEADLINES)
)
_DATELINE = "<div>2020年3月15日 14:05　来源：湖滨日报　作者：林晓　浏览：123次　字号：大 中 小</div>"
_NEIGHBOURS = f'<p>上一篇：<a href="1.html">{_HEADLINES[0]}</a></p><p>下一篇：<a href="2.html">{_HEADLINES[1]}</a></p>'
_FOOT = (
    "<div><p>Copyright © 2010-2020 湖滨新闻网 版权所有 未经授权，不得转载。</p>"
    "<p>地址：湖滨路1号 电话：0512-1234567</p>"
    "<p>本站部分内容来源于网络，如有侵权，请联系我们，我们将及时删除。</p></div>"
)
_COMMENTS = (
    "<div><h3>网友评论</h3><div><b>匿名</b> 2020-03-16 10:00"
    "<p>这个活动真不错，希望以后多多举办，我们全家都参加。</p></div>"
    "<div><b>湖滨网友</b><p>座位太少了，周末根本抢不到，建议多放一些。</p></div></div>"
)
_RELATED = f"<div><h3>相关阅读</h3><ul>{_LINKS}</ul></div>"
_HEAD = f'<html><head><meta charset="utf-8"><title>{TITLE}_湖滨新闻网</title></head><body>'

FORMS: dict[str, Callable[[list[str]], str]] = {
    "p": lambda texts: "".join(f"<p>　　{text}</p>\n" for text in texts),
    "br": "<br>\n".join,
    "brbr": "<br/><br/>\n　　".join,
    "div": lambda texts: "".join(f"<div>{text}</div>" for text in texts),
    "section": lambda texts: "".join(f"<section><section><span>{text}</span></section></section>" for text in texts),
    "p-br": lambda texts: "<p>" + "<br>".join(texts) + "</p>",
    "pictures": lambda texts: '<p><img src="/u/1.jpg"></p>' + "".join(f"<p>{text}</p>" for text in texts),
    "ad": lambda texts: (
        f'<p>{texts[0]}</p><div><a href="x">点击领取优惠券</a></div>' + "".join(f"<p>{t}</p>" for t in texts[1:])
    ),
    "box": lambda texts: f"<p>{texts[0]}</p>{_RELATED}" + "".join(f"<p>{text}</p>" for text in texts[1:]),
}

STORIES = {"paragraphs": PARAGRAPHS, "short": SHORT, "run-on": RUN_ON, "title inside": WITH_TITLE}

DESIGNS: dict[str, Callable[[str], str]] = {
    "plain": lambda body: (
        f"{_HEAD}<ul>{_MENU}</ul><h1>{TITLE}</h1>{_DATELINE}<div>{body}</div>{_NEIGHBOURS}{_RELATED}{_FOOT}"
    ),
    "side column first": lambda body: (
        f"{_HEAD}<div><h3>热门新闻</h3><ul>{_TEASERS}</ul></div><div><h2>{TITLE}</h2>{_DATELINE}<div>{body}</div>"
        f"<p>(责任编辑：小周)</p>{_NEIGHBOURS}</div>{_FOOT}"
    ),
    "table layout": lambda body: (
        f"{_HEAD}<table><tr><td colspan=2><a href=/>首页</a> | <a href=/a>新闻</a></td></tr><tr><td><table><tr>"
        f"<td>热点新闻</td></tr>"
        + "".join(f"<tr><td>·<a href=/{i}>{text}</a></td></tr>" for i, text in enumerate(_HEADLINES))
        + f"</table></td><td><table><tr><td><b><font size=5>{TITLE}</font></b></td></tr>"
        "<tr><td>2020-03-15 14:05</td></tr>"
        f"<tr><td>{body}</td></tr><tr><td>【<a href=#>打印</a>】【<a href=#>关闭</a>】</td></tr></table></td></tr>"
        f"</table>{_FOOT}"
    ),
    "dl": lambda body: (
        f"{_HEAD}<ul>{_MENU}</ul><dl><dt><h1>{TITLE}</h1></dt>"
        f"<dd>2020-03-15 14:05 来源：湖滨日报</dd><dd>{body}</dd></dl>"
        f"<dl><dt>热门文章</dt><dd><a href=1>{_HEADLINES[2]}</a></dd></dl>{_FOOT}"
    ),
    "article": lambda body: (
        f"{_HEAD}<header><ul>{_MENU}</ul></header><main><article><h1>{TITLE}</h1>"
        f'<div><time datetime="2020-03-15T14:05:00+08:00">2020-03-15 14:05</time></div>{body}<footer>标签：<a>读书'
        f"</a></footer></article>"
        f"<aside><ul>{_TEASERS}</ul></aside></main>{_FOOT}"
    ),
    "div soup": lambda body: (
        f"{_HEAD}<div><div><a href=/>首页</a></div><div><a href=/a>新闻</a></div></div><div><div><div>{TITLE}</div>"
        f"<div>2020-03-15 14:05 湖滨日报</div><div><div>{body}</div></div></div></div>{_FOOT}"
    ),
    "all in one box": lambda body: (
        f"{_HEAD}<div><h1>{TITLE}</h1>{_DATELINE}{body}<p>责任编辑：小周</p>{_NEIGHBOURS}{_RELATED}</div>{_FOOT}"
    ),
    "comments": lambda body: f"{_HEAD}<div><h1>{TITLE}</h1>{_DATELINE}<div>{body}</div>{_COMMENTS}</div>{_FOOT}",
    "logo in h1": lambda body: (
        f"{_HEAD}<h1><a href=/>湖滨新闻网</a></h1><h2>{TITLE}</h2>{_DATELINE}<div>{body}</div>{_RELATED}{_FOOT}"
    ),
    "site name for a title": lambda body: (
        f"{_HEAD.replace(TITLE + '_', '')}<div>{TITLE}</div><div>2020-03-15 14:05</div><div>{body}"
        f"</div>{_NEIGHBOURS}{_FOOT}"
    ),
    "hidden words": lambda body: (
        f"{_HEAD}<h1>{TITLE}</h1>{_DATELINE}"
        f'<div style="display: none">藏起来的文字，不该出现。</div><div>{body}</div>{_FOOT}'
    ),
}

HOME_PAGE = f"<html><head><title>湖滨新闻网</title></head><body><ul>{_MENU}</ul><ul>{_LINKS}</ul>{_FOOT}</body></html>"
TEASER_PAGE = (
    f"<html><head><title>社会_湖滨新闻网</title></head><body><ul>{_MENU}</ul><ul>{_TEASERS}</ul>{_FOOT}</body></html>"
)
