"""What stands between a browser and the pages: who may ask, for what, and what the browser may do with the answer."""

from __future__ import annotations

from secrets import compare_digest, token_urlsafe
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


class Keys:
    """What tells the owner of an archive from others who have an account on this machine."""

    def __init__(self, port: int) -> None:
        self.key = token_urlsafe()
        """In the address that is printed."""
        self.once = token_urlsafe()
        """In the address that a browser is started with, where everybody sees it: it opens once."""
        # Of two servers at two ports, each needs its own: a browser has them for all ports.
        self._name = f"slqncy-{port}"
        self._cookie = token_urlsafe()

    @property
    def cookie(self) -> bytes:
        """What the browser gets to come again with."""
        return f"{self._name}={self._cookie}; Path=/; HttpOnly; SameSite=Strict".encode()

    def opens(self, scope: Message) -> bool:
        """Whether somebody comes in by an address with a key."""
        given = scope["query_string"].removeprefix(b"key=") if scope["path"] == "/" else b""
        is_once = bool(self.once) and compare_digest(given, self.once.encode())
        if is_once:
            self.once = ""
        return is_once or compare_digest(given, self.key.encode())

    def is_known(self, scope: Message) -> bool:
        """Whether somebody has come in before."""
        cookies = (each.strip() for name, value in scope["headers"] if name == b"cookie" for each in value.split(b";"))
        return any(compare_digest(each, f"{self._name}={self._cookie}".encode()) for each in cookies)


class Guard:
    """An ASGI application that lets through to another what is for reading, and asked for on this machine."""

    def __init__(self, app: App, path: Path, hosts: Iterable[str], keys: Keys) -> None:
        """`path` is the file that is read: once it is another one, or gone, nothing of it is shown any more."""
        self._app = app
        self._path = path
        self._file = _file(path)
        self._hosts = {host.encode() for host in hosts}
        self._keys = keys

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif refusal := self._refusal(scope):
            await _refuse(*refusal, send)
        elif self._keys.opens(scope):
            await _answer(303, [(b"location", b"/"), (b"set-cookie", self._keys.cookie)], b"", send)
        elif not self._keys.is_known(scope):
            await _refuse(403, "Open the address that `scrapy browse` has printed, in this browser.", send)
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
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == _NOT_ALLOWED:
        headers.append((b"allow", b"GET, HEAD"))
    await _answer(status, headers, f"{why}\n".encode(), send)


async def _answer(status: int, headers: list[tuple[bytes, bytes]], body: bytes, send: Send) -> None:
    headers = [*headers, (_POLICY, _TABLES), *_ALWAYS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
