"""The disk is full, over quota, read-only or broken: the program says so and ends, and the archive goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.disk_crawl import crawl_faults
from benchmarks.reliability.disk_inject import CALLS
from benchmarks.reliability.disk_trace import STRACE
from benchmarks.reliability.faults import workload_faults

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


def test_a_call_that_fails_ends_the_writing_and_not_the_archive(base: Path) -> None:
    figures = workload_faults(base, seed=1, faults=18)
    assert figures.tried == dict.fromkeys(CALLS, 2)
    assert figures.refused.total() >= 9, figures.refused
    assert figures.bad.total() == 0, figures.examples


def test_a_crawl_whose_disk_fails_says_so_and_the_next_one_mends_it(base: Path) -> None:
    figures = crawl_faults(base, seed=1, crawls=1)
    assert figures.refused.total() == 1
    assert figures.bad.total() == 0, figures.examples
