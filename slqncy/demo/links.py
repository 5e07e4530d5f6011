"""How one page of the demo site writes the address of another."""

from __future__ import annotations

import posixpath
from zlib import crc32

WWW, BARE = "http://www.slqncy.com", "http://slqncy.com"


def address(path: str) -> str:
    """The absolute address a page gives itself."""
    return f"{WWW}{path}"


def href(page: str, target: str) -> str:
    """Relative, root-relative, or absolute with or without www.: one of the four, always the same for the same pair."""
    forms = (posixpath.relpath(target, posixpath.dirname(page.partition("?")[0])), target, WWW + target, BARE + target)
    return forms[crc32(f"{page} {target}".encode()) % len(forms)]
