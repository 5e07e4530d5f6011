"""How much memory a crawl has as it goes on, ours beside bare Scrapy's."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.contenders import BARE, CONTENDERS, ROOT, WARC, Task
from benchmarks.speed.lean import LeanSite
from benchmarks.speed.measure import FailedError, cost
from benchmarks.speed.server import served

if TYPE_CHECKING:
    from benchmarks.speed.contenders import Contender

_STEPS = 10
_PAUSE = 0.2
"""Seconds between two looks."""


def follow(pages: int, directory: Path) -> str:
    """A table in Markdown: MB in memory when each tenth of so many pages has been sent, of bare Scrapy and of ours."""
    chosen = [one for one in CONTENDERS if one.name in {BARE, WARC}]
    columns = {one.label: _followed(one, pages, directory / one.name) for one in chosen}
    rows = [("pages sent", *columns), ("--:",) * (len(columns) + 1)]
    rows += [
        (
            f"{pages * step // _STEPS:,}",
            *(f"{column[step]:.0f}" if step in column else "" for column in columns.values()),
        )
        for step in range(1, _STEPS + 1)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _followed(contender: Contender, pages: int, work: Path) -> dict[int, float]:
    """MB in memory by the tenth of the pages that had been sent. Raises FailedError where some were not asked for."""
    work.mkdir()
    samples: dict[int, float] = {}
    with served(LeanSite, pages) as site:

        def watch(process: int) -> None:
            sent = 0
            while _runs(process):
                sent += site.asked().total()
                if (step := sent * _STEPS // pages) > max(samples, default=0):
                    samples[min(step, _STEPS)] = _resident(process) / 1e6
                time.sleep(_PAUSE)

        task = Task(site.base_url, work, work, work)
        cost(
            contender.command(task),
            ROOT if contender.in_project else work,
            log=work.with_suffix(".log"),
            watch=watch,
        )
    if _STEPS not in samples:
        raise FailedError(f"{contender.label}: asked for less than {pages} pages")
    return samples


def _runs(process: int) -> bool:
    """Whether a child has not ended; its end stays to be waited for."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _resident(process: int) -> int:
    """Bytes in memory now."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE")
