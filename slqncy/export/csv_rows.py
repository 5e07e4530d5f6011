"""CSV, by RFC 4180: what a spreadsheet opens.

The first bytes are a byte order mark, without which Excel takes Chinese for another encoding; pandas, Polars and DuckDB
leave it out, Python's csv module does with `utf-8-sig`.
"""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.export.selection import Selection

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, https://owasp.org/www-community/attacks/CSV_Injection.

The last four are the same signs in full width: Excel in Chinese and Japanese takes them, too.
"""


def lines(selection: Selection) -> Iterator[bytes]:
    """The names of the columns, those within objects joined by a dot, and a row for each version."""
    rows = csv.writer(_Encoder())
    for story in selection:
        columns = dict(_columns(msgspec.to_builtins(story)))
        if selection.count == 1:
            yield codecs.BOM_UTF8 + rows.writerow(columns)
        yield rows.writerow(map(_cell, columns.values()))


class _Encoder:
    """A file for a csv writer, whose `writerow` gives what `write` does."""

    def write(self, text: str) -> bytes:
        return text.encode()


def _columns(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _columns(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _cell(value: Any) -> Any:
    """Numbers as they are, null as nothing; a list is one item a line, and of a picture the address."""
    if isinstance(value, list):
        value = "\n".join(item if isinstance(item, str) else item["url"] for item in value)
    # A number that begins with a sign is ours, and is no formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
