"""Writing that survives a power cut: file contents and directory entries are on disk when these return."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    """Take a file away, durably; one that is not there is no error, and a link is taken away itself."""
    if os.path.lexists(path):
        path.unlink()
        sync_directory(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file as a whole: readers see the old or the new one, never a part."""
    make_directory(path.parent)
    with synced(temporary_of(path)) as file:
        file.write(data)
    replace(temporary_of(path), path)


def temporary_of(path: Path) -> Path:
    """Where a file is written that is going to replace another one."""
    return path.with_name(f".{path.name}.tmp")


@contextmanager
def synced(path: Path) -> Iterator[BinaryIO]:
    """A file to write from its beginning; what it holds is on disk once the block is left."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def replace(temporary: Path, path: Path) -> None:
    """Give a file that is on disk the name of another, durably: readers see one of them, whole."""
    temporary.replace(path)
    sync_directory(path.parent)
