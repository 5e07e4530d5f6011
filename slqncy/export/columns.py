"""A story as columns of Arrow: the keys of its line, in their order, and times that sort and compare.

A day without a time must not become midnight, and a time must not lose its zone. So the words stay as they are, and
beside them stand the day as it was printed, and the moment, where it is known.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa

from slqncy import __version__
from slqncy.records import SCHEMA_VERSION, Story

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOMENT = pa.timestamp("us", "UTC")
TIMES = {
    "published_on": pa.date32(),
    "published_at": _MOMENT,
    "modified_on": pa.date32(),
    "modified_at": _MOMENT,
    "downloaded_at": _MOMENT,
}
"""The columns that a line does not have; null where the line does not say."""


def columns() -> list[pa.Field]:
    """Those of a line, then those of `TIMES`."""
    return [*_fields(Story), *(pa.field(name, kind) for name, kind in TIMES.items())]


def schema_of(columns: Iterable[pa.Field], token: str) -> pa.Schema:
    """With what a file says of itself: the version of the record, ours, and the token for `scrapy changes --since`."""
    said = {"slqncy.schema_version": str(SCHEMA_VERSION), "slqncy.version": __version__, "slqncy.token": token}
    return pa.schema(list(columns), metadata=said)


def row_of(story: Story) -> dict[str, Any]:
    """The values of the columns."""
    row: dict[str, Any] = msgspec.to_builtins(story)
    row["published_on"], row["published_at"] = day_and_moment(story.date_published)
    row["modified_on"], row["modified_at"] = day_and_moment(story.date_modified)
    row["downloaded_at"] = day_and_moment(story.date_downloaded)[1]
    return row


def day_and_moment(text: str) -> tuple[date | None, datetime | None]:
    """The day that a time names, where it was printed, and the moment in UTC, if there is a time and its zone."""
    try:
        day, time = date.fromisoformat(text[:10]), datetime.fromisoformat(text)
    except ValueError:
        return None, None
    return day, None if time.tzinfo is None else time.astimezone(UTC)


def _fields(record_type: type) -> list[pa.Field]:
    hints = get_type_hints(record_type)
    return [_field(field.name, hints[field.name]) for field in fields(record_type)]


def _field(name: str, hint: Any) -> pa.Field:
    is_nullable = get_origin(hint) is UnionType
    return pa.field(name, _type(get_args(hint)[0] if is_nullable else hint), nullable=is_nullable)


def _type(hint: Any) -> pa.DataType:
    if is_dataclass(hint) and isinstance(hint, type):
        return pa.struct(_fields(hint))
    if get_origin(hint) is list:
        return pa.list_(_field("element", get_args(hint)[0]))
    return {int: pa.int64(), str: pa.string()}[hint]
