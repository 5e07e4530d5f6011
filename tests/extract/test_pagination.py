# ruff: noqa: E501 - a pager is easier to read on one line
from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from lxml.html import document_fromstring

from slqncy.extract.links import page_links
from slqncy.extract.page import Page, parse_page
from slqncy.extract.pagination import list_pages, page_number

ORIGIN = "http://www.example.cn"

# Every page has what pages have, so that a scheme is found among it and a trap does not stand alone.
AROUND = (
    "<div><a href='/'>首页</a> &gt; <a href='/szxw/'>苏州新闻</a></div>"
    "<ul><li><a href='/szxw/9538.html'>东渚街道:19大精神</a></li><li><a href='/szxw/9537.html'>3月15日</a></li>"
    "<li><a href='/szxw/9536.html'>2020</a></li></ul>{}<p><a href='/about.html'>关于我们</a><a href='tel:110'>110</a></p>"
)


def pages(pager: str, path: str = "/szxw/") -> list[str]:
    page = Page(ORIGIN + path, document_fromstring(f"<html><body>{AROUND.format(pager)}</body></html>"), "utf-8", 0)
    return [url.removeprefix(ORIGIN) for url in list_pages(page, page_links(page))]


def anchors(pairs: str) -> str:
    """Anchors of lines "text href", with the current page as a span where there is no href."""
    parts = (line.split() for line in pairs.strip().splitlines())
    return " ".join(
        f"<a href='{part[1]}'>{part[0]}</a>" if len(part) > 1 else f"<span>{part[0]}</span>" for part in parts
    )


def numbers(template: str, *which: int, tail: str = "") -> str:
    """Number anchors in one container."""
    return "<div>" + " ".join(f"<a href='{template.format(n)}'>{n}</a>" for n in which) + f"{tail}</div>"


