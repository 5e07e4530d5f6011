"""The header of a WARC record: version line and named fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ALLOWED = bytes(set(range(256)) - set(range(0x20)) - {0x7F}) + b"\t\r\n"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NAMES = (
    "WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length", "Content-Type", "WARC-Concurrent-To",
    "WARC-Block-Digest", "WARC-Payload-Digest", "WARC-IP-Address", "WARC-Refers-To", "WARC-Refers-To-Target-URI",
    "WARC-Refers-To-Date", "WARC-Target-URI", "WARC-Truncated", "WARC-Warcinfo-ID", "WARC-Filename", "WARC-Profile",
    "WARC-Identified-Payload-Type", "WARC-Segment-Origin-ID", "WARC-Segment-Number", "WARC-Segment-Total-Length",
)  # fmt: skip
_SPELLING = {name.lower(): name for name in _NAMES}
DEFINED = frozenset(_NAMES)
"""The fields of the standard; all but WARC-Concurrent-To stand once."""


@dataclass(slots=True)
class Header:
    """Version line and fields; names are spelled as in the standard, however the file has them."""

    version: str
    fields: dict[str, str] = field(default_factory=dict)
    """The first value of each name."""
    repeated: list[tuple[str, str]] = field(default_factory=list)
    """All later ones."""
    is_plain: bool = True
    """Whether every line reads `Name: value`, the names spelled as in the standard."""
    defects: list[str] = field(default_factory=list)


def parse_header(raw: bytes) -> Header:
    """Read what stands before the empty line."""
    defects = list(_byte_defects(raw))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        around = raw[max(raw.rfind(b"\n", 0, error.start) + 1, error.start - 40) : error.start + 20]
        defects.append(f"the WARC header is not UTF-8: {around!r}")
        text = raw.decode(errors="replace")
    version, *lines = text.split("\r\n")
    header = Header(version, defects=defects)
    fields = header.fields
    name = ""
    for line in lines:
        if line[:1] in {" ", "\t"} and name:
            header.is_plain = False
            fields[name] += " " + line.strip(" \t")
            continue
        name, colon, value = line.partition(":")
        if name not in DEFINED:
            if not colon or not _TOKEN.fullmatch(name):
                defects.append(f"not a field: {line[:80]!r}")
                name = ""
                continue
            header.is_plain = header.is_plain and name.lower() not in _SPELLING
            name = _SPELLING.get(name.lower(), name)
        bare = value.strip(" \t")
        header.is_plain = header.is_plain and value == f" {bare}"
        if name in fields:
            header.repeated.append((name, bare))
        else:
            fields[name] = bare
    return header


def _byte_defects(raw: bytes) -> list[str]:
    ends = raw.count(b"\r\n")
    if ends == raw.count(b"\r") == raw.count(b"\n") and not raw.translate(None, _ALLOWED):
        return []
    lines = raw.split(b"\r\n")
    return [f"a control character in {line[:80]!r}" for line in lines if line.translate(None, _ALLOWED[:-2])]
