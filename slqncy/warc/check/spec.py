"""What ISO 28500:2017 (WARC 1.1), or 28500:2009 (1.0), says that a record shall be. True of anybody's files.

Where the IIPC recommends to read something leniently, it is let pass. The HTTP in a block is not judged: a server may
have sent anything, and tools keep it in more than one form (§6.3.2 gives no guarantee either).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from slqncy.warc.check.fields import DEFINED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slqncy.warc.check.record import Record

IDENTICAL = "identical-payload-digest"
NOT_MODIFIED = "server-not-modified"
PROFILE = re.compile(rf"http://netpreserve\.org/warc/1\.[01]/revisit/({IDENTICAL}|{NOT_MODIFIED})")

_TYPES = frozenset({"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"})
_NONE: frozenset[str] = frozenset()
_ALWAYS = frozenset({"WARC-Type", "WARC-Record-ID", "WARC-Date"})
_MANDATORY = {
    kind: _ALWAYS
    | ({"WARC-Target-URI"} if kind not in {"warcinfo", "metadata"} else _NONE)
    | ({"WARC-Profile"} if kind == "revisit" else _NONE)
    | ({"WARC-Segment-Number", "WARC-Segment-Origin-ID"} if kind == "continuation" else _NONE)
    for kind in _TYPES
}
"""By type of record; Content-Length is seen to where records are read."""
_FORBIDDEN_ON = {
    "WARC-Concurrent-To": {"warcinfo", "conversion", "continuation"},
    "WARC-Payload-Digest": {"warcinfo", "metadata"},
    "WARC-Identified-Payload-Type": {"warcinfo", "metadata"},
    "WARC-IP-Address": {"warcinfo", "conversion", "continuation"},
    "WARC-Refers-To": {"warcinfo", "response", "resource", "request", "continuation"},
    "WARC-Refers-To-Target-URI": _TYPES - {"revisit"},
    "WARC-Refers-To-Date": _TYPES - {"revisit"},
    "WARC-Target-URI": {"warcinfo"},
    "WARC-Warcinfo-ID": {"warcinfo"},
    "WARC-Filename": _TYPES - {"warcinfo"},
    "WARC-Segment-Origin-ID": _TYPES - {"continuation"},
    "WARC-Segment-Total-Length": _TYPES - {"continuation"},
}
_FORBIDDEN = {kind: frozenset(name for name, kinds in _FORBIDDEN_ON.items() if kind in kinds) for kind in _TYPES}

_VERSION = re.compile(r"WARC/(?:0\.1[78]|1\.0|1\.1)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-;=?-~]+")
_DATE_1_0 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DATE_1_1 = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?)?)?", re.ASCII)
_MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+(?:[ \t]*;.*)?")
_NUMBER = re.compile(r"[0-9]+")


def spec_defects(record: Record) -> Iterator[str]:
    """What is wrong with a record by the standard, whoever wrote it."""
    header, fields = record.header, record.header.fields
    yield from header.defects
    yield from record.defects
    if not _VERSION.fullmatch(header.version):
        yield f"no version line of WARC/1.0 or WARC/1.1: {header.version[:80]!r}"
    for name, value in header.repeated:
        if name in DEFINED and name != "WARC-Concurrent-To":
            yield f"{name} stands twice: {fields[name][:80]!r} and {value[:80]!r}"
    yield from _presence_defects(record.type, fields)
    for name, value in fields.items():
        # What stands empty in place of a mandatory field is named with those that are missing.
        if value and (form := _FORMS.get(name)) and (wrong := form(value, header.version)):
            yield f"{name} {wrong}: {value[:200]!r}"


def _presence_defects(kind: str, fields: Mapping[str, str]) -> Iterator[str]:
    for name in _MANDATORY.get(kind, _ALWAYS):
        if not fields.get(name):
            yield f"no {name}"
    for name in _FORBIDDEN.get(kind, _NONE) & fields.keys():
        yield f"{name} is no field of a {kind} record"
    by_digest = kind == "revisit" and fields.get("WARC-Profile", "").endswith(IDENTICAL)
    if by_digest and not fields.get("WARC-Payload-Digest"):
        yield "a revisit for its payload digest, and no WARC-Payload-Digest"


def wrong_digests(record: Record) -> Iterator[str]:
    """The digest fields that belong to other bytes than those of the record.

    The payload is the body of an HTTP message, with or without its chunks (tools differ), or the block of a resource.
    """
    said = record.digests.get("WARC-Block-Digest")
    if said and said.value and said.value != record.block.digest():
        yield "WARC-Block-Digest"
    said = record.digests.get("WARC-Payload-Digest")
    is_elsewhere = record.type == "revisit" or record.get("WARC-Segment-Number") or record.get("WARC-Truncated")
    has_payload = record.head is not None or record.type == "resource"
    if said and said.value and has_payload and not is_elsewhere:
        joined = record.joined.digest() if record.joined and not record.chunk_error else None
        if said.value not in {record.payload.digest(), joined}:
            yield "WARC-Payload-Digest"


@lru_cache(maxsize=64)
def _date(value: str, version: str) -> str:
    form = _DATE_1_1 if version == "WARC/1.1" else _DATE_1_0
    if not form.fullmatch(value):
        return "is no UTC time of the form YYYY-MM-DDThh:mm:ssZ"
    day, _, time = value.removesuffix("Z").partition("T")
    # A leap second is a time that datetime does not know.
    time = time.partition(".")[0].replace(":60", ":59")
    try:
        datetime.fromisoformat(f"{day}{'0000-01-01'[len(day) :]}T{time or '00:00'}+00:00")
    except ValueError:
        return "is a time that does not exist"
    return ""


@lru_cache(maxsize=64)
def _target(value: str, version: str) -> str:
    if not value.isascii():
        return "is not percent-encoded"
    # The grammar of 1.0 has them, and wget writes them.
    if value.startswith("<") and version == "WARC/1.0":
        value = value.removeprefix("<").removesuffix(">")
    return "" if _URI.fullmatch(value) else "is no URI"


@lru_cache(maxsize=64)
def _identifier(value: str, version: str) -> str:
    bare = value[1:-1] if value.startswith("<") and value.endswith(">") else ""
    if not bare and version != "WARC/1.1":
        bare = value
    return "" if _URI.fullmatch(bare) else "is no URI in <>"


@lru_cache(maxsize=64)
def _address(value: str, _version: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        return "is no IP address"
    return ""


def _matches(pattern: re.Pattern[str], wrong: str) -> Callable[[str, str], str]:
    return lambda value, _version: "" if pattern.fullmatch(value) else wrong


_FORMS: dict[str, Callable[[str, str], str]] = {
    "WARC-Record-ID": _identifier,
    "WARC-Concurrent-To": _identifier,
    "WARC-Refers-To": _identifier,
    "WARC-Warcinfo-ID": _identifier,
    "WARC-Segment-Origin-ID": _identifier,
    "WARC-Date": _date,
    "WARC-Refers-To-Date": _date,
    "WARC-Target-URI": _target,
    "WARC-Refers-To-Target-URI": _target,
    "WARC-IP-Address": _address,
    "Content-Type": _matches(_MEDIA_TYPE, "is no media type"),
    "WARC-Profile": _matches(_URI, "is no URI"),
    "WARC-Segment-Number": _matches(_NUMBER, "is no number"),
    "WARC-Segment-Total-Length": _matches(_NUMBER, "is no number"),
}
