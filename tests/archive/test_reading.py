"""What a run that hung leaves behind, and what the next start makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.layout import READING
from slqncy.archive.reading import hang
from slqncy.reasons import EventKind, Exclusion, PageKind, State
from slqncy.records import Event, encode
from tests.archive.looking import defects
from tests.samples import SECOND, found, keep, story, story_url

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Event(
    event=EventKind.EXCLUDED, at=SECOND, run_id="20261126T080000-7", url=story_url(1), kind=PageKind.STORY,
    id="slqncy/szxw/1", reason=Exclusion.HUNG,
)  # fmt: skip
_HANGING = """
import ctypes, faulthandler, sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
def parse():
    ctypes.PyDLL(None).sleep(60)
with open(sys.argv[1], "ab", buffering=0) as file:
    faulthandler.dump_traceback_later(0.2, exit=True, file=file)
    parse()
"""


@pytest.fixture(scope="module")
def traceback(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What Python's own watchdog writes of C code that hangs, beside another thread."""
    path = tmp_path_factory.mktemp("traceback") / "file"
    assert subprocess.run([sys.executable, "-c", _HANGING, path], check=False, timeout=60).returncode == 1
    return path.read_bytes()


def open_and_close(root: Path) -> list[Event]:
    """What the next start has told of exclusions, all in all."""
    ArchiveWriter(root).close()
    assert not (root / READING).exists()
    assert not defects(root)
    return [event for event in Archive(root).events() if event.event is EventKind.EXCLUDED]


def test_a_page_that_hung(tmp_path: Path, traceback: bytes) -> None:
    writer = ArchiveWriter(tmp_path)
    writer.write(found(1))
    writer.close()
    (tmp_path / READING).write_bytes(encode(PAGE) + traceback)
    (told,) = open_and_close(tmp_path)
    assert (told.url, told.reason, told.state, told.at) == (PAGE.url, "hung", State.EXCLUDED, SECOND)
    assert told.detail == "<string>:5 (parse)"
    (aside,) = (tmp_path / "quarantine").glob("hung.*")
    assert aside.read_bytes() == encode(PAGE) + traceback


def test_a_note_stands_in_place_of_the_one_before(tmp_path: Path, traceback: bytes) -> None:
    longer = replace(PAGE, url=f"{PAGE.url}?{'p' * 1000}")
    for noted in ([PAGE, longer], [longer, PAGE], [longer, None], [longer, None, PAGE]):
        writer = ArchiveWriter(tmp_path)
        behind = writer.traceback_descriptor
        for event in noted:
            if event:
                writer.begin_reading(event)
            else:
                writer.end_reading()
        os.write(behind, traceback)
        last = hang(tmp_path)
        writer.close()
        assert last
        assert last.event == (noted[-1] and replace(noted[-1], detail="<string>:5 (parse)"))


def test_a_page_that_hung_before_it_was_acknowledged_that_it_is_there(tmp_path: Path, traceback: bytes) -> None:
    ArchiveWriter(tmp_path).close()
    (tmp_path / READING).write_bytes(encode(PAGE) + traceback)
    assert len(open_and_close(tmp_path)) == 1
    assert [event.event for event in Archive(tmp_path).events()] == [EventKind.FOUND, EventKind.EXCLUDED]


def test_an_archived_story_that_hung_stays_archived(tmp_path: Path, traceback: bytes) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    writer.close()
    (tmp_path / READING).write_bytes(encode(PAGE) + traceback)
    (told,) = open_and_close(tmp_path)
    assert told.state is None


def test_a_start_that_was_killed_before_it_took_the_note_away(tmp_path: Path, traceback: bytes) -> None:
    ArchiveWriter(tmp_path).close()
    for times in (1, 2):
        (tmp_path / READING).write_bytes(encode(PAGE) + traceback)
        assert len(open_and_close(tmp_path)) == times


@pytest.mark.parametrize(
    "before", [b"", b"\0" * 300, encode(PAGE)[:40], b'{"url":"x"}\n', b"\xff\n"],
    ids=["no page", "zeroed", "torn", "another line", "no text"],
)  # fmt: skip
def test_a_hang_of_which_the_page_is_not_known_excludes_nothing(
    tmp_path: Path, traceback: bytes, before: bytes
) -> None:
    ArchiveWriter(tmp_path).close()
    (tmp_path / READING).write_bytes(before + traceback)
    last = hang(tmp_path)
    assert last
    assert (last.event, last.where) == (None, "<string>:5 (parse)")
    assert open_and_close(tmp_path) == []


@pytest.mark.parametrize("left", [b"", encode(PAGE), encode(PAGE)[:40], b"\0" * 300])
def test_what_a_run_leaves_that_was_killed_says_nothing(tmp_path: Path, left: bytes) -> None:
    ArchiveWriter(tmp_path).close()
    (tmp_path / READING).write_bytes(left)
    assert hang(tmp_path) is None
    ArchiveWriter(tmp_path).close()
    assert not list(Archive(tmp_path).events())
