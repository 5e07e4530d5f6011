"""A response as the web archive had it from the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Headers = Sequence[tuple[str, str]]

_OF_THE_WIRE = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The response of the site; its body has the content coding that its headers tell of."""

    status: int
    headers: Headers
    body: bytes
    is_truncated: bool = False
    """Whether the web archive has only its beginning."""
    is_checked: bool = True
    """Whether the body was compared with the digest in the index."""

    def headers_but(self, name: str) -> Headers:
        """The headers without those of a name, given in lower case."""
        return [header for header in self.headers if header[0].lower() != name]


def kept(headers: Headers) -> Headers:
    """The headers that still hold of a body whose transfer coding was removed."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_WIRE]
