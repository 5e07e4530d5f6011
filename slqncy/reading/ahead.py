"""Reading ahead: things are dealt with one by one, in order, while other processes read the pages that come next."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from slqncy.reading.workers import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from slqncy.reading.page import AnyReading, Task

logger = logging.getLogger(__name__)

Thing = TypeVar("Thing")

PATIENCE = 60.0
"""Seconds for a page that another process reads, where nobody watches over this one."""
_SHORT = 100
"""Pages that are read here first: for fewer it does not pay to start a process, which takes as long as they do."""
_BATCH_PAGES, _BATCH_BYTES = 8, 128 * 1024
"""Pages that are given to a process at once, and bytes of their bodies; one page may have more."""
_BATCHES = 4
"""As many for each process are ahead: two that it has, and those that it has told and that wait for their turn."""
_MOST_BYTES = 8 * 1024 * 1024
"""Bytes of bodies that are ahead; one page may have more."""
_MOST_THINGS = 8
"""Things for each page: most have none, and whoever deals with them wants his turn."""


@dataclass(slots=True)
class _Page:
    """A page that is ahead."""

    task: Task
    worker: Worker | None = None
    """Who was given it, and has not told its reading."""

    @property
    def size(self) -> int:
        """Bytes of its body."""
        return len(self.task.page.body)


class ReadAhead:
    """Processes that read pages, as soon as there are many; with fewer than two processes nothing is read ahead."""

    def __init__(
        self, processes: int, seconds: float, patience: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """`seconds` are those after which a page has hung a process; `patience` surrounds the end of one."""
        self._patience = patience
        self._processes = self._missing = processes if processes > 1 else 0
        self._seconds = seconds
        self._workers: list[Worker] = []
        self._waiting: deque[_Page] = deque()
        """Those that nobody was given, in their order."""
        self._ahead = self._bytes = 0
        """Pages that are ahead, and bytes of their bodies."""
        self._pages = 0
        """How many there were so far."""
        self._told = 0
        """How many of them other processes have read."""
        self._current: _Page | None = None

    def close(self) -> None:
        """End the processes, whatever they do."""
        if self._is_long:
            logger.info("Other processes have read %d of %d pages", self._told, self._pages)
        while self._workers:
            self._workers.pop().end()

    def over(self, things: Iterable[Thing], task_of: Callable[[Thing], Task | None]) -> Iterator[Thing]:
        """The things, in their order; `task_of` says how the page of one is likely to be read, if it has one.

        What `things` raises is raised behind all that came before it.
        """
        if not self._processes:
            yield from things
            return
        window: deque[tuple[Thing, _Page | None]] = deque()
        source, error, is_over = iter(things), None, False
        while window or not is_over:
            while not is_over and self._has_room(len(window)):
                try:
                    thing = next(source)
                except StopIteration:
                    is_over = True
                except Exception as raised:  # noqa: BLE001
                    is_over, error = True, raised
                else:
                    task = task_of(thing)
                    window.append((thing, self._add(task) if task else None))
            self._hand_out(is_over=is_over)
            if window:
                thing, self._current = window.popleft()
                yield thing
                if self._current:
                    self._pass(self._current)
        if error:
            raise error

    def read(self, task: Task) -> AnyReading | None:
        """The reading of the page of the current thing, or None where no process has it: then it is to be read here."""
        page = self._current
        return self._take(page) if page and page.task == task else None

    @property
    def _is_long(self) -> bool:
        return self._pages >= _SHORT

    def _has_room(self, things: int) -> bool:
        if not self._is_long:
            return not things
        most = self._processes * _BATCHES * _BATCH_PAGES
        return things < _MOST_THINGS * most and self._ahead < most and self._bytes < _MOST_BYTES

    def _add(self, task: Task) -> _Page:
        page = _Page(task)
        self._waiting.append(page)
        self._pages += 1
        self._ahead += 1
        self._bytes += page.size
        return page

    def _pass(self, page: _Page) -> None:
        """A page has had its turn."""
        self._ahead -= 1
        self._bytes -= page.size
        if self._waiting and self._waiting[0] is page:
            self._waiting.popleft()
        # What nobody wanted is heard all the same: the next one comes behind it.
        self._take(page)

    def _hand_out(self, *, is_over: bool) -> None:
        if not self._is_long:
            return
        self._start()
        while not all(worker.is_full for worker in self._workers) and (batch := self._next_batch(is_over=is_over)):
            worker = self._taker(sum(page.size for page in batch))
            if worker is None:
                return
            try:
                worker.give([page.task for page in batch])
            except OSError:
                self._lose(worker)
                continue
            for page in batch:
                page.worker = worker
                self._waiting.popleft()

    def _taker(self, size: int) -> Worker | None:
        """The process with the least to do that takes a batch with bodies of so many bytes, if any does."""
        for worker in sorted(self._workers, key=lambda worker: worker.batches):
            try:
                if worker.takes(size):
                    return worker
            except (EOFError, OSError):
                self._lose(worker)
        return None

    def _next_batch(self, *, is_over: bool) -> list[_Page]:
        """The pages to give to a process next; none where there will be more to give along."""
        batch: list[_Page] = []
        size = 0
        for page in self._waiting:
            if batch and (len(batch) == _BATCH_PAGES or size + page.size > _BATCH_BYTES):
                return batch
            batch.append(page)
            size += page.size
        return batch if is_over or len(batch) == _BATCH_PAGES else []

    def _start(self) -> None:
        """Start the processes, if they are not."""
        missing, self._missing = self._missing, 0
        if not missing:
            return
        try:
            for _ in range(missing):
                self._workers.append(Worker(self._seconds))
        except OSError as error:
            logger.warning("A process to read pages cannot be started: %s", error)
        logger.info("Pages are read by %d other processes from now on", len(self._workers))

    def _take(self, page: _Page) -> AnyReading | None:
        worker, page.worker = page.worker, None
        if worker not in self._workers:
            return None
        assert worker is not None
        try:
            reading = worker.take()
        except (EOFError, OSError):
            self._lose(worker)
            return None
        self._told += 1
        return reading

    def _lose(self, worker: Worker) -> None:
        """A process has ended: what it had is read here, and it is not replaced."""
        self._workers.remove(worker)
        with self._patience():
            status = worker.end()
        logger.warning("A process that read pages has ended, exit status %d; what it had is read again here", status)
