"""Counts and lengths of time in words."""

from __future__ import annotations

_DAY, _HOUR, _MINUTE = 86_400, 3600, 60
"""Seconds."""


def plural(count: int, one: str, many: str = "") -> str:
    """A count of things."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def span(seconds: float) -> str:
    """A length of time in its two largest units, or in one where there is nothing of the other."""
    whole = int(seconds)
    for size, name, part, part_name in (
        (_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s"),
    ):  # fmt: skip
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {name}" + (f" {rest} {part_name}" if rest else "")
    return f"{whole} s"