SCHEMES = [
    # page.url, the pager, the pages
    ("/szxw/", numbers("list_1_{}.html", 2, 3), ["/szxw/list_1_2.html", "/szxw/list_1_3.html"]),
    ("/szxw/", numbers("/szxw/index_{}.html", 2), ["/szxw/index_2.html"]),
    ("/szxw/index.html", numbers("index_{}.html", 2, 3), ["/szxw/index_2.html", "/szxw/index_3.html"]),
    ("/szxw/", numbers(ORIGIN + "/szxw/page/{}/", 2, 3, 10), ["/szxw/page/2/", "/szxw/page/3/", "/szxw/page/10/"]),
    ("/szxw/", numbers("?page={}", 2, 3), ["/szxw/?page=2", "/szxw/?page=3"]),
    ("/szxw/", numbers("?p={}", 2), ["/szxw/?p=2"]),
    (
        "/list.php?tid=3",
        numbers("?tid=3&amp;PageNo={}", 2, 3),
        ["/list.php?tid=3&PageNo=2", "/list.php?tid=3&PageNo=3"],
    ),
    ("/szxw/", numbers("/szxw/?pageIndex={}&amp;sort=time", 2), ["/szxw/?pageIndex=2&sort=time"]),
    ("/szxw/", anchors("2 ?pageIndex=1\n3 ?pageIndex=2"), ["/szxw/?pageIndex=1", "/szxw/?pageIndex=2"]),
    ("/szxw/", anchors("1\n2 ?start=20\n3 ?start=40"), ["/szxw/?start=20", "/szxw/?start=40"]),
    ("/szxw/", anchors("1\n2 ?start=20"), ["/szxw/?start=20"]),
    ("/szxw/?start=20", anchors("1 ?start=0\n2\n3 ?start=40"), ["/szxw/?start=0", "/szxw/?start=40"]),
    ("/szxw/", numbers("p{}.html", 2, 3), ["/szxw/p2.html", "/szxw/p3.html"]),
    ("/szxw/", numbers("szxw_{}.html", 2), ["/szxw/szxw_2.html"]),
    ("/szxw.html", numbers("szxw_{}.html", 2), ["/szxw_2.html"]),
    ("/szxw/", numbers("/szxw_{}.html", 2), ["/szxw_2.html"]),
    ("/szxw/", numbers("/szxw/{}/", 2, 3), ["/szxw/2/", "/szxw/3/"]),
    ("/szxw/", numbers("{}.html", 2), ["/szxw/2.html"]),
    ("/szxw/", numbers("/szxw/{}.html;jsessionid=0A1B", 2), ["/szxw/2.html;jsessionid=0A1B"]),
    (
        "/szxw/",
        anchors("[2] list_2.html\n第3页 list_3.html\n４ list_4.html\n-5- list_5.html"),
        [f"/szxw/list_{n}.html" for n in (2, 3, 4, 5)],
    ),
    ("/szxw/", numbers("l-x-{}-0.shtml", 2, 3), ["/szxw/l-x-2-0.shtml", "/szxw/l-x-3-0.shtml"]),
    (
        "/szxw/",
        numbers(
            "/plus/list.php?tid=1&amp;PageNo={}", 2, 3, tail="<a href='/plus/list.php?tid=1&amp;PageNo=2'>下一页</a>"
        ),
        ["/plus/list.php?tid=1&PageNo=2", "/plus/list.php?tid=1&PageNo=3"],
    ),
    # words, with URLs that say nothing
    *(
        ("/szxw/", f"<a href='x8f3a.html'>{word}</a>", ["/szxw/x8f3a.html"])
        for word in (
            "下一页",
            "下页",
            "后一页",
            "下一頁",
            "Next",
            "next page",
            "Older posts",
            "›",
            "»",
            "&gt;",
            "&gt;&gt;",
            "下一页&gt;",
            "[下一页]",
            "下 一 页",
            "更多",
            "更多&gt;&gt;",
            "加载更多",
            "点击加载更多...",
            "末页",
            "尾页",
            "下5页",
        )
    ),
    ("/szxw/", "<a href='/ajax/x8f3a'>下一页</a>", ["/ajax/x8f3a"]),
    ("/szxw/", "<a href='x8f3a.html'><img src='n.gif' alt='下一页'></a>", ["/szxw/x8f3a.html"]),
    ("/szxw/", "<a href='x8f3a.html' title='下一页'><i></i></a>", ["/szxw/x8f3a.html"]),
    ("/szxw/", "<link rel=next href='x8f3a.html'>", ["/szxw/x8f3a.html"]),
    ("/szxw/", "<a rel=next href='/szxw/page/2/'>更早的文章</a>", ["/szxw/page/2/"]),
    (
        "/szxw/",
        "<select><option value='/szxw/'>1</option><option value='list_1_2.html'>2</option><option value='list_1_3.html'>3</option></select>",
        ["/szxw/list_1_2.html", "/szxw/list_1_3.html"],
    ),
    (
        "/szxw/",
        "<select><option value='list_1_2.html'>第2页</option><option value='list_1_3.html'>3/9</option></select>",
        ["/szxw/list_1_2.html", "/szxw/list_1_3.html"],
    ),
    # further on
    (
        "/szxw/list_1_2.html",
        anchors("首页 /szxw/\n上一页 /szxw/\n1 /szxw/\n2\n3 list_1_3.html\n下一页 list_1_3.html\n末页 list_1_9.html"),
        ["/szxw/", "/szxw/list_1_3.html", "/szxw/list_1_9.html"],
    ),
    ("/szxw/page/2/", anchors("1 /szxw/\n2\n3 /szxw/page/3/\n» /szxw/page/3/"), ["/szxw/", "/szxw/page/3/"]),
    (
        "/szxw/index_2.html",
        anchors("1 index.html\n2 index_2.html\n3 index_3.html"),
        ["/szxw/index.html", "/szxw/index_3.html"],
    ),
    (
        "/szxw/list_1_500.html",
        anchors("499 list_1_499.html\n500\n501 list_1_501.html"),
        ["/szxw/list_1_499.html", "/szxw/list_1_501.html"],
    ),
    ("/szxw/2.html", anchors("上一页 /szxw/\n下一页 3.html"), ["/szxw/", "/szxw/3.html"]),
    ("/szxw/page/2/", anchors("« /szxw/\n» /szxw/page/3/"), ["/szxw/", "/szxw/page/3/"]),
    ("/covid/", numbers("/covid/{}.html", 2, 3), ["/covid/2.html", "/covid/3.html"]),
    ("/list.php?tid=3", "<a href='?tid=3&amp;cursor=x8'>更多</a>", ["/list.php?tid=3&cursor=x8"]),
    # the home page
    ("/", numbers("/page/{}/", 2, 3), ["/page/2/", "/page/3/"]),
    ("/", numbers("index_{}.html", 2), ["/index_2.html"]),
    ("/", numbers("/list_1_{}.html", 2, 3), ["/list_1_2.html", "/list_1_3.html"]),
    ("/", "<a href='/?page=2'>更多</a>", ["/?page=2"]),
    ("/", "<a href='/x8f3a'>下一页</a>", ["/x8f3a"]),
    ("/page/2/", anchors("1 /\n2\n3 /page/3/"), ["/", "/page/3/"]),
]


