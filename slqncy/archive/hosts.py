"""What is known of hosts: hosts.json, written as a whole, with its own hash in it.

Nothing depends on it: where it is lost or damaged, robots.txt is asked for again, and a hold is forgotten.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from slqncy.archive import disk
from slqncy.archive.layout import HOSTS

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Host:
    """One origin, http://host:port."""

    robots_fetched: str = ""
    """When its robots.txt was fetched (RFC 3339, UTC), or "" where there is none to keep."""
    robots_status: int = 0
    robots: str = ""
    """The body as far as it is read, octets that are not UTF-8 as surrogates."""
    hold_until: str = ""
    """Until when it has asked to be left alone (RFC 3339, UTC), or ""."""


def read_hosts(root: Path) -> dict[str, Host]:
    """What is known, by origin; nothing where the file is missing or damaged."""
    try:
        return _decode((root / HOSTS).read_bytes()) or {}
    except OSError:
        return {}


def write_hosts(root: Path, hosts: dict[str, Host]) -> None:
    """Replace the file."""
    disk.write_whole(root / HOSTS, _encode(hosts))


def is_damaged(root: Path) -> bool:
    """Whether there is a file that was not written by `write_hosts`."""
    path = root / HOSTS
    # Read once: a run may replace it meanwhile.
    return path.exists() and _decode(path.read_bytes()) is None


def _decode(data: bytes) -> dict[str, Host] | None:
    """What the file says; None where it was not written by `write_hosts`."""
    try:
        hosts = msgspec.convert(json.loads(data)["hosts"], dict[str, Host])
    except (ValueError, LookupError, TypeError, RecursionError, msgspec.ValidationError):
        return None
    return hosts if _encode(hosts) == data else None


def _encode(hosts: dict[str, Host]) -> bytes:
    content = {origin: asdict(host) for origin, host in sorted(hosts.items())}
    proof = sha256(json.dumps(content).encode()).hexdigest()
    return json.dumps({"hosts": content, "sha256": proof}, indent=2).encode() + b"\n"
