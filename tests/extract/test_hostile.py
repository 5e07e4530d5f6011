"""Pages that are large or deep: read whole in bounded time, or refused, never read in part without a word."""

from __future__ import annotations

import pytest

from slqncy.extract.boilerplate import strip
from slqncy.extract.lines import page_lines
from slqncy.extract.links import page_links
from slqncy.extract.page import parse_page
from slqncy.extract.pagination import list_pages
from slqncy.extract.reading import read_story
from slqncy.extract.story import extract_story
from slqncy.sites import load_site
from tests.extract.designs import NOW, PARAGRAPHS, TITLE

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
    "deep formatting": "<b><i>" * 70_000 + "一句话。",
    "pictures": "<p><img src=1.jpg>说明</p>" * 70_000,
}


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE.keys())
def test_eight_megabytes_are_read_to_their_end(body: str) -> None:
    # A step that is not linear would take hours here.
    page = parse_page(body.encode(), URL)
    assert not page.refused
    assert extract_story(page, page_lines(page), downloaded=NOW)


STORY = f"<h1>{TITLE}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
BACKTRACKING = {
    "heading of boxes": f"{STORY}<p>{'推荐' * 36}甲</p>",
    "date": f"<meta name=pubdate content='昨天{chr(0x3000) * 400_000}.'>{STORY}",
    "English date": f"<meta name=pubdate content='{'sep' * 400_000}'>{STORY}",
    "author": f"<meta name=author content='{'全媒体' * 400_000}'>{STORY}",
    "pager of a script": "<script>" + "createPageHTML(99999,0,'index','html');" * 20_000 + f"</script>{STORY}",
}


@pytest.mark.parametrize("body", BACKTRACKING.values(), ids=BACKTRACKING.keys())
def test_what_can_be_read_in_many_ways_is_read_in_one(body: str) -> None:
    # Each would take hours, or more.
    page = parse_page(body.encode(), URL)
    assert extract_story(page, page_lines(page), downloaded=NOW).title == TITLE
    assert len(list_pages(page, page_links(page))) <= 2000


def test_pictures_that_share_a_caption_have_its_beginning() -> None:
    pictures = "".join(f"<img src=/{i}.jpg>" for i in range(100))
    caption = "一句话，不长。" * 20_000
    figure = f"<figure><figcaption>{caption}</figcaption>{pictures}</figure>"
    page = parse_page(f"{STORY}{figure}<p>{PARAGRAPHS[0]}".encode(), URL)
    images = extract_story(page, page_lines(page), downloaded=NOW).images
    assert [image.caption for image in images] == [caption[:1000]] * 100


def test_links_within_links_have_the_beginning_of_their_text() -> None:
    nested = "".join(f"<a href=/{i}.html><object>" for i in range(400))
    links = page_links(parse_page(f"<body>{nested}{'说明，' * 100_000}".encode(), URL))
    assert len(links) == 400
    assert max(len(link.text) for link in links) == 1000


def test_a_long_base_makes_no_more_addresses_than_can_be_read() -> None:
    base = f"http://news.example/{'a' * 1900}/"
    links = page_links(
        parse_page(f"<base href={base}>{''.join(f'<a href={i}>{i}</a>' for i in range(20_000))}".encode(), URL)
    )
    assert [link.url for link in links] == [f"{base}{i}" for i in range(len(links))]
    assert 1000 < len(links) < 4000


SPACES = "\u3000" * 400_000


@pytest.mark.parametrize(
    "line", [f"一句话。{SPACES}完。", f"本篇文章1字{SPACES}完。"], ids=["behind a sentence", "banner"]
)
def test_spaces_are_gone_over_once(line: str) -> None:
    site = load_site("slqncy")
    page = parse_page(f"{STORY}<p>{line}</p>".encode(), URL)
    paragraphs = read_story(page, site, NOW).paragraphs
    assert strip(paragraphs, TITLE, site).paragraphs == [*PARAGRAPHS, line]
