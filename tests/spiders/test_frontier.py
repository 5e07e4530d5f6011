"""In which order URLs are handed out, and how many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.spiders.frontier import Frontier, Listing, ListPage


def test_stories_first_and_first_found_first() -> None:
    frontier, listing = Frontier(None), Listing(9)
    frontier.add_list_page("l1", listing)
    frontier.add_story("s2")
    frontier.add_list_page("l2", listing)
    frontier.add_story("s1")
    assert list(frontier.release(0, 0)) == ["s2", "s1", ListPage("l1", listing), ListPage("l2", listing)]
    assert list(frontier.release(0, 0)) == []


def test_each_url_once() -> None:
    frontier, listing = Frontier(None), Listing(9)
    for _ in range(2):
        frontier.add_story("s")
        frontier.add_list_page("l", listing)
    frontier.add_story("l")
    frontier.add_list_page("s", listing)
    assert len(list(frontier.release(0, 0))) == 2
    frontier.add_story("s")
    frontier.add_list_page("l", Listing(9))
    assert list(frontier.release(0, 0)) == []
    assert "s" in frontier
    assert "l" in frontier
    assert "x" not in frontier


def test_a_list_has_its_share_of_pages_and_each_its_own() -> None:
    frontier, one, other = Frontier(None), Listing(2), Listing(1)
    for url in ("a1", "a1", "a2", "a3"):
        frontier.add_list_page(url, one)
    frontier.add_list_page("b1", other)
    frontier.add_list_page("b2", other)
    assert list(frontier.release(0, 0)) == [ListPage("a1", one), ListPage("a2", one), ListPage("b1", other)]
    assert (one.pages, other.pages) == (2, 1)
    assert "a3" not in frontier, "another list may still show it"


def test_a_list_is_at_its_end_when_it_shows_nothing_new() -> None:
    listing = Listing(9)
    assert listing.shows_new({"a", "b"})
    assert listing.shows_new({"b", "c"})
    assert not listing.shows_new({"a", "c"})
    assert not listing.shows_new(set())


@pytest.mark.parametrize(
    ("archived", "pending", "released"),
    [(0, 0, ["s1", "s2", "s3"]), (1, 1, ["s1"]), (0, 2, ["s1"]), (3, 0, []), (0, 3, []), (2, 2, [])],
)
def test_no_more_stories_than_may_still_be_needed(archived: int, pending: int, released: list[str]) -> None:
    frontier = Frontier(3)
    for url in ("s1", "s2", "s3", "s4"):
        frontier.add_story(url)
    frontier.add_list_page("l1", Listing(9))
    assert list(frontier.release(archived, pending)) == released


def test_lists_are_read_on_one_page_at_a_time_when_stories_run_out() -> None:
    frontier, listing = Frontier(2), Listing(9)
    frontier.add_story("s1")
    frontier.add_list_page("l1", listing)
    frontier.add_list_page("l2", listing)
    assert list(frontier.release(0, 0)) == ["s1", ListPage("l1", listing)]
    assert list(frontier.release(1, 0)) == [ListPage("l2", listing)]
    frontier.add_list_page("l3", listing)
    assert list(frontier.release(1, 1)) == []
    assert list(frontier.release(2, 0)) == []


@given(st.integers(1, 5), st.lists(st.booleans(), max_size=20))
def test_max_stories_is_met_and_never_passed(most: int, are_stories: list[bool]) -> None:
    frontier = Frontier(most)
    for number, _ in enumerate(are_stories):
        frontier.add_story(str(number))
    archived = asked = 0
    while due := list(frontier.release(archived, 0)):
        asked += len(due)
        assert archived + len(due) <= most
        archived += sum(are_stories[int(url)] for url in due if isinstance(url, str))
    assert archived == min(most, sum(are_stories))
    assert asked <= len(are_stories)
