"""Which story a new one duplicates, among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slqncy.dedup import Deduplicator, Thresholds
from slqncy.reasons import DuplicateKind
from tests.dedup import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.dedup import Compared


class Stories:
    """Texts by number, and how often each was asked for."""

    def __init__(self) -> None:
        self.texts: dict[int, Compared] = {}
        self.asked: list[int] = []

    def text_of(self, number: int) -> Compared:
        self.asked.append(number)
        return self.texts[number]


@pytest.fixture
def stories() -> Stories:
    return Stories()


@pytest.fixture
def deduplicator(stories: Stories, tmp_path: Path) -> Iterator[Deduplicator]:
    deduplicator = Deduplicator(tmp_path, stories.text_of)
    yield deduplicator
    deduplicator.index.close()


@pytest.fixture
def add(stories: Stories, deduplicator: Deduplicator) -> Callable[[Compared], int]:
    def add(story: Compared) -> int:
        number = 7 * len(stories.texts)
        stories.texts[number] = story
        deduplicator.add(number, story)
        return number

    return add


def test_a_copy_and_a_rewrite_are_found_among_other_stories(
    add: Callable[[Compared], int], deduplicator: Deduplicator
) -> None:
    add(texts.story(texts.OTHER, texts.OTHER_TITLE))
    original = add(texts.story())
    for pair in texts.BULLETINS.values():
        for bulletin in pair:
            assert deduplicator.find(texts.story(bulletin, "今日通报")) is None
            add(texts.story(bulletin, "今日通报"))
    add(texts.story(texts.FOLLOW_UP, texts.FOLLOW_UP_TITLE))
    for text, title, kind in (
        (texts.STORY, "", DuplicateKind.SAME_TEXT),
        (texts.edited(), "", DuplicateKind.NEAR_TEXT),
        (texts.cut(0.3), "", DuplicateKind.CONTAINED),
        (texts.REWRITE, texts.REWRITE_TITLE, DuplicateKind.REWRITE),
    ):
        match = deduplicator.find(texts.story(text, title))
        assert match is not None
        assert (match.number, match.verdict.kind) == (original, kind)


def test_of_equal_originals_the_oldest(add: Callable[[Compared], int], deduplicator: Deduplicator) -> None:
    first, second = add(texts.story()), add(texts.story())
    matches = deduplicator.matches(texts.story(texts.edited()))
    assert [match.number for match in matches] == [first, second]


def test_an_equal_text_is_a_copy_of_its_equal_and_not_of_an_older_page_that_has_it(
    add: Callable[[Compared], int], deduplicator: Deduplicator
) -> None:
    page, equal = add(texts.story(texts.PAGE, "今日要闻")), add(texts.story())
    assert [match.number for match in deduplicator.matches(texts.story(title="转发"))] == [equal, page]


def test_a_copy_is_of_its_original_and_not_of_what_rewrites_it(
    add: Callable[[Compared], int], deduplicator: Deduplicator
) -> None:
    rewrite, original = add(texts.story(texts.REWRITE, texts.REWRITE_TITLE)), add(texts.story())
    matches = deduplicator.matches(texts.story(texts.edited(), texts.REWRITE_TITLE))
    assert [match.number for match in matches] == [original, rewrite]


def test_a_page_is_a_copy_of_that_which_is_most_of_it(
    add: Callable[[Compared], int], deduplicator: Deduplicator
) -> None:
    part, most = add(texts.story(texts.OTHER, texts.OTHER_TITLE)), add(texts.story())
    matches = deduplicator.matches(texts.story(texts.PAGE, "今日要闻"))
    assert [match.number for match in matches] == [most, part]


def test_thresholds_are_the_callers(stories: Stories, tmp_path: Path) -> None:
    strict = Deduplicator(tmp_path, stories.text_of, Thresholds(near=1.0, rewrite=1.0))
    stories.texts[1] = texts.story()
    strict.add(1, texts.story())
    assert strict.find(texts.story(texts.edited())) is None
    assert strict.find(texts.story(title="别的标题")) is not None
    strict.index.close()


def test_no_more_than_four_are_compared(
    add: Callable[[Compared], int], deduplicator: Deduplicator, stories: Stories
) -> None:
    numbers = [add(texts.story()) for _ in range(10)]
    deduplicator.flush()
    again = Deduplicator(deduplicator.index.folder, stories.text_of)
    assert again.find(texts.story(texts.edited())) is not None
    assert stories.asked == numbers[:4]
    assert again.compared == 4
    again.index.close()


def test_what_was_cleared_is_not_found(
    add: Callable[[Compared], int], deduplicator: Deduplicator, stories: Stories
) -> None:
    add(texts.story(texts.OTHER))
    add(texts.story())
    deduplicator.find(texts.story(texts.OTHER))
    deduplicator.clear()
    assert deduplicator.find(texts.story()) is None
    # Another story may get the number.
    stories.texts[0] = texts.story()
    deduplicator.add(0, texts.story())
    match = deduplicator.find(texts.story())
    assert match is not None
    assert match.verdict.kind is DuplicateKind.SAME_TEXT


def test_it_goes_on_where_it_was(add: Callable[[Compared], int], deduplicator: Deduplicator, stories: Stories) -> None:
    number = add(texts.story())
    deduplicator.flush()
    add(texts.story(texts.OTHER))
    again = Deduplicator(deduplicator.index.folder, stories.text_of)
    assert again.index.last == number
    assert again.find(texts.story()) is not None
    assert again.find(texts.story(texts.OTHER)) is None
    again.index.close()


# What is kept in memory


def test_stories_are_read_again_only_where_they_were_not_kept(
    add: Callable[[Compared], int], deduplicator: Deduplicator, stories: Stories
) -> None:
    number = add(texts.story())
    assert deduplicator.find(texts.story()) is not None
    assert stories.asked == []
    deduplicator.flush()
    again = Deduplicator(deduplicator.index.folder, stories.text_of)
    for _ in range(3):
        assert again.find(texts.story()) is not None
    assert stories.asked == [number]
    again.index.close()
