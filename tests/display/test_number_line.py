"""Story numbers as text and as a picture."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET  # our own pictures

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.archive.coverage import NumberLine
from slqncy.display.number_line import LOOKS, span_size
from slqncy.display.number_strip import told
from slqncy.display.picture import picture
from slqncy.reasons import Standing

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.dictionaries(st.integers(0, 500) | st.integers(0, 10**15 - 1), st.sampled_from(Standing), min_size=1)


def line(numbers: dict[int, Standing], name: str = "slqncy", unnumbered: int = 0) -> NumberLine:
    order = list(Standing)
    return NumberLine(
        name,
        np.array(sorted(numbers), dtype=np.int64),
        np.array([order.index(numbers[number]) for number in sorted(numbers)], dtype=np.int64),
        unnumbered,
    )


def shown(of: NumberLine, width: int = 60, *, colour: bool = False) -> list[str]:
    return list(told(of, width, colour=colour))


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


SMALL = line(
    {
        **dict.fromkeys(range(7, 12), Standing.ARCHIVED), 12: Standing.DUPLICATE, 13: Standing.GONE,
        14: Standing.WAITING, 15: Standing.REJECTED, 16: Standing.MISSING, 20: Standing.ARCHIVED, 22: Standing.MISSING,
    },
    unnumbered=1,
)  # fmt: skip


def test_a_small_line_number_by_number() -> None:
    assert shown(SMALL) == [
        "slqncy  7 to 22: 16 numbers, 68.7 % are known",
        "  # 6 archived",
        "  = 1 duplicates",
        "  x 1 gone from the site",
        "  ? 1 waiting for an answer",
        "  ! 1 rejected",
        "  - 2 not on the site",
        "  . 4 never asked for",
        "  each sign is a number",
        "   7 #####=x?!-...#.-",
        "  longest gaps",
        "    -a site=slqncy -a ids=17-19  3 numbers",
        "    -a site=slqncy -a ids=21  1 number",
        "  1 story without a number",
    ]


def test_a_sign_is_what_most_of_its_numbers_are() -> None:
    numbers = dict.fromkeys(range(1000), Standing.ARCHIVED) | dict.fromkeys(range(2000, 5000), Standing.MISSING)
    text = shown(line(numbers), 18)
    assert "  each sign is what most of 100 numbers are" in text
    assert [row.split()[1] for row in text if re.match(r" *[0-9]+ [#.-]+$", row)] == [
        "##########", "..........", "----------", "----------", "----------",
    ]  # fmt: skip
    assert [row.split()[0] for row in text if row.endswith("----------")] == ["2000", "3000", "4000"]


def test_a_single_story_among_many_numbers_is_seen() -> None:
    numbers = {0: Standing.ARCHIVED, 555: Standing.WAITING, 999: Standing.ARCHIVED}
    numbers |= dict.fromkeys(range(100, 150), Standing.MISSING)
    text = shown(line(numbers), 0)
    assert "  each sign is what most of 20 numbers are, : where most were never asked for" in text
    assert "".join(row.split()[1] for row in text if re.match(r" *[0-9]+ [#.:?-]+$", row)) == (
        ":....--" + "-" + "." * 19 + ":" + "." * 21 + ":"
    )


def test_nothing_is_left_out_where_there_are_no_numbers() -> None:
    assert shown(line({}, unnumbered=2)) == [
        "slqncy  no story numbers are known",
        "  2 stories without a number",
    ]


def test_a_section_has_no_gaps_of_its_own() -> None:
    numbers = {1: Standing.ARCHIVED, 9: Standing.ARCHIVED}
    assert any("ids=" in row for row in shown(line(numbers)))
    assert not any("ids=" in row for row in shown(line(numbers, "slqncy/szxw")))


def test_the_share_is_whole_only_where_all_is_known() -> None:
    numbers = dict.fromkeys(range(100_000), Standing.ARCHIVED)
    assert "100 % are known" in shown(line(numbers))[0]
    del numbers[5]
    assert "99.9 % are known" in shown(line(numbers))[0]


@given(NUMBERS, st.integers(0, 130))
def test_whatever_the_numbers_the_text_is_narrow_and_says_the_same_without_colour(
    numbers: dict[int, Standing], width: int
) -> None:
    text = shown(line(numbers), width)
    assert [plain(row) for row in shown(line(numbers), width, colour=True)] == text
    start = next(index for index, row in enumerate(text) if row.startswith("  each sign"))
    signs = ":" + "".join(look.sign for look in LOOKS)
    strip = [row for row in text[start + 1 :] if re.fullmatch(rf" *[0-9]+ [{re.escape(signs)}]+", row)]
    assert 1 <= len(strip) <= 8
    assert max(map(len, strip)) <= max(width, 28)
    assert sum(len(row.split()[1]) for row in strip) >= 1


def test_colours_are_there_where_they_are_wanted() -> None:
    assert any("\x1b[32m#####" in row for row in shown(SMALL, colour=True))
    assert not any("\x1b" in row for row in shown(SMALL))


@given(NUMBERS, st.integers(1, 500))
def test_spans_are_as_small_as_fit(numbers: dict[int, Standing], most: int) -> None:
    of = line(numbers)
    size = span_size(of, most)
    assert len(of.spans(size)) <= most if size < 10**16 else True
    assert re.fullmatch("[125]0*", str(size))
    smaller = [int(f"{digit}{'0' * zeros}") for zeros in range(17) for digit in (1, 2, 5)]
    before = next((a for a, b in pairwise(smaller) if b == size), None)
    if before:
        assert max(numbers) // before - min(numbers) // before + 1 > most


# The picture


def texts(data: bytes) -> list[str]:
    return [element.text or "" for element in ET.fromstring(data).iter(f"{SVG}text")]  # noqa: S314


@given(st.lists(st.tuples(st.text(max_size=5), NUMBERS), max_size=3), st.text(max_size=20))
def test_a_picture_is_well_formed_and_stands_alone(lines: list[tuple[str, dict[int, Standing]]], title: str) -> None:
    data = picture([line(numbers, name) for name, numbers in lines], title)
    root = ET.fromstring(data)  # noqa: S314
    assert root.tag == f"{SVG}svg"
    ids = {element.get("id"): element.tag for element in root}
    assert [ids[name] for name in root.attrib["aria-labelledby"].split()] == [f"{SVG}title", f"{SVG}desc"]
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "path", "text",
    }  # fmt: skip
    assert not any("href" in name or name.startswith("on") for element in root.iter() for name in element.attrib)
    style = root.findtext(f"{SVG}style") or ""
    assert "@media(prefers-color-scheme:dark)" in style
    assert not any(reference in style for reference in ("url(", "@import", "http"))
    # All is within.
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    for element in root.iter():
        if element.tag in {f"{SVG}text", f"{SVG}rect"} and "x" in element.attrib:
            assert 0 <= float(element.attrib["x"]) <= width
            assert 0 <= float(element.attrib["y"]) <= height


def test_a_picture_says_what_the_text_says() -> None:
    data = picture([SMALL], "Story numbers")
    root = ET.fromstring(data)  # noqa: S314
    described = root.findtext(f"{SVG}desc")
    assert described == (
        "slqncy  7 to 22: 16 numbers, 68.7 % are known: 6 archived, 1 duplicates, 1 gone from the site, "
        "1 waiting for an answer, 1 rejected, 2 not on the site, 4 never asked for."
    )
    assert texts(data) == [
        "Story numbers", "slqncy  7 to 22: 16 numbers, 68.7 % are known", "7", "22", "6 archived", "1 duplicates",
        "1 gone from the site", "1 waiting for an answer", "1 rejected", "2 not on the site", "4 never asked for",
        "longest gaps: 17-19, 21", "1 story without a number",
    ]  # fmt: skip


def area(path: str) -> float:
    boxes = re.findall(r"M[0-9.e+]+ [0-9.e+]+h([0-9.e+]+)v([0-9.e+]+)h-[0-9.e+]+z", path)
    assert len(boxes) == path.count("M")
    return sum(float(width) * float(height) for width, height in boxes)


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_what_is_drawn_is_as_large_as_what_it_stands_for(share: float) -> None:
    every = int(1 / share)
    numbers = dict.fromkeys(range(12000), Standing.MISSING)
    numbers |= dict.fromkeys(range(0, 12000, every), Standing.ARCHIVED)
    root = ET.fromstring(picture([line(numbers)], ""))  # noqa: S314
    paths = {path.get("class"): path.attrib["d"] for path in root.iter(f"{SVG}path")}
    assert area(paths["k0"]) == pytest.approx(920 * 48 * share, rel=0.02)
    assert area(paths.get("k6", "")) == pytest.approx(920 * 48 * (1 - share), rel=0.02)


def test_a_picture_of_much_is_small() -> None:
    standings = list(Standing)
    numbers = {number: standings[number * number % 6] for number in range(8000, 28000) if number % 7 < 5}
    assert len(picture([line(numbers)], "")) < 20_000
    assert len(picture([line(dict.fromkeys(range(100_000), Standing.ARCHIVED))], "")) < 2_500
