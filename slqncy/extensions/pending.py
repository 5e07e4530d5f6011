"""Pages that are asked for, and not answered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slqncy.reasons import PageKind

if TYPE_CHECKING:
    from slqncy.archive.ledger import Known


class Asked(NamedTuple):
    """A page that is asked for."""

    url: str
    """Canonical."""
    kind: PageKind
    story: str
    """id of the story, or ""."""


class Pending:
    """They are named by their canonical URLs."""

    def __init__(self) -> None:
        self._asked: dict[str, Asked] = {}
        self.stories = 0
        """How many of them are story pages."""

    def __len__(self) -> int:
        return len(self._asked)

    def __contains__(self, url: str) -> bool:
        return url in self._asked

    def get(self, url: str) -> Asked | None:
        """The page of a URL, or None where it is not asked for."""
        return self._asked.get(url)

    @property
    def newest(self) -> Asked | None:
        """The page that was asked for last."""
        url = next(reversed(self._asked), None)
        return self._asked[url] if url else None

    def add(self, known: Known, kind: PageKind) -> None:
        """A page is asked for, as a page of a kind."""
        self._asked[known.url] = Asked(known.url, kind, known.story)
        self.stories += kind is PageKind.STORY

    def settle(self, url: str) -> Asked | None:
        """A page has its outcome. Gives what was asked, or None where it was not."""
        asked = self._asked.pop(url, None)
        self.stories -= asked is not None and asked.kind is PageKind.STORY
        return asked
