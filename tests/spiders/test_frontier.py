"""In which order addresses are handed out, and how many at a time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.archive.ledger import Known
from slqncy.reasons import PageKind, State
from slqncy.spiders.frontier import Frontier, Listing, Numbers, Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

NUMBERS = st.integers(0, 40) | st.integers(0, 3000)


def story(number: int, due: int | None = None) -> Known:
    """What is known of a story that nobody has asked for."""
    return Known(
        number, f"s{number}", PageKind.STORY, f"slqncy/szxw/{number}", State.FOUND, "", None, None, due, 0, None, "",
        "", None, "", None, is_complete=False,
    )  # fmt: skip


def front(url: str = "f", most_pages: int = 9) -> Page:
    """The front page of a list of its own."""
    return Page(url, PageKind.FRONT, Listing(url, most_pages))


def page(url: str, listing: Listing | None = None) -> Page:
    """A further page of a list, of a list of its own unless one is given."""
    return Page(url, PageKind.LIST, listing or Listing(url, 9))


class Due:
    """Stories of earlier runs that are due, as an archive gives them."""

    def __init__(self, *stories: Known) -> None:
        self.stories = stories
        self.given: list[list[Known]] = []

    def __call__(self, after: tuple[int, int], most: int) -> list[Known]:
        rows = sorted((row.due or 0, row.id, row) for row in self.stories)
        batch = [row for due, number, row in rows if (due, number) > after][:most]
        self.given.append(batch)
        return batch


def make(
    *due: Known,
    max_stories: int | None = None,
    most_pending: int = 99,
    accepts: Callable[[Known], bool] = lambda _: True,
) -> Frontier:
    return Frontier(Due(*due), story, accepts, max_stories=max_stories, most_pending=most_pending)


def names(frontier: Frontier, archived: int = 0, pending: int = 0, stories_pending: int = 0) -> list[str]:
    """URLs of what is handed out now."""
    return [given.url for given in frontier.release(archived, pending, stories_pending)]


# Numbers


@given(st.lists(NUMBERS), st.lists(NUMBERS))
def test_numbers_are_a_set(added: list[int], others: list[int]) -> None:
    numbers, expected = Numbers(), set[int]()
    for number in added:
        assert numbers.add(number) is (number not in expected)
        expected.add(number)
        assert number in numbers
    around = {number + step for number in added for step in (-8, -1, 1, 8) if number + step >= 0}
    for number in {*added, *others, *around}:
        assert (number in numbers) is (number in expected)


def test_a_million_numbers_are_small() -> None:
    numbers = Numbers()
    for number in range(7, 1_000_000, 8):
        assert numbers.add(number)
    assert sys.getsizeof(numbers._bits) < 200_000


# Lists


def test_a_list_is_at_its_end_when_it_shows_nothing_new() -> None:
    listing = Listing("f", 9)
    assert listing.shows_new([1, 2])
    assert listing.shows_new([2, 3])
    assert not listing.shows_new([1, 3])
    assert not listing.shows_new([])
    assert listing.shows_new([4, 5, 1])
    assert not listing.shows_new([5])
    assert Listing("g", 9).shows_new([1]), "each list for itself"


@pytest.mark.parametrize(
    ("confirmed", "stories", "confirms"),
    [
        (None, [1], False),
        (None, [], False),
        (5, [], False),
        (5, [1, 5, 2], True),
        (5, [6], False),
        (5, [1, 6, 2], False),
        (0, [1], False),
    ],
)
def test_a_page_confirms_the_reading_before_only_if_all_it_shows_was_known_then(
    confirmed: int | None, stories: list[int], confirms: bool
) -> None:
    assert Listing("f", 9, confirmed=confirmed).confirms(stories) is confirms


def test_a_list_has_its_share_of_pages_and_each_its_own() -> None:
    frontier, one, other = make(), front("a1", 2), front("b1", 1)
    assert one.listing
    assert other.listing
    for queued in (one, one, page("a2", one.listing), page("a3", one.listing), other, page("b2", other.listing)):
        frontier.add_page(queued)
    assert list(frontier.release(0, 0, 0)) == [one, other, page("a2", one.listing)]
    assert (one.listing.pages, other.listing.pages) == (2, 1)
    assert (one.listing.unread, other.listing.unread) == (2, 1)
    assert not frontier.has_page("a3")
    another = page("a3")
    frontier.add_page(another)
    assert list(frontier.release(0, 0, 0)) == [another], "another list may still show it"


def test_a_page_that_another_list_has_queued_is_no_page_of_this_one() -> None:
    frontier, other = make(), Listing("g", 9)
    frontier.add_page(page("p"))
    frontier.add_page(page("p", other))
    assert (other.pages, other.unread) == (0, 0)


def test_sitemaps_belong_to_no_list_and_have_no_share() -> None:
    frontier = make()
    for url in ("m1", "m2", "m1", "m3"):
        frontier.add_page(Page(url, PageKind.SITEMAP))
    assert names(frontier) == ["m1", "m2", "m3"]


# Order


def fill(frontier: Frontier) -> None:
    """Queue something of every sort, what comes last first."""
    frontier.add_page(page("p1"))
    frontier.add_page(Page("m1", PageKind.SITEMAP))
    for number in (52, 51):
        assert frontier.see(story(number))
        frontier.add_story(story(number))
    frontier.add_page(front("f2"))
    frontier.add_page(page("p2"))
    frontier.add_page(front("f1"))


DUE = (story(3, 700), story(4, 600), story(9, 0), story(2, 0), story(1, 600))


def test_fronts_then_stories_found_then_pages_then_later_looks() -> None:
    frontier = make(*DUE)
    fill(frontier)
    in_order = ["f2", "f1", "s52", "s51", "s2", "s9", "p1", "m1", "p2", "s1", "s4", "s3"]
    assert names(frontier) == in_order
    assert names(frontier) == []


def test_the_order_is_the_same_where_one_is_asked_for_at_a_time() -> None:
    frontier = make(*DUE, most_pending=1)
    fill(frontier)
    assert names(frontier) == ["f2", "f1"], "fronts go together"
    one_by_one = [names(frontier) for _ in range(11)]
    assert one_by_one == [["s52"], ["s51"], ["s2"], ["s9"], ["p1"], ["m1"], ["p2"], ["s1"], ["s4"], ["s3"], []]


def test_under_max_stories_fronts_wait_for_stories_that_may_fill_the_number() -> None:
    frontier = make(*DUE, max_stories=99)
    fill(frontier)
    in_order = ["s52", "s51", "s2", "s9", "f2", "f1", "p1", "m1", "p2", "s1", "s4", "s3"]
    assert names(frontier) == in_order
    assert names(frontier) == []


def test_what_a_page_shows_comes_before_the_pages_and_looks_still_queued() -> None:
    frontier = make(story(1, 600), most_pending=1)
    frontier.add_page(page("p1"))
    frontier.add_page(page("p2"))
    assert names(frontier) == ["p1"]
    frontier.add_story(story(51))
    assert names(frontier) == ["s51"]
    frontier.add_page(front())
    assert names(frontier) == ["f"]
    assert [names(frontier), names(frontier)] == [["p2"], ["s1"]]


# Each once


def test_each_page_once() -> None:
    frontier, first = make(), page("p")
    for queued in (first, page("p"), front("p"), Page("p", PageKind.SITEMAP)):
        frontier.add_page(queued)
    assert frontier.has_page("p")
    assert not frontier.has_page("x")
    assert list(frontier.release(0, 0, 0)) == [first]
    frontier.add_page(page("p"))
    assert names(frontier) == []
    assert frontier.has_page("p")


def test_a_story_is_met_for_the_first_time_once() -> None:
    frontier = make()
    assert frontier.see(story(1))
    assert not frontier.see(story(1))
    assert frontier.see(story(2))


def test_a_due_story_that_was_met_is_not_handed_out_again() -> None:
    frontier = make(story(1, 0), story(2, 0), story(3, 600), story(4, 600))
    for number in (1, 3):
        assert frontier.see(story(number))
        frontier.add_story(story(number))
    assert names(frontier) == ["s1", "s3", "s2", "s4"]


def test_a_due_story_that_waits_for_its_turn_is_not_met_again() -> None:
    frontier = make(story(1, 0), story(2, 600), most_pending=1)
    assert names(frontier) == ["s1"]
    assert not frontier.see(story(1))
    assert not frontier.see(story(2)), "a list that shows it must not queue it"
    assert [names(frontier), names(frontier)] == [["s2"], []]


def test_a_story_is_handed_out_as_it_is_known_when_its_turn_comes() -> None:
    now = story(1, due=77)
    frontier = Frontier(Due(), {1: now}.get, lambda _: True, max_stories=None, most_pending=1)
    frontier.add_story(story(1, due=0))
    assert list(frontier.release(0, 0, 0)) == [now]


# Due stories


def many_due() -> list[Known]:
    """More than two batches, with the same time across their borders, the last found first."""
    return [story(number, due=number // 150 * 100) for number in range(500, 0, -1)]


@pytest.mark.parametrize("max_stories", [None, 10_000])
def test_due_stories_come_in_batches_and_none_twice(max_stories: int | None) -> None:
    due = Due(*many_due())
    frontier = Frontier(due, story, lambda _: True, max_stories=max_stories, most_pending=7)
    handed_out: list[str] = []
    while urls := names(frontier):
        assert len(urls) <= 7
        handed_out += urls
        assert sum(map(len, due.given)) - len(handed_out) <= 200, "no more are fetched than are soon needed"
    assert handed_out == [f"s{number}" for number in range(1, 501)]
    batches = [len(batch) for batch in due.given if batch]
    assert batches == [200, 200, 100]


def test_due_stories_that_the_run_does_not_want_are_passed_over() -> None:
    looked_at: list[int] = []

    def accepts(known: Known) -> bool:
        looked_at.append(known.id)
        return known.id > 450 and known.id % 2 == 0

    frontier = make(*many_due(), accepts=accepts)
    frontier.see(story(452))
    assert names(frontier) == [f"s{number}" for number in range(454, 501, 2)]
    assert sorted(looked_at) == [number for number in range(1, 501) if number != 452], "each is looked at once"


def test_a_story_never_asked_for_does_not_pull_up_later_looks_behind_it() -> None:
    frontier = make(story(1, 0), story(2, 1), most_pending=1)
    frontier.add_page(page("p"))
    assert [names(frontier) for _ in range(3)] == [["s1"], ["p"], ["s2"]]


# How many


@pytest.mark.parametrize(
    ("pending", "released"), [(0, ["s1", "s2", "p1"]), (1, ["s1", "s2"]), (2, ["s1"]), (3, []), (9, [])]
)
def test_no_more_is_pending_than_may_be(pending: int, released: list[str]) -> None:
    frontier = make(story(7, 600), most_pending=3)
    for number in (1, 2):
        frontier.add_story(story(number))
    frontier.add_page(page("p1"))
    assert names(frontier, pending=pending) == released


@pytest.mark.parametrize(("pending", "released"), [(0, ["p1", "s7"]), (1, ["p1"]), (2, [])])
def test_pages_and_later_looks_share_the_room(pending: int, released: list[str]) -> None:
    frontier = make(story(7, 600), story(8, 600), most_pending=2)
    frontier.add_page(page("p1"))
    assert names(frontier, pending=pending) == released


def test_fronts_need_no_room_and_take_that_of_others() -> None:
    frontier = make(most_pending=3)
    for url in ("f1", "f2"):
        frontier.add_page(front(url))
    for number in (1, 2):
        frontier.add_story(story(number))
    assert names(frontier, pending=3) == ["f1", "f2"]
    frontier.add_page(front("f3"))
    frontier.add_page(front("f4"))
    assert names(frontier) == ["f3", "f4", "s1"]


@pytest.mark.parametrize(
    ("archived", "pending", "released"),
    [(0, 0, ["s1", "s2", "s3"]), (1, 1, ["s1"]), (0, 2, ["s1"]), (3, 0, []), (0, 3, []), (2, 2, []), (2, 0, ["s1"])],
)
def test_no_more_stories_than_may_still_be_needed(archived: int, pending: int, released: list[str]) -> None:
    frontier = make(story(7, 0), story(8, 600), max_stories=3)
    for number in (1, 2, 3, 4):
        frontier.add_story(story(number))
    frontier.add_page(front())
    frontier.add_page(page("p1"))
    assert names(frontier, archived, pending, pending) == released


def test_under_max_stories_pages_are_read_on_when_stories_run_out() -> None:
    frontier = make(max_stories=2, most_pending=1)
    frontier.add_story(story(1))
    for url in ("p1", "p2"):
        frontier.add_page(page(url))
    frontier.add_page(front())
    assert names(frontier) == ["s1"]
    assert names(frontier, 0, 1, 1) == [], "the story may be one of the two"
    assert names(frontier, 1) == ["f"]
    assert names(frontier, 1, 1) == [], "the page may show the other"
    assert names(frontier, 1) == ["p1"]
    assert names(frontier, 2) == []


def test_pages_that_are_pending_take_room_and_nothing_from_the_number() -> None:
    frontier = make(max_stories=1, most_pending=3)
    frontier.add_story(story(1))
    assert names(frontier, pending=3) == []
    assert names(frontier, pending=2) == ["s1"]


def test_under_max_stories_no_page_while_a_story_is_pending_that_might_fill_the_number() -> None:
    frontier = make(max_stories=2)
    frontier.add_page(front())
    assert names(frontier, 0, 1, 1) == []
    assert names(frontier, 1, 0, 0) == ["f"]


class Site:
    """Pages that show stories, some of which will be archived, and stories due from earlier runs."""

    def __init__(self, pages: list[list[bool]], due: list[tuple[int, bool]]) -> None:
        self.is_archived: dict[str, bool] = {}
        self.due = [self._add(is_archived, when) for when, is_archived in due]
        self.shown = [[self._add(is_archived) for is_archived in shown] for shown in pages]

    def _add(self, is_archived: bool, due: int | None = None) -> Known:
        known = story(len(self.is_archived) + 1, due)
        self.is_archived[known.url] = is_archived
        return known


@given(
    st.none() | st.integers(1, 6),
    st.integers(1, 5),
    st.lists(st.lists(st.booleans(), max_size=4), max_size=6),
    st.lists(st.tuples(st.sampled_from([0, 600]), st.booleans()), max_size=6),
    st.randoms(use_true_random=False),
)
def test_max_stories_is_met_and_never_passed(
    most: int | None, most_pending: int, pages: list[list[bool]], due: list[tuple[int, bool]], random: Random
) -> None:
    site, listing = Site(pages, due), Listing("p0", 99)
    frontier = make(*site.due, max_stories=most, most_pending=most_pending)
    frontier.add_page(Page("p0", PageKind.FRONT, listing))
    asked: list[str] = []
    pending: list[str] = []
    archived = 0
    while True:
        stories_pending = sum(url in site.is_archived for url in pending)
        released = names(frontier, archived, len(pending), stories_pending)
        pending += released
        asked += released
        if not pending:
            break
        stories_pending = sum(url in site.is_archived for url in pending)
        assert len(pending) <= most_pending
        assert most is None or archived + stories_pending <= most
        # Answers come in any order.
        answered = pending.pop(random.randrange(len(pending)))
        if answered in site.is_archived:
            archived += site.is_archived[answered]
            continue
        number = int(answered[1:])
        for shown in site.shown[number] if number < len(pages) else []:
            assert frontier.see(shown)
            frontier.add_story(shown)
        if number + 1 < len(pages):
            frontier.add_page(page(f"p{number + 1}", listing))
    assert len(set(asked)) == len(asked)
    there_are = sum(site.is_archived.values())
    assert archived == (there_are if most is None else min(most, there_are))
    if most is None or archived < most:
        assert set(site.is_archived) <= set(asked)
