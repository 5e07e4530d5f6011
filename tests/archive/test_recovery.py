"""Opening an archive after a kill, a loss or a mishap."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveWriter
from slqncy.archive.layout import Kind
from slqncy.archive.recovery import MOST_LINES
from slqncy.archive.seal import set_seal
from slqncy.archive.verify import verify
from slqncy.records import encode
from tests.archive.looking import defects, lose_ledger, open_and_close, quarantine, sql, tables
from tests.samples import brought, found, keep, rejected, rewrite, story, story_url

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

EVENTS, REWRITES, STORIES = "events/2026-11.ndjson", "rewrites/2026-11.jsonl", "stories/2026-11.jsonl"


def lines(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in (EVENTS, REWRITES, STORIES) if (root / name).exists()}


def events_of(*numbers: int) -> bytes:
    return b"".join(encode(found(number)) + encode(brought(story(number))) for number in numbers)


def rewrites_of(*numbers: int) -> bytes:
    return b"".join(encode(rewrite(story(number))) for number in numbers)


def stories_of(*numbers: int) -> bytes:
    return b"".join(encode(story(number)) for number in numbers)


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
        if root.exists():
            left = lines(root)
            if (root / "ledger.sqlite").exists():
                assert verify(root).defects == [], "a kill is no defect"
            open_and_close(root)
            kept = lines(root)
            for name, data in left.items():
                assert data.startswith(kept.get(name, b""))
                tail = data[len(kept.get(name, b"")) :]
                assert not tail or tail in quarantine(root), "what is cut off is kept aside"
            assert defects(root) == []
            stories = [int(record.story_id) for record in Archive(root).stories()]
            # A kill between the commit and its announcement leaves more than was announced.
            assert stories == list(range(1, len(stories) + 1))
            assert set(acknowledged) <= set(stories)
            assert [record.id for record in Archive(root).rewrites()] == [f"slqncy/szxw/{number}" for number in stories]
    assert acknowledged == sorted(set(acknowledged))
    assert acknowledged


@pytest.mark.parametrize("group", [1, 2, 3])
@pytest.mark.parametrize("files", [1, 2, 3])
def test_a_group_that_was_never_acknowledged_is_moved_aside_and_asked_for_again(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]], group: int, files: int
) -> None:
    """Killed when the group's events were on disk, when what its stories rewrite was too, or when all was."""
    root = tmp_path / "archive"
    with start_writer(f"commit:{group}" if files == 3 else f"append:{3 * (group - 1) + files}") as child:
        said = child.communicate()[0]
    assert child.returncode == -signal.SIGKILL
    kept = list(range(1, 3 * group - 2))
    lost = [3 * group - 2, 3 * group - 1, 3 * group]
    assert [int(number) for number in said.split()] == kept
    left = {
        EVENTS: events_of(*kept, *lost),
        REWRITES: rewrites_of(*kept, *(lost if files > 1 else [])),
        STORIES: stories_of(*kept, *(lost if files > 2 else [])),
    }
    assert lines(root) == {name: data for name, data in left.items() if data}
    assert defects(root) == [], "a kill is no defect"
    assert [int(record.story_id) for record in Archive(root).stories()] == kept

    writer = ArchiveWriter(root)
    acknowledged = {EVENTS: events_of(*kept), REWRITES: rewrites_of(*kept), STORIES: stories_of(*kept)}
    assert lines(root) == {name: data for name, data in acknowledged.items() if data}
    tails = [left[name][len(acknowledged[name]) :] for name in left]
    assert quarantine(root) == sorted(filter(None, tails))
    assert writer.newest() == len(kept)
    assert all(writer.known(story_url(number)) is None for number in lost)
    rewrites = [writer.latest(Kind.REWRITE, story_url(number)) for number in kept]
    assert {entry.note for entry in rewrites if entry} == ({"slqncy/szxw/1"} if kept else set())
    keep(writer, *map(story, lost), original=1)
    writer.close()
    whole = [*kept, *lost]
    assert lines(root) == {EVENTS: events_of(*whole), REWRITES: rewrites_of(*whole), STORIES: stories_of(*whole)}
    assert defects(root) == []


