"""Pages that are large or deep: read whole in bounded time, or refused, never read in part without a word."""

from __future__ import annotations

import pytest

from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.story import extract_story
from tests.extract.designs import NOW, PARAGRAPHS

URL = "http://news.example/"
LEVELS = 2100
"""More than libxml2 nests."""


@pytest.mark.parametrize("tag", ["font", "span", "b", "strong", "SPAN class='>' title=\"<b>\""])
def test_formatting_never_closed_hides_no_text(tag: str) -> None:
    body = f"<p>{PARAGRAPHS[0]}</p>" + f"<{tag}>" * LEVELS + f"<p>{PARAGRAPHS[1]}</p>"
    page = parse_page(body.encode(), URL)
    assert page.refused == ""
    assert [line.text for line in page_lines(page)] == PARAGRAPHS[:2]


def test_formatting_round_every_word_hides_no_text() -> None:
    page = parse_page(("<p>" + "<b><i>字</b>" * LEVELS).encode(), URL)
    assert "".join(line.text for line in page_lines(page)) == "字" * LEVELS


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "ul><li", "blockquote"])
def test_blocks_nested_deeper_than_the_parser_reads_are_refused(tag: str) -> None:
    page = parse_page((f"<p>{PARAGRAPHS[0]}</p>" + f"<{tag}>" * LEVELS + PARAGRAPHS[1]).encode(), URL)
    assert page.refused == "depth"
    assert page_lines(page) == []


def test_what_the_parser_can_nest_is_read() -> None:
    page = parse_page((f"<p>{PARAGRAPHS[0]}</p>" + "<div>" * 2000 + PARAGRAPHS[1]).encode(), URL)
    assert page.refused == ""
    assert [line.text for line in page_lines(page)] == PARAGRAPHS[:2]


LARGE = {
    "short paragraphs": "".join(
        f"<p>第{i}段，说了一件事。这里还有一句话，不长。今天{i}号。</p>\n" for i in range(80_000)
    ),
    "line breaks": "".join(f"第{i}段，说了一件事。这里还有一句话，不长。<br>" for i in range(100_000)),
    "links": '<a href="x">链接</a> ' * 30_000,
    "one text": "<p>" + "一句话，不长。" * 380_000,
    "deep formatting": "<b><i>" * 90_000 + "一句话。",
    "pictures": "<p><img src=1.jpg>说明</p>" * 90_000,
}


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE.keys())
def test_eight_megabytes_are_read_to_their_end(body: str) -> None:
    # A step that is not linear would take hours here.
    page = parse_page(body.encode(), URL)
    assert not page.refused
    assert extract_story(page, page_lines(page), downloaded=NOW)
