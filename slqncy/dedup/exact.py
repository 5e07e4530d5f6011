"""Equal texts: a normal form for comparison only, and its fingerprint."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slqncy.records import Story


def normal_form(text: str) -> str:
    """The text without width, case, punctuation and white space: what two copies of one text have in common."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def fingerprint(story: Story) -> bytes:
    """16 bytes, equal for stories whose texts have the same normal form."""
    return hashlib.sha256(normal_form(story.text).encode()).digest()[:16]
