"""A pipeline that takes every page for a rewrite of one story."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from slqncy.items import StoryItem


class Rewriting:
    fields: ClassVar = {
        "rewrite_of": "slqncy/szxw/1",
        "rewrite_kind": "rewrite",
        "rewrite_score": 0.75,
        "rewrite_evidence": "2 names\nand a date",
    }

    def process_item(self, item: StoryItem) -> StoryItem:
        if item.story.story_id != "1":
            item.rewrite = dict(self.fields)
        return item
