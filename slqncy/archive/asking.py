"""What is known of addresses, as a run asks for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from slqncy.archive import coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from slqncy.archive.layout import Kind
    from slqncy.archive.ledger import Entry, Known, Ledger
    from slqncy.reasons import PageKind, State


class Asking(ABC):
    """What a ledger knows. Each question raises ArchiveError where that cannot be read."""

    _ledger: Ledger

    @abstractmethod
    def _disk_errors(self) -> AbstractContextManager[None]:
        """Turns what sqlite3 and the disk raise into ArchiveError."""

    def known(self, url: str) -> Known | None:
        """What is known of an address, or None where it was never found."""
        with self._disk_errors():
            return self._ledger.known(url)

    def all_known(self, urls: Sequence[str]) -> dict[str, Known]:
        """What is known of some addresses, by URL, without those that were never found."""
        with self._disk_errors():
            return self._ledger.all_known(urls)

    def known_by_id(self, number: int) -> Known | None:
        """What is known of the address with that number."""
        with self._disk_errors():
            return self._ledger.known_by_id(number)

    def newest(self) -> int:
        """Number of the address found last, which is also how many are known."""
        with self._disk_errors():
            return self._ledger.newest()

    def due(self, origin: str, after: tuple[int, int], until: int, most: int) -> list[Known]:
        """Stories of a site that are due until a time, oldest first; `after` is (due, id) of the last one seen."""
        with self._disk_errors():
            return self._ledger.due(origin, after, until, most)

    def of_kind(self, origin: str, kind: PageKind) -> list[Known]:
        """All addresses of a site of a kind of page other than stories, in the order found."""
        with self._disk_errors():
            return self._ledger.of_kind(origin, kind)

    def stories_after(self, origin: str, number: int, prefix: str) -> Iterator[int]:
        """Numbers of a site's stories found after an address, if their ids begin with `prefix`, in the order found."""
        with self._disk_errors():
            yield from self._ledger.stories_after(origin, number, prefix)

    def latest(self, kind: Kind, url: str) -> Entry | None:
        """The newest line of that kind for an address: what the site has said last."""
        with self._disk_errors():
            known = self._ledger.known(url)
            return self._ledger.latest(kind, known.id) if known else None

    def versions(self, kind: Kind, url: str) -> list[Entry]:
        """All lines of that kind for an address, by version."""
        with self._disk_errors():
            known = self._ledger.known(url)
            return self._ledger.versions(kind, known.id) if known else []

    def has_read(self, url: str, at: int) -> bool:
        """Whether the capture that a web archive made of a page at a time (seconds since 1970) is dealt with."""
        with self._disk_errors():
            return self._ledger.has_read(url, at)

    def next_to_ask(self, site: str, section: str, numbers: range, until: int, *, anew: bool) -> int | None:
        """The first of ascending numbers that a sweep asks for in a section of a site, or None."""
        with self._disk_errors():
            return coverage.next_to_ask(self._ledger.db, site, section, numbers, until, anew=anew)

    def story_prefixes(self, site: str) -> set[str]:
        """What the ids of a site's known stories begin with, site and section: slqncy/szxw/."""
        with self._disk_errors():
            return set(coverage.prefixes(self._ledger.db, site))

    def forgotten(self) -> frozenset[str]:
        """URLs of pages that were taken down."""
        with self._disk_errors():
            return frozenset(self._ledger.forgotten())

    def states(self, origin: str) -> dict[State, int]:
        """How many addresses of a site are in each state; its origin is as in http://www.slqncy.com/."""
        with self._disk_errors():
            return self._ledger.states(origin)
