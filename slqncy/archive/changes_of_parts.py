"""What consumers of a cluster's archive have missed, by the times it happened.

Its token says of each part where it stands: `w1:2026-11-100552-5ce802d1,w2:2026-11-98031-0c11fe0a`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from heapq import merge
from typing import TYPE_CHECKING

from slqncy.archive.changes import changes, last_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slqncy.archive.changes import Change

_TOKEN = re.compile(r"[\w.-]+:[\w-]+(,[\w.-]+:[\w-]+)*", re.ASCII)


def changes_of_parts(root: Path, seen: Mapping[Path, dict[str, int | None]], since: str) -> Iterator[Change]:
    """The changes after a token, within the acknowledged lengths of the segments of each part.

    Raises ValueError at once, ArchiveDamagedError for what cannot be read.
    """
    tokens = _tokens(root, since)
    by_name = {part.name: part for part in seen}
    if unknown := tokens.keys() - by_name.keys():
        raise ValueError(f"{since!r} is not a token of {root}, which has no part {min(unknown)}")
    streams = [_named(part.name, changes(part, lengths, tokens.get(part.name, ""))) for part, lengths in seen.items()]
    return _together(streams, tokens)


def last_token_of_parts(seen: Mapping[Path, dict[str, int | None]]) -> str:
    """The token of the last change, or "" where there is none. Raises ArchiveDamagedError for what cannot be read."""
    last = {part.name: last_token(part, lengths) for part, lengths in seen.items()}
    return _token({name: token for name, token in last.items() if token})


def _tokens(root: Path, since: str) -> dict[str, str]:
    """The token of each part."""
    if since and not _TOKEN.fullmatch(since):
        raise ValueError(
            f"{since!r} is no token of {root}, the archive of a cluster; "
            "take one from the last line that `scrapy changes` printed"
        )
    return dict(piece.split(":") for piece in since.split(",") if piece)


def _token(tokens: Mapping[str, str]) -> str:
    return ",".join(f"{name}:{token}" for name, token in sorted(tokens.items()))


def _named(name: str, told: Iterator[Change]) -> Iterator[tuple[str, Change]]:
    return ((name, change) for change in told)


def _together(streams: Iterable[Iterator[tuple[str, Change]]], tokens: dict[str, str]) -> Iterator[Change]:
    for name, change in merge(*streams, key=lambda named: named[1].at):
        tokens[name] = change.token
        yield replace(change, token=_token(tokens))
