"""Check: is this page a story, whole and readable? What fails gets a reason and is kept in rejected/."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.pipelines.base import Step
from slqncy.reasons import Rejection
from slqncy.records import MAX_LINE_BYTES, content_hash, encode

if TYPE_CHECKING:
    from slqncy.items import StoryItem
    from slqncy.records import Story

_NOT_FOUND = {404, 410}
_OK = 200
# What sites say, with status 200, in place of a story that is not there.
_SOFT_404 = re.compile(
    r"(?:页面|网页|文章|内容|信息|文档|新闻|资源|地址|链接|栏目)(?:已经?)?(?:不存在|不见了|找不到|未找到|没有找到|已?被?删除|已?失效|已?过期|已?下线|走丢了|丢失了)"
    r"|(?:找不到|未找到|没有找到|无法找到|不存在)(?:您|你)?(?:要?(?:访问|查看|浏览|查找|请求)的)?(?:该|此|这个|相关)?(?:页面|网页|文章|内容|信息|文档|新闻)"
    r"|(?:您|你)(?:要?访问|查看|浏览|请求|查找)的.{0,12}(?:不存在|已?被?删除|找不到|已?失效)"
    r"|\b404\b|not\s+found|page\s+not\s+exist",
    re.IGNORECASE,
)
_SOFT_404_LONGEST = 300
"""Characters; a longer text that speaks of missing pages is a story about them."""
_GARBLED_SHARE = 0.01


class Check(Step):
    """Sets text and its measures, then looks for a reason to reject."""

    name = "check"

    def process_item(self, item: StoryItem) -> StoryItem:
        """Fill text, char_count and content_hash; set `item.rejection` where there is a reason."""
        story = item.story
        _set_text(story, "\n".join(item.lines))
        self._judge(item)
        if item.rejection:
            self.count(f"rejected/{item.rejection}")
        elif story.declared_delta is None:
            self.count("undeclared")
        else:
            self.count("complete" if story.declared_delta == 0 else "incomplete")
        return item

    def _judge(self, item: StoryItem) -> None:
        story = item.story
        status = story.provenance.http_status
        if status in _NOT_FOUND:
            item.reject(Rejection.NOT_FOUND, f"HTTP {status}")
        elif status != _OK:
            item.reject(Rejection.HTTP_STATUS, f"HTTP {status}")
        # A page that counts its characters is a story, whatever words are in it.
        may_be_soft_404 = story.declared_chars is None and len(story.text) <= _SOFT_404_LONGEST
        if may_be_soft_404 and (match := _SOFT_404.search(f"{story.title}\n{story.text or item.notice}")):
            item.reject(Rejection.SOFT_404, match[0])
        if not story.text:
            item.reject(Rejection.EMPTY, "no body text was found on the page")
        if not story.title:
            item.reject(Rejection.NO_TITLE, "no headline was found on the page")
        if damaged := (story.title + story.text).count("\ufffd"):
            self.count("replacement_characters", damaged)
            if damaged > _GARBLED_SHARE * len(story.text):
                item.reject(Rejection.GARBLED, f"{damaged} undecodable characters of {len(story.text)}")
        if len(encode(item.record())) > MAX_LINE_BYTES:
            item.reject(Rejection.TOO_LONG, f"{len(story.text)} characters of text")
            _set_text(story, story.text[: MAX_LINE_BYTES // 8])


def _set_text(story: Story, text: str) -> None:
    story.text = text
    story.char_count = len(text)
    story.content_hash = content_hash(story.title, text)