@pytest.mark.parametrize(("path", "pager", "expected"), SCHEMES)
def test_schemes(path: str, pager: str, expected: list[str]) -> None:
    assert pages(pager, path) == expected


def test_a_pager_above_and_below_the_list_is_read_once() -> None:
    assert pages(numbers("list_{}.html", 2, 3) + "<ul><li>x</li></ul>" + numbers("list_{}.html", 2, 3)) == [
        "/szxw/list_2.html",
        "/szxw/list_3.html",
    ]


TRAPS = [
    (
        "story neighbours",
        "/szxw/",
        anchors("上一篇 9539.html\n下一篇 9537.html\n下一条 9536.html\n下一篇:东渚街道 9535.html"),
    ),
    (
        "story neighbours with rel",
        "/szxw/",
        "<a rel=next href='537.html'>下一篇:东渚街道</a><a rel=prev href='9.html'>上一篇</a>",
    ),
    ("story title with rel", "/szxw/", "<a rel=next href='/2020/03/dongzhu/'>东渚街道</a>"),
    ("another host", "/szxw/", "<a href='http://other.example/szxw/list_2.html'>下一页</a>"),
    ("another host, numbers", "/szxw/", numbers("http://other.example/szxw/list_{}.html", 2, 3)),
    ("another host, rel", "/szxw/", "<link rel=next href='//other.example/szxw/2/'>"),
    ("a year as title", "/szxw/", "<p><a href='/szxw/2020.html'>2020</a></p>"),
    ("post ids", "/szxw/", anchors("2 ?p=9538")),
    ("another channel's numbers", "/list.php?channel=a", numbers("?channel=b&amp;page={}", 2, 3)),
    ("years", "/szxw/", numbers("/szxw/{}/", 2018, 2019, 2020)),
    ("titles with numbers", "/szxw/", anchors("19大 19.html\n3月15日 15.html\n2个 2.html\n第2届 2.html\n第2期 2.html")),
    ("days in folders", "/szxw/", numbers("/2020/03/{:02}/", *range(1, 32))),
    ("days of the list", "/szxw/", numbers("/szxw/2020/03/{}/", *range(1, 32))),
    ("days, month in one", "/szxw/", numbers("/szxw/202003/{}.html", *range(1, 32))),
    ("days, hyphens", "/szxw/", numbers("/szxw/2020-03-{:02}.html", *range(1, 32))),
    ("days, one number", "/szxw/", numbers("/szxw/202003{:02}.html", *range(1, 32))),
    ("date parameter", "/szxw/", numbers("?date=2020-03-{:02}", *range(1, 32))),
    ("date parameter, one number", "/szxw/", numbers("?date=202003{:02}", *range(1, 32))),
    ("day parameter", "/szxw/", numbers("?y=2020&amp;m=3&amp;d={}", *range(1, 32))),
    ("month parameter", "/szxw/", numbers("?month={}", *range(1, 13))),
    ("neighbouring months", "/szxw/", anchors("« ?month=2\n» ?month=2020-04\n> /szxw/2020/04/")),
    ("read more", "/szxw/", anchors("东渚街道 9538.html\n更多>> 9538.html\n苏州园区 9537.html\nmore 9537.html")),
    ("a box's title and 更多", "/szxw/", anchors("本地 /szxw/bendi/\n更多 /szxw/bendi/")),
    ("another section's 更多 after the numbers' place", "/szxw/", anchors("1\n更多 /jkyw/")),
    ("months", "/szxw/", numbers("/2020/{:02}/", *range(1, 13))),
    ("tag cloud", "/szxw/", anchors("苏州 /tag/1/\n2020 /tag/2020/\n5G /tag/5/\n2 /tag/2/\n3 /tag/3/")),
    ("home page", "/szxw/", anchors("首页 /\n第一页 /index.html")),
    (
        "phone numbers",
        "/szxw/",
        "<a href='/contact/'>12345</a><a href='tel:2'>2</a><a href='/hotline/2.html'>0512-6666</a>",
    ),
    ("comments, fragment", "/szxw/", numbers("?page={}#comments", 2, 3, tail="<a href='?page=2#comments'>下一页</a>")),
    ("comments, cpage", "/szxw/", numbers("?cpage={}", 2, 3, tail="<a href='?cpage=2'>下一页</a>")),
    ("comments, path", "/szxw/", numbers("/szxw/comment-page-{}/#comments", 2, 3)),
    ("print version", "/szxw/", anchors("打印 ?print=2\n打印本页 ?page=2&print=1")),
    ("sort", "/szxw/", anchors("最新 ?sort=1\n最热 ?sort=2&page=1\n2 ?sort=2\n3 ?sort=3")),
    ("session", "/szxw/", anchors("苏州新闻 ?PHPSESSID=2\n2 ?sid=2")),
    ("ranking", "/szxw/", anchors("1 9538.html\n2 9537.html\n3 9536.html\n4 9511.html")),
    ("slides", "/szxw/", anchors("1 #1\n2 #2\n› javascript:;")),
    ("newspaper editions", "/szxw/", anchors("上一版 node_1.htm\n下一版 node_3.htm\n上一期 /0314/\n下一期 /0316/")),
    ("numbers of another place", "/szxw/", numbers("/zt/{}.html", 1, 2, 3)),
    (
        "another section's box",
        "/szxw/",
        "<a href='/jkyw/'>更多&gt;&gt;</a><a href='/szxw2/'>更多</a><a href='/jkyw/'>»</a>",
    ),
    ("another dynamic list's box", "/plus/list.php?tid=3", "<a href='/plus/list.php?tid=4'>更多</a>"),
    ("another script's box", "/list.php?tid=3", "<a href='/index.php?channel=tech'>更多</a>"),
    (
        "home page boxes",
        "/",
        anchors("更多>> /szxw/\n更多 /jkyw/index.html\nmore /list_3_1.html\n» /?cat=3\n更多 /news.html"),
    ),
    ("home page, another list's numbers", "/", numbers("/szxw/list_{}.html", 2, 3)),
    (
        "select of sections",
        "/",
        "<select><option value='/szxw/'>苏州</option><option value='/jkyw/2.html'>健康</option></select>",
    ),
    ("itself", "/szxw/list_2.html", anchors("2 list_2.html\n下一页 list_2.html\n末页 list_2.html#x")),
]


