"""What stands between a browser and the pages: who may ask, for what, and what the browser may do with the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping
    from pathlib import Path

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Message, Receive, Send], Awaitable[None]]

_MOST_QUERY = 8_000
"""Bytes of the part of an address behind the question mark."""
# Tables and SQL are pages of Datasette, with scripts of its own in them. They may ask this server only.
_TABLES = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NOT_ALLOWED = 405
_ELSEWHERE = {b"cross-site", b"same-site"}
"""Pages that ask are of another site, or of another port of this machine: https://w3c.github.io/webappsec-fetch-metadata/"""
_POLICY = b"content-security-policy"
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class Guard:
    """An ASGI application that lets through to another what is for reading, and asked for on this machine."""

    def __init__(self, app: App, path: Path, hosts: Iterable[str]) -> None:
        """`path` is the file that is read: once it is another one, or gone, nothing of it is shown any more."""
        self._app = app
        self._path = path
        self._file = _file(path)
        self._hosts = {host.encode() for host in hosts}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif refusal := self._refusal(scope):
            await _refuse(*refusal, send)
        else:
            await self._app(scope, receive, _adding_headers(send))

    def _refusal(self, scope: Message) -> tuple[int, str] | None:
        # A name that leads here may be anybody's: another page's scripts could read what is asked for by it.
        if not any(name == b"host" and value in self._hosts for name, value in scope["headers"]):
            return 421, f"This server answers at http://{min(self._hosts).decode()}/ only."
        # A page of others reads nothing that way, and yet keeps a processor busy with questions in SQL.
        if any(name == b"sec-fetch-site" and value in _ELSEWHERE for name, value in scope["headers"]):
            return 403, "Another page has sent you here. Type or paste this address, or follow it from these pages."
        if scope["method"] not in {"GET", "HEAD"}:
            return 405, "Nothing can be written here."
        if len(scope["query_string"]) > _MOST_QUERY:
            return 414, "This address is too long."
        if _file(self._path) != self._file:
            return 503, "The archive has changed. Stop `scrapy browse`, and start it again."
        return None


def _file(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


async def _refuse(status: int, why: str, send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (_POLICY, _TABLES), *_ALWAYS]
    if status == _NOT_ALLOWED:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{why}\n".encode()})


def _adding_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in _ALWAYS}
            headers = [(name, value) for name, value in message["headers"] if name.lower() not in ours]
            if all(name.lower() != _POLICY for name, _ in headers):
                headers.append((_POLICY, _TABLES))
            message = {**message, "headers": [*headers, *_ALWAYS]}
        await send(message)

    return sending
