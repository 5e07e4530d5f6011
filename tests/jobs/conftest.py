"""Two workers, and a way to lose one."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from slqncy.jobs import shards
from slqncy.jobs.engine import local
from slqncy.jobs.job import Job
from tests.export.conftest import root, sample_archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from distributed import Client


__all__ = ["root", "sample_archive"]


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    with local(2) as client:
        yield client


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Archives of a few lines have several, each of two lines or three."""
    monkeypatch.setattr(shards, "_LEAST", 2_000)
    monkeypatch.setattr(shards, "_MOST", 2_000)


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """In each step of a job a worker is killed while it makes the last output; gives a folder with a file for each."""
    folder = tmp_path / "deaths"
    folder.mkdir()
    each = Job.each

    def each_with_a_death(
        self: Job, step: str, function: Callable[[Any, Path], None], shards: Sequence[Any]
    ) -> list[Path]:
        return each(self, step, partial(_die_once, folder / step, function), shards)

    monkeypatch.setattr(Job, "each", each_with_a_death)
    return folder


def _die_once(died: Path, function: Callable[[Any, Path], None], shard: Any, output: Path) -> None:
    function(shard, output)
    if not died.exists():
        died.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