@pytest.mark.parametrize(("path", "trap"), [trap[1:] for trap in TRAPS], ids=[trap[0] for trap in TRAPS])
def test_traps(path: str, trap: str) -> None:
    assert pages(trap, path) == []


@pytest.mark.parametrize("trap", [trap[2] for trap in TRAPS if trap[1] == "/szxw/"], ids=lambda _: "")
def test_a_trap_beside_a_pager_adds_nothing(trap: str) -> None:
    pager = (
        "<p>" + numbers("list_1_{}.html", 2, 3, tail="<a href='list_1_2.html'>下一页</a>") + "<p><a href='/x/'>专题</a>"
    )
    expected = ["/szxw/list_1_2.html", "/szxw/list_1_3.html"]
    assert pages(pager + trap) == expected
    assert pages(trap + "<a href='/x/'>专题</a>" + pager) == expected


def test_the_home_page_in_a_pager_is_no_page() -> None:
    assert pages(anchors("首页 /\n上一页 /szxw/\n下一页 list_3.html"), "/szxw/list_2.html") == [
        "/szxw/",
        "/szxw/list_3.html",
    ]


def test_a_box_after_the_pager_is_no_page() -> None:
    assert pages(anchors("2 list_2.html\n下一页 list_2.html\n更多>> /jkyw/\n» /jkyw/")) == ["/szxw/list_2.html"]


def test_another_list_s_pager_yields_to_the_own() -> None:
    other = numbers("/jkyw/list_{}.html", 2, 3, tail="<a href='/jkyw/list_2.html'>下一页</a>")
    own = "<a href='/x/'>专题</a>" + numbers("list_{}.html", 2, tail="<a href='list_2.html'>下一页</a>")
    assert pages(other + own) == ["/szxw/list_2.html"]


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/szxw/list_1_2.html", 2),
        ("/szxw/list_2.html", 2),
        ("/szxw/list-1-2.html", 2),
        ("/szxw/index_2.html", 2),
        ("/szxw/index2.shtml", 2),
        ("/szxw/list_1_1200.html", 1200),
        ("/szxw/page/2/", 2),
        ("/szxw/page/2", 2),
        ("/page/2/", 2),
        ("/szxw/page-2/", 2),
        ("/szxw/?page=2", 2),
        ("/szxw/?tid=3&page=2", 2),
        ("/szxw/?p=2", 2),
        ("/szxw/?PageNo=2", 2),
        ("/szxw/?pageIndex=2&x=9", 2),
        ("/szxw/?pn=2", 2),
        ("/szxw/?currentPage=2", 2),
        ("/szxw/list_1_1.html?page=2", 2),
        ("/szxw/p2.html", 2),
        ("/szxw/szxw_2.html", 2),
        ("/szxw/2/", 2),
        ("/szxw/2.html", 2),
        ("/szxw/2.html;jsessionid=77", 2),
        ("/szxw/list_1_1.html", 1),
        ("/", None),
        ("/szxw/", None),
        ("/szxw/index.html", None),
        ("/szxw/index_0.html", None),
        ("/szxw/9538.html", None),
        ("/szxw/t20200315_12.html", None),
        ("/2020/03/15/", None),
        ("/2020/", None),
        ("/2020-03/15/", None),
        ("/covid-19/", None),
        ("/covid_19/", None),
        ("/szxw/?start=20", None),
        ("/szxw/?cpage=2", None),
        ("/szxw/?per_page=20", None),
        ("/szxw/?page=" + "9" * 5000, None),
        ("/szxw/" + "9" * 5000 + ".html", None),
    ],
)
def test_page_number(path: str, number: int | None) -> None:
    assert page_number(ORIGIN + path) == number


