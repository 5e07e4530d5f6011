from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.extract.listing import Entry, list_entries
from slqncy.extract.page import parse_page
from tests.extract.list_designs import DESIGNS, NO_LISTS, ORIGIN, TEASERS, TITLES, Design

DOWNLOADED = datetime(2020, 4, 1, 12, tzinfo=UTC)


def entries(body: str, path: str = "/szxw/", title: str = "青荷新闻网") -> list[Entry]:
    source = f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"
    return list_entries(parse_page(source.encode(), ORIGIN + path), DOWNLOADED)


def rows(link: str, beside: str = "", count: int = 5) -> str:
    """A list whose link and text beside it are the given ones; {n} is the story's number, {title} its title."""
    items = (
        f"<li>{link.format(n=9500 + i, title=TITLES[i])}{beside.format(n=9500 + i, i=i + 1)}</li>" for i in range(count)
    )
    return f"<ul>{''.join(items)}</ul>"


LINK = '<a href="/szxw/{n}.html">{title}</a>'


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_stories_of_a_list(design: Design) -> None:
    assert entries(design.body, design.path) == design.entries


@pytest.mark.parametrize(("path", "body"), [case[1:] for case in NO_LISTS], ids=[case[0] for case in NO_LISTS])
def test_no_list(path: str, body: str) -> None:
    assert entries(body, path) == []


@pytest.mark.parametrize(
    ("beside", "date"),
    [
        ("<i>2020-03-15</i>", "2020-03-15"),
        ("<i>2020.03.15</i>", "2020-03-15"),
        ("<i>20-03-15</i>", "2020-03-15"),
        ("<i>2020年3月15日 14时05分</i>", "2020-03-15T14:05:00+08:00"),
        ("<i>[03-15]</i>", "2020-03-15"),
        ("<i>(03/15)</i>", "2020-03-15"),
        ("<i>03.15</i>", "2020-03-15"),
        ("<i>3-5</i>", "2020-03-05"),
        ("<i>12-31</i>", "2019-12-31"),
        ("<i>/2020-03-15</i>", "2020-03-15"),
        ("<i>2020-03-15 星期日</i>", "2020-03-15"),
        ("<i>发布时间：2020-03-15</i>", "2020-03-15"),
        ("<i>来源：青荷日报 时间：2020-03-15 浏览：234次</i>", "2020-03-15"),
        ("<b>15</b><i>2020-03</i>", "2020-03-15"),
        ("<p>2020.03</p><p>15</p>", "2020-03-15"),
        ("<p>03-15</p><p>2019</p>", "2019-03-15"),
        ("<b>15</b><i>/03月</i>", "2020-03-15"),
        ("<b>3月</b><i>15</i>", "2020-03-15"),
        ("<time datetime='2020-03-15T14:05:00+08:00'>上个月</time>", "2020-03-15T14:05:00+08:00"),
        ("<i>昨天</i>", "2020-03-31"),
        ("<i>3小时前</i>", "2020-04-01T17:00:00+08:00"),
        ("<i>2021-03-15</i>", ""),
        ("<i>2020-13-45</i>", ""),
        ("<i>阅读 315</i>", ""),
        ("<p>据悉，2020年3月15日那天下过一场大雨，此后再无雨。</p>", ""),
    ],
)
def test_date_beside(beside: str, date: str) -> None:
    found = entries(rows(LINK, beside))
    assert [entry.title for entry in found] == TITLES[:5]
    assert {entry.date for entry in found} == {date}


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/szxw/{n}.html">·{title}</a>',
        '<a href="/szxw/{n}.html">\n  <b>{title}</b>\n</a>',
        '<a href="/szxw/{n}.html">{title}<i>03-15</i></a>',
        '<a href="/szxw/{n}.html">[03-15] {title}</a>',
        '<a href="/szxw/{n}.html" title="{title}">{title:.8}…</a>',
        '<a href="/szxw/{n}.html" title="{title}">{title:.8}...</a>',
        '<a href="/szxw/{n}.html" title="{title}">{title:.8}</a>',
        '<a href="/szxw/{n}.html" title="{title}&#10;发布:青荷日报">{title:.8}…</a>',
        '<a href="/szxw/{n}.html" title="查看这条新闻的全部内容">{title}</a>',
        '<a href="/szxw/{n}.html"><img src="1.jpg" alt="{title}"></a><a href="/szxw/{n}.html">{title:.8}…</a>',
        '<a href="/szxw/{n}.html"><img></a><a href="/szxw/{n}.html">{title}</a><a href="/szxw/{n}.html">更多</a>',
        '<a href="/szxw/{n}.html"><h3>{title}</h3><p>图文:青荷日报记者</p></a>',
        '<a href="/szxw/{n}.html"><p>图文:青荷日报记者</p><h3>{title}</h3></a>',
        '<a href="/szxw/{n}.html#top">{title}</a><a href="/szxw/">苏州新闻</a>',
    ],
)
def test_title_of_a_story(link: str) -> None:
    found = entries(rows(link))
    assert [(entry.url, entry.title) for entry in found] == [
        (f"{ORIGIN}/szxw/{9500 + i}.html", TITLES[i]) for i in range(5)
    ]