@pytest.fixture(scope="module")
def two_stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive for a test of many examples, each of which leaves it as it was."""
    root = tmp_path_factory.mktemp("two")
    writer = ArchiveWriter(root)
    keep(writer, story(1), story(2))
    writer.close()
    return root


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_stands_behind_the_acknowledged_lines_is_moved_aside(two_stories: Path, data: st.DataObject) -> None:
    root = two_stories
    shutil.rmtree(root / "quarantine", ignore_errors=True)
    acknowledged = {EVENTS: events_of(1, 2), STORIES: stories_of(1, 2)}
    tails = {}
    for name, following in ((EVENTS, events_of(3, 4)), (STORIES, stories_of(3, 4))):
        length = data.draw(st.integers(0, len(following)))
        tails[name] = data.draw(st.just(following[:length]) | st.binary(max_size=MOST_LINES))
    # Nothing is written before all is drawn: an example may be given up half-way.
    for name, tail in tails.items():
        with (root / name).open("ab") as file:
            file.write(tail)
    open_and_close(root)
    assert lines(root) == acknowledged
    assert quarantine(root) == sorted(filter(None, tails.values()))
    assert defects(root) == []


def test_all_tails_of_one_place_are_kept_and_equal_ones_once(root: Path) -> None:
    for tail in (b"one", b"two", b"one", b"three"):
        with (root / STORIES).open("ab") as file:
            file.write(tail)
        open_and_close(root)
    assert quarantine(root) == [b"one", b"three", b"two"]
    assert all(path.name.startswith("stories-2026-11.jsonl.") for path in (root / "quarantine").iterdir())
    assert defects(root) == []


@pytest.mark.parametrize("left", [b"", encode(rejected(1))[:40], encode(rejected(1)), encode(rejected(1)) * MOST_LINES])
def test_a_file_that_the_ledger_does_not_know_is_moved_aside(tmp_path: Path, left: bytes) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    writer.close()
    path = tmp_path / "rejected/2026-11.jsonl"
    path.parent.mkdir()
    path.write_bytes(left)
    assert defects(tmp_path) == []
    writer = ArchiveWriter(tmp_path)
    assert not path.exists(), "readers fail on an empty file"
    assert quarantine(tmp_path) == ([left] if left else [])
    keep(writer, rejected(2))
    writer.close()
    assert path.read_bytes() == encode(rejected(2))
    assert defects(tmp_path) == []


# Damage


@pytest.mark.parametrize("name", [EVENTS, STORIES])
@pytest.mark.parametrize("cut", [1, 100, None], ids=["a byte short", "a piece short", "gone"])
def test_a_file_shorter_than_acknowledged_stops_everything(
    root: Path, name: str, cut: int | None, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    path = root / name
    if cut is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-cut])
    # A torn tail elsewhere stays too: someone has to look first.
    for other in ("duplicates/2026-11.jsonl", "stories/2026-10.jsonl", "rejected/2026-11.jsonl"):
        with (root / other).open("ab") as file:
            file.write(b"torn")
    before, ledger = contents(root), tables(root / "ledger.sqlite")
    for _ in range(2):
        with pytest.raises(ArchiveDamagedError, match=rf"{name}: \d+ bytes, but \d+ were acknowledged"):
            ArchiveWriter(root)
        assert contents(root) == before
        assert tables(root / "ledger.sqlite") == ledger


@pytest.mark.parametrize("name", [EVENTS, "rejected/2026-12.jsonl"], ids=["behind its length", "unknown"])
@pytest.mark.parametrize("lines_behind", [MOST_LINES, MOST_LINES + 1])
def test_more_than_a_kill_can_leave_stops_everything(
    root: Path, name: str, lines_behind: int, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    with (root / name).open("ab") as file:
        file.write(encode(found(9)) * lines_behind)
    if lines_behind == MOST_LINES:
        open_and_close(root)
        assert quarantine(root) == [encode(found(9)) * lines_behind]
        return
    before = contents(root)
    with pytest.raises(
        ArchiveDamagedError, match=rf"{name}: more lines than the ledger knows of; run `scrapy rebuild`"
    ):
        ArchiveWriter(root)
    assert contents(root) == before


def test_an_older_ledger_in_its_place_stops_everything(
    root: Path, tmp_path: Path, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    shutil.copy(root / "ledger.sqlite", tmp_path / "older.sqlite")
    writer = ArchiveWriter(root)
    keep(writer, *map(story, range(10, 10 + MOST_LINES)))
    writer.close()
    lose_ledger(root)
    shutil.copy(tmp_path / "older.sqlite", root / "ledger.sqlite")
    before = contents(root)
    with pytest.raises(ArchiveDamagedError, match=r"more lines than the ledger knows of; run `scrapy rebuild`"):
        ArchiveWriter(root)
    assert contents(root) == before
    assert any("events/2026-11.ndjson" in defect for defect in defects(root))


def test_an_unreadable_line_stops_the_rebuilding(root: Path, contents: Callable[[Path], dict[str, bytes]]) -> None:
    path = root / STORIES
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:50] + b"\n" + third)
    lose_ledger(root)
    before = contents(root)
    for _ in range(2):
        with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl: line 2 cannot be read: .*; `scrapy repair`"):
            ArchiveWriter(root)
        assert contents(root) == before
    path.write_bytes(first + second + third)
    open_and_close(root)
    assert defects(root) == []


# The ledger lost, or another's


def test_rebuilding_moves_a_torn_tail_aside(root: Path) -> None:
    before = lines(root)
    lose_ledger(root)
    for name in before:
        with (root / name).open("ab") as file:
            file.write(b'{"schema' + name.encode())
    open_and_close(root)
    assert lines(root) == before
    assert quarantine(root) == sorted(b'{"schema' + name.encode() for name in before)
    assert defects(root) == []


def test_a_lost_ledger_is_rebuilt_though_its_seal_is_there(root: Path) -> None:
    (root / "ledger.sqlite").unlink()
    open_and_close(root)
    assert defects(root) == []


def test_the_log_of_a_lost_ledger_does_no_harm(
    tmp_path: Path, start_writer: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    root = tmp_path / "archive"
    with start_writer("commit:3") as child:
        child.communicate()
    log = (root / "ledger.sqlite-wal").read_bytes()
    (root / "ledger.sqlite").unlink()
    open_and_close(root)
    # With no ledger to say otherwise, a whole line is a line.
    assert [record.story_id for record in Archive(root).stories()] == list("123456789")
    assert log in quarantine(root)
    assert defects(root) == []


def schema(root: Path) -> list[str]:
    """The statements that made the tables and indexes of a ledger."""
    database = sqlite3.connect(root / "ledger.sqlite")
    statements = [row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE sql <> '' ORDER BY name")]
    database.close()
    return statements


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE url; PRAGMA user_version = 1", "DROP INDEX line_note; PRAGMA user_version = 2"],
    ids=["without a table", "without an index"],
)
def test_a_ledger_of_another_version_is_rebuilt_and_the_old_one_kept(root: Path, statement: str) -> None:
    rows, made_of = tables(root / "ledger.sqlite"), schema(root)
    sql(root, f"{statement}; PRAGMA wal_checkpoint(TRUNCATE);")
    set_seal(root)
    old = (root / "ledger.sqlite").read_bytes()
    assert defects(root) == ["ledger.sqlite: of another version; `scrapy rebuild` makes it anew"]
    open_and_close(root)
    assert tables(root / "ledger.sqlite") == rows
    assert schema(root) == made_of
    assert old in quarantine(root)
    assert defects(root) == []


def test_an_emptied_ledger_is_rebuilt(root: Path) -> None:
    rows = tables(root / "ledger.sqlite")
    lose_ledger(root)
    (root / "ledger.sqlite").write_bytes(b"")
    open_and_close(root)
    assert tables(root / "ledger.sqlite") == rows
    assert defects(root) == []


def test_a_ledger_that_was_not_finished_is_begun_anew(root: Path) -> None:
    rows = tables(root / "ledger.sqlite")
    (root / "ledger.sqlite").rename(root / ".ledger.sqlite.tmp")
    (root / ".ledger.sqlite.tmp-wal").write_bytes(b"log")
    lose_ledger(root)
    open_and_close(root)
    assert tables(root / "ledger.sqlite") == rows
    assert not list(root.glob(".ledger*"))


def test_an_archive_may_be_moved(root: Path, tmp_path: Path) -> None:
    shutil.move(root, tmp_path / "elsewhere")
    open_and_close(tmp_path / "elsewhere")
    assert defects(tmp_path / "elsewhere") == []
