"""Byline: who wrote it, and which paper printed it, as the text itself says. The text stays as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.extract.byline import closing_byline, parse_authors
from slqncy.pipelines.base import Step

if TYPE_CHECKING:
    from slqncy.items import StoryItem

# 2019年3月7日刊登在《苏州日报》头版: a paragraph of its own, or fused into the first sentence.
_PUBLICATION = re.compile(
    r"(?:本文|原文)?(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日)?(?:刊登|刊载|刊发|发表|原载|载)[于在]{0,2}《[^》]{2,20}》"
    r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日)?(?:头版|第?[A-Z\d一二三四五六七八九十]{1,4}版)?"
)


class Byline(Step):
    """The closing byline in parentheses → byline_raw, authors; the publication line → publication."""

    name = "byline"

    async def take(self, item: StoryItem) -> StoryItem:
        """Fill authors, byline_raw and publication."""
        story = item.story
        if item.lines and (byline := closing_byline(item.lines[-1])):
            story.byline_raw, story.authors = byline, parse_authors(byline)
        if item.lines and (match := _PUBLICATION.match(item.lines[0])):
            story.publication = match[0]
        self.count("named" if story.authors else "unnamed")
        return item
