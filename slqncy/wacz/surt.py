"""Sort-friendly addresses, by which indexes of captures are sorted: `org,example)/a?b&c` is http://www.example.org/a?c&b.

The rules are those of the Internet Archive's URL canonicalizer, which the tools that make and read CDXJ have in common.
"""

from __future__ import annotations

import re
import socket
from urllib.parse import quote_from_bytes, unquote_to_bytes

_URL = re.compile(rb"(?:(https?)://)+(?:[^/?#]*@)?([^/?#:]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?")
_DEFAULT_PORTS = {b"http": 80, b"https": 443}
_WWW = re.compile(rb"www\d*\.")
_NUMERIC_HOST = re.compile(rb"[1-9]\d*(?:\.\d+){0,3}|0[0-7]*(?:\.[0-7]+){0,3}")
_UNESCAPED = rb"""!"$&'()*+,-./:;<=>?@[\]^_`{|}~"""
_PATH_SESSION = re.compile(rb"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)|\([0-9a-z]{24}\))/([^?]+\.aspx.*)$")
_QUERY_SESSIONS = tuple(
    re.compile(rb"^(.*)" + identifier + rb"(?:&(.*))?$", re.IGNORECASE)
    for identifier in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"ASPSESSIONID[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str:
    """The sort-friendly form of an http or https URL, in ASCII; any other URL as it is."""
    parts = _URL.match(url.encode())
    if not parts:
        return url
    scheme, host, port, path, query = parts.groups(default=b"")
    key = b",".join(reversed(_host(host).split(b".")))
    if port and int(port) != _DEFAULT_PORTS[scheme]:
        key += b":%d" % int(port)
    key += b")" + _path(path)
    if query := _query(query):
        key += b"?" + query
    return key.decode()


def _host(host: bytes) -> bytes:
    host = _unescape(host)
    if not host.isascii():
        host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    if _NUMERIC_HOST.fullmatch(host):
        host = _dotted(host)
    host = _escape(host.lower())
    return host[www.end() :] if (www := _WWW.match(host)) else host


def _dotted(host: bytes) -> bytes:
    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4)).encode()
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode())).encode()
    except OSError:
        return host


def _path(path: bytes) -> bytes:
    kept: list[bytes] = []
    *folders, name = _unescape(path).split(b"/")[1:] or [b""]
    for part in (*folders, name):
        if part == b".." and kept:
            kept.pop()
        elif part != b".":
            kept.append(part)
    path = b"/" + b"/".join([part for part in kept[:-1] if part] + kept[-1:])
    path = _escape(path).lower()
    if session := _PATH_SESSION.match(path):
        path = session[1] + session[2]
    return path[:-1] if path.endswith(b"/") and path != b"/" else path


def _query(query: bytes) -> bytes:
    query = _escape(_unescape(query))
    for session in _QUERY_SESSIONS:
        if found := session.match(query):
            query = found[1] + (found[2] or b"")
    return b"&".join(b"=".join(pair) for pair in sorted(part.split(b"=", 1) for part in query.lower().split(b"&")))


def _unescape(text: bytes) -> bytes:
    while (unescaped := unquote_to_bytes(text)) != text:
        text = unescaped
    return text


def _escape(text: bytes) -> bytes:
    return quote_from_bytes(text, safe=_UNESCAPED).encode()
