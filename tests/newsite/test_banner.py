"""The line that counts a story's characters: the known one, one of another count, or another one."""

from __future__ import annotations

import re
from time import process_time
from typing import TYPE_CHECKING

import pytest

from slqncy.newsite.banner import find_banner
from slqncy.sites import load_site
from tests.crawling import story_page, text_of
from tests.newsite.walking import sample

if TYPE_CHECKING:
    from slqncy.newsite.sample import Sample

SITE = load_site("slqncy")


def stories(banner: str, more: int = 0) -> list[Sample]:
    """Pages whose banner, with chars and minutes for {} and {}, counts so many characters more than it would."""
    found = []
    for number in range(100, 105):
        text = text_of(number)
        chars = SITE.count(text.split("\n"))
        known = f"本篇文章{chars}字,读完约1分钟"
        page = story_page(number, text)
        assert known in page
        dated = page.replace("</h1>", "</h1><p>2020-03-15 14:05</p>")
        found.append(sample(dated.replace(known, banner.format(chars + more, 1)), f"/szxw/{number}.html"))
    return found


def test_the_known_one() -> None:
    banner = find_banner(stories("本篇文章{}字,读完约{}分钟"), SITE)
    assert (banner.pages, banner.whole, banner.pattern, banner.constant) == (5, 5, "", None)


def test_the_known_one_of_a_site_that_counts_otherwise() -> None:
    banner = find_banner(stories("本篇文章{}字,读完约{}分钟", more=3), SITE)
    assert (banner.pages, banner.whole, banner.constant) == (5, 5, SITE.banner_constant + 3)


def test_one_of_another_wording() -> None:
    banner = find_banner(stories("全文共 {} 个字 | 预计阅读需要 {} 分钟"), SITE)
    assert banner.pattern == r"全文共\s*(?P<chars>\d{1,7})\s*个字\s*\|\s*预计阅读需要\s*(?P<minutes>\d{1,5})\s*分钟"
    assert (banner.pages, banner.whole, banner.constant) == (5, 5, None)


def test_a_line_of_many_numbers_makes_no_pattern_that_takes_for_ever() -> None:
    banner = find_banner(stories(f"{'1 ' * 12}全文{{}}字 {{}}分钟"), SITE)
    assert banner.whole == 5
    began = process_time()
    assert not re.search(banner.pattern, "1" * 28)
    assert process_time() - began < 2
    assert re.search(banner.pattern, f"{'1 ' * 12}全文100字 1分钟")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("全文共{}字", "it says no minutes, and a profile's banner has both"),
        ("已有9{}字评论,阅读{}分钟", "what it counts is not the characters of the text"),
    ],
)
def test_one_that_no_profile_can_have(line: str, why: str) -> None:
    banner = find_banner(stories(line), SITE)
    assert (banner.pages, banner.inexpressible, banner.pattern) == (5, why, "")


def test_none() -> None:
    assert find_banner(stories("字号"), SITE).pages == 0
