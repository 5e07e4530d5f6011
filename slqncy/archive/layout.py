"""Where things are in an archive directory."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from slqncy.records import Duplicate, Rejected, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEDGER = "ledger.sqlite"
LOCK = ".lock"
QUARANTINE = "quarantine"
RUNS = "runs"
SCHEMA = "schema"


class Kind(StrEnum):
    """The three kinds of lines; each has a folder of monthly files."""

    STORY = "stories"
    DUPLICATE = "duplicates"
    REJECTED = "rejected"


RECORD_TYPES: dict[Kind, type[Story]] = {Kind.STORY: Story, Kind.DUPLICATE: Duplicate, Kind.REJECTED: Rejected}


def kind_of(record: Story) -> Kind:
    """The kind of line a record becomes."""
    return next(kind for kind, record_type in RECORD_TYPES.items() if type(record) is record_type)


def segment_name(record: Story) -> str:
    """Path of the file a record belongs in, relative to the archive: by the month it was downloaded, in UTC."""
    return f"{kind_of(record)}/{record.date_downloaded[:7]}.jsonl"


def segment_kind(name: str) -> Kind:
    """The kind of lines in a segment."""
    return Kind(name.split("/", 1)[0])


def segments_on_disk(root: Path) -> Iterator[str]:
    """Names of all segments in the archive, oldest month first within a kind."""
    for kind in Kind:
        for path in sorted((root / kind).glob("*.jsonl")):
            yield f"{kind}/{path.name}"
