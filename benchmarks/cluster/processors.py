"""What something takes of the processors: on a busy machine the wall says more of the others."""

from __future__ import annotations

from pathlib import Path
from time import process_time

_NANO, _MICRO = 1e9, 1e6


class Processors:
    """Seconds of this process and of a server's since it was made."""

    def __init__(self, server: int) -> None:
        self._server = Path(f"/proc/{server}/schedstat")
        self._began = self._now()

    def seconds(self) -> tuple[float, float]:
        here, there = (now - began for now, began in zip(self._now(), self._began, strict=True))
        return here, there

    def _now(self) -> tuple[float, float]:
        return process_time(), int(self._server.read_text(encoding="ascii").split()[0]) / _NANO

    def each(self, count: int) -> str:
        """Microseconds of one of so many."""
        return " + ".join(f"{seconds / count * _MICRO:.0f}" for seconds in self.seconds())
