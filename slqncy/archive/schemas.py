"""The JSON Schemas that an archive carries with it."""

from __future__ import annotations

import json

from slqncy.archive.layout import LINE_TYPES
from slqncy.records import SCHEMA_VERSION, json_schema


def schemas() -> dict[str, bytes]:
    """The files of schema/, by name."""
    return {
        f"{line_type.__name__.lower()}.v{SCHEMA_VERSION}.json": (
            json.dumps(json_schema(line_type), ensure_ascii=False, indent=2).encode() + b"\n"
        )
        for line_type in LINE_TYPES.values()
    }
