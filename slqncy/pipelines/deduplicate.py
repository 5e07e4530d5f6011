"""Deduplicate: does the archive have this story already, under another address?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive.layout import Kind
from slqncy.dedup import normal_form
from slqncy.pipelines.base import Step
from slqncy.reasons import DuplicateKind

if TYPE_CHECKING:
    from slqncy.items import StoryItem


class Deduplicate(Step):
    """Exact copies: the same normal form of the text."""

    name = "deduplicate"

    def process_item(self, item: StoryItem) -> StoryItem:
        """Set `item.duplicate` where an archived story has the same text."""
        story = item.story
        # An edit of an archived story is its next version, whatever else it resembles.
        if item.rejection or self.archive.latest(Kind.STORY, story.canonical_url):
            return item
        if (original := self.archive.same_text(story)) is not None:
            same_number = original.rpartition("/")[2] == story.story_id
            kind = DuplicateKind.SAME_STORY if same_number else DuplicateKind.SAME_TEXT
            item.duplicate = {
                "duplicate_of": original,
                "duplicate_kind": kind,
                "duplicate_score": 1.0,
                "duplicate_evidence": f"equal normal form of {len(normal_form(story.text))} characters",
            }
            self.count(kind)
        return item
