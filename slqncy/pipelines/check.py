"""Check: is this page a story, whole and readable? What fails gets a reason and is kept in rejected/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.extract.soft404 import missing_page_notice
from slqncy.pipelines.base import Step
from slqncy.reasons import Rejection
from slqncy.records import MAX_LINE_BYTES, content_hash, encode

if TYPE_CHECKING:
    from slqncy.extract.walls import Wall
    from slqncy.items import StoryItem
    from slqncy.records import Story

_NOT_FOUND = {404, 410}
_OK = 200
_SOFT_404_LONGEST = 300
"""Characters; a longer text that speaks of missing pages is a story about them."""
_GARBLED_SHARE = 0.01
_ROOM = 10_000
"""Bytes that later steps may add to a line: which story it duplicates, why it is rejected."""


class Check(Step):
    """Sets text and its measures, then looks for a reason to reject."""

    name = "check"

    async def take(self, item: StoryItem) -> StoryItem:
        """Fill text, char_count and content_hash; set `item.rejection` where there is a reason."""
        story = item.story
        _set_text(story, "\n".join(item.lines))
        self._judge(item)
        self.count("pages")
        if item.rejection:
            self.count(f"rejected/{item.rejection}")
        elif story.declared_delta is None:
            self.count("undeclared")
        elif story.declared_delta == 0:
            self.count("complete")
        else:
            self.count("incomplete", example=story.id)
        return item

    def _judge(self, item: StoryItem) -> None:
        story = item.story
        status = story.provenance.http_status
        if status in _NOT_FOUND:
            item.reject(Rejection.NOT_FOUND, f"HTTP {status}")
        if item.wall and not _is_no_wall(story, item.wall):
            item.reject(*item.wall)
        if status != _OK:
            item.reject(Rejection.HTTP_STATUS, f"HTTP {status}")
        if notice := _missing_page_notice(item):
            item.reject(Rejection.SOFT_404, notice)
        if not story.text:
            item.reject(Rejection.EMPTY, "no body text was found on the page")
        if not story.title:
            item.reject(Rejection.NO_TITLE, "no headline was found on the page")
        if damaged := (story.title + story.text).count("\ufffd"):
            self.count("replacement_characters", damaged)
            if damaged > _GARBLED_SHARE * len(story.text):
                item.reject(Rejection.GARBLED, f"{damaged} undecodable characters of {len(story.text)}")
        if len(encode(item.record())) > MAX_LINE_BYTES - _ROOM:
            item.reject(Rejection.TOO_LONG, f"{len(story.text)} characters of text")
            _cut(story)


def _is_no_wall(story: Story, wall: Wall) -> bool:
    """Whether a page has marks that only a story has, whatever it begins with."""
    if story.declared_chars is not None or story.authors or story.source_name:
        return True
    # Sites publish when they will be under maintenance.
    return wall.reason is Rejection.WAITING_ROOM and bool(story.date_published)


def _missing_page_notice(item: StoryItem) -> str:
    """Words that say the story is not there, on a page without the marks of one: a declared count, a byline."""
    story = item.story
    if story.declared_chars is not None or story.authors:
        return ""
    # A longer text that speaks of missing pages is a story about them.
    text = story.text or item.notice
    return missing_page_notice(story.title) or missing_page_notice(text if len(story.text) <= _SOFT_404_LONGEST else "")


def _cut(story: Story) -> None:
    """Keep of a line that is too long what tells which page it was."""
    for name in ("title", "byline_raw", "source_name", "publication", "date_published_raw", "description"):
        setattr(story, name, getattr(story, name)[:1000])
    story.authors, story.images, story.keywords = [], [], []
    _set_text(story, story.text[: MAX_LINE_BYTES // 8])


def _set_text(story: Story, text: str) -> None:
    story.text = text
    story.char_count = len(text)
    story.content_hash = content_hash(story.title, text)
