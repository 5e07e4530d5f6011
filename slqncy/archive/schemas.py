"""The JSON Schemas that an archive carries with it. `make schemas` makes the package's anew, of the records."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive import disk
from slqncy.archive.layout import LINE_TYPES, SCHEMA
from slqncy.records import SCHEMA_VERSION, json_schema
from slqncy.run_report import RunReport

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def schemas() -> dict[str, bytes]:
    """The files of schema/, by name."""
    return {schema.name: schema.read_bytes() for schema in (files("slqncy.archive") / SCHEMA).iterdir()}


def stale_schemas(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Those of an archive that are not there, or are of another version, with what should be in them."""
    for name, schema in schemas().items():
        path = root / SCHEMA / name
        if not path.is_file() or path.read_bytes() != schema:
            yield path, schema


def publish_schemas(root: Path) -> None:
    """Write those that are stale."""
    for path, schema in stale_schemas(root):
        disk.write_whole(path, schema)


def schemas_of_records() -> dict[str, bytes]:
    """What is to be in them, by name. To work that out at each start would be a thirtieth of it."""
    types = {line_type.__name__.lower(): line_type for line_type in LINE_TYPES.values()} | {"run": RunReport}
    return {
        f"{name}.v{SCHEMA_VERSION}.json": json.dumps(json_schema(of), ensure_ascii=False, indent=2).encode() + b"\n"
        for name, of in types.items()
    }


if __name__ == "__main__":
    for name, schema in schemas_of_records().items():
        Path(__file__).parent.joinpath(SCHEMA, name).write_bytes(schema)
