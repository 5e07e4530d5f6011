"""Writing processes, and looks at what they leave."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.disk_audit import in_memory
from slqncy.archive import ArchiveWriter
from tests.samples import FIRST, duplicate, keep, rejected, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILD = Path(__file__).with_name("child_writer.py")


@pytest.fixture
def start_writer(tmp_path: Path) -> Callable[[str], subprocess.Popen[bytes]]:
    """Start a process that writes to the archive tmp_path/archive."""

    def start(how: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(CHILD), str(tmp_path / "archive"), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    return start


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive with lines of every kind in two months."""
    root = tmp_path / "archive"
    writer = ArchiveWriter(root)
    keep(
        writer,
        story(1, downloaded=FIRST),
        story(2),
        story(2, "改过的正文。", version=2),
        duplicate(3),
        rejected(4),
    )
    keep(writer, story(5), original=2)
    writer.close()
    return root


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Every file of an archive but those of the ledger and the lock."""

    def read(root: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith(("ledger.", ".ledger.", ".lock"))
        }

    return read


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder for archives on disks that fail."""
    with in_memory() as folder:
        yield folder
