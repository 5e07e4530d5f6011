"""Opening an archive after a kill, a loss or a mishap."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveWriter
from slqncy.archive.verify import verify
from slqncy.dedup import fingerprint
from slqncy.records import encode
from tests.samples import FIRST, duplicate, rejected, story

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

NOVEMBER = "stories/2026-11.jsonl"


def open_and_close(root: Path) -> None:
    ArchiveWriter(root, fingerprint).close()


def quarantine(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "quarantine").glob("*")}


def ledger_rows(root: Path) -> dict[str, list[Any]]:
    database = sqlite3.connect(root / "ledger.sqlite")
    rows = {
        table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
        for table in ("segment", "line", "url")
    }
    database.close()
    return rows


# Kills


def test_twenty_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    root = tmp_path / "archive"
    moments = random.Random(20)
    acknowledged: list[int] = []
    for _ in range(20):
        with start_writer("on") as child:
            assert child.stdout
            said = b"".join(child.stdout.readline() for _ in range(moments.randrange(4)))
            time.sleep(moments.random() / 50)
            child.send_signal(signal.SIGKILL)
            said += child.stdout.read()
        acknowledged += map(int, said.split())
        before = sum(path.stat().st_size for path in [*root.glob("*/*.jsonl"), *root.glob("quarantine/*")])
        if root.exists():
            open_and_close(root)
            after = sum(path.stat().st_size for path in [*root.glob("*/*.jsonl"), *root.glob("quarantine/*")])
            assert after == before, "what is cut off is kept aside"
            assert verify(root).defects == []
            found = [int(record.story_id) for record in Archive(root).stories()]
            # A kill between the commit and its announcement leaves a story more than was announced.
            assert found == list(range(1, len(found) + 1))
            assert set(acknowledged) <= set(found)
    assert acknowledged == sorted(set(acknowledged))
    assert acknowledged


@pytest.mark.parametrize("line", [2, 3])
def test_a_line_that_was_never_acknowledged_is_moved_aside_and_asked_for_again(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]], line: int
) -> None:
    root = tmp_path / "archive"
    with start_writer(str(line)) as child:
        said = child.communicate()[0]
    assert child.returncode == -signal.SIGKILL
    assert said.split() == [str(number).encode() for number in range(1, line)]
    kept = b"".join(encode(story(number, "")) for number in range(1, line))
    assert (root / NOVEMBER).read_bytes() == kept + encode(story(line))
    assert verify(root).defects == [], "a kill is no defect"

    writer = ArchiveWriter(root, fingerprint)
    assert (root / NOVEMBER).read_bytes() == kept
    assert quarantine(root) == {f"stories-2026-11.jsonl.{len(kept)}": encode(story(line))}
    assert writer.state(story(line).canonical_url) is None
    writer.store(story(line))
    writer.close()
    assert verify(root).defects == []


def test_a_kill_before_the_first_acknowledgement(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    root = tmp_path / "archive"
    with start_writer("1") as child:
        child.communicate()
    open_and_close(root)
    # With no ledger to say otherwise, a whole line is a line.
    assert list(Archive(root).stories()) == [story(1)]
    assert verify(root).defects == []


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_stands_behind_the_acknowledged_lines_is_moved_aside(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        writer = ArchiveWriter(root, fingerprint)
        for number in (1, 2):
            writer.store(story(number))
        writer.close()
        acknowledged = (root / NOVEMBER).read_bytes()
        following = encode(story(3)) + encode(story(4))
        torn = st.integers(1, len(following)).map(lambda length: following[:length])
        tail = data.draw(torn | st.binary(min_size=1, max_size=5000))
        with (root / NOVEMBER).open("ab") as file:
            file.write(tail)
        open_and_close(root)
        assert (root / NOVEMBER).read_bytes() == acknowledged
        assert quarantine(root) == {f"stories-2026-11.jsonl.{len(acknowledged)}": tail}
        assert verify(root).defects == []


def test_two_tails_at_one_place_are_both_kept(root: Path) -> None:
    length = (root / NOVEMBER).stat().st_size
    for tail in (b"one", b"two", b"three"):
        with (root / NOVEMBER).open("ab") as file:
            file.write(tail)
        open_and_close(root)
    name = f"stories-2026-11.jsonl.{length}"
    assert quarantine(root) == {name: b"one", f"{name}+": b"two", f"{name}++": b"three"}


@pytest.mark.parametrize("left", [b"", encode(rejected(1))[:40], encode(rejected(1))])
def test_a_file_that_the_ledger_does_not_know_is_moved_aside(tmp_path: Path, left: bytes) -> None:
    writer = ArchiveWriter(tmp_path, fingerprint)
    writer.store(story(1))
    writer.close()
    path = tmp_path / "rejected/2026-11.jsonl"
    path.parent.mkdir()
    path.write_bytes(left)
    writer = ArchiveWriter(tmp_path, fingerprint)
    assert not path.exists(), "readers fail on an empty file"
    assert quarantine(tmp_path) == ({"rejected-2026-11.jsonl.0": left} if left else {})
    writer.store(rejected(2))
    writer.close()
    assert path.read_bytes() == encode(rejected(2))
    assert verify(tmp_path).defects == []


# Damage


@pytest.mark.parametrize("cut", [1, 100, None], ids=["a byte short", "a piece short", "gone"])
def test_a_file_shorter_than_acknowledged_stops_everything(
    root: Path, cut: int | None, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    path = root / NOVEMBER
    if cut is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-cut])
    # A torn tail elsewhere stays too: someone has to look first.
    for name in ("duplicates/2026-11.jsonl", "stories/2026-10.jsonl", "rejected/2026-11.jsonl"):
        with (root / name).open("ab") as file:
            file.write(b"torn")
    before, ledger = contents(root), ledger_rows(root)
    for _ in range(2):
        with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl: \d+ bytes, but \d+ were acknowledged"):
            ArchiveWriter(root, fingerprint)
        assert contents(root) == before
        assert ledger_rows(root) == ledger


def test_an_unreadable_line_stops_the_rebuilding(root: Path, contents: Callable[[Path], dict[str, bytes]]) -> None:
    path = root / NOVEMBER
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:50] + b"\n" + third)
    (root / "ledger.sqlite").unlink()
    before = contents(root)
    for _ in range(2):
        with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl:2: not a line"):
            ArchiveWriter(root, fingerprint)
        assert contents(root) == before
    path.write_bytes(first + second + third)
    open_and_close(root)
    assert verify(root).defects == []


# The ledger lost


def test_a_lost_ledger_is_rebuilt_equal(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, fingerprint)
    for record in (
        rejected(1),
        story(1, downloaded=FIRST),
        story(2),
        rejected(2),
        rejected(3),
        duplicate(3),
        duplicate(4),
        rejected(4),
        story(2, "改过的正文。", version=2),
    ):
        writer.store(record)
    writer.close()
    rows = ledger_rows(tmp_path)
    assert [len(rows["segment"]), len(rows["line"]), len(rows["url"])] == [4, 9, 4]
    (tmp_path / "ledger.sqlite").unlink()
    writer = ArchiveWriter(tmp_path, fingerprint)
    assert writer.same_text(story(9, "改过的正文")) == "slqncy/szxw/2"
    writer.close()
    assert ledger_rows(tmp_path) == rows
    assert verify(tmp_path).defects == []


def test_rebuilding_moves_a_torn_tail_aside(root: Path) -> None:
    lines = (root / NOVEMBER).read_bytes()
    (root / "ledger.sqlite").unlink()
    with (root / NOVEMBER).open("ab") as file:
        file.write(b'{"schema')
    open_and_close(root)
    assert (root / NOVEMBER).read_bytes() == lines
    assert quarantine(root) == {f"stories-2026-11.jsonl.{len(lines)}": b'{"schema'}
    assert verify(root).defects == []


def test_the_log_of_a_lost_ledger_does_no_harm(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    root = tmp_path / "archive"
    with start_writer("3") as child:
        child.communicate()
    assert (root / "ledger.sqlite-wal").exists()
    (root / "ledger.sqlite").unlink()
    open_and_close(root)
    assert [record.story_id for record in Archive(root).stories()] == ["1", "2", "3"]
    assert verify(root).defects == []


def test_an_archive_may_be_moved(root: Path, tmp_path: Path) -> None:
    shutil.move(root, tmp_path / "elsewhere")
    open_and_close(tmp_path / "elsewhere")
    assert verify(tmp_path / "elsewhere").defects == []
