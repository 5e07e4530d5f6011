"""A process that reads pages for another one: `python -m slqncy.reading.worker PAGES READINGS SECONDS`.

PAGES and READINGS are descriptors of pipes. Batches of pages come by the one. By the other goes an empty message, once
the process listens, and a reading of each page, in their order; None stands for one on which an error was raised that
nobody expected. Where a page takes longer than so
many seconds the kernel ends the process, whatever it is doing. It ends by itself when the other process is gone.
"""

from __future__ import annotations

import pickle
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from slqncy.dedup import compared
from slqncy.reading.page import StoryReading
from slqncy.records import moment

if TYPE_CHECKING:
    from slqncy.dedup import Compared
    from slqncy.reading.page import AnyReading, Served, Task
    from slqncy.sites import Address

_MOST_ADDRESSES = 16
"""Sites, and places where they were served."""


def read_ahead(task: Task) -> AnyReading:
    """The reading of a page, and what is to be worked out of it later on."""
    page = replace(task.page, address=_ours(task.page.address))
    reading = task.read(page)
    if isinstance(reading, StoryReading):
        # Once it is used, each time, its keys would be.
        return replace(reading, compared=_compared(reading, page))
    return reading


def _compared(reading: StoryReading, page: Served) -> Compared | None:
    stripped, extracted = reading.stripped, reading.extracted
    if stripped is None or reading.rejection:
        return None
    published = extracted.date_published or page.date_captured or moment(page.at)
    story = compared(stripped.title or extracted.title, "\n".join(stripped.paragraphs), published)
    story.keys  # noqa: B018
    return story


@lru_cache(_MOST_ADDRESSES)
def _ours(address: Address) -> Address:
    """An equal address that remembers what it has worked out."""
    return address


def serve(pages: Connection, readings: Connection, seconds: float) -> None:
    """Read until there is nobody who wants it."""
    with suppress(EOFError, BrokenPipeError):
        readings.send_bytes(b"")
        while True:
            for task in pickle.loads(pages.recv_bytes()):  # noqa: S301
                reading = None
                signal.setitimer(signal.ITIMER_REAL, seconds)
                with suppress(Exception):
                    reading = read_ahead(task)
                signal.setitimer(signal.ITIMER_REAL, 0)
                readings.send_bytes(pickle.dumps(reading, pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    serve(
        Connection(int(sys.argv[1]), writable=False),
        Connection(int(sys.argv[2]), readable=False),
        float(sys.argv[3]),
    )
