"""What the site has said of leaving it alone: until when, and how often it would not be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from slqncy.manners.retry_after import LONGEST
from slqncy.records import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slqncy.archive.hosts import Host

_PATIENCE = 3
"""How often in a row the site may say that we should wait, or put up a wall."""


class Waiting:
    """Whether a run has to wait, and why."""

    def __init__(self) -> None:
        self.reason = ""
        """Which host has last said so, and how."""
        self._until = ""
        self._times = 0

    @property
    def until(self) -> str:
        """When the site wants to be asked again (RFC 3339, UTC), or "" where it has not said so, or that is over."""
        return self._until if self._until > moment(datetime.now(UTC)) else ""

    def recall(self, hosts: Iterable[Host]) -> None:
        """What the hosts of the site have told earlier runs."""
        # What lies further ahead was written by a clock that was wrong.
        longest = moment(datetime.now(UTC) + timedelta(seconds=LONGEST + 1))
        self._until = max((host.hold_until for host in hosts if host.hold_until <= longest), default="")
        if self.until:
            self.reason = "it has told an earlier run so, by Retry-After"

    def told(self, name: str, host: Host, until: datetime) -> None:
        """A host, by its name, asks to be left alone until then."""
        # What stood there is over, or was written by a clock that was wrong.
        host.hold_until = self._until = moment(until)
        self.reason = f"{name} answers with Retry-After"

    def answered(self, unwelcome: str) -> bool:
        """A host has answered; these are words for how it would not be asked, or "". Gives whether that is enough."""
        self.reason = unwelcome or self.reason
        self._times = self._times + 1 if unwelcome else 0
        return self._times >= _PATIENCE
