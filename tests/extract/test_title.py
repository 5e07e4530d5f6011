from __future__ import annotations

import pytest

from slqncy.extract.lines import page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.page import parse_page
from slqncy.extract.title import find_title, strip_suffix, title_line
from tests.extract.designs import DESIGNS, FORMS, PARAGRAPHS, TITLE


def title_of(html: str) -> str:
    page = parse_page(html.encode(), "http://news.example/1.html")
    metadata = read_metadata(page)
    lines = page_lines(page)
    return find_title(metadata, title_line(metadata, lines), lines)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_headline_has_no_suffix(design: str) -> None:
    assert title_of(DESIGNS[design](FORMS["p"](PARAGRAPHS))) == TITLE


def test_a_link_of_that_name_is_not_the_headline() -> None:
    page = parse_page(
        f"<title>{TITLE}</title><li><a href=9>{TITLE}</a></li><div>{TITLE}</div>".encode(), "http://news.example/"
    )
    line = title_line(read_metadata(page), page_lines(page))
    assert line is not None
    assert line.linked == 0


def test_punctuation_is_as_published() -> None:
    html = "<title>“读书会”来了：湖滨(图) - 湖滨新闻网</title><h1>“读书会”来了：湖滨(图)</h1>"
    assert title_of(html) == "“读书会”来了：湖滨(图)"


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("<h1>木渎镇：重点<br>打造老旧小区</h1>", "木渎镇：重点打造老旧小区"),
        ("<h1>木渎镇：<br>重点打造<br>老旧小区</h1>", "木渎镇：重点打造老旧小区"),
        ("<h1>木渎镇：重点打造老旧小区<br><span>2020-03-15 来源：湖滨日报</span></h1>", "木渎镇：重点打造老旧小区"),
    ],
)
def test_a_broken_heading_is_one_headline(heading: str, title: str) -> None:
    assert title_of(f"<title>木渎镇：重点打造老旧小区_湖滨网</title>{heading}<p>{PARAGRAPHS[0]}</p>") == title


def test_lines_of_a_heading_join_as_the_declared_title_has_them() -> None:
    html = "<title>居民办起读书会 社区送来书架_湖滨网</title><h1>居民办起读书会<br>社区送来书架</h1>"
    assert title_of(html) == "居民办起读书会 社区送来书架"


@pytest.mark.parametrize("title", ["A股", "图", "通知", "首页", "404"])
def test_a_headline_may_be_short(title: str) -> None:
    assert title_of(f"<title>{title}_湖滨网</title><h1>{title}</h1><p>{PARAGRAPHS[0]}</p>") == title


def test_a_short_heading_that_is_part_of_a_word_is_no_headline() -> None:
    assert title_of(f"<title>图书节开幕_湖滨网</title><h1>图</h1><p>{PARAGRAPHS[0]}</p>") == "图书节开幕"


def test_a_ruler_is_no_headline() -> None:
    html = f"<p>{TITLE}</p><p>----------------</p><p>2020-03-15 14:05</p><p>{PARAGRAPHS[0]}</p>"
    assert title_of(html) == TITLE


def test_without_a_line_the_annotation_counts() -> None:
    assert title_of(f'<title>{TITLE}-湖滨新闻网</title><meta property="og:title" content="{TITLE}">') == TITLE


@pytest.mark.parametrize(
    ("title", "stripped"),
    [
        ("湖滨社区办起读书会_湖滨新闻网", "湖滨社区办起读书会"),
        ("湖滨社区办起读书会 - 社会 - 湖滨新闻网", "湖滨社区办起读书会"),
        ("湖滨社区办起读书会|湖滨", "湖滨社区办起读书会"),
        ("湖滨社区办起读书会", "湖滨社区办起读书会"),
        ("", ""),
    ],
)
def test_suffixes(title: str, stripped: str) -> None:
    assert strip_suffix(title) == stripped
