"""An archive, opened once for all runs of this process that write to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from scrapy.utils.asyncio import create_looping_call

from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.dedup.archived import ArchivedStories
from slqncy.extensions.watchdog import Watchdog

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from slqncy.dedup import Thresholds

_COMMIT_INTERVAL = 1.0
"""Seconds after which what was written is acknowledged at the latest."""


class Member(Protocol):
    """A run of a session."""

    def stop_for_disk(self, error: ArchiveError) -> None:
        """Nothing can be written any more."""


class Session:
    """The archive, and what is found in it, for as long as a run needs them: the last one that leaves closes them."""

    archive: ArchiveWriter
    stories: ArchivedStories
    """What is archived, to find copies of."""

    def __init__(self, root: Path, settings: BaseSettings, thresholds: Thresholds, now: datetime) -> None:
        """Raises ArchiveError where the archive cannot be opened."""
        self._members: list[Member] = []
        self._error: ArchiveError | None = None
        self._watchdog = Watchdog(settings.getfloat("WATCHDOG_TIMEOUT"))
        self._clock = create_looping_call(self._commit)
        self.archive = ArchiveWriter(root, self._watchdog.patience)
        try:
            self.archive.close_months(f"{now:%Y-%m}")
            self.stories = ArchivedStories(self.archive, thresholds)
        except BaseException:
            self.archive.abandon()
            raise
        self._clock.start(_COMMIT_INTERVAL, now=False)
        self._watchdog.watch(self.archive.root, self.archive.traceback_descriptor)

    def join(self, run: Member) -> None:
        """One run more."""
        self._members.append(run)

    def leave(self, run: Member, error: ArchiveError | None = None) -> None:
        """One run less, which has met this error; with the last one the archive is closed.

        Raises ArchiveError where what was written cannot be acknowledged.
        """
        self._members.remove(run)
        if error:
            self.fail(error)
        if self._members:
            self.archive.commit()
            return
        self._clock.stop()
        self._watchdog.stop()
        try:
            if self._error:
                self.archive.abandon()
            else:
                self.archive.close()
        finally:
            self.stories.close()

    def fail(self, error: ArchiveError) -> None:
        """What was acknowledged is safe, and nothing is written any more, by no run."""
        if self._error is None:
            self._error = error
            for run in list(self._members):
                run.stop_for_disk(error)

    def __len__(self) -> int:
        """How many runs are in it."""
        return len(self._members)

    def _commit(self) -> None:
        if self._error is None:
            try:
                self.archive.commit()
            except ArchiveError as error:
                self.fail(error)


_sessions: dict[Path, Session] = {}
"""Of this process, by where the archive is."""


def join(run: Member, settings: BaseSettings, thresholds: Thresholds, now: datetime) -> Session:
    """The session on the archive of these settings, in which the run is now. Raises ArchiveError."""
    root = Path(settings["ARCHIVE_DIR"])
    session = _sessions.get(root.absolute())
    if session is None or not len(session):
        session = _sessions[root.absolute()] = Session(root, settings, thresholds, now)
    session.join(run)
    return session
