"""Closing a month: its lines, compressed, with a manifest that says what they are. Readers see only whole files."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.blocks import write_blocks
from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.layout import LINE_TYPES, closed_path, made_at, manifest_path, open_path, segment_kind
from slqncy.records import decode

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.archive.ledger import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a closed segment holds."""

    file: str
    size: int
    sha256: str
    lines: int
    first: str
    """Time of the oldest line, RFC 3339, UTC."""
    last: str
    """Time of the newest line."""
    uncompressed_size: int
    uncompressed_sha256: str

    def encode(self) -> bytes:
        """The manifest file."""
        return json.dumps(asdict(self), indent=2).encode() + b"\n"


def make_manifest(path: Path, name: str) -> tuple[Manifest, int]:
    """The manifest of the closed segment `name` whose bytes are in the file `path`, and the crc32 of its lines.

    Raises OSError, EOFError or zlib.error where it cannot be decompressed, ValueError where a line cannot be read.
    """
    line_type = LINE_TYPES[segment_kind(name)]
    content, crc, length, lines = hashlib.sha256(), 0, 0, 0
    first, last = "", ""
    with gzip.open(path, "rb") as file:
        for data in file:
            content.update(data)
            crc = zlib.crc32(data, crc)
            length += len(data)
            lines += 1
            moment = made_at(decode(data, line_type))
            first, last = min(first or moment, moment), max(last, moment)
    with path.open("rb") as file:
        compressed = hashlib.file_digest(file, "sha256").hexdigest()
    manifest = Manifest(
        file=closed_path(path.parent.parent, name).name, size=path.stat().st_size, sha256=compressed, lines=lines,
        first=first, last=last, uncompressed_size=length, uncompressed_sha256=content.hexdigest(),
    )  # fmt: skip
    return manifest, crc


def compress(root: Path, segment: Segment) -> None:
    """Write the closed form of a segment beside the open one.

    Raises ArchiveDamagedError where the lines are not those acknowledged, OSError where the disk will not have it.
    """
    source = open_path(root, segment.name)
    packed, manifest, crc = pack(root, segment.name, source)
    if (manifest.uncompressed_size, manifest.lines, crc) != (segment.length, segment.lines, segment.crc32):
        raise ArchiveDamagedError(f"{source}: not what was acknowledged; `scrapy verify` lists every defect")
    put_in_place(root, segment.name, packed, manifest)


def pack(root: Path, name: str, source: Path) -> tuple[Path, Manifest, int]:
    """Compress the lines in the file `source` beside the closed form of the segment `name`.

    Gives the file, its manifest, and the crc32 of the lines. Raises ArchiveDamagedError where one cannot be read.
    """
    packed = disk.temporary_of(closed_path(root, name))
    with source.open("rb") as lines, disk.synced(packed) as file:
        write_blocks(lines, file)
    try:
        return packed, *make_manifest(packed, name)
    except ValueError as error:
        raise ArchiveDamagedError(f"{source}: {error}; `scrapy verify` lists every defect") from error


def put_in_place(root: Path, name: str, packed: Path, manifest: Manifest) -> None:
    """Make a file that `pack` has written the closed form of a segment."""
    disk.write_whole(manifest_path(root, name), manifest.encode())
    disk.replace(packed, closed_path(root, name))
