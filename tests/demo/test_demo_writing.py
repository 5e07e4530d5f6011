"""The written stories: shapes, counts, and that no two are alike."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from slqncy.demo.phrases import load_phrases
from slqncy.demo.seed import read_seed
from slqncy.demo.story import DemoStory, minutes
from slqncy.demo.writing import write_stories


@pytest.fixture(scope="module")
def stories() -> list[DemoStory]:
    return write_stories(1500, seed=3)


def shingles(text: str) -> set[str]:
    return {text[start : start + 5] for start in range(len(text) - 4)}


def test_the_seed_is_the_page_that_declared_2662_characters() -> None:
    seed = read_seed()
    assert len(seed.text) == 2660
    assert (seed.chars, minutes(seed.chars)) == (2662, 7)
    assert seed.title == "苏州科技城(东渚街道)召开“争第一 创唯一”誓师大会"
    assert seed.text.endswith(f" ({seed.byline})")


def test_same_seed_same_stories_and_a_smaller_count_is_a_prefix(stories: list[DemoStory]) -> None:
    assert write_stories(20, seed=3) == stories[:20]
    assert write_stories(20, seed=4) != stories[:20]


def test_sizes(stories: list[DemoStory]) -> None:
    assert all(200 <= len(story.text) <= 1500 for story in stories)


def test_all_texts_differ(stories: list[DemoStory]) -> None:
    assert len({story.text for story in stories}) == len(stories)


def test_any_two_stories_share_little_wording(stories: list[DemoStory]) -> None:
    sets = [shingles(story.text) for story in stories[:150]]
    assert max(len(a & b) / len(a | b) for a, b in combinations(sets, 2)) < 0.25


def test_every_topic_is_told(stories: list[DemoStory]) -> None:
    topics = load_phrases().topics
    assert len(topics) >= 14
    assert {story.keywords for story in stories} == {topic.keywords for topic in topics}


def test_no_pattern_is_left_in_a_text(stories: list[DemoStory]) -> None:
    marks = re.compile(r"[\[\]{}|]|\s\s|\n\n|。。")
    assert [story.text for story in stories if marks.search(story.text + story.title)] == []


def test_both_shapes(stories: list[DemoStory]) -> None:
    run_on = [story for story in stories if len(story.paragraphs) == 1]
    paragraphed = [story for story in stories if len(story.paragraphs) > 1]
    assert 0.4 < len(run_on) / len(stories) < 0.6
    assert sum(story.text.count(" ") for story in run_on) > sum(story.text.count("。") for story in run_on)
    assert {len(story.paragraphs) for story in paragraphed} == {3, 4, 5, 6}


def test_repeated_titles_are_never_first_or_last(stories: list[DemoStory]) -> None:
    repeating = [story for story in stories if story.title_lines]
    assert {len(story.title_lines) for story in repeating} == {1, 2}
    assert all(0 < line < len(story.paragraphs) for story in repeating for line in story.title_lines)


def test_bylines_close_the_text_and_name_their_authors(stories: list[DemoStory]) -> None:
    assert all(story.text.endswith(f"({story.byline})") for story in stories)
    assert all(author in story.byline for story in stories for author in story.authors)
    assert {len(story.authors) for story in stories} == {0, 1, 2}
    assert {story.byline for story in stories if not story.authors} == {"也称为"}


def test_publication_lines_open_the_text(stories: list[DemoStory]) -> None:
    published = [story for story in stories if story.publication]
    assert published
    assert all(story.text.startswith(story.publication) for story in published)


@pytest.mark.parametrize(("chars", "expected"), [(379, 1), (100, 1), (650, 2), (2662, 7)])
def test_minutes(chars: int, expected: int) -> None:
    assert minutes(chars) == expected
