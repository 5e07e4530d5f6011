"""Which sections a run looks into: a site may link more than anybody can write for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.reasons import State

if TYPE_CHECKING:
    from collections.abc import Container

    from slqncy.archive.ledger import Known
    from slqncy.sites import Address


class Sections:
    """Those that are named, and those of which stories are known; of others so many that are new, and so many again."""

    def __init__(self, named: Container[str], prefixes: Container[str], most: int) -> None:
        """`prefixes` are what the ids of known stories begin with: slqncy/szxw/."""
        self._named = named
        self._prefixes = prefixes
        self._new_left = self._again_left = most

    def admits(self, url: str, known: Known | None, address: Address) -> bool:
        """Whether a run reads the front page `url`; it asks once of each."""
        section = address.section(url)
        if section is None or section in self._named or f"{address.site.name}/{section}/" in self._prefixes:
            return True
        if known is None or known.state is State.FOUND:
            self._new_left -= 1
            return self._new_left >= 0
        self._again_left -= 1
        return self._again_left >= 0
