"""A request and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

UNMODIFIED = "notModified"
"""Of a metadata record: the page is as the request says it is known, and no record here has what that was."""


class Truncation(StrEnum):
    """Why a response is not whole: the values of WARC-Truncated."""

    LENGTH = "length"  # longer than we take
    TIME = "time"
    DISCONNECT = "disconnect"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request, and the bytes that were received for it, as far as they came."""

    uri: str
    at: datetime
    """When the request was sent, or could not be."""
    request: bytes = b""
    """As sent; b"" where there was no connection to send it on."""
    received: bytes = b""
    """As received: status line, headers, and the body with its transfer coding."""
    ip: str = ""
    milliseconds: int = 0
    truncation: Truncation | None = None
    """None where the response is whole."""
    failure: str = ""
    """What went wrong, in words."""
    is_conditional: bool = False
    """Whether the server was told what we know of the page, so that 304 is an answer."""
    withheld: str = ""
    """Why the payload is not kept, in words; "" where it is."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What it was for; kept with it."""
