"""What an archive holds, in a form in which two archives of one site can be compared."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slqncy.archive.captures import path_of
from slqncy.archive.layout import LEDGER, WARC, Kind, segments_on_disk, warcs_on_disk
from slqncy.archive.ledger import Ledger

_KINDS = (Kind.STORY, Kind.DUPLICATE, Kind.REJECTED, Kind.REWRITE)
_STATE = "url, kind, story, state, reason, version, etag, last_modified, stories, hash, complete"


@dataclass(frozen=True)
class Contents:
    """Lines and states, without what differs from run to run."""

    lines: Counter[tuple[Kind, str]]
    """Lines that are no events, less run_id, date_downloaded, and where the raw response is."""
    torn: int
    """Lines that are not whole JSON."""
    states: frozenset[tuple[Any, ...]]
    """What is known of each address."""

    def two_states(self) -> set[str]:
        """Stories with lines of more than one kind, those in rewrites/ aside."""
        kinds: dict[str, set[Kind]] = {}
        for kind, line in self.lines:
            if kind is not Kind.REWRITE:
                kinds.setdefault(json.loads(line)["id"], set()).add(kind)
        return {story for story, of in kinds.items() if len(of) > 1}


def contents(archive: Path) -> Contents:
    """All that is in an archive that no run is writing to."""
    lines: Counter[tuple[Kind, str]] = Counter()
    torn = 0
    for kind in _KINDS:
        for path in sorted((archive / kind).glob("*.jsonl")):
            for data in path.read_bytes().splitlines(keepends=True):
                try:
                    line = json.loads(data if data.endswith(b"\n") else b"")
                except ValueError:
                    torn += 1
                    continue
                provenance = line.get("provenance", line)
                provenance.pop("warc", None)
                del line["date_downloaded"], provenance["run_id"]
                lines[kind, json.dumps(line, ensure_ascii=False)] += 1
    with closing(sqlite3.connect(archive / LEDGER)) as db:
        states = frozenset(db.execute(f"SELECT {_STATE} FROM url"))  # noqa: S608  # our own column names
    return Contents(lines, torn, states)


def acknowledged(archive: Path) -> dict[str, bytes]:
    """The acknowledged bytes of each segment and WARC file; nothing is touched, not even the ledger's log."""
    if not (archive / LEDGER).exists():
        return {}
    with tempfile.TemporaryDirectory() as directory:
        # The index of the log is left out: its contents are made anew from the log, as after a crash.
        for name in (LEDGER, f"{LEDGER}-wal"):
            if (archive / name).exists():
                shutil.copyfile(archive / name, Path(directory) / name)
        with closing(Ledger(Path(directory) / LEDGER, read_only=True)) as ledger:
            segments, warcs = ledger.segments().values(), ledger.warcs().values()
    known = {segment.name: (archive / segment.name).read_bytes()[: segment.length] for segment in segments}
    return known | {f"{WARC}/{warc.name}": path_of(archive, warc.name).read_bytes()[: warc.length] for warc in warcs}


def unacknowledged(archive: Path, known: dict[str, bytes]) -> int:
    """Bytes of lines behind the acknowledged ones."""
    return sum((archive / name).stat().st_size - len(known.get(name, b"")) for name in segments_on_disk(archive))


def unacknowledged_responses(archive: Path, known: dict[str, bytes]) -> int:
    """Bytes of WARC files behind the acknowledged ones."""
    names = warcs_on_disk(archive)
    return sum(path_of(archive, name).stat().st_size - len(known.get(f"{WARC}/{name}", b"")) for name in names)


def is_kept(before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Whether all that was acknowledged before still is, byte for byte."""
    return all(after.get(name, b"").startswith(data) for name, data in before.items())
