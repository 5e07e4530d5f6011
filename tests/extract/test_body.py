from __future__ import annotations

import pytest
from designs import DESIGNS, FORMS, HOME_PAGE, PARAGRAPHS, STORIES, TEASER_PAGE, TITLE

from slqncy.extract.body import body_candidates, story_lines
from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page

URL = "http://news.example/szxw/1.html"


def body_of(html: str, encoding: str = "utf-8") -> list[str]:
    page = parse_page(html.encode(encoding), URL)
    return [line.text for line in story_lines(page, page_lines(page))]


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("story", STORIES)
def test_exactly_the_story_is_found_in_every_design(design: str, form: str, story: str) -> None:
    texts = STORIES[story]
    assert body_of(DESIGNS[design](FORMS[form](texts))) == texts


@pytest.mark.parametrize("html", [HOME_PAGE, TEASER_PAGE, "", "<p></p>"], ids=["home", "teasers", "empty", "blank"])
def test_a_page_without_a_story_gives_none(html: str) -> None:
    assert body_of(html) == []


def test_gbk_labelled_gb2312_reads_as_well() -> None:
    html = DESIGNS["plain"](FORMS["p"]([*PARAGRAPHS[:3], "喆先生说，镕字也写得出。(林晓)"])).replace("utf-8", "gb2312")
    assert body_of(html, "gb18030")[3] == "喆先生说，镕字也写得出。(林晓)"


def test_subheadings_lists_and_a_closing_credit_stay() -> None:
    texts = [
        "为了方便居民，社区列出三条办法。",
        "一、预约",
        "居民可以在网上预约座位，每次两小时。",
        "二、推荐理由",
        "书目由书店推荐，每月更新。",
        "林晓 摄",
    ]
    assert body_of(DESIGNS["plain"](FORMS["p"](texts))) == texts


def test_short_paragraphs_with_words_of_tool_bars_stay() -> None:
    texts = [PARAGRAPHS[0], "分享会上，大家谈得热烈。", "更多活动正在筹备。", PARAGRAPHS[1]]
    assert body_of(DESIGNS["plain"](FORMS["p"](texts))) == texts


def test_inner_space_is_kept_as_published() -> None:
    texts = ["第一段里有　全角空格，也有\u00a0不换行空格。", "第二段  原文。".replace("  ", " ")]
    assert body_of(DESIGNS["plain"](FORMS["p"](texts))) == texts


def test_a_caption_under_a_picture_is_the_story_of_a_picture_page() -> None:
    html = f"<title>{TITLE}</title><h1>{TITLE}</h1><p>2020-03-15</p><p><img src=1.jpg></p><p>图为读书会现场。</p>"
    assert body_of(html) == ["图为读书会现场。"]


def test_a_data_table_inside_the_story_stays() -> None:
    table = "<table><tr><td>一月</td><td>12场</td></tr><tr><td>二月</td><td>15场</td></tr></table>"
    body = f"<p>{PARAGRAPHS[0]}</p>{table}<p>{PARAGRAPHS[1]}</p>"
    assert body_of(DESIGNS["plain"](body)) == [PARAGRAPHS[0], "一月", "12场", "二月", "15场", PARAGRAPHS[1]]


def test_candidates_differ_and_begin_with_the_story() -> None:
    page = parse_page(DESIGNS["all in one box"](FORMS["p"](PARAGRAPHS)).encode(), URL)
    lines = page_lines(page)
    candidates = [[line.text for line in candidate] for candidate in body_candidates(page, lines)]
    assert candidates[0] == PARAGRAPHS
    assert len({tuple(candidate) for candidate in candidates}) >= 3
