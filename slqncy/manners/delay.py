"""The pause after each exchange: never below what is asked of us, longer where the site is slow or in trouble."""

from __future__ import annotations

from dataclasses import dataclass

_UP, _DOWN = 0.5, 0.1
"""Shares of the way to what an answer calls for: a slow one counts at once, trust comes back slowly."""
_REFUSALS = {403, 429}
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the pause, in seconds."""

    least: float
    """What the operator and robots.txt ask for; with 0 there is no pause at all."""
    most: float
    """What answers alone may make of it."""
    factor: float
    """How many times as long as the exchange took."""


def next_delay(delay: float, took: float, limits: Limits, *, is_trouble: bool) -> float:
    """Seconds to leave the site alone after an exchange of `took` seconds, given the pause before it."""
    most = max(limits.least, limits.most)
    if not limits.least:
        return 0.0
    if is_trouble:
        return min(max(2 * delay, limits.least), most)
    wanted = min(max(limits.factor * took, limits.least), most)
    share = _UP if wanted > delay else _DOWN
    return max(delay + (wanted - delay) * share, limits.least)


def is_trouble(status: int | None) -> bool:
    """Whether a status says that we ask too much, or that the site is not well; None is no whole answer."""
    return status is None or status in _REFUSALS or status >= _SERVER_ERROR
