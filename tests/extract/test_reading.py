"""A page's own count decides which of its lines are the story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slqncy.extract.boilerplate import Stripped, strip
from slqncy.extract.page import parse_page
from slqncy.extract.reading import read_story
from slqncy.sites import load_site

SITE = load_site("slqncy")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
TITLE = "苏州召开誓师大会"
BODY = [
    "3月15日,苏州召开了宣誓大会,进一步动员和激励广大干部群众攀登更高台阶,解放思想,开拓创新。",
    "会上,企业代表就企业创新、服务优化、人才科技、项目突破等问题发表了讲话,并作出了郑重承诺。",
    "未来三年,全区将新增上市公司十家,医疗设备和新一代信息技术产业的收入规模翻一番。(王宇)",
]
TRAILER = [f"标题:{TITLE}", "地址:http://www.slqncy.com/szxw/9538.html"]
ADVERTISEMENT = ["名家书画", "限时特惠"]


def read(lines: list[str], before: str = "", after: str = "") -> tuple[list[str], Stripped]:
    """The lines that the page's story is read as, and what strip makes of them."""
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<title>{TITLE}</title><body>{before}<h1>{TITLE}</h1><div>{paragraphs}</div>{after}"
    page = parse_page(html.encode(), "http://www.slqncy.com/szxw/9538.html", "text/html; charset=utf-8")
    extracted = read_story(page, SITE, NOW)
    assert extracted.title == TITLE
    return extracted.paragraphs, strip(extracted.paragraphs, extracted.title, SITE)


def banner(body: list[str]) -> str:
    return f"本篇文章{SITE.count(body)}字,读完约1分钟"


def test_banner_and_trailer_stay_around_the_body() -> None:
    lines, stripped = read([banner(BODY), *BODY, *TRAILER])
    assert lines == [banner(BODY), *BODY, *TRAILER]
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)


@pytest.mark.parametrize("place", range(4))
def test_a_box_that_the_site_did_not_count_is_left_out(place: int) -> None:
    _, stripped = read([banner(BODY), *BODY[:place], *ADVERTISEMENT, *BODY[place:], *TRAILER])
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)


def test_short_lines_that_the_site_counted_are_kept() -> None:
    body = [BODY[0], "一、加强领导", "二、明确责任", *BODY[1:]]
    _, stripped = read([banner(body), *body, *TRAILER])
    assert (stripped.paragraphs, stripped.declared_delta) == (body, 0)


LINKED = "<a href=/szxw/1.html>这一段整个是一条链接,讲的是另一件事情,长度却和正文的段落相差无几,还有句号。</a>"


@pytest.mark.parametrize("place", range(4))
def test_linked_paragraphs_are_read_only_if_the_site_counted_them(place: int) -> None:
    words = LINKED[LINKED.index(">") + 1 : -len("</a>")]
    with_link = [*BODY[:place], words, *BODY[place:]]
    page = [*BODY[:place], LINKED, *BODY[place:], *TRAILER]
    assert read([banner(with_link), *page])[1].paragraphs == with_link
    assert read([banner(BODY), *page])[1].paragraphs == BODY


@pytest.mark.parametrize("start", range(1, 4))
def test_long_lines_before_and_behind_the_body_are_left_out_by_the_count(start: int) -> None:
    around = ["本站所载文章均由热心读者提供,如有任何疑问,欢迎随时致电本站编辑部查询并指正错误。"] * start
    assert read([banner(BODY), *around, *BODY, *around, *TRAILER])[1].paragraphs == BODY


def test_what_stands_around_the_frame_is_left_out() -> None:
    long = "<p>这是侧栏里的一篇长文,与本页的新闻毫无关系,却比它更长,有逗号,也有句号。</p>" * 9
    lines, stripped = read([banner(BODY), *BODY, *TRAILER], before=f"<div>{long}</div>", after=f"<div>{long}</div>")
    assert lines == [banner(BODY), *BODY, *TRAILER]
    assert stripped.declared_delta == 0


def test_text_on_the_banners_line_is_read() -> None:
    _, stripped = read([f"{banner(BODY)} {BODY[0]}", *BODY[1:], *TRAILER])
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)