LABELS = st.one_of(
    st.sampled_from(["1", "2", "3", "20", "下一页", "»", "更多", "首页", "末页", "第2页"]), st.text(max_size=6)
)
HREFS = st.one_of(
    st.text(max_size=12),
    st.text("/?#&=:[]@%._-;pagelist0123", max_size=20),
    st.from_regex(
        r"(http://(www\.example\.cn|other|\[))?(/szxw)?/?(list_|page/|\?page=|\?start=|20200315/)[0-9]{1,3}",
        fullmatch=True,
    ),
)


@given(st.lists(st.tuples(LABELS, HREFS)), st.sampled_from(["/", "/szxw/", "/szxw/list_1_2.html", "/szxw/?page=2", ""]))
def test_results_are_links_of_the_page_on_its_host(pairs: list[tuple[str, str]], path: str) -> None:
    root = document_fromstring("<html><body></body></html>")
    for text, href in pairs:
        with suppress(ValueError):  # lxml takes no control characters
            anchor = html.Element("a", href=href)
            anchor.text = text
            root.append(anchor)
    page = Page(ORIGIN + path, root, "utf-8", 0)
    links = page_links(page)
    found = list_pages(page, links)
    assert len(found) == len(set(found))
    assert set(found) <= {link.url for link in links} - {page.url}
    assert all(urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc == "www.example.cn" for url in found)


@given(st.text())
def test_page_number_of_anything(url: str) -> None:
    assert (page_number(url) or 1) > 0


@given(st.text())
def test_any_html(text: str) -> None:
    root = document_fromstring(f"<html><body>{text}".encode("utf-8", "replace"))
    page = Page(f"{ORIGIN}/szxw/", root, "utf-8", 0)
    assert all(urlsplit(url).netloc == "www.example.cn" for url in list_pages(page, page_links(page)))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('createPageHTML(4,0,"index","html");', ["index_1.html", "index_2.html", "index_3.html"]),
        ("createPageHTML('pager', 3, 1, 'list', 'shtml', 60)", ["list_1.shtml", "list_2.shtml"]),
        ('createPageHTML(1,0,"index","html")', []),
        ("createPage(4)", []),
    ],
)
def test_pages_that_a_script_would_link(script: str, expected: list[str]) -> None:
    page = parse_page(f"<body><script>{script}</script>".encode(), "http://news.example/szxw/", "text/html")
    assert list_pages(page, page_links(page)) == [f"http://news.example/szxw/{name}" for name in expected]


@pytest.mark.parametrize(
    "link",
    [
        """<a href="javascript:;" onclick="location.href='/szxw/list_2.html'">下一页</a>""",
        """<a href="javascript:window.location='/szxw/list_2.html'">2</a>""",
        """<a href="#" onclick='window.open("list_2.html")'>下页</a>""",
    ],
)
def test_addresses_in_scripts_of_links(link: str) -> None:
    page = parse_page(f"<body>{link}".encode(), "http://news.example/szxw/", "text/html; charset=utf-8")
    assert list_pages(page, page_links(page)) == ["http://news.example/szxw/list_2.html"]


def test_more_after_more() -> None:
    html = "<body><a href=/szxw/9501.html>一条新闻的标题</a><a href=/szxw/more3.html>更多</a>"
    page = parse_page(html.encode(), "http://news.example/szxw/more2.html", "text/html; charset=utf-8")
    assert list_pages(page, page_links(page)) == ["http://news.example/szxw/more3.html"]
