"""One writer at a time."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveError, ArchiveLockedError, ArchiveWriter
from tests.samples import keep, story

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


def test_a_second_process_is_refused_until_the_first_ends(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    root = tmp_path / "archive"
    with start_writer("hold") as child:
        assert child.stdout
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(ArchiveLockedError, match=rf"process {child.pid} on .* is writing"):
            ArchiveWriter(root)
        child.send_signal(signal.SIGKILL)
    ArchiveWriter(root).close()


def test_a_second_writer_in_one_process_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    with pytest.raises(ArchiveLockedError):
        ArchiveWriter(tmp_path)
    with pytest.raises(ArchiveLockedError):
        ArchiveWriter(tmp_path)
    keep(writer, story(1))
    writer.close()
    assert list(Archive(tmp_path).stories()) == [story(1)]


@pytest.mark.parametrize("end", [ArchiveWriter.close, ArchiveWriter.abandon])
def test_a_writer_gives_the_archive_back(tmp_path: Path, end: Callable[[ArchiveWriter], None]) -> None:
    end(ArchiveWriter(tmp_path))
    ArchiveWriter(tmp_path).close()


def test_a_writer_that_could_not_open_gives_the_archive_back(tmp_path: Path) -> None:
    (tmp_path / "schema").write_bytes(b"")
    with pytest.raises(ArchiveError):
        ArchiveWriter(tmp_path)
    (tmp_path / "schema").unlink()
    ArchiveWriter(tmp_path).close()


def test_reading_needs_no_lock(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    writer.commit()
    assert list(Archive(tmp_path).stories()) == [story(1)]
    writer.close()
