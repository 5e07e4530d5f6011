from __future__ import annotations

import pytest

from slqncy.extract.body import body_candidates, story_lines
from slqncy.extract.lines import page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.page import Page, parse_page
from slqncy.extract.title import title_line
from tests.extract.designs import DESIGNS, FORMS, HOME_PAGE, PARAGRAPHS, STORIES, TEASER_PAGE, TITLE

URL = "http://news.example/szxw/1.html"


def body_of(html: str, encoding: str = "utf-8") -> list[str]:
    page = parse_page(html.encode(encoding), URL)
    lines = page_lines(page)
    return [line.text for line in story_lines(lines, title_line(read_metadata(page), lines))]


def candidates_of(page: Page) -> list[list[str]]:
    lines = page_lines(page)
    candidates = body_candidates(lines, title_line(read_metadata(page), lines))
    return [[line.text for line in candidate] for candidate in candidates]


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


@pytest.mark.parametrize(
    "notice",
    [
        "【版权声明】凡注明来源为本网的稿件，版权均属本网所有，转载请注明出处。",
        "声明：本文仅代表作者个人观点，与本站无关，请读者仅作参考。",
        "更多精彩内容，请关注湖滨新闻网。",
        "扫描二维码关注我们的公众号",
        "分享到：微信 微博 QQ空间",
        "(责任编辑：小周)",
    ],
)
def test_notices_at_the_end_are_left_out(notice: str) -> None:
    assert body_of(DESIGNS["plain"](FORMS["p"]([*PARAGRAPHS, notice]))) == PARAGRAPHS


@pytest.mark.parametrize(
    "text",
    [
        "市里颁出首张电子许可证，办事更快了。",
        "未经业主同意，擅自施工的，要恢复原状。",
        "社区倡导文明上网，办起了讲座。",
        "区里公布举报电话，方便居民。",
    ],
)
def test_news_about_what_notices_speak_of_stays(text: str) -> None:
    texts = [PARAGRAPHS[0], text, PARAGRAPHS[1]]
    assert body_of(DESIGNS["plain"](FORMS["p"](texts))) == texts


def test_a_box_of_teasers_below_is_no_part_of_the_story() -> None:
    teasers = "".join(
        f"<div><a href={i}>另一条新闻的标题{i}</a><p>{text}</p></div>" for i, text in enumerate(PARAGRAPHS * 3)
    )
    assert body_of(DESIGNS["plain"](FORMS["p"](PARAGRAPHS) + f"</div><div>{teasers}")) == PARAGRAPHS


def test_the_title_may_be_repeated_inside_a_story_without_a_heading() -> None:
    body = FORMS["p"](STORIES["title inside"])
    assert body_of(f"<title>{TITLE}_湖滨新闻网</title><div>{body}</div>") == STORIES["title inside"]


