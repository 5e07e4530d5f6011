"""Columns fit their terminal, whatever the texts try."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slqncy.display.columns import Columns
from slqncy.display.rows import Piece, Row, row, rows
from tests.display.samples import text_pairs

HOSTILE = st.text("甲乙。，“[]{}+-/\\ab1 \n\u3000\x1b\x07\t\r\u202e\u200b😀e\u0301", max_size=60)
PIECES = st.lists(st.builds(Piece, HOSTILE, st.booleans()), max_size=4)


def cells(line: str) -> int:
    """How wide a terminal shows it."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in line
    )


def shown(one: str, other: str, width: int = 60) -> list[str]:
    columns = Columns(width, colour=False)
    return [line for side in rows(one, other) for line in columns.row(side).split("\n")]


@settings(deadline=None)
@given(PIECES, PIECES, st.integers(20, 130))
@example([Piece("甲" * 200, True)], [Piece("ab" * 200, False)], 20)
def test_no_line_is_wider_than_the_terminal(one: list[Piece], other: list[Piece], width: int) -> None:
    columns = Columns(width, colour=False)
    for lines in (columns.row(Row(one, other)), columns.heading("".join(piece.text for piece in one), "标题")):
        assert max(map(cells, lines.split("\n"))) <= width


@settings(deadline=None)
@given(PIECES, PIECES, st.sampled_from([40, 80]), st.booleans())
def test_no_text_is_an_order_to_the_terminal(one: list[Piece], other: list[Piece], width: int, colour: bool) -> None:
    columns = Columns(width, colour=colour)
    lines = columns.row(Row(one, other)) + columns.heading(*("".join(map(str, side)) for side in (one, other)))
    for order in ("\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m") if colour else ():
        lines = lines.replace(order, "")
    assert all(character.isprintable() or character in "\n\u3000" for character in lines)


@settings(deadline=None)
@given(text_pairs(), st.integers(60, 130))
def test_without_marks_each_column_is_its_text(pair: tuple[str, str], width: int) -> None:
    lines = shown(*pair, width)
    for index, (text, mark) in enumerate(zip(pair, (("[-", "-]"), ("{+", "+}")), strict=True)):
        column = "".join("".join(line.split("│")[index].split()) for line in lines if "│" in line)
        for sign in (*mark, "¶"):
            column = column.replace(sign, "")
        assert column == "".join(text.split())


def test_two_columns() -> None:
    assert shown("三月二日开会，大家参加了这一次会议讨论。\n", "三月五日开会，大家参加了这一次会议讨论。散会。\n") == [
        "三月[-二-]日开会，大家参加了 │ 三月{+五+}日开会，大家参加了",
        "这一次会议讨论。[-¶-]        │ 这一次会议讨论。",
        "                             │ {+散会。¶+}",
    ]


def test_one_under_the_other_where_it_is_narrow() -> None:
    assert shown("天地玄黄。\n三月二日开会。\n完。", "三月五日开会。\n完。新。", 40) == [
        "< [-天地玄黄。¶-]",
        "< 三月[-二-]日开会。",
        "> 三月{+五+}日开会。",
        "  完。",
        "> {+新。+}",
    ]


@pytest.mark.parametrize("text", ["[red]甲[/red]乙[bold", ":smile: [link=http://a]b[/link]", "\\[red]"])
def test_markup_is_text(text: str) -> None:
    assert Columns(80, colour=True).row(row(text, text)).count(text) == 2


def test_colours_say_no_more_than_the_marks() -> None:
    side = row("三月二日开会。", "三月五日开会。")
    coloured = Columns(80, colour=True).row(side)
    assert "三月\x1b[31m[-二-]\x1b[0m日开会。" in coloured
    assert "三月\x1b[32m{+五+}\x1b[0m日开会。" in coloured
    for colour in ("\x1b[31m", "\x1b[32m", "\x1b[0m"):
        coloured = coloured.replace(colour, "")
    assert coloured == Columns(80, colour=False).row(side)


@pytest.mark.parametrize("width", [0, 1, 19])
def test_a_terminal_too_narrow_for_anything_has_the_least_width(width: int) -> None:
    side = row("三月二日开会。" * 5, "三月五日开会。" * 5)
    assert Columns(width, colour=False).row(side) == Columns(20, colour=False).row(side)
