"""What the records of one exchange have to do with each other, in this project's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slqncy.warc.check.record import Record

_ORDERS = (
    ["metadata"],
    ["request", "metadata"],
    ["request", "response", "metadata"],
    ["request", "revisit", "metadata"],
)
_SHARED = ("WARC-Date", "WARC-Target-URI", "WARC-IP-Address")


def exchange_defects(records: Sequence[Record]) -> Iterator[str]:
    """What is wrong with the records up to a metadata record, or to the end of a file."""
    order = [record.type for record in records]
    if order not in _ORDERS:
        yield f"an exchange is request, response or revisit, and metadata, but here is {', '.join(order)[:200]}"
        return
    for name in _SHARED:
        if len({record.get(name) for record in records}) > 1:
            yield f"the records of an exchange differ in {name}"
    main = records[-2] if len(records) > 1 else None
    for record in records:
        concurrent = main.get("WARC-Record-ID") if main and record is not main else ""
        if record.get("WARC-Concurrent-To") != concurrent:
            about = f"the {main.type} of its exchange" if concurrent and main else "nothing"
            yield f"WARC-Concurrent-To of the {record.type} does not name {about}"
