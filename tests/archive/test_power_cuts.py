"""The power is cut after any call to the disk: what was acknowledged is there, and nothing else is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.disk_trace import STRACE
from benchmarks.reliability.power_cuts import power_cuts
from benchmarks.reliability.workload import SABOTAGES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


def test_a_power_cut_takes_nothing_that_was_acknowledged(base: Path) -> None:
    figures = power_cuts(base, seed=1, states=250)
    assert figures.cuts == 250
    assert len(figures.states) > 150, "most leave something of their own"
    assert figures.bad == 0, figures.examples


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_a_broken_promise_is_noticed(base: Path, sabotage: str) -> None:
    assert power_cuts(base, seed=1, states=24, sabotage=sabotage).bad > 3
