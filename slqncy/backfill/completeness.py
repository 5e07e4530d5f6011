"""How complete the capture of a story is, by what its page declares."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from slqncy.extract.soft404 import missing_page_notice

if TYPE_CHECKING:
    from slqncy.items import StoryItem
    from slqncy.records import Story
    from slqncy.sites import Site


_LONGEST_NOTICE = 300
"""Characters; a longer text that speaks of missing pages is a story about them."""


class Completeness(IntEnum):
    """Less is better."""

    PROVEN = 0  # the banner counts what was read
    UNDECLARED = 1  # nothing is declared, and nothing seems to be missing
    DOUBTFUL = 2  # the banner counts otherwise, or the page is cut, or is none


def completeness_of(story: Story) -> Completeness:
    """How complete an archived story is."""
    if story.declared_delta is None:
        return Completeness.UNDECLARED
    return Completeness.DOUBTFUL if story.declared_delta else Completeness.PROVEN


def completeness(item: StoryItem, site: Site) -> Completeness:
    """How complete a page is before it goes through the pipelines."""
    stripped = item.strip(site)
    if stripped.declared_delta == 0 and item.rejection is None:
        return Completeness.PROVEN
    title, text = stripped.title or item.story.title, "\n".join(stripped.paragraphs)
    is_whole = stripped.declared_delta is None and not item.is_truncated
    is_story = bool(title and text) and item.rejection is None and not (item.wall or _is_notice(title, text))
    return Completeness.UNDECLARED if is_whole and is_story else Completeness.DOUBTFUL


def _is_notice(title: str, text: str) -> bool:
    return bool(missing_page_notice(title) or (len(text) <= _LONGEST_NOTICE and missing_page_notice(text)))
