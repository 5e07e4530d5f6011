"""Pages of captures that were read beforehand, by a job, and are there when their turn comes."""

from __future__ import annotations

import hashlib
import logging
import pickle
import sqlite3
import threading
from bisect import bisect_right
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from slqncy.archive import ArchiveDamagedError
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger
from slqncy.jobs.job import job
from slqncy.jobs.kept import keep, kept
from slqncy.jobs.shards import stretches
from slqncy.reading.ahead import PATIENCE
from slqncy.reading.page import Task
from slqncy.reading.workers import Worker
from slqncy.sites import Address, load_site
from slqncy.spiders.arguments import DEFAULT_SITE
from slqncy.spiders.opened import Opened, Opener
from slqncy.spiders.responses import parse_limits, served
from slqncy.spiders.tasks import WAYS, asked_for, is_page
from slqncy.warc.read import captures_in
from slqncy.warc.scan import WarcError
from slqncy.wire import most_body, most_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from distributed import Client
    from scrapy.settings import BaseSettings

    from slqncy.guards.markup import Limits
    from slqncy.jobs.shards import Stretch
    from slqncy.reading.page import AnyReading

logger = logging.getLogger(__name__)

_STRETCHES, _READINGS = "stretches", "readings"
_mine = threading.local()
"""What a thread of a worker keeps from one stretch to the next."""
Thing = TypeVar("Thing")


class _How(NamedTuple):
    """What readings depend on besides the pages."""

    address: Address
    """Of captures that do not say which site they are of."""
    limits: Limits
    most_body: int
    most_bytes: int
    seconds: float
    """After which a page has hung a process."""


@contextmanager
def read_before(root: Path, settings: BaseSettings, client: Client) -> Iterator[Path]:
    """Have workers read all pages of an archive's captures; gives a folder for a `ReadBefore`, gone with the block.

    Raises ArchiveError.
    """
    root = root.resolve()
    seconds = settings.getfloat("WATCHDOG_TIMEOUT") / 2 or PATIENCE
    address = Address(load_site(DEFAULT_SITE))
    how = _How(address, parse_limits(settings), most_body(settings), most_bytes(settings), seconds)
    try:
        with closing(Ledger(root / LEDGER, read_only=True)) as ledger:
            shards = stretches(root, ledger)
    except sqlite3.Error as error:
        raise ArchiveDamagedError(f"{root / LEDGER}: {error}; `scrapy rebuild` makes it anew from the lines") from error
    said = [[(str(path), start, end) for path, start, end in shards], how.limits, how.most_body, how.most_bytes]
    with job(root.with_name(f".{root.name}.reextract-job"), said, client) as work:
        keep(work.folder / _STRETCHES, (shards, work.each(_READINGS, partial(read_stretch, how), shards)))
        yield work.folder


class _Read(NamedTuple):
    task: Task
    """Its page has a hash in place of the body."""
    reading: AnyReading


def read_stretch(how: _How, stretch: Stretch, output: Path) -> None:
    """Read all pages of a stretch whose captures say what they are of, in a process that a page may hang.

    Such a page is left out, and so is all that stands behind damage: they are for whoever goes through the captures in
    order. Raises OSError.
    """
    opener = Opener(how.address, how.most_body, is_told=False)
    found: dict[int, bytes] = {}
    with suppress(WarcError):
        for capture in captures_in(*stretch, how.most_bytes):
            task = _task(opener.open(capture), how.limits)
            if task and (reading := read_apart(task, how.seconds)):
                found[capture.offset] = pickle.dumps(_Read(_marked(task), reading), pickle.HIGHEST_PROTOCOL)
    keep(output / _READINGS, found)


def _task(opened: Opened, limits: Limits) -> Task | None:
    if not is_page(opened) or opened.address is None or opened.response is None:
        return None
    asked = asked_for(opened.capture, opened.address) if "page" in opened.capture.notes else None
    if asked is None or asked[1] not in WAYS:
        return None
    url, kind = asked
    return Task(WAYS[kind], served(opened.response, url, opened.address, limits))


def _marked(task: Task) -> Task:
    return task._replace(page=replace(task.page, body=hashlib.sha256(task.page.body).digest()))


def read_apart(task: Task, seconds: float) -> AnyReading | None:
    """The reading by a process of this thread's, or None where there is none to be had."""
    # To start one for each stretch would take as long as to read a hundred pages.
    worker: Worker | None = getattr(_mine, "worker", None)
    if worker is None:
        worker = _mine.worker = Worker(seconds)
    try:
        worker.listen()
        worker.give([task])
        return worker.take()
    except (EOFError, OSError):
        worker.end()
        _mine.worker = None
        return None


class ReadBefore:
    """Readings that `read_before` has had made, in place of a `ReadAhead`."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError where there are none."""
        stretches: list[Stretch]
        stretches, self._outputs = kept(folder / _STRETCHES)
        self._starts = [(stretch.path.name, stretch.start) for stretch in stretches]
        self._current: Opened | None = None
        self._number = -1
        self._found: dict[int, bytes] = {}
        """Of the stretch that was read last, by the captures' byte offsets."""
        self._asked = self._told = 0
        """Pages that were asked for, and that were there."""

    def close(self) -> None:
        """Say how many pages were there."""
        logger.info("%d of %d pages were read beforehand", self._told, self._asked)

    def over(self, things: Iterable[Thing], task_of: Callable[[Thing], Task | None]) -> Iterator[Thing]:
        """The things, in their order."""
        for thing in things:
            self._current = thing if isinstance(thing, Opened) else None
            yield thing

    def read(self, task: Task) -> AnyReading | None:
        """The reading of the page of the current thing, or None where it was not read, or otherwise."""
        reading = self._reading(task)
        self._asked += 1
        self._told += reading is not None
        return reading

    def _reading(self, task: Task) -> AnyReading | None:
        if self._current is None:
            return None
        capture = self._current.capture
        number = bisect_right(self._starts, (capture.path.name, capture.offset)) - 1
        # What refers to an earlier record is looked for there in vain, and nothing is read twice for it.
        if number > self._number:
            self._number, self._found = number, kept(self._outputs[number] / _READINGS)
        packed = self._found.get(capture.offset) if number == self._number else None
        read: _Read | None = pickle.loads(packed) if packed else None  # noqa: S301
        return read.reading if read and read.task == _marked(task) else None
