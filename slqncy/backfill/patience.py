"""How long a server asks us to wait."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

REFUSALS = frozenset({403, 429, 503})
"""Statuses by which a web archive says that it was asked too much."""
_PAUSE = 60.0
"""Seconds to wait where nothing is said of it; what EDGI agreed upon with the Internet Archive."""
_SECONDS = re.compile(r"[0-9]{1,9}")


def seconds_to_wait(retry_after: str, now: datetime) -> float:
    """Seconds by a Retry-After header, which holds a number of them or an HTTP date; 60 where it holds neither."""
    value = retry_after.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return _PAUSE
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
