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

from slqncy.archive.layout import LEDGER, Kind, segments_on_disk
from slqncy.archive.ledger import Ledger

_KINDS = (Kind.STORY, Kind.DUPLICATE, Kind.REJECTED, Kind.REWRITE)
_STATE = "url, kind, story, state, reason, version, etag, last_modified, stories, hash, complete"


@dataclass(frozen=True)
class Contents:
    """Lines and states, without what differs from run to run."""

    lines: Counter[tuple[Kind, str]]
    """Lines that are no events, less run_id and date_downloaded."""
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
                del line["date_downloaded"], line.get("provenance", line)["run_id"]
                lines[kind, json.dumps(line, ensure_ascii=False)] += 1
    with closing(sqlite3.connect(archive / LEDGER)) as db:
        states = frozenset(db.execute(f"SELECT {_STATE} FROM url"))  # noqa: S608  # our own column names
    return Contents(lines, torn, states)


def acknowledged(archive: Path) -> dict[str, bytes]:
    """The acknowledged bytes of each segment; nothing in the archive is touched, not even the ledger's log."""
    if not (archive / LEDGER).exists():
        return {}
    with tempfile.TemporaryDirectory() as directory:
        # The index of the log is left out: its contents are made anew from the log, as after a crash.
        for name in (LEDGER, f"{LEDGER}-wal"):
            if (archive / name).exists():
                shutil.copyfile(archive / name, Path(directory) / name)
        with closing(Ledger(Path(directory) / LEDGER, read_only=True)) as ledger:
            segments = ledger.segments().values()
    return {segment.name: (archive / segment.name).read_bytes()[: segment.length] for segment in segments}


def unacknowledged(archive: Path, known: dict[str, bytes]) -> int:
    """Bytes behind the acknowledged ones."""
    return sum((archive / name).stat().st_size - len(known.get(name, b"")) for name in segments_on_disk(archive))


def is_kept(before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Whether all that was acknowledged before still is, byte for byte."""
    return all(after.get(name, b"").startswith(data) for name, data in before.items())
