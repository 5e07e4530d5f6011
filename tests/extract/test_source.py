from __future__ import annotations

import pytest

from slqncy.extract.lines import Line, page_lines
from slqncy.extract.metadata import Metadata
from slqncy.extract.page import parse_page
from slqncy.extract.source import find_dateline, find_source


def lines_of(html: str) -> list[Line]:
    return page_lines(parse_page(html.encode(), "http://news.example/szxw/1.html"))


def source_of(html: str) -> tuple[str, str]:
    return find_source(Metadata(), lines_of(html), "http://news.example/szxw/1.html")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("2020-03-15 来源：湖滨日报 作者：林晓", "湖滨日报"),
        ("来源: 《湖滨晚报》", "湖滨晚报"),
        ("来源：湖滨网-《湖滨晚报》", "湖滨网-《湖滨晚报》"),
        ("2020-03-15 14:05 湖滨日报", "湖滨日报"),
        ("2020-03-15 14:05", ""),
        ("来 源：湖滨日报", "湖滨日报"),
        ("2020-03-15 | 稿源：湖滨日报 | 阅读 33", "湖滨日报"),
        ("摘自湖滨日报", "湖滨日报"),
        ("信息来源：引力播浏览次数：33", "引力播"),
        ("来源：引力播点击数：", "引力播"),
        ("来源：城市商报发布时间：2020-03-15", "城市商报"),
        ("来源：城市商报2020-03-15", "城市商报"),
        ("来源：引力播作者：林晓", "引力播"),
        ("来源：引力播通讯员：林晓", "引力播"),
        ("来源：引力播字体：大 中 小", "引力播"),
        ("来源：引力播字体大小", "引力播"),
        ("来源：引力播本篇文章641字,读完约2分钟", "引力播"),
        ("来源：湖滨新闻网举报", "湖滨新闻网"),
        ("来源：https://news.example/2.html", ""),
        ('来源： size="20"', ""),
    ],
)
def test_the_source_is_as_printed(text: str, source: str) -> None:
    assert source_of(f"<div>{text}</div>") == (source, "")


def test_the_link_of_the_source_is_absolute() -> None:
    assert source_of('<p>2020-03-15 <a href="/t">社会</a> 来源：<a href="//daily.example/a">湖滨日报</a></p>') == (
        "湖滨日报",
        "http://daily.example/a",
    )
    assert source_of('<p>来源：<a href="javascript:void(0)">湖滨日报</a></p>') == ("湖滨日报", "")


def test_an_annotated_source_is_the_last_resort() -> None:
    assert find_source(Metadata(meta={"source": ["湖滨日报"]}), [], "") == ("湖滨日报", "")


@pytest.mark.parametrize(
    ("paragraph", "dateline"),
    [
        ("新华社北京4月24日电　题：读书的人", "新华社北京4月24日电"),
        ("新华网长春１２月９日电（记者 林晓）据介绍", "新华网长春１２月９日电"),
        ("（法新社羅馬19日電） 德國選手", "法新社羅馬19日電"),
        ("中广网北京12月15日消息（记者林晓）", "中广网北京12月15日消息"),
        ("本报讯（记者 林晓）昨天上午", "本报讯"),
        ("本报通讯员在湖滨社区走访。", ""),
        ("4月24日，湖滨社区办起读书会。", ""),
    ],
)
def test_the_dateline_opens_the_story(paragraph: str, dateline: str) -> None:
    assert find_dateline([paragraph]) == dateline
