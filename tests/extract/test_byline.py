from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.extract.byline import closing_byline, find_byline, find_source, is_editor, parse_authors
from slqncy.extract.metadata import Metadata


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
        ("座位可以预约(见右图)", ""),
        ("座位(王宇)可以预约。", ""),
        ("座位可以预约。", ""),
    ],
)
def test_a_closing_byline(paragraph: str, raw: str) -> None:
    assert closing_byline(paragraph) == raw


@pytest.mark.parametrize(
    ("near", "source"),
    [
        (["2020-03-15 来源：湖滨日报 作者：林晓"], "湖滨日报"),
        (["来源: 《湖滨晚报》"], "湖滨晚报"),
        (["2020-03-15 14:05 湖滨日报"], "湖滨日报"),
        (["2020-03-15 14:05"], ""),
    ],
)
def test_the_source_is_as_printed(near: list[str], source: str) -> None:
    assert find_source(Metadata(), near) == source


def test_the_printed_author_outranks_the_annotated() -> None:
    metadata = Metadata(meta={"author": ["湖滨新闻网"]})
    assert find_byline(metadata, ["来源：湖滨日报 作者：林晓 浏览：12"], [], []) == "林晓"
    assert find_byline(metadata, [], ["本报讯（记者 林晓）昨天上午"], []) == "记者 林晓"
    assert find_byline(metadata, [], [], ["座位可以预约。(王宇)"]) == "(王宇)"
    assert find_byline(metadata, [], [], []) == "湖滨新闻网"


def test_an_editor_is_no_author() -> None:
    byline = find_byline(Metadata(), [], [], ["责任编辑：周明"])
    assert byline == "责任编辑：周明"
    assert is_editor(byline)


@given(st.text(max_size=60))
def test_any_text_is_parsed(text: str) -> None:
    assert all(parse_authors(text))
    assert closing_byline(text) in text
