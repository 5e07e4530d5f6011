"""The ZIP file: members one after the other, and a manifest of them."""

from __future__ import annotations

import hashlib
import json
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from slqncy.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Iterator

WACZ_VERSION = "1.1.1"
_MANIFEST, _DIGEST = "datapackage.json", "datapackage-digest.json"
_COMPRESSED = {".json", ".jsonl", ".idx"}
"""What is not compressed already. Of the rest clients read parts, which takes ZIP's method "stored"."""
# One moment for all: packages of the same captures are the same bytes. It is the first that ZIP knows.
_MOMENT, _UNIX_MOMENT = (1980, 1, 1, 0, 0, 0), 315_532_800
# ReplayWeb.page takes a member whose entry in the directory has no extra field to have none in front of its data
# either, but Python writes the field of ZIP64 only there. So each member has one more, its time by Info-ZIP's rules.
_EXTRA = struct.pack("<2sHBi", b"UT", 5, 1, _UNIX_MOMENT)


@dataclass(slots=True)
class Member:
    """A file in the package that is being written."""

    path: str
    _file: IO[bytes]
    _sha256: Any
    size: int = 0

    def write(self, data: bytes) -> None:
        """Append. Raises OSError."""
        self._file.write(data)
        self._sha256.update(data)
        self.size += len(data)

    @property
    def hash(self) -> str:
        """Of all that was written."""
        return f"sha256:{self._sha256.hexdigest()}"


class Package:
    """A package that is being written to a file, which must be open for writing."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w")
        self._resources: list[dict[str, str | int]] = []

    @contextmanager
    def member(self, path: str) -> Iterator[Member]:
        """Add a file, of any size; it is complete when the context ends."""
        info = ZipInfo(path, _MOMENT)
        info.compress_type = ZIP_DEFLATED if PurePosixPath(path).suffix in _COMPRESSED else ZIP_STORED
        info.extra = _EXTRA
        with self._zip.open(info, "w", force_zip64=True) as file:
            member = Member(path, file, hashlib.sha256())
            yield member
        name = PurePosixPath(path).name
        self._resources.append({"name": name, "path": path, "hash": member.hash, "bytes": member.size})

    def close(self) -> None:
        """Write the directory of the ZIP file."""
        self._zip.close()

    def finish(self, properties: dict[str, str]) -> None:
        """Add the manifest, which says of the package what `properties` say."""
        manifest = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            **properties,
            "resources": list(self._resources),
        }
        with self.member(_MANIFEST) as member:
            member.write(_json(manifest))
        with self.member(_DIGEST) as digest:
            digest.write(_json({"path": _MANIFEST, "hash": member.hash}))


def _json(document: dict[str, Any]) -> bytes:
    return visible_json(json.dumps(document, ensure_ascii=False, indent=2)).encode() + b"\n"