PUBLICATION = "2019年3月7日刊登在《湖滨日报》头版"
BYLINE = "(记者 赵思远 通讯员 李伟)"
BOXES = {
    "advertisement": '<div><span>广告</span><a href="x"><img src="a.jpg"></a></div>',
    "related": "<div><h4>相关阅读</h4><ul>"
    + "".join(f'<li><a href="{i}">湖滨另一条新闻的标题</a></li>' for i in range(4))
    + "</ul></div>",
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("box", BOXES)
def test_a_short_line_at_the_edge_stays_though_a_box_stands_before_the_story(design: str, box: str) -> None:
    texts = [PUBLICATION, *PARAGRAPHS[:3], BYLINE]
    first, *between, last = (f"<p>{text}</p>" for text in texts)
    assert body_of(DESIGNS[design](first + BOXES[box] + "".join(between) + BOXES[box] + last)) == texts


def test_a_line_behind_a_box_may_be_left_out_by_a_candidate() -> None:
    page = parse_page(
        DESIGNS["plain"](FORMS["p"](PARAGRAPHS) + BOXES["advertisement"] + f"<p>{BYLINE}</p>").encode(), URL
    )
    candidates = candidates_of(page)
    assert candidates[0] == [*PARAGRAPHS, BYLINE]
    assert PARAGRAPHS in candidates


@pytest.mark.parametrize("cell", ["吴中区", "大丰区", "小店区", "市中区"])
def test_place_names_in_a_table_are_no_font_tools(cell: str) -> None:
    table = f"<table><tr><td>{cell}</td><td>12场</td></tr></table>"
    body = f"<p>{PARAGRAPHS[0]}</p>{table}<p>{PARAGRAPHS[1]}</p>"
    assert body_of(DESIGNS["plain"](body)) == [PARAGRAPHS[0], cell, "12场", PARAGRAPHS[1]]


@pytest.mark.parametrize("tools", ["字号：大 中 小", "【大】【中】【小】", "大 | 中 | 小", "字体：大中小"])
def test_font_tools_are_left_out(tools: str) -> None:
    assert body_of(DESIGNS["plain"](FORMS["p"]([tools, *PARAGRAPHS, tools]))) == PARAGRAPHS


CAPTIONS = ["居民在读书会上朗读", "湖滨社区读书会现场 林晓 摄", "周老师向大家推荐新书"]
PICTURE_FORMS = {
    "p": "<p><img src=1.jpg></p><p>{}</p>",
    "figure": "<figure><img src=1.jpg><figcaption>{}</figcaption></figure>",
    "br": "<img src=1.jpg><br>{}<br>",
    "p-br": "<p><img src=1.jpg><br>{}</p>",
    "linked": "<p><a href=1.jpg><img src=1.jpg></a></p><p><b>{}</b></p>",
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("form", PICTURE_FORMS)
@pytest.mark.parametrize("count", [1, 3])
def test_captions_are_the_story_of_a_picture_page(design: str, form: str, count: int) -> None:
    texts = CAPTIONS[:count]
    assert body_of(DESIGNS[design]("".join(PICTURE_FORMS[form].format(text) for text in texts))) == texts


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "brief",
    [
        "湖滨社区请来消防员为六十位老人讲解用电安全并逐户检查线路更换老旧插座和灯具。",
        "昨天，湖滨社区请来消防员为六十位老人讲解用电安全，并逐户检查线路更换老旧插座和灯具",
        "昨天湖滨社区请来消防员为六十位老人讲解用电安全并逐户检查线路更换老旧插座和灯具共四百处",
        "昨天 湖滨社区请来消防员讲解用电安全 六十位老人参加 消防员还逐户检查了线路 更换老旧插座",
    ],
)
def test_a_brief_is_found(design: str, form: str, brief: str) -> None:
    assert body_of(DESIGNS[design](FORMS[form]([brief]))) == [brief]


def test_a_list_without_punctuation_is_the_story_of_a_page_that_has_no_other() -> None:
    texts = [f"第{i}名 湖滨社区居民林晓与周老师" for i in range(1, 12)]
    assert body_of(DESIGNS["plain"](FORMS["p"](texts))) == texts


def test_telephone_numbers_amid_the_story_stay() -> None:
    texts = [PARAGRAPHS[0], "咨询电话：65228888", "地址：湖滨路1号", PARAGRAPHS[1]]
    assert body_of(DESIGNS["plain"](FORMS["p"](texts))) == texts


def test_a_notice_under_a_heading_of_its_own_is_left_out() -> None:
    notice = ["反侵权公告：", "根据有关法律，任何单位或个人使用本报作品，都要先取得书面同意，并注明出处。"]
    html = DESIGNS["plain"](FORMS["p"](PARAGRAPHS) + "</div><div>" + FORMS["p"](notice))
    assert body_of(html) == PARAGRAPHS


def test_candidates_differ_and_begin_with_the_story() -> None:
    page = parse_page(DESIGNS["all in one box"](FORMS["p"](PARAGRAPHS)).encode(), URL)
    candidates = candidates_of(page)
    assert candidates[0] == PARAGRAPHS
    assert len({tuple(candidate) for candidate in candidates}) >= 3


def test_a_subscription_notice_under_the_headline_is_no_story() -> None:
    notice = "<p>订湖滨手机报，移动发HB到10650001，联通发HB到10650002，电信发HB到10650003，每月三元，随时退订。</p>"
    box = "".join(f"<li><a href=/{n}.html>栏目里第{n}条推荐的长长的标题</a></li>" for n in range(1, 9))
    html = f"<title>{TITLE}</title><h1>{TITLE}</h1><div>{notice}</div><ul>{box}</ul><div>{FORMS['p'](PARAGRAPHS)}</div>"
    assert body_of(html) == PARAGRAPHS


def test_a_story_above_a_line_mistaken_for_the_headline_is_read() -> None:
    contents = "".join(f"<p>第{n}章论湖滨社区的第{n}种读法及其来历</p><p>作者{n}</p>" for n in range(1, 12))
    html = (
        f"<title>湖滨文库-2022年第4期</title><h3>《湖滨学报》(双月刊)2022年第4期</h3>{contents}<div>2022年第4期</div>"
    )
    assert len(body_of(html)) >= 20
