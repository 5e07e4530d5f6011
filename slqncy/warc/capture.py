"""What is remembered of a response that was captured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A response record, or a revisit record of one whose payload was captured before."""

    offset: int
    """Byte offset of its gzip member in the file."""
    record: UUID
    uri: str
    date: str
    """WARC-Date."""
    status: int
    digest: bytes
    """SHA-1 of the payload."""
    has_payload: bool
    is_whole: bool = True
    """Whether it has no WARC-Truncated of its own: else it stands for no page but in what is said of itself."""

    @property
    def is_page(self) -> bool:
        """Whether it says what a page is like, and not only that it is as it was."""
        return self.has_payload or self.status != _NOT_MODIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A response record that has a payload, and the file it is in."""

    file: str
    captured: Captured
