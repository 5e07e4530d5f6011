"""The JSON Schemas that an archive carries with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import LINE_TYPES, SCHEMA
from slqncy.records import SCHEMA_VERSION, json_schema

if TYPE_CHECKING:
    from pathlib import Path


def schemas() -> dict[str, bytes]:
    """The files of schema/, by name."""
    return {
        f"{line_type.__name__.lower()}.v{SCHEMA_VERSION}.json": (
            json.dumps(json_schema(line_type), ensure_ascii=False, indent=2).encode() + b"\n"
        )
        for line_type in LINE_TYPES.values()
    }


def publish_schemas(root: Path) -> None:
    """Write those that are not there, or are of another version."""
    for name, schema in schemas().items():
        path = root / SCHEMA / name
        if not path.exists() or path.read_bytes() != schema:
            disk.write_whole(path, schema)