def test_teaser_is_the_prose_beside() -> None:
    info = "<p>作者:王宇，编辑:李明，点击:{i}次，来源:青荷日报</p>"
    found = entries(rows(LINK, info + f"<p>{TEASERS[0]}<a href='/szxw/{{n}}.html'>[详细]</a></p><p>评论({{i}})</p>"))
    assert {entry.teaser for entry in found} == {TEASERS[0]}
    assert {entry.teaser for entry in entries(rows(LINK, info))} == {""}


def test_a_url_is_listed_once() -> None:
    twice = rows(LINK, "<i>03-15</i>") * 2
    assert [entry.title for entry in entries(twice)] == TITLES[:5]


def test_relative_links_start_from_the_base() -> None:
    found = entries("<base href='/szxw/'>" + rows('<a href="{n}.html">{title}</a>'), "/list/3/")
    assert found[0].url == f"{ORIGIN}/szxw/9500.html"


@pytest.mark.parametrize("caption", ["热门排行", "相关新闻", "点击排行榜", "友情链接", "猜你喜欢", "推荐阅读"])
def test_captioned_boxes_are_beside(caption: str) -> None:
    assert len(entries(rows(LINK), "/")) == 5
    assert entries(f"<h3>{caption}</h3>" + rows(LINK), "/") == []


def test_dates_outweigh_a_caption() -> None:
    assert len(entries("<h3>热点推荐</h3>" + rows(LINK, "<i>03-15</i>"), "/")) == 5


def test_ranks_without_dates_are_beside() -> None:
    assert entries(rows(LINK), "/")
    ranked = "".join(f"<li><em>{i + 1}</em>{LINK.format(n=i, title=TITLES[i])}</li>" for i in range(5))
    assert entries(f"<ul>{ranked}</ul>", "/") == []


@pytest.mark.parametrize("element", ["nav", "footer", "aside"])
def test_chrome_elements_hold_no_list(element: str) -> None:
    assert entries(f"<{element}>{rows(LINK, '<i>03-15</i>')}</{element}>", "/") == []


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        ("<li>{}</li>", "<li><b>{}</b></li>"),
        ("<li>{}</li>", "<li class='recommended'>{}</li>"),
        ("<div class='odd item'>{}</div>", "<div class='even item'>{}</div>"),
        ("<div class='item-1'>{}</div>", "<div class='item-2'>{}</div>"),
    ],
)
def test_decoration_does_not_part_a_list(plain: str, other: str) -> None:
    links = [LINK.format(n=9500 + i, title=TITLES[i]) for i in range(4)]
    body = "".join((other if i % 2 else plain).format(link) for i, link in enumerate(links))
    assert [entry.title for entry in entries(f"<div>{body}</div>")] == TITLES[:4]


def test_section_links_are_no_stories() -> None:
    found = entries(rows('[<a href="/szxw/">苏州民生新闻</a>] ' + LINK, "<i>03-15</i>"))
    assert [(entry.title, entry.date) for entry in found] == [(title, "2020-03-15") for title in TITLES[:5]]


def test_box_captions_are_no_stories() -> None:
    boxes = "".join(
        f"<div class='box'><h2><a href='/{i}/'>青荷民生要闻</a></h2>{rows(LINK, '<i>03-15</i>')}</div>"
        for i in (1, 2, 3)
    )
    assert [entry.title for entry in entries(boxes, "/")] == TITLES[:5]


def test_single_links_around_are_no_stories() -> None:
    stories = "".join(f"<div>{LINK.format(n=i, title=TITLES[i])} 03-15</div>" for i in range(3))
    around = "".join(f"<div><a href='/{i}/'>频道</a></div>" for i in range(4))
    assert [entry.title for entry in entries(stories + around)] == TITLES[:3]


SIDE = '<a href="/szxw/{n}1.html">{title:.7}</a>'


def test_undated_list_beside_a_dated_one() -> None:
    main, side = rows(LINK, "<i>03-15</i>", 3), rows(SIDE, count=10)
    table = f"<table><tr><td>{main}</td><td>{side}</td></tr></table>"
    assert [entry.title for entry in entries(table)] == TITLES[:3]


def test_another_list_in_the_same_place() -> None:
    more = rows(SIDE, "<i>03-14</i>", 4).replace("ul>", "ol>")
    assert len(entries(f"<div>{rows(LINK, '<i>03-15</i>', 8)}{more}</div>")) == 12


def test_a_home_page_has_many_lists() -> None:
    boxes = f"<div class='a'>{rows(LINK, '<i>03-15</i>', 10)}</div><div class='b'><div>{rows(SIDE)}</div></div>"
    assert len(entries(boxes, "/")) == 15
    assert len(entries(boxes, "/szxw/")) == 10


