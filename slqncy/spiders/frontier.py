"""What has been found and not been asked for: stories before list pages, first found first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Listing:
    """A list and what its pages have shown so far."""

    most_pages: int
    pages: int = 0
    """Pages queued."""
    stories: set[str] = field(default_factory=set)
    """Canonical URLs of stories on the pages read."""

    def shows_new(self, stories: set[str]) -> bool:
        """Whether a page shows stories that no earlier page did; if not, the list is at its end, or a trap."""
        fresh = stories - self.stories
        self.stories |= fresh
        return bool(fresh)


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list."""

    url: str
    listing: Listing


class Frontier:
    """Hands out each URL once, and under `max_stories` only as many as may still be needed."""

    def __init__(self, max_stories: int | None) -> None:
        self._max_stories = max_stories
        self._seen: set[str] = set()
        self._lists: set[str] = set()
        self._stories: deque[str] = deque()
        self._list_pages: deque[ListPage] = deque()

    def __contains__(self, url: str) -> bool:
        """Whether a URL was ever queued."""
        return url in self._seen

    def has_list_page(self, url: str) -> bool:
        """Whether a URL was queued as a page of a list."""
        return url in self._lists

    def add_story(self, url: str) -> None:
        """Queue a story, unless it was queued before."""
        if url not in self._seen:
            self._seen.add(url)
            self._stories.append(url)

    def add_list_page(self, url: str, listing: Listing) -> None:
        """Queue a page of a list, unless it was queued before or the list has had its share."""
        if url not in self._seen and listing.pages < listing.most_pages:
            self._seen.add(url)
            self._lists.add(url)
            listing.pages += 1
            self._list_pages.append(ListPage(url, listing))

    def release(self, archived: int, pending: int) -> Iterator[str | ListPage]:
        """What to ask for now, given how many stories this run has archived and how many it waits for.

        Under `max_stories`, lists are read on only when no story is left that might fill the number.
        """
        room = len(self._stories) if self._max_stories is None else self._max_stories - archived - pending
        while self._stories and room > 0:
            yield self._stories.popleft()
            room -= 1
        if self._max_stories is None or (room > 0 and not self._stories):
            while self._list_pages:
                yield self._list_pages.popleft()
                if self._max_stories is not None:
                    break
