"""What consumers have missed: additions, modifications and removals, in the order they happened."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.archive.files import open_segment, whole_lines
from slqncy.archive.layout import Kind, segment_kind, segment_month, segment_name
from slqncy.reasons import EventKind, PageKind, State
from slqncy.records import Event, decode
from slqncy.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLANK = re.compile(rb'"detail":" +"')
"""What is left in an event of what was seen at an address that is forgotten: its line is another one than it was."""
_TOKEN = re.compile(r"(?P<month>\d{4}-\d{2})-(?P<position>\d{1,15})-(?P<crc>[0-9a-f]{8})")


class ChangeKind(StrEnum):
    """What a consumer has to do."""

    ADD = "ADD"  # a story is there for the first time, or again after it was gone
    MOD = "MOD"  # there is a newer version
    GONE = "GONE"  # the site took it down, and its lines stay; or it was forgotten, and they are gone


_CHANGES = {
    EventKind.ARCHIVED: ChangeKind.ADD,
    EventKind.RETURNED: ChangeKind.ADD,
    EventKind.CHANGED: ChangeKind.MOD,
    EventKind.GONE: ChangeKind.GONE,
}


def _change_of(event: Event) -> ChangeKind | None:
    if event.event in {EventKind.RESCORED, EventKind.REEXTRACTED} and event.state is State.ARCHIVED:
        return ChangeKind.ADD
    if event.event is EventKind.REEXTRACTED and event.state is None:
        return ChangeKind.MOD
    # Copies too: whoever follows duplicates/ has to drop them.
    if event.event is EventKind.FORGOTTEN and event.kind is PageKind.STORY:
        return ChangeKind.GONE
    return _CHANGES.get(event.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one story."""

    change: ChangeKind
    id: str
    version: int | None
    """The version that now stands; null where it was taken down."""
    url: str
    at: str
    token: str
    """Where this change stands: `since` of whoever has dealt with it."""


def encode_change(change: Change) -> str:
    """The change as JSON on one line."""
    return visible_json(msgspec.json.encode(change).decode())


def changes(root: Path, lengths: dict[str, int | None], since: str) -> Iterator[Change]:
    """The changes after a token, within the acknowledged length of each segment.

    Raises ValueError at once, ArchiveDamagedError for what cannot be read.
    """
    months = sorted(segment_month(name) for name in lengths if segment_kind(name) is Kind.EVENT)
    start = _check(root, lengths, since) if since else ("", 0)
    return _changes(root, lengths, [month for month in months if month >= start[0]], start)


def last_token(root: Path, lengths: dict[str, int | None]) -> str:
    """The token of the last change, or "" where there is none. Raises ArchiveDamagedError for what cannot be read."""
    months = sorted((segment_month(name) for name in lengths if segment_kind(name) is Kind.EVENT), reverse=True)
    token = ""
    for month in months:
        for change in _changes(root, lengths, [month], ("", 0)):
            token = change.token
        if token:
            break
    return token


def _check(root: Path, lengths: dict[str, int | None], since: str) -> tuple[str, int]:
    match = _TOKEN.fullmatch(since)
    if not match:
        raise ValueError(f"{since!r} is no token; take one from the last line that `scrapy changes` printed")
    name, position = segment_name(Kind.EVENT, match["month"]), int(match["position"])
    length = lengths.get(name, 0)
    if name in lengths and (length is None or position <= length):
        try:
            before = _line_before(root, name, position)
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveDamagedError(f"{root / name}, byte {position}: cannot be read: {error}") from error
        if before.endswith(b"\n") and (f"{zlib.crc32(before):08x}" == match["crc"] or _BLANK.search(before)):
            return match["month"], position
    raise ValueError(f"{since!r} is not a token of {root}; without --since all changes are told from the beginning")


def _line_before(root: Path, name: str, position: int) -> bytes:
    with open_segment(root, name) as file:
        file.seek(max(0, position - 65536))
        before = file.read(min(position, 65536))
    return before[before.rfind(b"\n", 0, -1) + 1 :]


def _changes(root: Path, lengths: dict[str, int | None], months: list[str], start: tuple[str, int]) -> Iterator[Change]:
    for month in months:
        name = segment_name(Kind.EVENT, month)
        position = start[1] if month == start[0] else 0
        try:
            for begin, line in whole_lines(root, name, lengths[name], position):
                position = begin + len(line)
                event = decode(line, Event)
                if change := _change_of(event):
                    yield Change(
                        change=change, id=event.id, version=event.version, url=event.url,
                        at=event.at, token=f"{month}-{position}-{zlib.crc32(line):08x}",
                    )  # fmt: skip
        except (ValueError, OSError, EOFError, zlib.error) as error:
            raise ArchiveDamagedError(f"{root / name}, byte {position}: cannot be read: {error}") from error
