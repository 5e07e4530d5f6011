"""Writing that survives a power cut: file contents and directory entries are on disk when these return."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sync_file(path: Path) -> None:
    """Make the contents of a file durable, whoever wrote them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Make new, renamed and removed entries of a directory durable."""
    sync_file(path)


def make_directory(path: Path, *, private: bool = False) -> None:
    """Make a directory and its parents, durably; a `private` one is for its owner only."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(0o700 if private and folder == path else 0o777, exist_ok=True)
        sync_directory(folder.parent)


def create_file(path: Path) -> None:
    """Make an empty file, durably. It must not exist yet."""
    make_directory(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_directory(path.parent)


def append(path: Path, data: bytes) -> None:
    """Append to an existing file; the bytes are on disk on return."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def truncate(path: Path, length: int) -> None:
    """Cut a file to a length in bytes, durably."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(descriptor, length)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Take a file away, durably; one that is not there is no error."""
    if path.exists():
        path.unlink()
        sync_directory(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file as a whole: readers see the old or the new one, never a part."""
    make_directory(path.parent)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)