def test_a_very_short_story_is_read() -> None:
    _, stripped = read([banner(["今天放假"]), "今天放假", *TRAILER])
    assert (stripped.paragraphs, stripped.declared_delta) == (["今天放假"], 0)


def test_a_count_that_nothing_fits_leaves_the_body_as_found() -> None:
    _, stripped = read(["本篇文章9999字,读完约25分钟", *BODY, *TRAILER])
    assert stripped.paragraphs == BODY
    assert stripped.declared_delta == 9999 - SITE.count(BODY)


def test_a_frame_without_body_is_read_as_such() -> None:
    lines, stripped = read(["本篇文章9字,读完约1分钟", *TRAILER])
    assert lines == ["本篇文章9字,读完约1分钟", *TRAILER]
    assert stripped.paragraphs == []


@pytest.mark.parametrize("trailer", [[], TRAILER])
def test_a_page_without_banner_is_read(trailer: list[str]) -> None:
    lines, stripped = read([*BODY, *trailer])
    assert lines == [*BODY, *trailer]
    assert stripped.paragraphs == BODY
    assert stripped.declared_delta is None


COUNT = SITE.count(BODY)


@pytest.mark.parametrize(
    "head",
    [
        f"<div>2020-03-12 08:28 来源:东渚晚报 本篇文章{COUNT}字,读完约1分钟</div>",
        f"<div><span>2020-03-12 08:28</span><span>本篇文章{COUNT}字,读完约1分钟</span></div>",
        f"<p>★ 本篇文章{COUNT}字,读完约1分钟</p>",
        f"<p>提示:本篇文章{COUNT}字,读完约1分钟</p>",
        f"<p>(本篇文章{COUNT}字,读完约1分钟)</p>",
        f"<table><tr><td>本篇文章</td><td>{COUNT}字</td><td>,读完约</td><td>1分钟</td></tr></table>",
        f"<dl><dt>本篇文章</dt><dd>{COUNT}字,</dd><dt>读完约</dt><dd>1分钟</dd></dl>",
        f"<div style='display:none'>本篇文章{COUNT}字,读完约1分钟</div>",
        f"<div>本篇文章{COUNT}字,读完约1分钟 2020-02-04 18:30 来源：新华日报</div>",
    ],
)
@pytest.mark.parametrize("trailer", [[], TRAILER])
def test_the_banner_is_found_wherever_it_stands(head: str, trailer: list[str]) -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in [*BODY, *trailer])
    html = f"<title>{TITLE}</title><body><h1>{TITLE}</h1>{head}<div>{paragraphs}</div>"
    page = parse_page(html.encode(), "http://www.slqncy.com/szxw/9538.html", "text/html; charset=utf-8")
    stripped = strip(read_story(page, SITE, NOW).paragraphs, TITLE, SITE)
    assert (stripped.declared_chars, stripped.declared_delta) == (COUNT, 0)
    assert stripped.paragraphs == BODY


@pytest.mark.parametrize("trailer", [[], TRAILER])
def test_a_banner_behind_the_body(trailer: list[str]) -> None:
    _, stripped = read([*BODY, banner(BODY), *trailer])
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_banner_of_a_teaser_is_another_storys(place: str) -> None:
    teaser = (
        "<div class=side><p>本篇文章1082字,读完约3分钟 根据规划,全市今年将新建改建道路十二条,总长四十公里。</p></div>"
    )
    _, stripped = read([banner(BODY), *BODY, *TRAILER], **{place: teaser})
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)


def test_a_source_line_that_the_site_counted_is_the_storys() -> None:
    body = ["来源:一个词的考证", *BODY]
    _, stripped = read([banner(body), *body, *TRAILER])
    assert (stripped.paragraphs, stripped.declared_delta) == (body, 0)


def test_a_count_that_nothing_fits_costs_little_on_a_page_of_many_lines() -> None:
    # Every guess counts all lines: unbounded, this page would take minutes.
    body = [f"{BODY[0][:-1]},这是第{number}段。" for number in range(30_000)]
    _, stripped = read(["本篇文章999999字,读完约2500分钟", *body, *TRAILER])
    assert len(stripped.paragraphs) == len(body)
    assert stripped.declared_delta == 999999 - SITE.count(body)
