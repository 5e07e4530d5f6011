from __future__ import annotations

import pytest

from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page


def texts(html: str) -> list[str]:
    return [line.text for line in page_lines(parse_page(html.encode(), "http://news.example/"))]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("一<br>二<p>三</p>四<div>五<span>六</span></div>七", ["一", "二", "三", "四", "五六", "七"]),
        ("<p>一二\n  三四</p>", ["一二三四"]),
        ("<p>一，\r\n二</p>", ["一，二"]),
        ("<p>one\n  two</p>", ["one two"]),
        ("<p>汉字\nabc</p>", ["汉字 abc"]),
        ("<p>　　缩进\u00a0</p>", ["缩进"]),
        ("<p>内　有\u00a0空</p>", ["内　有\u00a0空"]),
        ("<p>a  b\t c</p>", ["a b c"]),
        ("<p>一</p><script>x</script><style>y</style><noscript>z</noscript>尾<template>t</template>", ["一", "尾"]),
        ("<select><option>甲</select><textarea>乙</textarea>丙", ["丙"]),
        ("<p hidden>甲，</p><p style='DISPLAY : none'>乙</p><p>丙，<i aria-hidden=true>丁</i>戊</p>", ["丙，戊"]),
        ("<div aria-hidden=true>正文</div>", ["正文"]),
        ("甲<!-- 注 -->乙", ["甲乙"]),
        ("<pre>第一行\n  第二行\n\n第三行</pre>", ["第一行", "第二行", "第三行"]),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", ["甲", "乙"]),
    ],
)
def test_lines_are_what_a_reader_sees(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


def test_a_story_shown_by_script_is_not_hidden() -> None:
    assert "正文，很长。正文，很长。" in texts(
        "<p>菜单</p><div style='visibility: hidden'>正文，很长。正文，很长。</div>"
    )


def test_links_and_elements_are_known() -> None:
    page = parse_page("<div><p>看<a href=x>这里</a>吧</p><a href=y>全链</a></div>".encode(), "http://news.example/")
    first, second = page_lines(page)
    assert (first.text, first.linked, first.element.tag) == ("看这里吧", 2, "p")
    assert (second.text, second.linked, second.element.tag) == ("全链", 2, "div")
    assert (second.block.start, second.block.stop) == (0, 2)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p><img></p><p>甲</p><p>乙</p>", [True, False]),
        ("<p>甲<img></p><p>乙</p>", [False, False]),
        ("<p><img>甲<br>乙<br><img>丙</p>", [True, False, True]),
    ],
)
def test_a_line_below_a_picture_is_known(html: str, expected: list[bool]) -> None:
    assert [line.pictured for line in page_lines(parse_page(html.encode(), "http://news.example/"))] == expected
