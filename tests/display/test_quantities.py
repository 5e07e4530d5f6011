"""Counts and lengths of time in words."""

from __future__ import annotations

import pytest

from slqncy.display.quantities import plural, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.9, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min 59 s"), (3600, "1 h"),
        (86_399, "23 h 59 min"), (86_400, "1 d"), (302_400, "3 d 12 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_count_of_one() -> None:
    assert [plural(count, "story", "stories") for count in (0, 1, 2)] == ["0 stories", "1 story", "2 stories"]
    assert [plural(count, "page") for count in (1, 2)] == ["1 page", "2 pages"]
