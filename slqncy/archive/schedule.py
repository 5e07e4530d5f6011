"""When a story is asked for again."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

_HOUR, _DAY = 3600, 86400
STEPS = (_HOUR, 6 * _HOUR, _DAY, 7 * _DAY, 30 * _DAY)
"""Seconds after its first answer at which a story is looked at for edits; also the pauses of a story that fails."""
EXCLUDED_PAUSE = _DAY
"""Seconds after which robots.txt is asked anew whether a story may be had."""
HUNG_PAUSE = 30 * _DAY
"""Seconds for which no run reads a page that hung: by then the page, or what reads it, may be another."""


@lru_cache  # asked for every line, and many lines are of one second
def seconds(moment: str) -> int:
    """Seconds since 1970 of an RFC 3339 time."""
    return int(datetime.fromisoformat(moment).timestamp())


def next_check(first: int, now: int) -> int | None:
    """When a story that was first answered at `first` is due after `now`; None where it has been looked at often."""
    return next((first + step for step in STEPS if first + step > now), None)


def next_look(last: int | None) -> int:
    """When a story that was none at `last`, and is due no more, may be asked for where a page links it."""
    return (last or 0) + STEPS[-1]


def next_try(failures: int, now: int) -> int:
    """When a story that has failed `failures` times in a row is due: with the next run at first, then ever later."""
    return now if failures < 2 else now + STEPS[min(failures - 2, len(STEPS) - 1)]  # noqa: PLR2004
