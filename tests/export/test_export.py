"""Whatever the format: what there is is exported, whole, or there is nothing."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.export import FORMATS, NoStoriesError, Shape, SinceError, export
from tests.crawling import ROOT
from tests.samples import keep, story

if TYPE_CHECKING:
    from pathlib import Path

every_format = pytest.mark.parametrize("name", FORMATS)


def contents(path: Path) -> dict[str, bytes]:
    """What an export holds, be it a file or a directory."""
    files = [path] if path.is_file() else [file for file in sorted(path.rglob("*")) if file.is_file()]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def beside(path: Path) -> set[str]:
    """What else is in its directory."""
    return {entry.name for entry in path.parent.iterdir()} - {path.name, "archive"}


@every_format
def test_versions_are_counted_and_equal_archives_make_equal_bytes(root: Path, tmp_path: Path, name: str) -> None:
    archive, form = Archive(root), FORMATS[name]
    first, again = tmp_path / "first", tmp_path / "again"
    assert export(archive, form, first) == (5 if form.one_a_story else 6)
    assert export(archive, form, again, latest=form.one_a_story) == export(archive, form, tmp_path / "third")
    assert contents(first) == contents(again) != {}
    assert export(archive, form, tmp_path / "latest", latest=True) == 5
    assert export(archive, form, tmp_path / "since", since="2026-11-01") == (3 if form.one_a_story else 4)
    assert beside(first) == {"again", "third", "latest", "since"}


@every_format
def test_what_a_run_has_not_acknowledged_is_left_out(root: Path, tmp_path: Path, name: str) -> None:
    before = export(Archive(root), FORMATS[name], tmp_path / "before")
    writer = ArchiveWriter(root)
    keep(writer, story(8))
    assert export(Archive(root), FORMATS[name], tmp_path / "during") == before
    writer.commit()
    assert export(Archive(root), FORMATS[name], tmp_path / "after") == before + 1
    writer.close()


@every_format
def test_nothing_is_written_where_there_is_nothing(root: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(NoStoriesError, match="no stories since 2026-12-01; nothing is written"):
        export(Archive(root), FORMATS[name], tmp_path / "out", since="2026-12-01")
    with pytest.raises(SinceError):
        export(Archive(root), FORMATS[name], tmp_path / "out", since="gestern")
    assert {entry.name for entry in tmp_path.iterdir()} == {"archive"}


@every_format
def test_of_a_damaged_archive_nothing_is_written(root: Path, tmp_path: Path, name: str) -> None:
    path = root / "stories/2026-11.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"version":2', b'"version":x'))
    with pytest.raises(ArchiveDamagedError, match=r"stories/2026-11\.jsonl, byte \d+"):
        export(Archive(root), FORMATS[name], tmp_path / "out")
    assert {entry.name for entry in tmp_path.iterdir()} == {"archive"}


@every_format
def test_where_the_disk_is_full_nothing_is_left(root: Path, tmp_path: Path, name: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(ArchiveError, match=f"out: not written: ({os.strerror(errno.EFBIG)}|disk I/O error)"):
            export(Archive(root), FORMATS[name], tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {entry.name for entry in tmp_path.iterdir()} == {"archive"}


KILLED = """
import os, signal, sys
from pathlib import Path
from slqncy.archive import Archive
from slqncy.export import FORMATS, export
from slqncy.export.selection import Selection

def killed(selection):
    yield next(selection.stories)
    os.kill(os.getpid(), signal.SIGKILL)

Selection.__iter__ = killed
export(Archive(sys.argv[1]), FORMATS[sys.argv[2]], Path(sys.argv[3]))
"""


@pytest.mark.parametrize("name", ["csv", "hf"])
def test_a_kill_leaves_what_was_there(root: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "out"
    if FORMATS[name].shape is not Shape.DIRECTORY:
        target.write_bytes(b"what was there")
    before = target.exists() and contents(target)
    command = [sys.executable, "-c", KILLED, str(root), name, str(target)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert (target.exists() and contents(target)) == before
    (left,) = tmp_path.glob(".export-*")
    assert export(Archive(root), FORMATS[name], target) == 6
    assert contents(target) != before
    assert [*tmp_path.glob(".export-*")] == [left]
