"""A takedown that is cut short by a failing disk, a kill or a power cut: the next start finds it undone, or ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.disk_trace import STRACE
from benchmarks.reliability.takedowns import faults, power_cuts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


def test_calls_that_fail_and_kills(base: Path) -> None:
    figures = faults(base, trials=6, seed=1)
    assert figures.refused.total() >= 3, figures.refused
    assert figures.bad.total() == 0, figures.examples


def test_power_cuts(base: Path) -> None:
    figures = power_cuts(base, cuts=27, seed=1)
    assert figures.tried.total() == 27
    assert figures.bad.total() == 0, figures.examples
