"""Which addresses are one page, and which are those of a maze. Real ones are neither."""

from __future__ import annotations

from itertools import combinations

import pytest

from slqncy.guards.mazes import calendar, maze, page_key

SITE = "http://www.slqncy.com"
YEAR = 2026

ONE_PAGE = [
    ["/szxw/list_2.html", "/szxw/list_2.html;jsessionid=0A1B2C3D4E5F", "/szxw/list_2.html?jsessionid=0A1B2C3D4E5F"],
    [
        "/list.php?p=2&cat=3",
        "/list.php?cat=3&p=2",
        "/list.php?cat=3&p=2&PHPSESSID=k3j4h5k3j4h5",
        "/list.php?&cat=3&p=2&",
    ],
    ["/szxw/?page=2", "/szxw/?page=2&utm_source=weixin&utm_medium=share", "/szxw/?spm=a2c6h.1&page=2&from=timeline"],
    ["/szxw/?page=2&sid=9f8e7d6c5b4a39281706", "/szxw/?page=2&sid=00112233445566778899aabb"],
    ["/(S(k3j4h5k3j4h5k3j4h5k3j4h5))/list.aspx", "/list.aspx?ASP.NET_SessionId=k3j4h5k3j4h5"],
    ["/szxw/?page=2&_=1764144000000", "/szxw/?page=2&rand=0.83712", "/szxw/?page=2&t=1764144000"],
]
"""Each row is one page under several addresses."""

DIFFERENT = [
    "/", "/szxw/", "/szxw/index_2.html", "/szxw/index_3.html", "/szxw/list-1-2.html", "/szxw/list-1-3.html",
    "/szxw/?page=2", "/szxw/?page=3", "/list.php?p=2&cat=3", "/list.php?p=3&cat=2", "/szxw/?start=20", "/szxw/?from=20",
    "/szxw/?from=40", "/list.php?sid=3", "/list.php?sid=4", "/list.php?t=3", "/list.php?t=4", "/list.php?key=2020",
    "/list.php?s=news", "/list.php?s=sport", "/list.php?sessionid=2", "/list.php?sessionid=3", "/2026/11/26/",
    "/2026/11/25/", "/List.php?p=2", "/list.php?p=%E4%B8%AD", "/list.php?token=2", "/list.php?r=1", "/list.php?ref=1",
]  # fmt: skip
"""Pages that are all different, however like a session or a date their parameters are."""

MAZES = {
    "a path that repeats itself": [
        "/szxw/szxw/szxw/", "/news/list/news/list/", "/news/list/news/list/index.html", "/a/b/c/a/b/c/",
        "/a/x/a/y/a/z.html",
    ],
    "a path of more than 20 segments": ["/" + "/".join(str(n) for n in range(21)), "/1" * 40 + "/"],
    "a date that is far off": [
        "/calendar/2031/05/26/", "/rili/2028-01-01/", "/events?year=2028", "/rili?a=1&date=2031-05-26",
        "/rili?month=2031-05", "/rili?ym=203105", "/rili?y=9999",
    ],
}  # fmt: skip
REAL = [
    *DIFFERENT, "/a/a/1.html", "/szxw/szxw/list_2.html", "/2011/11/11/", "/11/11/11/11/", "/2026/11/26/2026/11/26/",
    "/html/2026/11-26/list.html", "/html/gn/html/1.html", "/20261126/", "/20310526/", "/2027/01/01/",
    "/szxw/list-2048-3.html",
    "/list/2048/3.html", "/column/5012/03/list_2.html", "/szxw/20480101.html", "/list?year=2027", "/list?year=1998",
    "/list?id=20310526", "/szxw/index_2031.html", "/szxw/?page=2031", "/news/1/news/2/list.html",
    "/" + "/".join(str(n) for n in range(20)),
]  # fmt: skip
"""Addresses of lists, fronts and archives by date that real sites have, or may well have."""


@pytest.mark.parametrize("urls", ONE_PAGE, ids=[row[0] for row in ONE_PAGE])
def test_one_page_has_one_key(urls: list[str]) -> None:
    assert len({page_key(SITE + url) for url in urls}) == 1


def test_different_pages_have_different_keys() -> None:
    pages = [*DIFFERENT, *(row[0] for row in ONE_PAGE[0:1])]
    assert [pair for pair in combinations(pages, 2) if page_key(SITE + pair[0]) == page_key(SITE + pair[1])] == []


@pytest.mark.parametrize(("what", "url"), [(what, url) for what, urls in MAZES.items() for url in urls])
def test_the_addresses_of_a_maze(what: str, url: str) -> None:
    assert (maze(SITE + url) or calendar(SITE + url, YEAR)) == what


@pytest.mark.parametrize("url", REAL)
def test_real_addresses_are_no_maze(url: str) -> None:
    assert not maze(SITE + url)
    assert not calendar(SITE + url, YEAR)
