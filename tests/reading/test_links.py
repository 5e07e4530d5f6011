"""What links lead to: stories, list pages, further pages of stories."""

from __future__ import annotations

import pytest

from slqncy.extract.links import Link
from slqncy.extract.page import parse_page
from slqncy.reading.links import links_within, next_part, stories_linked, story_urls, without_stories
from slqncy.sites import Address, load_site

SITE = load_site("slqncy")
LIVE = Address(SITE)
HERE = "http://www.slqncy.com/szxw/"


def link(path: str, text: str = "志愿服务活动举行") -> Link:
    """A link as a page of the section shows it."""
    return Link(f"{HERE}{path}", text, "")


def urls(*paths: str) -> list[str]:
    return [f"{HERE}{path}" for path in paths]


@pytest.mark.parametrize("base_url", ["", "http://127.0.0.1:8080/mirror"])
def test_links_within_the_site_by_their_canonical_urls(base_url: str) -> None:
    html = (
        '<a href="/szxw/1.html?from=list#top">一</a><a href="https://slqncy.com/szxw/2.html">二</a>'
        '<a href="http://other.example/szxw/3.html">三</a><a href="http://slqncy.com:8080/szxw/4.html">四</a>'
        '<a href="list_2.html" rel="next">五</a><a href="mailto:a@slqncy.com">六</a>'
    )
    address = Address(SITE, base_url)
    page = parse_page(f"<html><body>{html}".encode(), f"{base_url}/szxw/" if base_url else HERE)
    assert links_within(page, address) == [
        link("1.html", "一"),
        link("2.html", "二"),
        Link(f"{HERE}list_2.html", "五", "next"),
    ]


def test_stories_by_their_first_pages_and_each_once() -> None:
    given = urls("2.html", "1_3.html", "", "2_2.html", "list_2.html", "1.html")
    assert story_urls(given, LIVE) == urls("2.html", "1.html")


def test_stories_linked_are_neither_list_pages_nor_numbers_of_a_pager() -> None:
    links = [link("9538.html"), link("8.html"), link("2.html", "2"), link("3.html", "下一页"), link("9538_2.html", "2")]
    assert stories_linked(links, LIVE).beside(set(urls("8.html"))) == urls("9538.html", "3.html")


def test_a_story_that_is_linked_by_title_too_is_a_story() -> None:
    assert stories_linked([link("2.html", "2"), link("2.html")], LIVE).beside(()) == urls("2.html")


def test_what_names_a_story_is_no_list_page_unless_its_number_is_the_link() -> None:
    links = [link("2.html", "2"), link("3.html"), link("list_3.html", "3"), link("4.html", "5"), link("9_2.html", "2")]
    pages = urls("list_2.html", "2.html", "3.html", "4.html", "9_2.html")
    assert without_stories(pages, links, LIVE) == urls("list_2.html", "2.html")


def test_a_pager_of_nothing_but_stories_has_no_page() -> None:
    # To look for each among all of them would take minutes.
    links = [link(f"{number}.html", "下一页") for number in range(8000)]
    assert without_stories([given.url for given in links], links, LIVE) == []


@pytest.mark.parametrize(
    ("here", "following"),
    [
        ("9538.html", "9538_2.html"),
        ("9538_2.html", "9538_3.html"),
        ("9538_3.html", None),
        ("9539.html", None),
        ("1.html", None),
    ],
)
def test_the_part_that_follows_a_page_of_a_story(here: str, following: str | None) -> None:
    links = [link("9539_3.html"), link("9538_3.html", "3"), link("9538_2.html", "2"), link("9538.html", "1")]
    elsewhere = Link("http://www.slqncy.com/jkyw/1_2.html", "2", "")
    expected = f"{HERE}{following}" if following else None
    assert next_part([*links, elsewhere], f"{HERE}{here}", LIVE) == expected
