"""Retry-After (RFC 9110, 10.2.3): how long a server asks us to wait."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 7 * 24 * 3600.0
"""Seconds; who says more is not heeded any longer."""

_SECONDS = re.compile(r"[0-9]{1,9}")
REFUSALS = range(400, 600)
"""Statuses with which the header means something to us."""


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds by the header, which holds a number of them or an HTTP date; None where it holds neither."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def hold(status: int, value: str, now: datetime) -> float:
    """Seconds for which the site is to be left alone after an answer with that status and header; 0 is none."""
    told = retry_after(value, now) if status in REFUSALS else None
    return min(told or 0.0, LONGEST)
