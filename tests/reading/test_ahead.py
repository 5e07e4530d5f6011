"""Reading ahead: each page by some process or by none, and all in their order."""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from slqncy.guards.markup import Limits
from slqncy.reading.ahead import ReadAhead
from slqncy.reading.page import ListReading, Served, Task
from slqncy.sites import Address, load_site
from tests.reading.reads import read

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = Address(load_site("slqncy"))
AT = datetime(2026, 11, 1, tzinfo=UTC)
MOST = 50_000
"""Pages that are waited for."""


def task(body: bytes) -> Task:
    """A page to read."""
    url = "http://www.slqncy.com/szxw/"
    page = Served(
        url=url, base=url, address=ADDRESS, limits=Limits(), status=200, content_type="", robots_tags=[], body=body,
        at=AT,
    )  # fmt: skip
    return Task(read, page)


class Bodies:
    """Bodies to be read, each another: until both processes have told some, then special ones, then some more."""

    def __init__(self, *special: bytes) -> None:
        self.special = special
        self.readers: set[str] = set()
        """Who has told any so far."""
        self.given: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        while len(self.readers) < 2:
            assert len(self.given) < MOST, "nobody reads them"
            yield self._next()
            # Two processes start meanwhile.
            time.sleep(0.001)
        for body in self.special:
            yield self._next(body)
        for _ in range(100):
            yield self._next()

    def _next(self, body: bytes = b"") -> bytes:
        self.given.append(body or b"%d" % len(self.given))
        return self.given[-1]


class Ended:
    """How often the end of a process was waited for."""

    times = 0

    @contextmanager
    def patience(self) -> Iterator[None]:
        yield
        self.times += 1


def read_all(ahead: ReadAhead, bodies: Bodies) -> dict[bytes, ListReading | None]:
    """Every body with its reading, as far as another process has it, in the order in which they come."""
    found: dict[bytes, ListReading | None] = {}
    with closing(ahead):
        for body in ahead.over(bodies, task):
            reading = ahead.read(task(body))
            assert reading is None or isinstance(reading, ListReading)
            if reading:
                assert reading.refused.encode() == body
                bodies.readers.update(reading.further)
            found[body] = reading
    assert list(found) == bodies.given
    return found


def test_each_page_is_read_by_one_of_the_processes_and_comes_in_its_turn() -> None:
    large = b"x" * 3_000_000
    bodies = Bodies(large, b"raise", large + b"x")
    found = read_all(ReadAhead(2, 60), bodies)
    assert len(bodies.readers) == 2
    assert str(os.getpid()) not in bodies.readers
    behind = list(found)[list(found).index(large) :]
    assert len(behind) == 103
    # An error costs one reading.
    assert [body for body in behind if found[body] is None] == [b"raise"]


@pytest.mark.parametrize(("processes", "pages"), [(0, 500), (1, 500), (2, 150)])
def test_of_few_pages_and_with_fewer_than_two_processes_none_is_read_elsewhere(processes: int, pages: int) -> None:
    with closing(ReadAhead(processes, 60)) as ahead:
        assert {ahead.read(task(body)) for body in ahead.over([b"page"] * pages, task)} == {None}


@pytest.mark.parametrize("ending", [b"die", b"hang"])
def test_what_a_process_had_when_it_ended_is_left_to_be_read_here(ending: bytes) -> None:
    ended = Ended()
    found = read_all(ReadAhead(2, 0.5, ended.patience), Bodies(ending))
    assert found[ending] is None
    assert ended.times == 1
    # The other one goes on.
    assert list(found.values())[-1] is not None


def test_what_is_not_read_as_was_likely_is_nobody_elses_reading() -> None:
    bodies = Bodies()
    with closing(ReadAhead(2, 60)) as ahead:
        for number, body in enumerate(ahead.over(bodies, task)):
            # One is not read at all, one otherwise, one as was likely.
            assert number % 3 != 1 or ahead.read(task(b"other")) is None
            if number % 3 == 2 and (reading := ahead.read(task(body))):
                assert isinstance(reading, ListReading)
                assert reading.refused.encode() == body
                bodies.readers.update(reading.further)
    assert len(bodies.readers) == 2


def test_an_error_comes_behind_all_that_came_before_it() -> None:
    def broken() -> Iterator[bytes]:
        yield from (b"%d" % number for number in range(500))
        raise ValueError("torn")

    found: list[bytes] = []
    with closing(ReadAhead(2, 60)) as ahead, pytest.raises(ValueError, match="torn"):
        found.extend(ahead.over(broken(), task))
    assert len(found) == 500