def test_equal_lists_are_all_of_them_the_pages() -> None:
    boxes = "".join(f"<div class='{name}'><div>{rows(LINK.replace('{n}', name + '{n}'))}</div></div>" for name in "abc")
    assert len(entries(boxes)) == 15


def test_what_one_link_lacks_another_has() -> None:
    short = LINK.replace("{title}", "{title:.8}…")
    found = entries(f"<div class='a'>{rows(short)}</div><div class='b'>{rows(LINK, '<i>03-15</i>')}</div>", "/")
    assert [(entry.title, entry.date) for entry in found] == [(title, "2020-03-15") for title in TITLES[:5]]


def test_length_of_a_title() -> None:
    assert len(entries(rows('<a href="/{n}.html">{title:.8}</a>'))) == 5
    assert entries(rows('<a href="/{n}.html">{title:.5}</a>')) == []
    assert entries(rows('<a href="/{n}.html">{title}' + "文" * 120 + "</a>")) == []


def test_teasers_are_part_of_the_list() -> None:
    assert len(entries(rows(LINK, f"<p>{TEASERS[0]}</p>"), "/szxw/9400.html")) == 5


def test_links_to_many_sites_are_no_list() -> None:
    assert entries(rows('<a href="http://www.site{n}.cn/a.html">{title}</a>', "<i>03-15</i>")) == []
    assert entries(rows('<a href="http://www{n}.example.net/">{title}</a>', "<i>03-15</i>")) == []


def test_prose_outweighs_a_list() -> None:
    story = f"<p>{''.join(TEASERS[:4])}</p>"
    assert len(entries(rows(LINK, "<i>03-15</i>", 10) + story)) == 10
    assert entries(rows(LINK, "<i>03-15</i>", 10) + story * 3) == []


def test_a_page_named_like_its_links_is_a_story() -> None:
    brief = f"<p>{''.join(TEASERS[:4])}</p>"
    assert entries(rows(LINK, "<i>03-15</i>", 10) + brief, "/szxw/9400.html") == []
    assert len(entries(rows(LINK, "<i>03-15</i>", 10) + brief, "/szxw/2.html")) == 10


def test_a_page_that_shows_its_title_is_a_story() -> None:
    headline = "老粮仓里开出一间乡村书店"
    body = f"<h1>{headline}</h1><p>{TEASERS[0]}</p>" + rows(LINK, "<i>03-15</i>", 10)
    assert entries(body, title=headline + "_青荷新闻网") == []
    assert len(entries(body)) == 10


ROW = '<li><a href="/szxw/{0}.html">青荷区今年新增八条公交线路</a><span>2020-03-15</span></li>'


@pytest.mark.parametrize(
    "body",
    [
        "".join(ROW.format(i) for i in range(50_000)),
        "".join(f'<a href="{i}">a{i}</a>' for i in range(150_000)),
        "".join(f'<a href="/1.html" title="标题标题标题{i}">标题标题标题{i}</a>' for i in range(50_000)),
        "".join(f'<div class="{chr(97 + i % 26)}">' + ROW.format(i) * 2 for i in range(8000)),
        "".join(ROW.format(i) + f"3{' ' * 20_000}-{'…' * 20_000}x<a href='{i}'>{'[' * 20_000}</a>" for i in range(50)),
        "".join(ROW.format(i) + f"<li><b class='{i}'><a href='o{i}'>短题</a></b></li>" for i in range(20_000)),
    ],
    ids=["rows", "links", "one URL", "nested", "long runs", "odd ones"],
)
def test_a_flood_is_read_to_its_end(body: str) -> None:
    # A step that is not linear would take hours here.
    assert all(entry.url for entry in entries(f"<ul>{body}</ul>"))


MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<ul>",
                "</ul>",
                "<li>",
                "<div class='a 1'>",
                "</div>",
                "<table>",
                "<tr>",
                "<td>",
                "</a>",
                "<br>",
                "<h2>",
            ),
            *(
                "<a href='/1.html'>",
                "<a href='/2.html' title='标题标题标题…'>",
                "<a href='http://['>",
                "<time datetime=9>",
            ),
            *(
                "标题标题标题标题",
                "3月15日",
                "[02-30]",
                "<b>31</b>2020-02",
                "²",
                "文，" * 20,
                "…",
                "<img alt='图图图图图图'>",
            ),
        ]
    )
    | st.text(max_size=8),
    max_size=60,
)


@given(MARKUP)
def test_any_markup_is_read(parts: list[str]) -> None:
    found = entries("".join(parts))
    assert len({entry.url for entry in found}) == len(found)
    assert all(entry.url and entry.title for entry in found)


@pytest.mark.parametrize("url", ["", "http://[", "//[", "file:///a", "http://a:b/"])
def test_any_url_is_borne(url: str) -> None:
    body = rows('<a href="http://www.example.cn/{n}.html">{title}</a>', "<i>03-15</i>")
    assert len(list_entries(parse_page(body.encode(), url), DOWNLOADED)) == 5


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_read(body: bytes, url: str) -> None:
    list_entries(parse_page(body, url), DOWNLOADED)
