"""Patterns that are compiled when they are first used.

To compile a range of Chinese characters takes Python a millisecond, as it looks at each of them, and a run that finds
nothing new has no use for what stories are read by.
"""

from __future__ import annotations

import re
from typing import Any, cast


def late(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """As `re.compile`, which raises what it has to when the pattern is used.

    To ask it takes a little longer each time: it is for patterns that are asked a few times a page.
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))


class _Late:
    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """A method of the compiled pattern, asked for once."""
        method = getattr(re.compile(*self._given), name)
        setattr(self, name, method)
        return method
