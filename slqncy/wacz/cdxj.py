"""The index of a package: where the capture of an address is. Its lines are as cdxj-indexer writes them."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from itertools import islice
from typing import TYPE_CHECKING

from slqncy.wacz.surt import surt
from slqncy.warc.wire import header_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.wacz.records import Record
    from slqncy.warc.wire import Answer

BLOCKS = "index.cdx.gz"
_LINES_IN_BLOCK = 300
"""Of two lookups one reads the list of blocks, the other unpacks a block: as many lines as cdxj-indexer takes."""
_END_OF_TYPE = re.compile(r"[;\s]")
_FORMAT = {"format": "cdxj-gzip-1.0", "filename": BLOCKS}


def media_type(answer: Answer) -> str | None:
    """What a response says that it is, without parameters; None where it says nothing."""
    for name, value in header_lines(answer.head):
        if name.lower() == b"content-type":
            return _END_OF_TYPE.split(value.decode("utf-8", "replace"), maxsplit=1)[0]
    return None


def index_line(capture: Record, answer: Answer, file: str, offset: int) -> bytes:
    """Where the capture is that begins at an offset of a file under archive/, and what it is."""
    uri = capture.headers["WARC-Target-URI"]
    timestamp = re.sub(r"\D", "", capture.date)
    mime = "warc/revisit" if capture.kind == "revisit" else media_type(answer)
    fields = {
        "url": uri,
        **({} if mime is None else {"mime": mime}),
        "status": str(answer.status),
        "digest": capture.headers["WARC-Payload-Digest"],
        "length": str(len(capture.packed)),
        "offset": str(offset),
        "filename": file,
    }
    return f"{surt(uri)} {timestamp} {json.dumps(fields)}\n".encode()


def compress(lines: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Blocks of sorted lines, and for each its line in the list of blocks."""
    yield b"", f"!meta 0 {json.dumps(_FORMAT)}\n".encode()
    offset = 0
    while block := list(islice(lines, _LINES_IN_BLOCK)):
        packed = gzip.compress(b"".join(block), mtime=0)
        place = {"offset": offset, "length": len(packed), "digest": f"sha256:{hashlib.sha256(packed).hexdigest()}"}
        yield packed, block[0].partition(b" {")[0] + f" {json.dumps(place)}\n".encode()
        offset += len(packed)
