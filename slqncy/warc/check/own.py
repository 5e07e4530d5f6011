"""What this project's own files are, over and above the standard: see `slqncy.warc.write`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.warc.check.http import header
from slqncy.warc.check.spec import IDENTICAL, PROFILE
from slqncy.warc.exchange import Truncation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.warc.check.members import Member
    from slqncy.warc.check.record import Record

FILE_NAME = re.compile(r"slqncy-\d{14}-\d{5}\.warc\.gz", re.ASCII)

_FRAME = frozenset({"WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Block-Digest", "Content-Type", "Content-Length"})
_REQUIRED = {
    "warcinfo": _FRAME | {"WARC-Filename"},
    "request": _FRAME | {"WARC-Target-URI"},
    "response": _FRAME | {"WARC-Target-URI", "WARC-Payload-Digest"},
    "revisit": _FRAME
    | {
        "WARC-Target-URI", "WARC-Payload-Digest", "WARC-Profile",
        "WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date",
    },
    "metadata": _FRAME | {"WARC-Target-URI"},
}  # fmt: skip
_OPTIONAL = {
    "request": {"WARC-IP-Address", "WARC-Concurrent-To"},
    "response": {"WARC-IP-Address", "WARC-Truncated"},
    "revisit": {"WARC-IP-Address", "WARC-Truncated"},
    "metadata": {"WARC-IP-Address", "WARC-Concurrent-To"},
}
_CONTENT_TYPES = {
    "warcinfo": "application/warc-fields",
    "request": "application/http; msgtype=request",
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
    "metadata": "application/warc-fields",
}
_FORMS = {
    "WARC-Record-ID": re.compile(r"<urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}>"),
    "WARC-Date": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII),
    "WARC-Block-Digest": re.compile(r"sha1:[A-Z2-7]{32}"),
    "WARC-Payload-Digest": re.compile(r"sha1:[A-Z2-7]{32}"),
    "WARC-Truncated": re.compile("|".join(Truncation)),
    "WARC-Profile": PROFILE,
}
_BEGINNINGS = {
    "request": re.compile(rb"[!-~]+ [^ \r\n]+ HTTP/1\.[01]\r?\n"),
    "response": re.compile(rb"(?i:HTTP)/\d{1,3}\.\d{1,3} \d{3}"),
    "revisit": re.compile(rb"(?i:HTTP)/\d{1,3}\.\d{1,3} \d{3}"),
}
_LIST = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*: [^\r\n]*\r\n)*")
_GZIP_HEADER = re.compile(rb"\x1f\x8b\x08\0\0\0\0\0[\0\2\4][\3\xff]")


def member_defects(member: Member, first: bytes) -> Iterator[str]:
    """What is wrong with a gzip member, given the header of the first one of the file."""
    if not member.is_gzip:
        yield "not compressed"
    elif member.header != first or not _GZIP_HEADER.fullmatch(member.header):
        yield f"a gzip header that this project does not write: {member.header.hex(' ')}"


def own_defects(record: Record) -> Iterator[str]:
    """What is wrong with a record by itself, beyond what the standard says."""
    names, required = record.header.fields, _REQUIRED.get(record.type)
    if record.header.version != "WARC/1.1":
        yield f"not of WARC/1.1: {record.header.version[:80]!r}"
    if not record.header.is_plain:
        yield "a field that is not written `Name: value`"
    if required is None:
        yield f"no type of record that this project writes: {record.type[:80]!r}"
        return
    for name in sorted(required - names.keys()):
        yield f"no {name}"
    for name in sorted(names.keys() - required - _OPTIONAL.get(record.type, set())):
        yield f"{name[:80]} is no field of the {record.type} records of this project"
    for name, value in record.header.repeated:
        yield f"{name[:80]} stands twice, again with {value[:80]!r}"
    for name, form in _FORMS.items():
        if name in names and not form.fullmatch(names[name]):
            yield f"{name} is not as this project writes it: {names[name][:200]!r}"
    if record.get("Content-Type") != _CONTENT_TYPES[record.type]:
        yield f"Content-Type is not {_CONTENT_TYPES[record.type]}: {record.get('Content-Type')[:80]!r}"
    yield from _block_defects(record)


def _block_defects(record: Record) -> Iterator[str]:
    beginning = _BEGINNINGS.get(record.type)
    if beginning is None:
        # One over 1 MiB, which an answer that was not HTTP makes, is not kept.
        if _LIST.fullmatch(record.block.whole or b"") is None:
            yield "the block is no list of fields"
        return
    head = record.head
    if head is None or not beginning.match(head):
        yield f"the block does not begin like an HTTP {'request' if record.type == 'request' else 'response'}"
        return
    if record.type == "revisit":
        yield from _revisit_defects(record)
    if record.type != "request" and header(head, b"transfer-encoding") is not None:
        yield _coding_defect(record)


def _revisit_defects(record: Record) -> Iterator[str]:
    # §6.7.2: what is left out is said to be; a 304 leaves nothing out.
    truncated = Truncation.LENGTH.value if record.get("WARC-Profile").endswith(IDENTICAL) else ""
    if record.get("WARC-Truncated") != truncated:
        yield f"WARC-Truncated of a revisit is {record.get('WARC-Truncated')[:80]!r}, and not {truncated!r}"
    if record.payload.size:
        yield f"a revisit that has {record.payload.size} bytes of payload itself"


def _coding_defect(record: Record) -> str:
    said = "Transfer-Encoding is not renamed X-Orig-Transfer-Encoding"
    if record.joined is None or record.type == "revisit":
        return said
    return f"{said}, and the body is chunked" if not record.chunk_error else f"{said}, and {record.chunk_error}"


def listed(block: bytes) -> dict[str, str]:
    """The fields in the block of a metadata record."""
    lines = block.decode(errors="replace").split("\r\n")
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
