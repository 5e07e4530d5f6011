"""Strip boilerplate: from a page's lines to the paragraphs of the story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.extract.links import absolute_url
from slqncy.pipelines.base import Step

if TYPE_CHECKING:
    from slqncy.items import StoryItem


class Strip(Step):
    """Banner → declared_chars, declared_minutes; trailer → title, checked against the page; the rest by kind."""

    name = "strip"

    async def take(self, item: StoryItem) -> StoryItem:
        """Leave the body's paragraphs in `item.lines`."""
        story = item.story
        stripped = item.strip(self.site)
        item.lines = stripped.paragraphs
        story.declared_chars, story.declared_minutes = stripped.declared_chars, stripped.declared_minutes
        story.declared_delta = stripped.declared_delta
        story.source_name = story.source_name or stripped.source_name
        for kind, times in stripped.removed.items():
            self.count(kind, times)
        if stripped.title:
            # The trailer names the title the story was first published under; a headline may be cut or decorated.
            self.count("title_agrees" if stripped.title == story.title else "title_differs")
            story.title = stripped.title
        if stripped.address:
            address = self._crawler.spider.address  # type: ignore[union-attr]
            leads_to = absolute_url(stripped.address, story.canonical_url, story.provenance.encoding)
            agrees = address.canonical(leads_to) == story.canonical_url
            self.count("address_agrees" if agrees else "address_differs")
        return item
