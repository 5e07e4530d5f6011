from __future__ import annotations

import pytest

from slqncy.extract.lines import page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.page import parse_page
from slqncy.extract.title import find_title, strip_suffix, title_line
from tests.extract.designs import DESIGNS, FORMS, PARAGRAPHS, TITLE


def title_of(html: str) -> str:
    page = parse_page(html.encode(), "http://news.example/1.html")
    metadata = read_metadata(page)
    return find_title(metadata, title_line(metadata, page_lines(page)))


@pytest.mark.parametrize("design", DESIGNS)
def test_the_headline_has_no_suffix(design: str) -> None:
    assert title_of(DESIGNS[design](FORMS["p"](PARAGRAPHS))) == TITLE


def test_a_link_of_that_name_is_not_the_headline() -> None:
    page = parse_page(
        f"<title>{TITLE}</title><li><a href=9>{TITLE}</a></li><div>{TITLE}</div>".encode(), "http://news.example/"
    )
    line = title_line(read_metadata(page), page_lines(page))
    assert line is not None
    assert line.linked == 0


def test_punctuation_is_as_published() -> None:
    html = "<title>“读书会”来了：湖滨(图) - 湖滨新闻网</title><h1>“读书会”来了：湖滨(图)</h1>"
    assert title_of(html) == "“读书会”来了：湖滨(图)"


def test_without_a_line_the_annotation_counts() -> None:
    assert title_of(f'<title>{TITLE}-湖滨新闻网</title><meta property="og:title" content="{TITLE}">') == TITLE


@pytest.mark.parametrize(
    ("title", "stripped"),
    [
        ("湖滨社区办起读书会_湖滨新闻网", "湖滨社区办起读书会"),
        ("湖滨社区办起读书会 - 社会 - 湖滨新闻网", "湖滨社区办起读书会"),
        ("湖滨社区办起读书会|湖滨", "湖滨社区办起读书会"),
        ("湖滨社区办起读书会", "湖滨社区办起读书会"),
        ("", ""),
    ],
)
def test_suffixes(title: str, stripped: str) -> None:
    assert strip_suffix(title) == stripped
