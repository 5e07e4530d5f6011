"""One export: from an archive to a file or directory that is whole, or is not there."""

from __future__ import annotations

import gzip
import os
import sqlite3
import sys
from contextlib import contextmanager
from importlib import import_module
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from slqncy.archive import ArchiveError, disk
from slqncy.export.formats import Format, Shape
from slqncy.export.selection import Selection
from slqncy.visible import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.archive import Archive

_LEVEL = 6
"""Of compression, as gzip itself does it; 9, Python's own, takes twice as long for a hundredth less."""


class NoStoriesError(ArchiveError):
    """There is nothing to export."""


class SinceError(ValueError):
    """A `since` that is no time."""


def export(archive: Archive, form: Format, target: Path | None, *, since: str = "", latest: bool = False) -> int:
    """Write the versions that `Archive.stories` gives; None is standard output, for lines. Gives their number.

    A file that is there is replaced once the new one is on disk; a directory must be empty or missing. Raises
    SinceError, NoStoriesError, ArchiveDamagedError for what cannot be read, ArchiveError where the disk fails, and
    ModuleNotFoundError where the form needs a package that is not installed.
    """
    module = import_module(f"slqncy.export.{form.module}")
    archive = archive.as_of_now()
    selection = _select(archive, since, latest=latest or form.one_a_story)
    if target is None:
        _print(module.lines(selection))
        return selection.count
    try:
        with _staged(target) as path:
            if form.shape is Shape.DATABASE:
                selection.count = module.write_sqlite(archive, path, since=since, latest=latest)
            else:
                write_form(module, form.shape, selection, path)
    except OSError as error:
        raise ArchiveError(f"{target}: not written: {error.strerror or error}") from error
    except sqlite3.OperationalError as error:
        raise ArchiveError(f"{target}: not written: {error}") from error
    return selection.count


def _select(archive: Archive, since: str, *, latest: bool) -> Selection:
    try:
        stories = archive.stories(since=since, latest=latest)
    except ValueError as error:
        raise SinceError(str(error)) from error
    first = next(stories, None)
    if first is None:
        raise NoStoriesError(f"{archive.root}: no stories{f' since {since}' * bool(since)}; nothing is written")
    return Selection(chain([first], stories), archive.token())


def _print(lines: Iterator[bytes]) -> None:
    # A program gets the bytes as they are; a terminal would obey some of them.
    shown = (f"{visible_lines(line.decode().rstrip())}\n".encode() for line in lines) if sys.stdout.isatty() else lines
    sys.stdout.buffer.writelines(shown)


def write_form(module: Any, shape: Shape, selection: Selection, path: Path) -> None:
    """Write stories, by the module of their form, to a file or a directory that is not there yet."""
    if shape is Shape.DIRECTORY:
        path.mkdir()
        module.write(selection, path)
        return
    with path.open("xb") as file:
        if shape is Shape.FILE:
            module.write(selection, file)
        elif path.suffix == ".gz":
            # Without a name and a time in it, equal stories make equal bytes.
            with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
                packed.writelines(module.lines(selection))
        else:
            file.writelines(module.lines(selection))


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Where to write what gets the name of `target` once it is on disk: a place of its own, whoever else writes."""
    with TemporaryDirectory(prefix=".export-", dir=target.parent) as folder:
        path = Path(folder, target.name)
        yield path
        if path.is_dir():
            # One call for all: file by file, some ten thousand take minutes.
            os.sync()
        else:
            disk.sync_file(path)
        disk.replace(path, target)
