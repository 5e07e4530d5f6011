"""Words, dates and numbers in paths, as real sites write them."""

from __future__ import annotations

import re

import pytest

from slqncy.newsite.shapes import absorbs, form_of, take_apart


@pytest.mark.parametrize(
    ("path", "section", "before", "number", "behind"),
    [
        ("/szxw/9538.html", "szxw", "", r"\d+", r"\.html"),
        ("/news/hqcj/20120403/5555555.shtml", "news/hqcj", "", r"\d{8}/\d+", r"\.shtml"),
        ("/2012/0424/123456.shtml", "", "", r"\d{4}/\d{4}/\d+", r"\.shtml"),
        ("/system/2012/04/24/0123456.shtml", "system", "", r"\d{4}/\d{2}/\d{2}/\d+", r"\.shtml"),
        ("/gn/2024/4-5/123.htm", "gn", "", r"\d{4}/\d{1,2}-\d{1,2}/\d+", r"\.htm"),
        ("/politics/2012-04/24/c_1129981476.htm", "politics", "", r"\d{4}-\d{2}/\d{2}/c_\d+", r"\.htm"),
        ("/content_4894059.htm", "", "content_", r"\d+", r"\.htm"),
        ("/a/20200911/14526474_0.shtml", "a", "", r"\d{8}/\d+", r"_0\.shtml"),
        ("/n1/2024/0424/c1001-40223222.html", "n1", "", r"\d{4}/\d{4}/c\d+-\d+", r"\.html"),
        ("/gn/202405/t20240513_15249693.htm", "gn", "", r"\d{6}/t\d{8}_\d+", r"\.htm"),
        ("/20240515/d59c39d4160a4fe4/c.html", "", "", r"\d{8}/[0-9A-Za-z]+", r"/c\.html"),
        ("/2012/04/intels-windows-8-tablet/", "", "", r"\d{4}/\d{2}/[^/]+", "/"),
        ("/rain/a/20240513A00GCM00", "rain/a", "", "[0-9A-Za-z]+", ""),
    ],
)
def test_a_path_that_tells_one_page_from_others(path: str, section: str, before: str, number: str, behind: str) -> None:
    apart = take_apart(path)
    form = form_of([apart])
    assert apart.is_numbered
    assert apart.section == section
    assert (form.before, form.number, form.behind + form.extension) == (before, number, behind)
    assert re.fullmatch(f"/{f'{section}/' if section else ''}{before}{number}{behind}", path)


@pytest.mark.parametrize(
    "path", ["/", "/szxw/", "/szxw", "/szxw/index.html", "/about.html", "/a/b/c/", "/list_2.html", ""]
)
def test_a_path_of_words(path: str) -> None:
    assert not take_apart(path).is_numbered


def test_a_date_alone_is_a_number() -> None:
    assert form_of([take_apart("/szxw/20240420.html")]).number == r"\d+"


def test_a_mingled_number_may_look_like_another() -> None:
    mixed, letters, other = (
        take_apart(path).shape for path in ("/12/0424/20/7VS3.html", "/12/0424/21/EOHJENO.html", "/12/0424/21/x.html")
    )
    assert absorbs(mixed, letters)
    assert not absorbs(letters, mixed)
    assert absorbs(mixed, other)
    assert not absorbs(mixed, take_apart("/12/0424/7VS3.html").shape)
