"""A pipeline that reads pages as an older parser might have: names, headlines and whole stories are missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.reasons import Rejection

if TYPE_CHECKING:
    from slqncy.items import StoryItem


class ParserOfOld:
    def process_item(self, item: StoryItem) -> StoryItem:
        item.story.provenance.parser_version = "0.0.1"
        match item.story.story_id:
            case "1":
                item.story.authors = []
            case "2":
                item.story.title = "\x1b[31m" + item.story.title[:5]
                item.lines = item.lines[:1]
            case "3":
                item.reject(Rejection.EMPTY, "no text was found")
            case "5":
                item.story.title = "一条没有的新闻"
                item.lines = ["这里曾经被当作一条新闻,其实页面上什么也没有,只有导航和广告。"]
        return item
