from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.extract.byline import Byline, closing_byline, find_byline, find_editors, parse_authors
from slqncy.extract.lines import page_lines
from slqncy.extract.metadata import Metadata
from slqncy.extract.page import parse_page
from slqncy.extract.story import extract_story
from tests.extract.designs import NOW


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("(记者陈秀雅)", ["陈秀雅"]),
        ("记者 刘威葳 通讯员 王宇", ["刘威葳", "王宇"]),
        ("张彪 朱晓", ["张彪", "朱晓"]),
        ("张彪、朱晓", ["张彪", "朱晓"]),
        ("(记者黄文博)", ["黄文博"]),
        ("(记者 徐超 通讯员 徐文博)", ["徐超", "徐文博"]),
        ("(文/张三 图/李四)", ["张三", "李四"]),
        ("张彪朱晓", ["张彪", "朱晓"]),
        ("（李晓东王芳）", ["李晓东", "王芳"]),
        ("欧阳修张三丰", ["欧阳修", "张三丰"]),
        ("王宇", ["王宇"]),
        ("本报记者王小明 见习记者李雷", ["王小明", "李雷"]),
        ("文/张三 图/李四", ["张三", "李四"]),
        ("记者张三、李四报道", ["张三", "李四"]),
        ("记者 格桑边觉", ["格桑边觉"]),
        ("阿卜杜拉·买买提", ["阿卜杜拉·买买提"]),
        ("张三、张三", ["张三"]),
        ("【记者 周建琳】", ["周建琳"]),
        ("(张文/文 李图/图)", ["张文", "李图"]),
        ("（记者 李文 摄影报道）", ["李文"]),
        ("（记者李文摄影报道）", ["李文"]),
        ("（本报记者张敏文/图）", ["张敏"]),
        ("记者刘威葳通讯员王宇", ["刘威葳", "王宇"]),
        ("记者 张敏 本报通讯员 王宇", ["张敏", "王宇"]),
        ("（评论员 罗博 萧海川）", ["罗博", "萧海川"]),
        ("蒋 凌", ["蒋凌"]),
        ("记者 蒋 凌 王 宇", ["蒋凌", "王宇"]),
        ("来源：湖滨日报 作者：黄靖宇", ["黄靖宇"]),
        ("記者鄭名娟攝", ["鄭名娟"]),
        ("(记者 林晓 编辑 周明)", ["林晓"]),
        ("(责编：牛镛、岳弘彬)", []),
        ("(本文来源：京华时报)", []),
        ("作者：佚名", []),
        ("组图", []),
        ("也称为", []),
        ("沈/照片", []),
        ("新华社", []),
        ("完", []),
        ("", []),
    ],
)
def test_names_are_told_apart(raw: str, names: list[str]) -> None:
    assert parse_authors(raw) == names


@pytest.mark.parametrize(
    ("paragraph", "raw"),
    [
        ("座位可以预约。(王宇)", "(王宇)"),
        ("座位可以预约。（记者 林晓 通讯员 王宇）", "（记者 林晓 通讯员 王宇）"),
        ("座位可以预约(张彪朱晓)。", "(张彪朱晓)"),
        ("座位可以预约。(也称为)", "(也称为)"),
        ("座位可以预约。【记者 周建琳】", "【记者 周建琳】"),
        ("座位可以预约。[通讯员 王宇]", "[通讯员 王宇]"),
        ("座位可以预约。【收藏】", ""),
        ("座位可以预约。(组图)", ""),
        ("座位可以预约。（湖滨日报）", ""),
        ("座位可以预约。（责任编辑 周明）", ""),
        ("座位可以预约(见右图)", ""),
        ("座位(王宇)可以预约。", ""),
        ("座位可以预约。", ""),
    ],
)
def test_a_closing_byline(paragraph: str, raw: str) -> None:
    assert closing_byline(paragraph) == raw


def test_the_printed_author_outranks_the_annotated() -> None:
    metadata = Metadata(meta={"author": ["湖滨新闻网"]})
    assert find_byline(metadata, ["来源：湖滨日报 作者：林晓 浏览：12"], [], []).raw == "林晓"
    assert find_byline(metadata, [], ["本报讯（记者 林晓）昨天上午"], []).raw == "记者 林晓"
    assert find_byline(metadata, [], [], ["座位可以预约。(王宇)"]).raw == "(王宇)"
    assert find_byline(metadata, [], [], []) == Byline("湖滨新闻网", ())


