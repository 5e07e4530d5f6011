"""What has been found and not been asked for, and in which order it is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slqncy.guards.mazes import page_key
from slqncy.reasons import PageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slqncy.archive.ledger import Known

_AT_A_TIME = 200


class Numbers:
    """A set of small whole numbers, one bit each: a million known addresses are 125 kB."""

    def __init__(self, bits: bytes = b"") -> None:
        self._bits = bytearray(bits)

    def __bytes__(self) -> bytes:
        """To make the same ones of."""
        return bytes(self._bits)

    def __contains__(self, number: int) -> bool:
        """Whether a number was added."""
        byte, bit = divmod(number, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)

    def add(self, number: int) -> bool:
        """Add a number; False where it was there."""
        if number in self:
            return False
        byte, bit = divmod(number, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits) + len(self._bits) // 8))
        self._bits[byte] |= 1 << bit
        return True


@dataclass(slots=True)
class Listing:
    """A list, and how far this run has read it."""

    front: str
    most_pages: int
    is_complete: bool = False
    """Whether the reading before this one was completed, so that what it saw need not be read again."""
    confirmed: int | None = None
    """A page of stories up to this number is where the last completed reading has been."""
    opened: int = 0
    """The newest address when this reading began."""
    pages: int = 0
    """Pages queued."""
    unread: int = 0
    """Pages queued and not answered."""
    has_gaps: bool = False
    """Whether a page failed, or the run does not want the list to its end."""
    shown: Numbers = field(default_factory=Numbers)
    """Stories on the pages read."""

    def shows_new(self, stories: list[int]) -> bool:
        """Whether a page shows stories that no earlier page did; if not, the list is at its end, or a trap."""
        fresh = [story for story in stories if self.shown.add(story)]
        return bool(fresh)

    def confirms(self, stories: list[int]) -> bool:
        """Whether a page shows stories, and only such as the last completed reading left behind it."""
        return self.confirmed is not None and bool(stories) and max(stories) <= self.confirmed


@dataclass(frozen=True, slots=True)
class Page:
    """A page to ask for that is no story."""

    url: str
    kind: PageKind
    listing: Listing | None = None


class Frontier:
    """Hands out each address once, a few at a time, and under `max_stories` only as many as may still be needed.

    `due` gives the stories of earlier runs that are due, after a (due, id) and at most so many; `by_number` what is
    known of an address.
    """

    def __init__(
        self,
        due: Callable[[tuple[int, int], int], list[Known]],
        by_number: Callable[[int], Known | None],
        accepts: Callable[[Known], bool],
        *,
        max_stories: int | None,
        most_pending: int,
    ) -> None:
        self._due = due
        self._by_number = by_number
        self._accepts = accepts
        self._max_stories = max_stories
        self._most_pending = most_pending
        self._seen = Numbers()
        self.pages: set[str] = set()
        """URLs that were queued as pages that are no stories."""
        self._keys: set[str] = set()
        self._stories: deque[int] = deque()
        self._fronts: deque[Page] = deque()
        self._pages: deque[Page] = deque()
        self._later: deque[Known] = deque()
        self._after = (-1, 0)

    def __len__(self) -> int:
        """How many are queued, or at hand for being due; more may be due."""
        return len(self._fronts) + len(self._stories) + len(self._pages) + len(self._later)

    def has_page(self, url: str) -> bool:
        """Whether a page that is no story was queued, under this URL or another one of it."""
        return page_key(url) in self._keys

    def see(self, story: Known) -> bool:
        """Whether a story is met for the first time in this run."""
        return self._seen.add(story.id)

    def add_story(self, story: Known) -> None:
        """Queue a story."""
        self._stories.append(story.id)

    def add_page(self, page: Page) -> None:
        """Queue a page, unless it was queued before or its list has had its share."""
        listing = page.listing
        if self.has_page(page.url):
            return
        if listing and listing.pages >= listing.most_pages:
            listing.has_gaps = True
            return
        self.know_page(page.url)
        (self._fronts if page.kind is PageKind.FRONT else self._pages).append(page)
        if listing:
            listing.pages += 1
            listing.unread += 1

    def know_page(self, url: str) -> None:
        """A page was queued that is no story."""
        self.pages.add(url)
        self._keys.add(page_key(url))

    def release(self, archived: int, pending: int, stories_pending: int) -> Iterator[Known | Page]:
        """What to ask for now, given how many stories this run has archived and how many pages it waits for.

        Fronts tell what is new and come first, then stories that were found, then pages, and last the stories that are
        looked at again. Under `max_stories` a page is read only when no story is left that might fill the number.
        """
        room, stories = self._most_pending - pending, self._most_pending - pending
        if self._max_stories is not None:
            stories = min(room, self._max_stories - archived - stories_pending)
        else:
            while self._fronts:
                yield self._fronts.popleft()
                room, stories = room - 1, stories - 1
        while stories > 0 and (story := self._next_story()):
            yield story
            room, stories = room - 1, stories - 1
        if self._max_stories is not None and (stories <= 0 or stories_pending):
            return
        while room > 0 and (pages := self._fronts or self._pages):
            yield pages.popleft()
            room, stories = room - 1, stories - 1
        while stories > 0 and (story := self._next_later()):
            yield story
            stories -= 1

    def _next_story(self) -> Known | None:
        if self._stories:
            return self._by_number(self._stories.popleft())
        return self._later.popleft() if self._fill() and self._later[0].due == 0 else None

    def _next_later(self) -> Known | None:
        return self._later.popleft() if self._fill() else None

    def _fill(self) -> bool:
        """Whether a due story is at hand; each is looked at once."""
        while not self._later:
            rows = self._due(self._after, _AT_A_TIME)
            if not rows:
                return False
            last = rows[-1]
            assert last.due is not None
            self._after = (last.due, last.id)
            self._later.extend(row for row in rows if self.see(row) and self._accepts(row))
        return True
