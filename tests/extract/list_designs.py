# ruff: noqa: E501 - a template's line is easier to read as it is
"""List pages in the manner of the templates that Chinese news sites are made with; all text is our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.extract.listing import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "http://www.example.cn"

TITLES = [
    "青荷区今年新增八条公交线路",
    "湖滨小学迎来第一批插秧的孩子",
    "市图书馆夜间开放首周接待读者三千人",
    "老码头改造方案公开征求意见",
    "连续降雨后水库水位回落到安全线",
    "春茶开采比去年早了六天",
    "社区食堂试运行,一荤两素十二元",
    "第五届龙舟赛报名人数创新高",
    "东渚街道为独居老人安装报警器",
    "地铁三号线南段开始铺轨",
]
TEASERS = [
    "新线路串起三个大型居住区，首班车提前到五点半，末班车延后到十一点。",
    "孩子们卷起裤腿走进田里，老师说，课本里的节气第一次有了泥土味。",
    "夜读区设了一百二十个座位，周末一座难求，馆方考虑再开一层。",
    "方案保留了两座旧吊机，沿岸新增步道一点二公里，意见征集到月底。",
    "水文站表示，未来三天仍有小雨，但不会再超过警戒水位。",
    "茶农清晨五点上山，今年头采价格与往年持平，订单多了一成。",
    "食堂由旧车库改建，六十岁以上老人凭卡再减两元，中午排起长队。",
    "四十二支队伍来自九个城市，组委会增加了女子二百米项目。",
    "按钮装在床头和卫生间，按下后社工十分钟内上门。",
    "南段全长九公里，设站七座，计划明年年底试运行。",
]
HOT = [
    "早餐铺里的二十年坚守",
    "一座旧桥的最后一个夏天",
    "暴雨夜里的抢修队",
    "他把修车摊变成图书角",
    "菜场阿姨学会了直播",
    "高三教室的最后一课",
    "渡口老船工今天退休",
    "夜班护士的一封信",
]
NUMBERS = [9538 - 7 * i for i in range(10)]
DAYS = [f"2020-03-{25 - 2 * i:02d}" for i in range(10)]

MENU = "".join(
    f'<li><a href="/{path}/">{name}</a></li>'
    for path, name in (
        ("", "首页"),
        ("szxw", "苏州新闻"),
        ("jkyw", "健康要闻"),
        ("cjxw", "财经"),
        ("tyxw", "体育"),
        ("jyxw", "教育新闻"),
        ("zwgk", "政务公开"),
    )
)
FRIENDS = "".join(
    f'<a href="http://www.{name}.example.com/" target="_blank">{label}</a> '
    for name, label in (
        ("a", "江南都市新闻门户网站"),
        ("b", "长三角区域经济信息网"),
        ("c", "本地人文历史研究平台"),
        ("d", "青荷区人民政府门户网站"),
    )
)
FOOTER = f'<div class="links"><h4>友情链接</h4>{FRIENDS}</div><div class="foot"><p><a href="/about.html">关于我们</a> | <a href="/contact.html">联系我们</a> | <a href="/ads.html">广告服务</a> | <a href="/law.html">法律声明</a></p><p>版权所有:青荷新闻网 未经授权，禁止复制或建立镜像，违者必究。 备案号:示例备00000000号</p></div>'
PAGER = '<div class="pages"><span>1</span> <a href="list_3_2.html">2</a> <a href="list_3_3.html">3</a> <a href="list_3_2.html">下一页</a> <a href="list_3_9.html">末页</a> 共 <strong>9</strong>页</div>'
CRUMBS = '<div class="place">您现在的位置:<a href="/">首页</a> &gt; <a href="/szxw/">苏州新闻</a> &gt; 列表</div>'
TAGS = (
    '<div class="tagcloud"><h3>热门标签</h3>'
    + "".join(
        f'<a href="/tag/{i}/">{t}</a> '
        for i, t in enumerate(("长三角", "地铁", "古城保护", "龙舟", "春茶", "社区食堂", "夜间图书馆"))
    )
    + "</div>"
)
RANKS = (
    '<div class="side-box"><h3>热门排行</h3><ul>'
    + "".join(f'<li><em>{i + 1}</em><a href="/szxw/{7000 + i}.html">{t}</a></li>' for i, t in enumerate(HOT))
    + "</ul></div>"
)
RANKS_BARE = (
    '<div class="side-box"><ul>'
    + "".join(f'<li><em>{i + 1}</em><a href="/szxw/{7000 + i}.html">{t}</a></li>' for i, t in enumerate(HOT))
    + "</ul></div>"
)
RECENT = (
    '<div class="side-box"><h3>最新发布</h3><ul>'
    + "".join(f'<li><a href="/szxw/{7100 + i}.html">{t}</a></li>' for i, t in enumerate(HOT))
    + "</ul></div>"
)


@dataclass(frozen=True)
class Design:
    """A page, and the stories it lists."""

    name: str
    body: str
    entries: list[Entry]
    path: str = "/szxw/"


def url(i: int) -> str:
    return f"{ORIGIN}/szxw/{NUMBERS[i]}.html"


def items(form: Callable[[int], str], count: int = 8, between: str = "\n") -> str:
    return between.join(form(i) for i in range(count))


def stories(
    count: int = 8, *, date: Callable[[int], str] | None = DAYS.__getitem__, teaser: bool = False
) -> list[Entry]:
    return [Entry(url(i), TITLES[i], date(i) if date else "", TEASERS[i] if teaser else "") for i in range(count)]


def framed(main: str, side: str = RANKS + TAGS) -> str:
    return f'<div class="top"><a href="#">设为首页</a><a href="javascript:;">加入收藏</a></div><div class="nav"><ul>{MENU}</ul></div><div class="wrap"><div class="left">{CRUMBS}{main}{PAGER}</div><div class="right">{side}</div></div>{FOOTER}'


def tables(main: str) -> str:
    hot = "<br>".join(f'{i + 1}. <a href="{7000 + i}.html">{t}</a>' for i, t in enumerate(HOT))
    menu = " | ".join(
        f'<a href="/{p}/"><font color="#ffffff">{n}</font></a>'
        for p, n in (("", "首页"), ("szxw", "苏州新闻"), ("cjxw", "财经"), ("tyxw", "体育"))
    )
    return f'<table width="960" align="center"><tr><td bgcolor="#cc0000">{menu}</td></tr></table><table width="960" align="center"><tr><td width="700" valign="top">{main}<p align="center"><a href="index_2.html">下一页</a> <a href="index_9.html">尾页</a> 共9页</p></td><td width="240" valign="top"><table width="100%"><tr><td><b>点击排行</b></td></tr><tr><td>{hot}</td></tr></table></td></tr></table><table width="960"><tr><td align="center"><a href="/about.html">关于我们</a> | <a href="/map.html">网站地图</a><br>版权所有 青荷新闻网</td></tr></table>'


def short(i: int) -> str:
    return DAYS[i][5:]


def chinese(i: int) -> str:
    return f"2020年3月{int(DAYS[i][8:])}日"


def cut(i: int) -> str:
    return TITLES[i][:8] + "…"


def minute(i: int) -> str:
    return f"{DAYS[i]}T14:{10 + i}:00+08:00"


def article(i: int) -> str:
    return f"/szxw/{NUMBERS[i]}.html"


def boxed(name: str, start: int, stop: int, dates: bool = True) -> str:
    rows = "".join(
        f'<li><a href="{article(i)}">{TITLES[i]}</a>{f"<span>{short(i)}</span>" if dates else ""}</li>'
        for i in range(start, stop)
    )
    return f'<div class="box"><div class="hd"><h2><a href="/{name}/">{name}要闻</a></h2><a class="more" href="/{name}/">更多&gt;&gt;</a></div><ul class="bd">{rows}</ul></div>'


DESIGNS = [
    Design(
        "dedecms",
        framed(
            '<div class="listbox"><ul class="e2">'
            + items(
                lambda i: (
                    f'<li><a href="{article(i)}" class="preview"><img src="/uploads/{i}.jpg"/></a>[<b><a href="/szxw/">苏州新闻</a></b>] <a href="{article(i)}" class="title">{TITLES[i]}</a><span class="info"><small>日期:</small>{DAYS[i]} 14:{10 + i}:00 <small>点击:</small>1{i}3 <small>好评:</small>{i}</span><p class="intro">{TEASERS[i]}</p></li>'
                )
            )
            + "</ul></div>"
        ),
        stories(date=minute, teaser=True),
    ),
    Design(
        "dedecms without pictures, title cut",
        framed(
            '<div class="listbox"><ul>'
            + items(lambda i: f'<li><span>{DAYS[i]}</span><a href="{article(i)}" title="{TITLES[i]}">{cut(i)}</a></li>')
            + "</ul></div>"
        ),
        stories(),
    ),
    Design(
        "empirecms",
        framed(
            '<table width="100%" cellpadding="3"><tr><td>'
            + items(
                lambda i: (
                    f'<table width="100%"><tr><td>·<a href="{article(i)}" title="{TITLES[i]}">{TITLES[i]}</a></td><td align="right">[{short(i)}]</td></tr></table>'
                )
            )
            + "</td></tr></table>"
        ),
        stories(),
    ),
    Design(
        "empirecms, title and teaser in rows of one table",
        framed(
            "<table>"
            + items(
                lambda i: (
                    f'<tr><td><a href="{article(i)}"><b>{TITLES[i]}</b></a></td></tr><tr><td>{TEASERS[i]}</td></tr><tr><td>发布时间:{DAYS[i]} 来源:青荷日报</td></tr>'
                )
            )
            + "</table>"
        ),
        stories(teaser=True),
    ),
    Design(
        "phpcms, a gap after each five",
        framed(
            '<ul class="list lh24 f14">'
            + items(
                lambda i: (
                    f'<li><span class="rt">{DAYS[i]} 14:{10 + i}:00</span>·<a href="{article(i)}" target="_blank" style="">{TITLES[i]}</a></li>'
                    + ('<li class="bk20 hr"></li>' if i == 4 else "")
                )
            )
            + "</ul>"
        ),
        stories(date=minute),
    ),
    Design(
        "lists of five",
        framed(
            "".join(
                f"<ul>{''.join(f'<li><a href={article(i)}>{TITLES[i]}</a><i>{short(i)}</i></li>' for i in part)}</ul>"
                for part in (range(5), range(5, 10))
            )
        ),
        stories(10),
    ),
    Design(
        "wordpress",
        framed(
            items(
                lambda i: (
                    f'<article id="post-{i}" class="post-{i} post type-post"><header><h2 class="entry-title"><a href="{article(i)}" rel="bookmark">{TITLES[i]}</a></h2><div class="meta"><time class="entry-date" datetime="{minute(i)}">{chinese(i)}</time> 由 <a href="/author/wang/">青荷编辑部</a> 发布 <a href="{article(i)}#comments">没有评论</a></div></header><div class="entry-summary"><p>{TEASERS[i]}</p><a class="more-link" href="{article(i)}">继续阅读</a></div></article>'
                )
            ),
            RECENT + TAGS,
        ),
        stories(date=minute, teaser=True),
    ),
    Design(
        "links parted by br, date behind in brackets",
        tables(
            '<font size="2">'
            + items(lambda i: f'·<a href="{NUMBERS[i]}.html">{TITLES[i]}</a> [{short(i)}]', between="<br>\n")
            + "</font>"
        ),
        stories(),
    ),
    Design(
        "links parted by br, date before",
        tables(items(lambda i: f'[{short(i)}] <a href="{NUMBERS[i]}.html">{TITLES[i]}</a>', between="<br>\n")),
        stories(),
    ),
    Design(
        "links parted by br, Chinese date in parentheses",
        tables(
            items(
                lambda i: (
                    f'<img src="dot.gif"><a href="{NUMBERS[i]}.html">{TITLES[i]}</a><font color="#999999">（{chinese(i)}）</font>'
                ),
                between="<br>\n",
            )
        ),
        stories(),
    ),
    Design(
        "rows of a table with number column",
        tables(
            '<table width="100%"><tr><th>序号</th><th>标题</th><th>日期</th></tr>'
            + items(
                lambda i: (
                    f'<tr bgcolor="#{i % 2}f0f0f"><td>{i + 1}</td><td><a href="{NUMBERS[i]}.html">{TITLES[i]}</a></td><td>2020/3/{DAYS[i][8:]} 14:{10 + i}</td></tr>'
                )
            )
            + "</table>"
        ),
        stories(date=minute),
    ),
    Design(
        "rows of a table with column of sections",
        tables(
            '<table width="100%">'
            + items(
                lambda i: (
                    f'<tr><td>[<a href="/szxw/">苏州新闻</a>]</td><td><a href="{NUMBERS[i]}.html">{TITLES[i]}</a></td><td>{DAYS[i]}</td></tr>'
                )
            )
            + "</table>"
        ),
        stories(),
    ),
    Design(
        "two columns in one table, the last row half full",
        tables(
            '<table width="100%">'
            + "".join(
                "<tr>"
                + "".join(f'<td>·<a href="{NUMBERS[i]}.html">{TITLES[i]}</a></td><td>{short(i)}</td>' for i in row)
                + "</tr>"
                for row in ((0, 1), (2, 3), (4, 5), (6, 7), (8,))
            )
            + "</table>"
        ),
        stories(9),
    ),
    Design(
        "dl, dt, dd",
        framed(
            "<dl>"
            + items(
                lambda i: (
                    f'<dt><a href="{article(i)}">{TITLES[i]}</a></dt><dd>{TEASERS[i]}</dd><dd class="d">3月{int(DAYS[i][8:])}日</dd>'
                )
            )
            + "</dl>"
        ),
        stories(teaser=True),
    ),
    Design(
        "ordered list",
        framed(
            "<ol>"
            + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a> <small>{DAYS[i]}</small></li>')
            + "</ol>"
        ),
        stories(),
    ),
    Design(
        "cards in one link",
        framed(
            '<div class="cards">'
            + items(
                lambda i: (
                    f'<a class="card" href="{article(i)}"><div class="pic"><img src="/p/{i}.webp" alt=""></div><div class="txt"><h3>{TITLES[i]}</h3><p>{TEASERS[i]}</p><span class="time">{DAYS[i]}</span></div></a>'
                )
            )
            + "</div>"
        ),
        stories(teaser=True),
    ),
    Design(
        "cards with picture, title, teaser and detail links",
        framed(
            '<div class="cards">'
            + items(
                lambda i: (
                    f'<div class="item item-{i}"><a href="{article(i)}"><img src="/p/{i}.jpg" alt="{TITLES[i]}"></a><div class="r"><h3><a href="{article(i)}">{TITLES[i][:9]}...</a></h3><p>{TEASERS[i]}<a href="{article(i)}">[详细]</a></p><div class="f"><span>{DAYS[i]} 14:{10 + i}</span><span>阅读 {i}23</span></div></div></div>'
                )
            )
            + "</div>"
        ),
        stories(date=minute, teaser=True),
    ),
    Design(
        "cards with large day and small month",
        framed(
            '<ul class="big">'
            + items(
                lambda i: (
                    f'<li><div class="day"><b>{DAYS[i][8:]}</b><span>{DAYS[i][:7]}</span></div><div class="con"><a href="{article(i)}">{TITLES[i]}</a><p>{TEASERS[i]}</p></div></li>'
                )
            )
            + "</ul>"
        ),
        stories(teaser=True),
    ),
    Design(
        "cards with tags and author",
        framed(
            '<section class="feed">'
            + items(
                lambda i: (
                    f'<div class="news"><div class="tags"><a href="/tag/1/">民生</a><a href="/tag/{i}/">社区</a></div><a class="t" href="{article(i)}">{TITLES[i]}</a><div class="by"><a href="/u/{i % 2}/">青荷日报记者</a><span>{DAYS[i]}</span></div></div>'
                )
            )
            + "</section>",
            RECENT,
        ),
        stories(),
    ),
    Design(
        "headings and paragraphs without wrappers",
        framed(
            items(
                lambda i: (
                    f'<h3><a href="{article(i)}">{TITLES[i]}</a></h3><p class="meta">{DAYS[i]} / 青荷日报</p><p>{TEASERS[i]}</p>'
                )
            )
        ),
        stories(teaser=True),
    ),
    Design(
        "date inside the link",
        framed(
            "<ul>"
            + items(lambda i: f'<li><a href="{article(i)}"><span>{DAYS[i]}</span><i>·</i>{TITLES[i]}</a></li>')
            + "</ul>"
        ),
        stories(),
    ),
    Design(
        "date in the text of the link",
        framed("<ul>" + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}（{DAYS[i]}）</a></li>') + "</ul>"),
        stories(),
    ),
    Design(
        "no dates, hot list with bare ranks",
        framed("<ul>" + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a></li>', 10) + "</ul>", RANKS_BARE),
        stories(10, date=None),
    ),
    Design(
        "no dates, titles in bold and red",
        framed(
            "<ul>"
            + items(
                lambda i: (
                    f'<li class="{"odd" if i % 2 else "even"}">{"<b>" if i % 3 else ""}<a href="{article(i)}"><font color="red">{TITLES[i]}</font></a>{"</b>" if i % 3 else ""}</li>'
                ),
                10,
            )
            + "</ul>"
        ),
        stories(10, date=None),
    ),
    Design(
        "the first with a picture, a short title among the others",
        framed(
            "<ul>"
            f'<li class="top"><div class="pic"><a href="{article(0)}"><img src="1.jpg"></a></div><div class="txt"><h2><a href="{article(0)}">{TITLES[0]}</a></h2><span>{DAYS[0]}</span></div></li>'
            + "".join(
                f'<li><a href="{article(i)}">{TITLES[i] if i != 4 else "春汛"}</a><span>{DAYS[i]}</span></li>'
                for i in range(1, 8)
            )
            + "</ul>"
        ),
        [entry if i != 4 else Entry(entry.url, "春汛", entry.date, "") for i, entry in enumerate(stories())],
    ),
    Design(
        "last page with two stories",
        framed(
            "<ul>"
            + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a><span>{DAYS[i]}</span></li>', 2)
            + "</ul>"
        ),
        stories(2),
        "/szxw/list_3_9.html",
    ),
    Design(
        "a list a day",
        framed(
            "".join(
                f'<div class="date">{a}月{b}日要闻</div><ul>'
                + "".join(f'<li><span>{short(i)}</span><a href="{article(i)}">{TITLES[i]}</a></li>' for i in part)
                + "</ul>"
                for a, b, part in ((3, 25, (0, 1)), (3, 21, (2, 3, 4)), (3, 15, (5, 6)))
            )
        ),
        stories(7),
    ),
    Design(
        "stories in dated folders",
        framed(
            "<ul>"
            + items(
                lambda i: (
                    f'<li><a href="/a/{DAYS[i][:4]}/{short(i).replace("-", "")}/{NUMBERS[i]}.shtml">{TITLES[i]}</a><span>{short(i)}</span></li>'
                )
            )
            + "</ul>"
        ),
        [
            Entry(f"{ORIGIN}/a/2020/{short(i).replace('-', '')}/{NUMBERS[i]}.shtml", TITLES[i], DAYS[i], "")
            for i in range(8)
        ],
    ),
    Design(
        "query URLs, footer and side in their elements",
        f"<header><nav><ul>{MENU}</ul></nav></header><main><div>"
        + items(lambda i: f'<div><a href="show.asp?id={NUMBERS[i]}">{TITLES[i]}</a> <span>{DAYS[i]}</span></div>')
        + f"</div></main><aside><div>{''.join(f'<div><a href=show.asp?id={7100 + i}>{t}</a> <span>03-02</span></div>' for i, t in enumerate(HOT))}</div></aside><footer>{FRIENDS}</footer>",
        [Entry(f"{ORIGIN}/show.asp?id={NUMBERS[i]}", TITLES[i], DAYS[i], "") for i in range(8)],
        "/list.asp?cid=3",
    ),
    Design(
        "pictures only",
        framed(
            '<ul class="photos">'
            + items(lambda i: f'<li><a href="{article(i)}"><img src="/p/{i}.jpg" alt="{TITLES[i]}"></a></li>')
            + "</ul>"
        ),
        stories(date=None),
    ),
    Design(
        "relative days",
        framed(
            "<ul>"
            + items(
                lambda i: (
                    f'<li><a href="{article(i)}">{TITLES[i]}</a><span>{("今天", "昨天", "前天", "3天前")[i]}</span></li>'
                ),
                4,
            )
            + "</ul>"
        ),
        stories(4, date=("2020-04-01", "2020-03-31", "2020-03-30", "2020-03-29").__getitem__),
    ),
    Design(
        "linked teaser",
        framed(
            items(
                lambda i: (
                    f'<div class="x"><h4><a href="{article(i)}">{TITLES[i]}</a></h4><a href="{article(i)}"><p>{TEASERS[i]}</p></a><em>{DAYS[i]}</em></div>'
                )
            )
        ),
        stories(teaser=True),
    ),
    Design(
        "a table a story, picture beside, detail link in brackets",
        framed(
            items(
                lambda i: (
                    f'<table><tr><td rowspan="2"><a href="{article(i)}"><img src="x.gif"></a></td><td><a href="{article(i)}"><b>{TITLES[i]}</b></a> <font>{DAYS[i]}</font></td></tr><tr><td>{TEASERS[i]}[<a href="{article(i)}">阅读全文</a>]</td></tr></table>'
                )
            )
        ),
        stories(teaser=True),
    ),
    Design(
        "date and link side by side without rows",
        framed(
            "<div>"
            + items(lambda i: f'<span class="d">{DAYS[i]}</span><a href="{article(i)}">{TITLES[i]}</a>')
            + "</div>"
        ),
        stories(),
    ),
    Design(
        "no dates, words in the URLs, recent stories beside",
        framed(
            "<ul>" + items(lambda i: f'<li><a href="/szxw/{"abcdefgh"[i]}-gongjiao/">{TITLES[i]}</a></li>') + "</ul>",
            RECENT,
        ),
        [Entry(f"{ORIGIN}/szxw/{'abcdefgh'[i]}-gongjiao/", TITLES[i], "", "") for i in range(8)],
    ),
    Design(
        "stories of one other site",
        framed(
            "<ul>"
            + items(
                lambda i: f'<li><a href="http://news.example.net/{i}.html">{TITLES[i]}</a><span>{DAYS[i]}</span></li>'
            )
            + "</ul>"
        ),
        [Entry(f"http://news.example.net/{i}.html", TITLES[i], DAYS[i], "") for i in range(8)],
    ),
    Design(
        "dated list with ranks",
        framed(
            "<ul>"
            + items(lambda i: f'<li><i>{i + 1}</i><a href="{article(i)}">{TITLES[i]}</a><span>{DAYS[i]}</span></li>')
            + "</ul>"
        ),
        stories(),
    ),
    Design(
        "hot list before, without ranks or caption",
        f'<div class="w"><div class="right"><ol>{"".join(f"<li><a href=/szxw/{7100 + i}.html>{t}</a></li>" for i, t in enumerate(HOT))}</ol></div><div class="left"><ul>'
        + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a><span>{DAYS[i]}</span></li>')
        + f"</ul></div></div>{FOOTER}",
        stories(),
    ),
    Design(
        "dated list beside",
        framed(
            "<ul>"
            + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a><span>{DAYS[i]}</span></li>')
            + "</ul>",
            f'<div class="side"><ul>{"".join(f"<li><a href=/szxw/{7100 + i}.html>{t}</a><span>03-{10 + i}</span></li>" for i, t in enumerate(HOT))}</ul></div>',
        ),
        stories(),
    ),
    Design(
        "channel page of boxes",
        f'<ul>{MENU}</ul><div class="main">{boxed("szxw", 0, 3)}{boxed("cjxw", 3, 6)}{boxed("tyxw", 6, 10)}{RANKS}</div>{FOOTER}',
        stories(10),
        "/news/",
    ),
    Design(
        "home page of boxes",
        f'<div class="nav"><ul>{MENU}</ul></div><div class="main"><div class="col">{boxed("szxw", 0, 4)}{boxed("cjxw", 4, 7, dates=False)}</div><div class="col">{boxed("tyxw", 7, 10)}{RANKS}</div></div>{FOOTER}',
        [Entry(entry.url, entry.title, "" if 4 <= i < 7 else entry.date, "") for i, entry in enumerate(stories(10))],
        "/",
    ),
    Design(
        "home page with headline and flash",
        f'<div class="nav"><ul>{MENU}</ul></div><div class="focus"><div class="headline"><h1><a href="{article(0)}">{TITLES[0]}</a></h1><p>{TEASERS[0]}<a href="{article(0)}">[详细]</a></p></div><div class="headline"><h1><a href="{article(1)}">{TITLES[1]}</a></h1><p>{TEASERS[1]}<a href="{article(1)}">[详细]</a></p></div></div><div class="main">{boxed("szxw", 2, 6)}{boxed("cjxw", 6, 10)}</div>{FOOTER}',
        [
            Entry(entry.url, entry.title, entry.date if i > 1 else "", TEASERS[i] if i < 2 else "")
            for i, entry in enumerate(stories(10))
        ],
        "/index.html",
    ),
]

PROSE = "".join(
    f"<p>{teaser}{other}记者在现场看到，{teaser}</p>"
    for teaser, other in zip(TEASERS, TEASERS[3:] + TEASERS[:3], strict=True)
)
RELATED = (
    '<div class="related"><h3>相关阅读</h3><ul>'
    + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a><span>{DAYS[i]}</span></li>', 6)
    + "</ul></div>"
)
MORE = (
    '<div class="more"><ul>'
    + items(lambda i: f'<li><a href="{article(i)}">{TITLES[i]}</a><span>{DAYS[i]}</span></li>')
    + "</ul></div>"
)
NEIGHBOURS = f'<div class="prev">上一篇:<a href="{article(3)}">{TITLES[3]}</a></div><div class="next">下一篇:<a href="{article(4)}">{TITLES[4]}</a></div>'
HEAD = f"<h1>{TITLES[9]}</h1><div>2020-03-07 14:05 来源:青荷日报</div>"

NO_LISTS = [
    ("story with related box", "/szxw/9475.html", framed(HEAD + PROSE + NEIGHBOURS + RELATED)),
    ("story with a list without caption", "/szxw/9475.html", framed(HEAD + PROSE + NEIGHBOURS, MORE)),
    (
        "brief with a list without caption",
        "/szxw/9475.html",
        framed(HEAD + f"<p>{TEASERS[0]}{TEASERS[1]}{TEASERS[2]}</p>" + NEIGHBOURS, MORE),
    ),
    ("story by br", "/szxw/9475.html", tables(HEAD + "<br><br>".join(TEASERS * 2))),
    ("about", "/about.html", framed("<h1>关于我们</h1>" + "".join(f"<p>{t}</p>" for t in TEASERS[:4]), "")),
    ("empty list", "/szxw/", framed("<p>暂无内容</p>")),
    ("navigation only", "/", f"<div><ul>{MENU}</ul></div>{TAGS}{FOOTER}"),
    ("empty", "/", ""),
]