@pytest.mark.parametrize(
    ("closing", "byline"),
    [
        ("座位可以预约。记者 周建琳 通讯员 王晓", Byline("记者 周建琳 通讯员 王晓", ("周建琳", "王晓"))),
        ("座位可以预约。【记者 周建琳】", Byline("记者 周建琳", ("周建琳",))),
        ("座位可以预约。(也称为)", Byline("(也称为)", ())),
        ("座位可以预约。(组图)", Byline()),
    ],
)
def test_a_byline_closes_the_story(closing: str, byline: Byline) -> None:
    assert find_byline(Metadata(), [], [], [closing]) == byline


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("作者：蒋 凌稿源：湖滨日报  2020-03-15 14:05", Byline("蒋 凌", ("蒋凌",))),
        ("本贴由大卫于2020年3月15日14:05在读书会发表", Byline("大卫", ("大卫",))),
        ("由周先生张贴 @ 2020-03-15 14:05", Byline("周先生", ("周先生",))),
        ("2020-03-15 14:05 by reader", Byline("reader", ("reader",))),
        ("2020-03-15 由 admin 发表于 社会", Byline()),
    ],
)
def test_a_line_near_the_headline_names_the_author(line: str, byline: Byline) -> None:
    assert find_byline(Metadata(), [line], [], []) == byline


def test_keywords_in_an_author_field_name_nobody() -> None:
    assert find_byline(Metadata(meta={"author": ["湖滨网_股票、基金、期货"]}), [], [], []) == Byline()


def test_an_editor_is_no_author() -> None:
    assert find_byline(Metadata(), [], [], ["责任编辑：周明"]) == Byline("责任编辑：周明", ())
    assert find_byline(Metadata(), [], [], ["(责编：牛镛、岳弘彬)"]).authors == ()


@pytest.mark.parametrize(
    ("line", "editors"),
    [
        ("责任编辑：周明", ["周明"]),
        ("(责编：牛镛、岳弘彬)", ["牛镛", "岳弘彬"]),
        ("[责任编辑 周明]", ["周明"]),
        ("责任编辑：陈 浩 PX209", ["陈浩"]),
        ("2020-03-15 来源：湖滨日报 编辑：小李 点击：12", ["小李"]),
        ("责任编辑：AP0015", []),
        ("【编辑】", []),
        ("编辑们选出了十本书。", []),
    ],
)
def test_editors_are_named(line: str, editors: list[str]) -> None:
    assert find_editors([line]) == editors


@given(st.text(max_size=60))
def test_any_text_is_parsed(text: str) -> None:
    assert all(parse_authors(text))
    assert all(find_editors([text]))
    assert closing_byline(text) in text


@pytest.mark.parametrize(
    ("near", "opening", "names"),
    [
        ([], ["编者按", "湖滨读书会满一年", "本报实习生 林晓 周明"], ("林晓", "周明")),
        ([], ["A Study of Reading", "作者: 林 晓：湖滨学院，湖滨"], ("林晓",)),
        ([], ["作者: 读书会的主人有很多故事要讲给大家听。"], ()),
        (["hubinren 发表于 2005-9-15 11:46:00"], [], ("hubinren",)),
        (["admin 发表于 2005-9-15 11:46:00"], [], ()),
    ],
)
def test_authors_below_a_first_line_and_posters(near: list[str], opening: list[str], names: tuple[str, ...]) -> None:
    assert find_byline(Metadata(), near, opening, []).authors == names


def test_a_byline_in_the_fourth_line_is_read() -> None:
    lines = [
        "编者按",
        "湖滨读书会满一年",
        "写在读书会一周年之际",
        "本报实习生 林晓 周明",
        "昨天上午，读书会迎来了四十多位居民。",
    ]
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    page = parse_page(
        f"<title>读书会一周年</title><h1>读书会一周年</h1><div>{paragraphs}</div>".encode(), "http://news.example/1"
    )
    assert extract_story(page, page_lines(page), downloaded=NOW).authors == ["林晓", "周明"]
