"""Saying things in HTTP/1.1, rightly or wrongly."""

from __future__ import annotations

HTML = b"Content-Type: text/html; charset=utf-8"


def head(*fields: bytes, status: bytes = b"200 OK") -> bytes:
    """Status line and fields."""
    return b"\r\n".join((b"HTTP/1.1 " + status, *fields, b"", b""))


def sized(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole response."""
    return head(*fields, b"Content-Length: %d" % len(body), status=status) + body


def html(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole page in UTF-8."""
    return sized(body, HTML, *fields, status=status)


def coded(coding: bytes, body: bytes) -> bytes:
    """A whole page that says how it is packed."""
    return html(body, b"Content-Encoding: " + coding)


def redirect(location: str) -> bytes:
    """A redirect to anywhere."""
    return html(b"", b"Location: " + location.encode(), status=b"302 Found")


def chunk(data: bytes) -> bytes:
    """One chunk of a body without a length."""
    return b"%x\r\n%s\r\n" % (len(data), data)
