"""Reading a package as a program would that knows nothing of us: by the specifications, with the standard library."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IDX, CDX, PAGES = "indexes/index.idx", "indexes/index.cdx.gz", "pages/pages.jsonl"


@dataclass(frozen=True)
class Line:
    """A line of the index."""

    key: str
    timestamp: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Read:
    """A record of a WARC file."""

    headers: dict[str, str]
    block: bytes

    @property
    def payload(self) -> bytes:
        """What follows the head of an HTTP message."""
        return re.split(rb"\r?\n\r?\n", self.block, maxsplit=1)[1]

    @property
    def http(self) -> bytes:
        """The head of an HTTP message."""
        return re.split(rb"\r?\n\r?\n", self.block, maxsplit=1)[0]


@dataclass(frozen=True)
class Package:
    """A WACZ file."""

    path: Path

    def names(self) -> list[str]:
        with zipfile.ZipFile(self.path) as package:
            assert package.testzip() is None
            return package.namelist()

    def member(self, name: str) -> bytes:
        with zipfile.ZipFile(self.path) as package:
            return package.read(name)

    def in_place(self, name: str) -> bytes:
        """A stored member, found in the ZIP file as ReplayWeb.page finds it."""
        with zipfile.ZipFile(self.path) as package:
            info = package.getinfo(name)
        assert info.compress_type == zipfile.ZIP_STORED
        raw = self.path.read_bytes()
        named, extra = struct.unpack_from("<HH", raw, info.header_offset + 26)
        # Where the directory shows no extra field, it looks for none.
        start = info.header_offset + 30 + named + (extra if info.extra else 0)
        return raw[start : start + info.compress_size]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads(self.member("datapackage.json"))
        return manifest

    @cached_property
    def pages(self) -> list[dict[str, str]]:
        """Pages, less the header."""
        return [json.loads(line) for line in self.member(PAGES).splitlines()[1:]]

    @cached_property
    def index(self) -> bytes:
        """All lines of the index."""
        return gzip.decompress(self.in_place(CDX))

    def lines(self) -> Iterator[Line]:
        for line in self.index.decode().splitlines():
            key, timestamp, fields = line.split(" ", 2)
            yield Line(key, timestamp, json.loads(fields))

    def record(self, line: Line) -> Read:
        """The record a line of the index speaks of."""
        offset, length = int(line.fields["offset"]), int(line.fields["length"])
        content = self.in_place(f"archive/{line.fields['filename']}")[offset : offset + length]
        (record,) = records(content)
        return record

    def records(self) -> list[Read]:
        """All records of all files."""
        return [
            record for name in self.names() if name.startswith("archive/") for record in records(self.in_place(name))
        ]

    def captures(self) -> list[Read]:
        """All records that came from an address."""
        return [record for record in self.records() if record.headers["WARC-Type"] in {"response", "revisit"}]

    def check(self) -> None:
        """Everything that must hold for any package."""
        self._check_manifest()
        self._check_index()
        header = json.loads(self.member(PAGES).splitlines()[0])
        assert header["format"] == "json-pages-1.0"
        captured = {(line.fields["url"], line.timestamp) for line in self.lines()}
        for page in self.pages:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", page["ts"])
            assert (page["url"], re.sub(r"\D", "", page["ts"])) in captured
        assert len({page["id"] for page in self.pages}) == len(self.pages)

    def _check_manifest(self) -> None:
        assert self.manifest["profile"] == "data-package"
        assert self.manifest["wacz_version"] == "1.1.1"
        told = {resource["path"]: resource for resource in self.manifest["resources"]}
        assert {*told, "datapackage.json", "datapackage-digest.json"} == {*self.names()}
        for path, resource in told.items():
            content = self.member(path)
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert resource["bytes"] == len(content)
            assert resource["name"] == path.rpartition("/")[2]
        digest = json.loads(self.member("datapackage-digest.json"))
        whole = hashlib.sha256(self.member("datapackage.json")).hexdigest()
        assert digest == {"path": "datapackage.json", "hash": f"sha256:{whole}"}

    def _check_index(self) -> None:
        lines = self.index.splitlines(keepends=True)
        assert lines == sorted(lines)
        places = {(line.fields["filename"], line.fields["offset"]) for line in self.lines()}
        shown = [record for record in self.captures() if not record.http.split(b" ")[1].startswith(b"304")]
        assert len(places) == len(lines) == len(shown)
        for line in self.lines():
            record = self.record(line)
            assert record.headers["WARC-Target-URI"] == line.fields["url"]
            assert record.headers["WARC-Payload-Digest"] == line.fields["digest"]
            assert re.sub(r"\D", "", record.headers["WARC-Date"]) == line.timestamp
            assert record.http.split(b" ")[1][:3].decode() == line.fields["status"]
            assert (record.headers["WARC-Type"] == "revisit") == (line.fields.get("mime") == "warc/revisit")
        self._check_blocks(lines)

    def _check_blocks(self, lines: list[bytes]) -> None:
        first, *blocks = self.member(IDX).decode().splitlines()
        assert json.loads(first.removeprefix("!meta 0 ")) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
        packed = self.in_place(CDX)
        found: list[bytes] = []
        for block in blocks:
            prefix, place = block.split(" {", 1)
            fields = json.loads("{" + place)
            content = packed[fields["offset"] : fields["offset"] + fields["length"]]
            assert fields["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            unpacked = gzip.decompress(content).splitlines(keepends=True)
            assert unpacked[0].decode().startswith(f"{prefix} {{")
            found += unpacked
        assert found == lines


def records(content: bytes) -> Iterator[Read]:
    """The records in the bytes of a WARC file."""
    while content:
        member = zlib.decompressobj(wbits=31)
        head, _, rest = member.decompress(content).partition(b"\r\n\r\n")
        assert member.eof
        version, *lines = head.decode().split("\r\n")
        assert version == "WARC/1.1"
        headers = dict(line.split(": ", 1) for line in lines)
        assert len(headers) == len(lines)
        length = int(headers["Content-Length"])
        assert rest[length:] == b"\r\n\r\n"
        yield Read(headers, rest[:length])
        content = member.unused_data
