"""Parquet: a column a key, with types."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from slqncy.export.columns import columns, row_of, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slqncy.export.selection import Selection
    from slqncy.records import Story

GROUP_BYTES = 4_000_000
"""Bytes of lines in a row group, which is what is in memory at a time."""
_SORTED = ["id", "version", "date_published", "date_downloaded", "published_on", "published_at", "downloaded_at"]
"""Columns with the least and the greatest value of each row group, by which readers skip groups.

Of others nobody asks for a range; and those of whole texts would be half of a file's metadata.
"""


def write(selection: Selection, file: IO[bytes]) -> None:
    """A row for each version."""
    schema = schema_of(columns(), selection.token)
    with open_parquet(file, schema) as parquet:
        for rows in groups(selection, row_of):
            write_group(parquet, rows, schema)


def open_parquet(file: IO[bytes], schema: pa.Schema) -> ParquetWriter:
    """A file to write groups of rows to."""
    return ParquetWriter(file, schema, compression="zstd", write_statistics=_SORTED)


def write_group(parquet: ParquetWriter, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    """Write a row group."""
    parquet.write_batch(pa.RecordBatch.from_pylist(rows, schema))


def groups(stories: Iterable[Story], row: Callable[[Story], dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows, as many at a time as are a row group. A list is emptied when the next one is asked for."""
    rows: list[dict[str, Any]] = []
    size = 0
    for story in stories:
        rows.append(row(story))
        size += len(msgspec.json.encode(story))
        if size >= GROUP_BYTES:
            yield rows
            rows.clear()
            size = 0
    if rows:
        yield rows
