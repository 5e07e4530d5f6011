"""How long a web archive asks us to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.manners.retry_after import retry_after

if TYPE_CHECKING:
    from datetime import datetime

REFUSALS = frozenset({403, 429, 503})
"""Statuses by which a web archive says that it was asked too much."""
_PAUSE = 60.0
"""Seconds to wait where nothing is said of it; what EDGI agreed upon with the Internet Archive."""


def seconds_to_wait(value: str, now: datetime) -> float:
    """Seconds by a Retry-After header, which holds a number of them or an HTTP date; 60 where it holds neither."""
    told = retry_after(value, now)
    return _PAUSE if told is None else told
