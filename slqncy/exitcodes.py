"""Exit statuses of `scrapy crawl`, after sysexits.h, so that cron can tell what happened."""

from enum import IntEnum


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
