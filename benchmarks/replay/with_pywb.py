"""Replay every capture in pywb, and compare what it gives with what is stored.

    python -m benchmarks.replay.with_pywb --pywb BIN FILE.wacz|FILE.warc.gz …

BIN is the `bin` directory of an environment with pywb and cdxj-indexer. A WACZ file is replayed with its own index,
WARC files with one that cdxj-indexer makes. Each capture is asked for at its time, unrewritten; its status and body
must be those of the record, or, for a revisit of the same payload, of the record that it refers to. pywb gives no body
with a redirect that is a revisit, nor with 304; where 304 is not in the index, as in our packages, it gives the page
that still stood, or 404. Where several captures share address and second, any of them will do: pywb cannot tell them
apart. Printed: totals and each difference; exit status 1 if there is one. Talks to 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import http.client
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastwarc.warc import ArchiveIterator, WarcRecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPTURES = WarcRecordType.response | WarcRecordType.revisit
START_SECONDS = 60
OK, NOT_MODIFIED, NOT_FOUND = 200, 304, 404
REDIRECTS = range(300, 400)
HEAD_END = re.compile(rb"\r?\n\r?\n")
CODED = re.compile(rb"^content-encoding[ \t]*:[ \t]*(?:gzip|x-gzip|deflate)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture, and what a replay of it should give."""

    kind: str
    status: int
    bodies: frozenset[str]
    """Hashes of the body: as stored, and without its content coding."""


def main() -> int:
    """Print the figures; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pywb", type=Path, required=True, metavar="BIN")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        lay_out(root, given.files, given.pywb)
        stored = captures(sorted((root / "archive").iterdir()))
        with serving(root, given.pywb) as port:
            differences = compare(stored, port)
    return 1 if differences or not stored else 0


def lay_out(root: Path, files: list[Path], programs: Path) -> None:
    """WARC files in archive/, and an index of them."""
    (root / "archive").mkdir()
    if files[0].suffix == ".wacz":
        with zipfile.ZipFile(files[0]) as package:
            package.extractall(root)
        with gzip.open(root / "indexes/index.cdx.gz") as packed, (root / "index.cdxj").open("wb") as index:
            shutil.copyfileobj(packed, index)
    else:
        for file in files:
            (root / "archive" / file.name).symlink_to(file.resolve())
        names = [str(root / "archive" / file.name) for file in files]
        index = [programs / "cdxj-indexer", "--sort", "--output", root / "index.cdxj", *names]
        subprocess.run(index, check=True)  # noqa: S603
    (root / "config.yaml").write_text(
        f"collections:\n  all:\n    archive_paths: {root}/archive/\n    index_paths: {root}/index.cdxj\n"
    )


def captures(paths: list[Path]) -> dict[tuple[str, str], list[Stored]]:
    """What is stored of each address and time."""
    found: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    bodies: dict[str, frozenset[str]] = {}
    for path in paths:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=CAPTURES, parse_http=False):
                kind, headers = str(record.record_type), record.headers
                head, body = HEAD_END.split(record.reader.read(), maxsplit=1)
                own = hashes(body, is_coded=CODED.search(head) is not None)
                if kind == "response":
                    bodies[headers["WARC-Record-ID"]] = own
                elif headers["WARC-Profile"].endswith("/identical-payload-digest"):
                    kind, own = "revisit", bodies.get(headers["WARC-Refers-To"], frozenset())
                else:
                    kind, own = "304 revisit", bodies.get(headers["WARC-Refers-To"], frozenset())
                timestamp = "".join(filter(str.isdigit, headers["WARC-Date"]))
                found[headers["WARC-Target-URI"], timestamp].append(Stored(kind, int(head.split()[1]), own))
    return found


def hashes(body: bytes, *, is_coded: bool) -> frozenset[str]:
    """Of a body as it is, and, where its coding is gzip or deflate, of what it is a coding of."""
    plain = body
    if is_coded:
        unpacker = zlib.decompressobj(wbits=47)
        try:
            plain = unpacker.decompress(body)
        except zlib.error:
            plain = body
    return frozenset(hashlib.sha256(data).hexdigest() for data in (body, plain))


@contextmanager
def serving(root: Path, programs: Path) -> Iterator[int]:
    """Run pywb; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with (root / "pywb.log").open("wb") as log:
        command = [programs / "pywb", "-b", "127.0.0.1", "-p", str(port), "-d", root]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until something listens."""
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("pywb does not start")


def compare(stored: dict[tuple[str, str], list[Stored]], port: int) -> int:
    """Ask for everything; gives how many differ."""
    counts: Counter[str] = Counter()
    differences = 0
    for (uri, timestamp), choices in stored.items():
        counts.update(choice.kind for choice in choices)
        counts["in the same second"] += len(choices) - 1
        status, body = replay(f"/all/{timestamp}id_/{uri}", port)
        if not any(agrees(choice, status, body) for choice in choices):
            differences += 1
            print(f"{timestamp} {uri[:200]}: stored {choices}, replayed {status} with {len(body)} bytes")
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()) if count)
    print(f"{sum(map(len, stored.values()))} captures ({told}); {len(stored)} replayed, {differences} differ")
    return differences


def agrees(stored: Stored, status: int, body: bytes) -> bool:
    """Whether a replay gives what is stored."""
    if stored.kind != "response" and stored.status == status and status in REDIRECTS:
        return not body
    if stored.status == NOT_MODIFIED and status == NOT_FOUND:
        return True
    shown = OK if stored.kind == "304 revisit" else stored.status
    return status == shown and hashlib.sha256(body).hexdigest() in stored.bodies


def replay(target: str, port: int) -> tuple[int, bytes]:
    """Status and body, undecoded."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("GET", target, skip_accept_encoding=True)
    connection.putheader("Accept-Encoding", "gzip, deflate")
    connection.putheader("Connection", "close")
    connection.endheaders()
    try:
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.IncompleteRead as cut:
        # Of a response that was cut short, pywb gives what is stored, and the Content-Length that was sent.
        return response.status, cut.partial
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
