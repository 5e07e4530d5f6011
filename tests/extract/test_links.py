from __future__ import annotations

from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement, document_fromstring
from w3lib.url import safe_url_string

from slqncy.extract.links import Link, absolute_url, base_url, page_links
from slqncy.extract.page import Page, parse_page
from slqncy.guards.markup import Limits

HERE = "http://www.example.cn/szxw/index.html"


def page(body: str, url: str = HERE, encoding: str = "utf-8") -> Page:
    return Page(url, document_fromstring(f"<html><body>{body}</body></html>"), encoding, 0)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("9538.html", "http://www.example.cn/szxw/9538.html"),
        ("./9538.html", "http://www.example.cn/szxw/9538.html"),
        ("../jkyw/1.html", "http://www.example.cn/jkyw/1.html"),
        ("../../../1.html", "http://www.example.cn/1.html"),
        ("/szxw/9538.html", "http://www.example.cn/szxw/9538.html"),
        ("/szxw/../9538.html", "http://www.example.cn/9538.html"),
        ("//cdn.example.cn/a/", "http://cdn.example.cn/a/"),
        ("?page=2", "http://www.example.cn/szxw/index.html?page=2"),
        ("https://other.example/a.html?b=c", "https://other.example/a.html?b=c"),
        ("HTTP://WWW.Example.cn/A", "http://www.example.cn/A"),
        ("http:9538.html", "http://www.example.cn/szxw/9538.html"),
        ("http://www.example.cn:8080/a", "http://www.example.cn:8080/a"),
        (" \n9538.html\t ", "http://www.example.cn/szxw/9538.html"),
        ("/sz\n\txw/9538\r\n.html", "http://www.example.cn/szxw/9538.html"),
        ("\x01/a.html\x1f", "http://www.example.cn/a.html"),
        ("/a b.html", "http://www.example.cn/a%20b.html"),
        ("\\szxw\\9538.html", "http://www.example.cn/szxw/9538.html"),
        ("/a.html#top", "http://www.example.cn/a.html"),
        ("/a.html?b=c#top", "http://www.example.cn/a.html?b=c"),
        ("/苏州.html", "http://www.example.cn/%E8%8B%8F%E5%B7%9E.html"),
        ("/%E8%8B%8F.html", "http://www.example.cn/%E8%8B%8F.html"),
        ("/s?q=苏", "http://www.example.cn/s?q=%CB%D5"),
        ("http://例子.cn/", "http://xn--fsqu00a.cn/"),
        ("", ""),
        ("  ", ""),
        ("#", ""),
        ("#top", ""),
        ("javascript:void(0)", ""),
        ("JavaScript:go('/a')", ""),
        ("java\nscript:go('/a')", ""),
        ("mailto:a@example.cn", ""),
        ("tel:051266668888", ""),
        ("data:text/html,x", ""),
        ("ftp://example.cn/a", ""),
        ("http://[", ""),
        ("http://", ""),
        ("http:///", ""),
        ("http://a:99999/", ""),
        ("http://a:b/", ""),
        ("http://a b/", ""),
        ("http://℀/", ""),
    ],
)
def test_absolute_url(href: str, url: str) -> None:
    assert absolute_url(href, HERE, "gb18030") == url


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", HERE),
        ('<base href="/jkyw/">', "http://www.example.cn/jkyw/"),
        ('<base href="https://cdn.example.cn/x/">', "https://cdn.example.cn/x/"),
        ('<base target="_blank"><base href="/a/"><base href="/b/">', "http://www.example.cn/a/"),
        ('<base href="http://[">', HERE),
        ('<base href="javascript:1">', HERE),
        ('<base href="#">', HERE),
    ],
)
def test_base_url(base: str, expected: str) -> None:
    root = document_fromstring(f"<html><head>{base}</head><body><a href=2.html>x</a></body></html>")
    found = Page(HERE, root, "utf-8", 0)
    assert base_url(found) == expected
    assert [link.url for link in page_links(found)] == [absolute_url("2.html", expected, "utf-8")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<a href=1.html>苏州 \n 新闻\u3000网</a>", "苏州 新闻 网"),
        ("<a href=1.html>苏<b>州</b>新闻</a>", "苏州新闻"),
        ("<a href=1.html>苏<!-- no --><script>no()</script><style>no</style>州</a>", "苏州"),
        ("<a href=1.html title=' 下一页 '> <i></i> </a>", "下一页"),
        ("<a href=1.html title=长标题>短</a>", "短"),
        ("<a href=1.html><img src=a.png alt=下一页></a>", "下一页"),
        ("<a href=1.html title=题><img src=a.png alt=图></a>", "题"),
        ("<a href=1.html><img src=a.png></a>", ""),
        ("<map><area href=1.html alt=苏州></map>", "苏州"),
        ("<link rel=next href=1.html title=第2页>", "第2页"),
        ("<select><option value=1.html> 2 </option></select>", "2"),
    ],
)
def test_text(body: str, text: str) -> None:
    assert [link.text for link in page_links(page(body))] == [text]


