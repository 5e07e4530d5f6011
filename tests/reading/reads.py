"""Ways to read a page that end, hang or fail, by what is in its body."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import TYPE_CHECKING

from slqncy.reading.links import LinkedStories
from slqncy.reading.page import ListReading

if TYPE_CHECKING:
    from slqncy.reading.page import Served


def read(page: Served) -> ListReading:
    """The body, and the process that read it."""
    if page.body == b"raise":
        raise RuntimeError("a defect")
    if page.body == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if page.body == b"hang":
        # Keeps the interpreter's lock meanwhile, and lets no signal handler run.
        ctypes.PyDLL(None).sleep(600)
    return ListReading(
        refused=page.body.decode(), stories=LinkedStories({}), further=[str(os.getpid())], sections=[], wall=None
    )
