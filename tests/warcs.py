"""What stands in WARC files, read without the project's own reader; and what other tools say of them."""

from __future__ import annotations

import hashlib
import io
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from fastwarc.warc import ArchiveIterator, WarcRecordType

from slqncy.warc.wire import restore
from tests.peers import peer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """The records of one exchange, in order."""

    records: list[tuple[dict[str, str], bytes]]
    """WARC headers and block of each."""
    fields: dict[str, str]
    """Of its metadata record."""
    received: bytes
    """What came over the wire, restored."""

    def record(self, kind: str) -> tuple[dict[str, str], bytes]:
        """Headers and block of the record of a type. Raises KeyError."""
        return {headers["WARC-Type"]: (headers, block) for headers, block in self.records}[kind]

    @property
    def kinds(self) -> list[str]:
        return [headers["WARC-Type"] for headers, _ in self.records]

    @property
    def uri(self) -> str:
        return self.records[-1][0]["WARC-Target-URI"]

    @property
    def request(self) -> bytes:
        return self.record("request")[1]

    @property
    def truncated(self) -> str | None:
        """WARC-Truncated of the response."""
        return self.record("response")[0].get("WARC-Truncated")


def files(archive: Path) -> list[Path]:
    """The WARC files of an archive."""
    return sorted((archive / "warc").iterdir())


def exchanges(paths: Iterable[Path]) -> list[Kept]:
    """All that was exchanged, in the files' order."""
    kept: list[Kept] = []
    records: list[tuple[dict[str, str], bytes]] = []
    payloads: dict[str, bytes] = {}
    for path in paths:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, parse_http=False):
                headers = dict(record.headers)
                assert len(headers) == len(list(record.headers)), "a header stands twice"
                records.append((headers, record.reader.read()))
                if headers["WARC-Type"] == "warcinfo":
                    records.clear()
                elif headers["WARC-Type"] == "metadata":
                    kept.append(_exchange(records, payloads))
                    records = []
    assert not records, "the last exchange has no metadata"
    return kept


def _exchange(records: list[tuple[dict[str, str], bytes]], payloads: dict[str, bytes]) -> Kept:
    fields = _fields(records[-1][1])
    received = unquote_to_bytes(fields.get("wireReceived", ""))
    for headers, block in records[:-1]:
        if headers["WARC-Type"] == "request":
            continue
        head, blank, payload = block.partition(b"\r\n\r\n")
        if headers["WARC-Type"] == "response":
            payloads[headers["WARC-Record-ID"]] = payload
        elif headers["WARC-Profile"].endswith("identical-payload-digest"):
            assert not payload
            payload = payloads[headers["WARC-Refers-To"]]
        original, interim = (unquote_to_bytes(fields.get(name, "")) for name in ("wireHead", "wireInterim"))
        received = restore(head + blank, payload, original, interim, fields.get("wireFraming", ""))
    if "withheld" in fields:
        return Kept(list(records), fields, received)
    assert fields.get("wireBytes", "0") == str(len(received))
    assert fields.get("wireSha256", hashlib.sha256().hexdigest()) == hashlib.sha256(received).hexdigest()
    return Kept(list(records), fields, received)


def fields(data: bytes) -> dict[str, str]:
    """Those of the metadata record of an exchange, given its records."""
    record = next(ArchiveIterator(io.BytesIO(data), WarcRecordType.metadata, parse_http=False))
    return _fields(record.reader.read())


def _fields(block: bytes) -> dict[str, str]:
    lines = block.decode().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines)
    return fields


def assert_peers_accept(paths: Iterable[Path], *commands: tuple[str, ...]) -> None:
    """What is in wide use finds nothing wrong; skips the test where it is not installed."""
    for path in paths:
        for command in commands or (("warcio", "check"), ("fastwarc", "check"), ("cdxj-indexer",)):
            done = subprocess.run([peer(command[0]), *command[1:], path], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
            assert "Traceback" not in done.stderr
