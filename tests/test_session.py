"""The archive of several runs: what one of them meets when it leaves, the others are told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scrapy.settings import Settings

from slqncy.archive import ArchiveError
from slqncy.dedup import Thresholds
from slqncy.extensions.session import Session
from slqncy.reasons import EventKind, PageKind, State
from slqncy.records import Event

if TYPE_CHECKING:
    from pathlib import Path

FOUND = Event(
    event=EventKind.FOUND, at="2026-11-27T04:00:00Z", run_id="1", url="http://www.slqncy.com/szxw/1.html",
    kind=PageKind.STORY, id="slqncy/szxw/1", state=State.FOUND,
)  # fmt: skip


class Member:
    """A run that remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[ArchiveError] = []

    def stop_for_disk(self, error: ArchiveError) -> None:
        self.told.append(error)


def test_what_cannot_be_acknowledged_when_one_leaves_ends_all(tmp_path: Path) -> None:
    asyncio.run(leave_one_after_another(tmp_path))


async def leave_one_after_another(archive: Path) -> None:
    session = Session(archive, Settings({"WATCHDOG_TIMEOUT": 0}), Thresholds(), datetime.now(UTC))
    refused = ArchiveError("refused")

    def refuse(lengths: dict[str, int]) -> None:
        assert lengths
        raise refused

    session.archive.before_acknowledging = refuse
    first, second, third = Member(), Member(), Member()
    for member in (first, second, third):
        session.enter(member, "slqncy")
    session.archive.write(FOUND)
    with pytest.raises(ArchiveError, match="refused"):
        session.leave(first)
    assert (first.told, second.told, third.told) == ([], [refused], [refused])
    # Not that an earlier write failed: it is why.
    with pytest.raises(ArchiveError, match="refused"):
        session.leave(second)
    session.leave(third, refused)
