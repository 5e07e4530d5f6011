"""Programs of others, in an environment of their own beside ours, that what we write is tried on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PEERS = Path(sys.prefix) / "peers/bin"
"""Where they are installed, apart from what the project needs."""


def peer(name: str) -> Path:
    """The path of a program; the test is skipped where it is not installed."""
    path = PEERS / name
    if not path.exists():
        pytest.skip(f"{name} is not installed in {PEERS}")
    return path


def output_of(name: str, *arguments: str | Path, given: str = "") -> str:
    """What a program prints; it must succeed."""
    command = [peer(name), *arguments]
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True).stdout
