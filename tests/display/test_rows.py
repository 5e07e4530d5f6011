"""Two texts side by side: nothing is lost, nothing is added, and what is not marked is in both."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given

from slqncy.display.blocks import blocks
from slqncy.display.rows import Piece, Row, row, rows
from slqncy.display.sentences import sentences
from tests.display.samples import TEXTS, text_pairs


def joined(pieces: list[Piece], *, is_common: bool = False) -> str:
    return "".join(piece.text for piece in pieces if not (is_common and piece.is_changed))


def marked(pieces: list[Piece]) -> str:
    return "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in pieces)


def laid(one: str, other: str) -> list[tuple[str, str]]:
    return [(marked(side.one), marked(side.other)) for side in rows(one, other)]


@given(text_pairs())
@example(("甲。", "甲"))
@example(("", ""))
def test_without_the_marks_the_rows_are_the_texts(pair: tuple[str, str]) -> None:
    for found in (list(rows(*pair)), [row(*pair)]):
        assert "".join(joined(side.one) for side in found) == pair[0]
        assert "".join(joined(side.other) for side in found) == pair[1]
        for side in found:
            assert joined(side.one, is_common=True) == joined(side.other, is_common=True)
            assert all(piece.text for piece in side.one + side.other)


@given(TEXTS)
def test_equal_texts_have_no_marks(text: str) -> None:
    assert list(rows(text, text)) == [Row([Piece(part, False)], [Piece(part, False)]) for part in sentences(text)]


@given(TEXTS)
def test_sentences_together_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert all(sentences(text))


def test_a_sentence_ends_with_what_closes_it() -> None:
    assert sentences("他说：“好！”\n\n真的？！走……（完。）\n王宇") == [
        "他说：“好！”\n\n",
        "真的？！",
        "走……",
        "（完。）\n",
        "王宇",
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("三月二日开会。", "三月五日开会。", [("三月[二]日开会。", "三月[五]日开会。")]),
        ("甲乙丙。丁戊己。", "丁戊己。", [("[甲乙丙。]", ""), ("丁戊己。", "丁戊己。")]),
        ("甲乙丙。", "甲乙丙。丁戊己。", [("甲乙丙。", "甲乙丙。"), ("", "[丁戊己。]")]),
        ("甲乙丙。丁戊己。", "甲乙丙，丁戊己。", [("甲乙丙[。]丁戊己。", "甲乙丙[，]丁戊己。")]),
        ("天地玄黄。", "宇宙洪荒！", [("[天地玄黄。]", "[宇宙洪荒！]")]),
        (
            "天地玄黄。今天上午召开会议。",
            "宇宙洪荒。日月盈昃。昨天上午召开会议。",
            [("[天地玄黄。]", "[宇宙洪荒。]"), ("", "[日月盈昃。]"), ("[今]天上午召开会议。", "[昨]天上午召开会议。")],
        ),
    ],
)
def test_sentences_that_say_the_same_stand_in_one_row(one: str, other: str, expected: list[tuple[str, str]]) -> None:
    assert laid(one, other) == expected


def test_a_single_character_in_common_is_chance() -> None:
    assert marked(row("志愿者在河边清理", "居民的河道很干净").one) == "[志愿者在河边清理]"
    assert marked(row("在河边清理了垃圾", "去河里清理完垃圾").one) == "[在河边]清理[了]垃圾"


def test_edges_in_common_are_no_chance() -> None:
    side = row("甲在河边清理。", "甲到山上打扫。")
    assert (marked(side.one), marked(side.other)) == ("甲[在河边清理]。", "甲[到山上打扫]。")


def test_what_is_too_long_is_marked_as_a_whole() -> None:
    one, other = "首" + "甲乙" * 30_000 + "尾", "首" + "乙丙" * 30_000 + "尾"
    assert [tuple(block) for block in blocks(one, other)] == [(0, 0, 1), (60_001, 60_001, 1), (60_002, 60_002, 0)]
    began = process_time()
    found = list(rows(one, other))
    assert process_time() - began < 10
    assert found == [Row([Piece(one, True)], [Piece(other, True)])]


def test_a_long_text_with_small_edits_is_aligned_throughout() -> None:
    parts = [f"第{number}条内容是{number * 7}号文件。" for number in range(10_000)]
    edited = [part.replace("内容", "正文") if number % 500 == 0 else part for number, part in enumerate(parts)]
    found = list(rows("".join(parts), "".join(edited)))
    assert len(found) == 10_000
    changed = [side for side in found if any(piece.is_changed for piece in side.one)]
    assert [marked(side.one) for side in changed] == [
        f"第{number}条[内容]是{number * 7}号文件。" for number in range(0, 10_000, 500)
    ]
