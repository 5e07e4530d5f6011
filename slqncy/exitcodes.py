"""Exit statuses of `scrapy crawl`, after sysexits.h, so that cron can tell what happened."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitStatus(IntEnum):
    """What a run's process returns."""

    OK = 0
    HUNG = 1  # the watchdog ended the process, in the midst of reading a page; 1 is all that it can say
    USAGE = 64  # a wrong argument
    DATA = 65  # pages came, and no story could be read from them; or the archive failed verification
    UNAVAILABLE = 69  # the site could not be reached
    SOFTWARE = 70  # an exception nobody expected
    IO = 74  # the disk, or a damaged archive
    TEMPORARY = 75  # another run holds the archive, or this one was told to stop: run again
    FORBIDDEN = 77  # robots.txt allows nothing
    CONFIG = 78  # a wrong site profile or setting


SEVERITY = (
    ExitStatus.OK,
    ExitStatus.TEMPORARY,  # the next run goes on by itself
    ExitStatus.UNAVAILABLE,  # as does one that finds the site up again
    ExitStatus.FORBIDDEN,  # the site will not change its mind by itself: write to it, or leave it
    ExitStatus.DATA,  # nor will a template: until its profile is mended each run archives less than there is
    ExitStatus.CONFIG,  # what is wrong is ours, and of no use to begin with
    ExitStatus.USAGE,
    ExitStatus.HUNG,  # the process is at its end, and with it what other sites were asked for
    ExitStatus.SOFTWARE,  # what is archived may be less than it says
    ExitStatus.IO,  # nothing can be archived any more, of any site
)
"""From the least severe: the less the next run can do about it, and the more sites it concerns, the worse it is."""


def most_severe(statuses: Iterable[ExitStatus]) -> ExitStatus:
    """What a process returns whose runs have these: the numbers of sysexits.h are in no order."""
    return max(statuses, key=SEVERITY.index, default=ExitStatus.OK)
