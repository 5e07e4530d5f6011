"""The memory of the process, as its limit counts it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from scrapy.extensions import memusage

_STATUS = Path("/proc/self/status")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)

# It says at each look how much memory there is.
logging.getLogger(memusage.__name__).setLevel(logging.WARNING)


class Memory(memusage.MemoryUsage):
    """Scrapy's own extension, which counts of a process that a larger one has started the memory of that one."""

    def get_virtual_size(self) -> int:
        """The most bytes that were resident so far."""
        # ru_maxrss outlives exec; where there is no /proc, there is nothing better.
        peak = _PEAK.search(_STATUS.read_text()) if _STATUS.exists() else None
        return int(peak[1]) * 1024 if peak else super().get_virtual_size()
