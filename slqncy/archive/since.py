"""Since when somebody wants to know."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from slqncy.records import moment


def moment_of(since: str | date) -> str:
    """A time as lines write it, so that it compares as text. Raises ValueError for what is no time."""
    if not since:
        return ""
    if isinstance(since, str):
        since = datetime.fromisoformat(since)
    elif not isinstance(since, datetime):
        since = datetime.combine(since, time())
    return moment(since.replace(tzinfo=UTC) if since.tzinfo is None else since)
