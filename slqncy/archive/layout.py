"""Where things are in an archive directory."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from slqncy.records import Duplicate, Event, Rejected, Rewrite, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.records import Line

INDEX = "index"
LEDGER = "ledger.sqlite"
SEAL = "ledger.seal"
LOCK = ".lock"
BROWSE = "browse.sqlite"
BROWSE_LOCK = ".browse.lock"
READING = ".reading"
HOSTS = "hosts.json"
PART = "part.json"
PARTS = "parts"
QUARANTINE = "quarantine"
RUNS = "runs"
SCHEMA = "schema"
TAKEDOWN = ".takedown.json"
WARC = "warc"

_CLOSED, _MANIFEST = ".gz", ".manifest.json"
_NUMBERS = ".numbers"
_OUR_WARCS, _OPEN = "slqncy-*.warc.gz", ".open"


class Kind(StrEnum):
    """The kinds of lines; each has a folder of monthly files."""

    EVENT = "events"
    STORY = "stories"
    DUPLICATE = "duplicates"
    REJECTED = "rejected"
    REWRITE = "rewrites"


LINE_TYPES: dict[Kind, type[Line]] = {
    Kind.EVENT: Event,
    Kind.STORY: Story,
    Kind.DUPLICATE: Duplicate,
    Kind.REJECTED: Rejected,
    Kind.REWRITE: Rewrite,
}
_KINDS = {line_type: kind for kind, line_type in LINE_TYPES.items()}


class Place(NamedTuple):
    """Where a line is."""

    segment: str
    position: int
    """Byte offset, uncompressed."""


def _suffix(kind: Kind) -> str:
    # Who globs for */*.jsonl wants pages, and no log among them.
    return ".ndjson" if kind is Kind.EVENT else ".jsonl"


def kind_of(line: Line) -> Kind:
    """The kind of a line."""
    return _KINDS[type(line)]


def made_at(line: Line) -> str:
    """When a line was made, RFC 3339 in UTC; its first seven characters are the month."""
    return line.at if isinstance(line, Event) else line.date_downloaded


def segment_name(kind: Kind, month: str) -> str:
    """A segment is a month of one kind of lines, named by its file while that is open: stories/2026-11.jsonl."""
    return f"{kind}/{month}{_suffix(kind)}"


@cache  # asked for every line
def segment_kind(name: str) -> Kind:
    """The kind of lines in a segment."""
    return Kind(name.split("/", 1)[0])


@cache
def segment_month(name: str) -> str:
    """The month of a segment, YYYY-MM."""
    return name.rpartition("/")[2].partition(".")[0]


def month_after(month: str) -> str:
    """The month that follows, both YYYY-MM."""
    years, months = divmod(int(month[:4]) * 12 + int(month[5:]), 12)
    return f"{years:04}-{months + 1:02}"


def open_path(root: Path, name: str) -> Path:
    """The file of a segment that lines are still added to."""
    return root / name


def closed_path(root: Path, name: str) -> Path:
    """The file of a closed segment: the same lines, compressed."""
    return root / f"{name}{_CLOSED}"


def manifest_path(root: Path, name: str) -> Path:
    """What a closed segment holds, and its hashes."""
    return (root / name).with_suffix(_MANIFEST)


def numbers_path(root: Path, site: str) -> Path:
    """What was known of a site's story numbers."""
    return root / INDEX / f"{site}{_NUMBERS}"


def numbers_on_disk(root: Path) -> list[Path]:
    """The same of all sites."""
    return sorted((root / INDEX).glob(f"*{_NUMBERS}"))


def warc_path(root: Path, name: str) -> Path:
    """A file of raw responses that nothing is added to any more."""
    return root / WARC / name


def open_warc_path(root: Path, name: str) -> Path:
    """The same file while it is written to: other programs look for files that end in .warc.gz."""
    return root / WARC / f"{name}{_OPEN}"


def warcs_on_disk(root: Path) -> list[str]:
    """Names of all files of raw responses, open or not, oldest first; what others put there is not the archive's."""
    return sorted({*open_warcs_on_disk(root), *(path.name for path in closed_warcs_on_disk(root))})


def open_warcs_on_disk(root: Path) -> list[str]:
    """Names of those that are written to, oldest first."""
    return sorted(path.name.removesuffix(_OPEN) for path in (root / WARC).glob(f"{_OUR_WARCS}{_OPEN}"))


def closed_warcs_on_disk(root: Path) -> Iterator[Path]:
    """Those that nothing is added to any more, in no order."""
    return (root / WARC).glob(_OUR_WARCS)


def is_archive(root: Path) -> bool:
    """Whether there is an archive in a directory: its lines, or their ledger."""
    return (root / LEDGER).is_file() or bool(segments_on_disk(root))


def part_path(root: Path, worker: str) -> Path:
    """The archive of one worker within a cluster's archive."""
    return root / PARTS / worker


def is_part(root: Path) -> bool:
    """Whether an archive is that of one worker of a cluster."""
    return (root / PART).is_file()


def is_cluster(root: Path) -> bool:
    """Whether a directory is for the archives of a cluster's workers."""
    return (root / PARTS).is_dir()


def parts_of(root: Path) -> list[Path]:
    """The archives of a cluster's workers, by name."""
    return sorted(path for path in (root / PARTS).iterdir() if is_part(path))


def segments_on_disk(root: Path) -> list[str]:
    """Names of all segments in the archive, events first, oldest month first within a kind."""
    return [
        f"{kind}/{name}"
        for kind in Kind
        for name in sorted(
            {
                path.name.removesuffix(_CLOSED)
                for end in ("", _CLOSED)
                for path in (root / kind).glob(f"[0-9]*{_suffix(kind)}{end}")
            }
        )
    ]
