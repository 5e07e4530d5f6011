"""Where a site is served."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SPACE = re.compile(r"\s")


def is_base_url(value: str) -> bool:
    """Whether paths can be put behind it. One with a password would be in every log and report."""
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_usable and "@" not in parts.netloc and not parts.query and not parts.fragment and not _SPACE.search(value)
