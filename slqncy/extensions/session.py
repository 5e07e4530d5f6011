"""An archive, opened once for all runs of this process that write to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from scrapy.utils.asyncio import create_looping_call

from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.dedup.archived import ArchivedStories
from slqncy.extensions.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from slqncy.cluster.archive import SharedArchive
    from slqncy.cluster.fingerprints import SharedStories
    from slqncy.cluster.share import Share
    from slqncy.dedup import Thresholds

_COMMIT_INTERVAL = 1.0
"""Seconds after which what was written is acknowledged at the latest."""


class Member(Protocol):
    """A run of a session."""

    def stop_for_disk(self, error: ArchiveError) -> None:
        """Nothing can be written any more."""


class Entered(NamedTuple):
    """What a run works on."""

    archive: ArchiveWriter | SharedArchive
    stories: ArchivedStories | SharedStories
    """What is archived, to find copies of."""
    share: Share | None = None
    """Its site, where other workers may go on with it."""


class Session:
    """The archive, and what is found in it, for as long as a run needs them: the last one that leaves closes them."""

    archive: ArchiveWriter
    stories: ArchivedStories | SharedStories

    def __init__(
        self,
        root: Path,
        settings: BaseSettings,
        thresholds: Thresholds,
        now: datetime,
        acknowledged: Mapping[str, int] | None = None,
    ) -> None:
        """Open the archive; `acknowledged` as `ArchiveWriter` takes it. Raises ArchiveError where it cannot be."""
        self._members: list[Member] = []
        self._error: ArchiveError | None = None
        self._watchdog = Watchdog(settings.getfloat("WATCHDOG_TIMEOUT"))
        self._clock = create_looping_call(self._commit)
        self.archive = ArchiveWriter(root, self._watchdog.patience, acknowledged)
        try:
            self.archive.close_months(f"{now:%Y-%m}")
            self.stories = self._open_stories(thresholds)
        except BaseException:
            self.archive.abandon()
            raise
        self._clock.start(_COMMIT_INTERVAL, now=False)
        self._watchdog.watch(self.archive.root, self.archive.traceback_descriptor)

    def _open_stories(self, thresholds: Thresholds) -> ArchivedStories | SharedStories:
        return ArchivedStories(self.archive, thresholds)

    def enter(self, run: Member, site: str) -> Entered:  # where workers share sites it matters
        """One run more, of a site. Raises ArchiveError where nothing is written any more."""
        if self._error:
            raise self._error
        self._members.append(run)
        return Entered(self.archive, self.stories)

    def leave(self, run: Member, error: ArchiveError | None = None) -> None:
        """One run less, which has met this error; with the last one the archive is closed.

        Raises ArchiveError where what was written cannot be acknowledged.
        """
        self._members.remove(run)
        if error:
            self.fail(error)
        if self._members:
            self._commit()
            if self._error:
                raise self._error
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

    def commit(self) -> None:
        """Acknowledge all. Raises ArchiveError."""
        self.archive.commit()

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
                self.commit()
            except ArchiveError as error:
                self.fail(error)


_sessions: dict[Path, Session] = {}
"""Of this process, by where the archive is."""


def open_session(settings: BaseSettings, thresholds: Thresholds, now: datetime) -> Session:
    """The session on the archive of these settings. Raises ArchiveError."""
    session = session_of(settings)
    if not session:
        session = Session(Path(settings["ARCHIVE_DIR"]), settings, thresholds, now)
        keep(session)
    return session


def session_of(settings: BaseSettings) -> Session | None:
    """The session on the archive of these settings that was opened last."""
    return _sessions.get(Path(settings["ARCHIVE_DIR"]).absolute())


def keep(session: Session) -> None:
    """Have runs find a session that was opened otherwise."""
    _sessions[session.archive.root.absolute()] = session