def test_document_order_elements_and_rel() -> None:
    body = """
      <link rel="stylesheet" href="/a.css"><link rel="Next" href="/2"><link rel="prev" href="/0"><link href="/none">
      <a href="/a" rel=" nofollow  NEXT ">甲</a><a name="x">乙</a>
      <select><option value="">选择</option><option value="szxw">新闻</option><option value="2020">2020</option>
      <option value="list_2.html">2</option><option value="?page=3">3</option><option value="/4/">4</option></select>
      <area href="/area" alt="图">
    """
    origin = "http://www.example.cn"
    assert page_links(page(body)) == [
        Link(f"{origin}/2", "", "next"),
        Link(f"{origin}/0", "", "prev"),
        Link(f"{origin}/a", "甲", "nofollow next"),
        Link(f"{origin}/szxw/list_2.html", "2", ""),
        Link(f"{origin}/szxw/index.html?page=3", "3", ""),
        Link(f"{origin}/4/", "4", ""),
        Link(f"{origin}/area", "图", ""),
    ]


def test_each_pair_of_url_and_text_once() -> None:
    body = "<a href=/1>甲</a><a href=/2>乙</a><a href=/1#x>甲</a><a href=/1>丙</a>"
    assert [(link.url[-2:], link.text) for link in page_links(page(body))] == [("/1", "甲"), ("/2", "乙"), ("/1", "丙")]


HREFS = st.one_of(
    st.text(),
    st.text("/\\?#&=:[]@%. \t\n.abчн新0129\ud800", max_size=20),
    st.builds("http://{}/{}".format, st.text(max_size=8), st.text(max_size=8)),
)


def assert_followable(url: str) -> None:
    parts = urlsplit(url)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname
    assert "#" not in url
    assert url.isascii()
    assert not any(character <= " " for character in url)


@given(HREFS, HREFS, st.sampled_from(["utf-8", "gb18030", "big5", "latin-1"]))
def test_any_href_is_followable_or_nothing(href: str, base: str, encoding: str) -> None:
    start = absolute_url(base, HERE, encoding) or HERE
    url = absolute_url(href, start, encoding)
    if url:
        assert_followable(url)
        assert absolute_url(url, start, encoding) == url


@given(
    HREFS | st.lists(st.sampled_from(["/", "//", "?", ";", ":", "javascript", "http:", "a.cn", "1.html"])).map("".join),
    st.sampled_from([HERE, "http://a.cn/b/c;p?q=1", "http://a.cn", "https://a.cn:8443/d/", "//a.cn/b", "nowhere"]),
)
def test_what_is_read_quickly_or_remembered_leads_where_w3lib_says(href: str, base: str) -> None:
    stripped = href.strip("".join(map(chr, range(33)))).partition("#")[0]
    path, mark, query = stripped.partition("?")
    with suppress(ValueError):
        url = safe_url_string(urljoin(base, path.replace("\\", "/") + mark + query), "utf-8")
        assert absolute_url(href, base, "utf-8") in {url, ""}


def element_with(href: str) -> HtmlElement:
    root = html.Element("html")
    with suppress(ValueError):  # lxml takes no control characters
        root.extend([html.Element("base", href=href), html.Element("a", href=href), html.Element("option", value=href)])
    return root


@given(HREFS)
def test_any_element_gives_followable_links(href: str) -> None:
    for link in page_links(Page(HERE, element_with(href), "gb18030", 0)):
        assert_followable(link.url)


@given(st.text(), st.text("<>/=\"' ahref.:?#&;\x00", max_size=80))
def test_any_html_gives_followable_links(text: str, tags: str) -> None:
    root = document_fromstring(f"<html><body>{text}<a href={tags}".encode("utf-8", "replace"))
    for link in page_links(Page(HERE, root, "utf-8", 0)):
        assert_followable(link.url)


def test_a_flood_of_links_is_read_in_part() -> None:
    page = parse_page(
        "".join(f"<a href=/szxw/{n}.html>{n}</a>" for n in range(120_000)).encode(),
        "http://news.example/",
        limits=Limits(links=120_000),
    )
    links = page_links(page)
    assert len(links) == 100_000
    assert links[-1].url == "http://news.example/szxw/99999.html"
