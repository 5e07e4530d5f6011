"""Going on after damage to raw responses: what can be read keeps its place, and what is lost is told."""

from __future__ import annotations

import gzip
import io
import shutil
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.repair import repair
from slqncy.archive.verify import verify
from slqncy.warc.check import check
from slqncy.warc.loss import LEAST, Loss, loss_record, losses_in
from slqncy.warc.scan import members
from slqncy.warc.stretches import HEADER
from tests.archive.exchanges import (
    AT,
    all_records,
    body_of,
    capture,
    captured_story,
    exchange,
    not_modified,
    payload_at,
    read,
    unanswered,
    warcs,
)
from tests.archive.looking import defects, lose_ledger, open_and_close, quarantine, tables
from tests.samples import story_url
from tests.warcs import assert_peers_accept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.records import Story

FIRST_FILE, SECOND_FILE = (
    f"slqncy-{day}000000-0000{number}.warc.gz" for number, day in enumerate((20261101, 20261102))
)
STORIES = range(1, 7)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of six stories with their responses in one file, and revisits of them in another."""
    root = tmp_path_factory.mktemp("whole") / "archive"
    writer = ArchiveWriter(root)
    for number in STORIES:
        captured_story(writer, number)
        if number == 3:
            capture(writer, unanswered(20))
    writer.close()
    writer = ArchiveWriter(root)
    for number in STORIES:
        capture(writer, exchange(number, at=AT + timedelta(days=1)))
    capture(writer, not_modified(2))
    writer.close()
    assert list(warcs(root)) == [FIRST_FILE, SECOND_FILE]
    assert defects(root) == []
    return root


@pytest.fixture
def archive(whole: Path, tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    shutil.copytree(whole, root)
    return root


def spans(root: Path, name: str = FIRST_FILE) -> list[tuple[int, int]]:
    """Where each record begins and ends."""
    with (root / "warc" / name).open("rb") as file:
        return [(start, end) for start, end, _ in members(file)]


def lost(root: Path) -> list[int]:
    """Stories whose response is not in any file any more."""
    stories = list(Archive(root).stories())
    assert [int(story.story_id) for story in stories] == list(STORIES), (
        "a story stays, whatever becomes of its response"
    )
    return [int(story.story_id) for story in stories if not has_response(root, story)]


def has_response(root: Path, story: Story) -> bool:
    place = story.provenance.warc
    for record in read(root / "warc" / place.file):
        if record.offset == place.offset and record.type == "response":
            assert record.payload == body_of(int(story.story_id))
            return True
    return False


def repaired(root: Path) -> list[str]:
    """Repair, and see that the archive is sound then, and that there is nothing more to do."""
    assert verify(root, full=True).defects
    done = repair(root)
    assert done
    for full in (False, True):
        assert verify(root, full=full).defects == []
    after = warcs(root)
    for name in after:
        # By another reader, and by the standard.
        read(root / "warc" / name)
        assert list(check(root / "warc" / name)) == []
    assert repair(root) == []
    assert warcs(root) == after
    before = tables(root / "ledger.sqlite")
    lose_ledger(root)
    open_and_close(root)
    assert tables(root / "ledger.sqlite") == before
    return done


def zeroed(data: bytes, start: int, until: int) -> bytes:
    return data[:start] + bytes(until - start) + data[until:]


# Damage in a file


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
@pytest.mark.parametrize("record", range(20))
def test_a_damaged_record_makes_room_for_one_that_says_so(archive: Path, record: int, *, has_ledger: bool) -> None:
    path = archive / "warc" / FIRST_FILE
    before, places = path.read_bytes(), spans(archive)
    start, until = places[record]
    kind = read(path)[record].type
    damaged = zeroed(before, start + 40, start + 60)
    path.write_bytes(damaged)
    if not has_ledger:
        lose_ledger(archive)
        with pytest.raises(Exception, match=r"`scrapy repair` moves it aside"):
            ArchiveWriter(archive)
    done = repaired(archive) if has_ledger else repair(archive)
    assert defects(archive) == []
    after = path.read_bytes()
    assert after[:start] == before[:start]
    assert damaged[start:until] in quarantine(archive)
    if record + 1 < len(places):
        assert after[until:] == before[until:], "all others keep their places"
        assert len(after) == len(before)
    (told,) = (one for one in read(path) if one.offset == start)
    assert told.type == "metadata"
    with gzip.open(io.BytesIO(after[start : until if record + 1 < len(places) else None])) as unpacked:
        assert losses_in(unpacked.read()) == [Loss(start, until)]
    missing = [STORIES[(record - (3 if record > 10 else 1)) // 3]] if kind == "response" else []
    assert lost(archive) == missing
    assert [line for line in done if "raw response is lost" in line] == [
        f"stories/2026-11.jsonl: slqncy/szxw/{number}, version 1: its raw response is lost" for number in missing
    ]


def test_there_are_as_many_records_as_are_damaged(whole: Path) -> None:
    assert len(spans(whole)) == 20


@pytest.mark.parametrize("seed", range(12))
def test_wherever_damage_begins_and_ends_the_rest_keeps_its_place(archive: Path, seed: int) -> None:
    random = Random(seed)
    path = archive / "warc" / FIRST_FILE
    before, places = path.read_bytes(), spans(archive)
    start = random.randrange(len(before) - 1)
    until = min(len(before), start + random.choice((1, 2, 10, 100, 1000, 4000)))
    noise = random.choice((bytes(until - start), random.randbytes(until - start)))
    if noise == before[start:until]:
        noise = bytes(byte ^ 1 for byte in noise)
    path.write_bytes(before[:start] + noise + before[until:])
    repaired(archive)
    after = path.read_bytes()
    for first, end in places:
        if end <= start or first >= until:
            assert after[first:end] == before[first:end]
    hit = {first for first, end in places if first < until and end > start}
    assert set(lost(archive)) <= {
        number for number, place in zip(STORIES, _responses(whole_path=path, data=before), strict=True) if place in hit
    }


def _responses(whole_path: Path, data: bytes) -> list[int]:
    copy = whole_path.with_name("copy.warc.gz")
    copy.write_bytes(data)
    found = [record.offset for record in read(copy) if record.type == "response"]
    copy.unlink()
    return found


def test_others_read_a_file_that_was_mended(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    bodies = [Random(number).randbytes(size) for number, size in enumerate((10, 300_000, 70_000, 10))]
    capture(writer, *(exchange(number, body=body) for number, body in enumerate(bodies)))
    writer.close()
    path = tmp_path / "warc" / FIRST_FILE
    data = path.read_bytes()
    for record in (0, 2, 5, 8):
        start, _ = spans(tmp_path)[record]
        data = zeroed(data, start + 40, start + 60)
    path.write_bytes(data)
    repair(tmp_path)
    assert defects(tmp_path) == []
    assert path.stat().st_size == len(data), "though it tells of 300,000 bytes in one record"
    assert [record.payload for record in read(path) if record.type == "response"] == bodies[3:]
    assert_peers_accept([path])


def test_several_damaged_places_are_told_of_one_by_one(archive: Path) -> None:
    path = archive / "warc" / FIRST_FILE
    data, places = path.read_bytes(), spans(archive)
    for record in (2, 3, 8, 15):
        data = zeroed(data, places[record][0] + 5, places[record][0] + 50)
    path.write_bytes(data)
    done = repaired(archive)
    assert len([line for line in done if "bytes are lost" in line]) == 3, "two that are neighbours are one"
    assert lost(archive) == [1, 3, 5]
    assert path.stat().st_size == len(data)


@pytest.mark.parametrize("byte", [3, 4, 7, 8, 9])
def test_a_header_of_which_nothing_depends_is_as_it_was(archive: Path, byte: int) -> None:
    path = archive / "warc" / FIRST_FILE
    before = path.read_bytes()
    place = spans(archive)[5][0] + byte
    damaged = before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :]
    path.write_bytes(damaged)
    done = repaired(archive)
    assert path.read_bytes() == before
    assert len(done) == 1
    assert "is as it was" in done[0]
    assert damaged[place - byte :][: len(HEADER)] in quarantine(archive)


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
@pytest.mark.parametrize("record", [0, 5, 10, 19])
@pytest.mark.parametrize("off", [0, 50], ids=["between records", "in a record"])
def test_a_file_that_was_cut_tells_how_much_it_had(archive: Path, record: int, off: int, *, has_ledger: bool) -> None:
    path = archive / "warc" / FIRST_FILE
    before = path.read_bytes()
    end = spans(archive)[record][0]
    path.write_bytes(before[: end + off])
    if not has_ledger:
        lose_ledger(archive)
        repair(archive)
        assert defects(archive) == []
    else:
        repaired(archive)
    assert path.read_bytes()[:end] == before[:end]
    assert not off or before[end : end + off] in quarantine(archive)
    missing = [number for number, place in zip(STORIES, _responses(path, before), strict=True) if place >= end]
    assert lost(archive) == missing


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
def test_a_missing_file_is_told_of_by_one_of_its_name(archive: Path, *, has_ledger: bool) -> None:
    path = archive / "warc" / FIRST_FILE
    path.unlink()
    if has_ledger:
        done = repaired(archive)
        assert f"warc/{FIRST_FILE}: is missing, with 20 records" in done
    else:
        lose_ledger(archive)
        done = repair(archive)
        assert defects(archive) == []
    assert len([line for line in done if "raw response is lost" in line]) == 6
    assert lost(archive) == list(STORIES)
    assert [record.type for record in read(path)] == ["metadata"]
    assert repair(archive) == []


def test_what_is_lost_is_captured_anew(archive: Path) -> None:
    (archive / "warc" / FIRST_FILE).unlink()
    repair(archive)
    writer = ArchiveWriter(archive)
    (place, again) = capture(writer, exchange(1, at=AT + timedelta(days=2)), not_modified(1))
    writer.close()
    assert payload_at(archive, place) == body_of(1)
    assert again == place
    assert defects(archive) == []


def test_an_empty_file_that_nobody_knows_goes(archive: Path) -> None:
    name = "slqncy-20261103000000-00002.warc.gz"
    (archive / "warc" / name).write_bytes(b"")
    repaired(archive)
    assert list(warcs(archive)) == [FIRST_FILE, SECOND_FILE]


def test_an_emptied_file_is_a_lost_one(archive: Path) -> None:
    (archive / "warc" / FIRST_FILE).write_bytes(b"")
    repaired(archive)
    assert lost(archive) == list(STORIES)


# Bytes that came in, or went


@pytest.mark.parametrize("tail", [b"\0", b"garbage" * 100, bytes(5000)])
def test_what_stands_behind_the_end_of_a_closed_file_is_taken_off(archive: Path, tail: bytes) -> None:
    path = archive / "warc" / FIRST_FILE
    before = path.read_bytes()
    path.write_bytes(before + tail)
    repaired(archive)
    assert path.read_bytes() == before
    assert tail in quarantine(archive)


@pytest.mark.parametrize("record", [0, 4, 11])
@pytest.mark.parametrize("added", [b"x", bytes(1000)])
def test_what_came_in_between_records_is_taken_out(archive: Path, record: int, added: bytes) -> None:
    path = archive / "warc" / FIRST_FILE
    before = path.read_bytes()
    place = spans(archive)[record][0]
    path.write_bytes(before[:place] + added + before[place:])
    repaired(archive)
    assert path.read_bytes() == before
    assert added in quarantine(archive)


@pytest.mark.parametrize("change", ["added", "gone"])
@pytest.mark.parametrize("record", [1, 2, 3, 10, 12])
def test_where_a_record_is_longer_or_shorter_the_others_go_back_to_their_places(
    archive: Path, record: int, change: str
) -> None:
    path = archive / "warc" / FIRST_FILE
    before = path.read_bytes()
    start, until = spans(archive)[record]
    middle = (start + until) // 2
    damaged = before[:middle] + (b"more" * 9 + before[middle:] if change == "added" else before[middle + 7 :])
    path.write_bytes(damaged)
    repaired(archive)
    after = path.read_bytes()
    assert (after[:start], after[until:]) == (before[:start], before[until:])
    assert len(after) == len(before)


def test_an_exchange_that_is_there_twice_is_taken_out(archive: Path) -> None:
    path = archive / "warc" / FIRST_FILE
    before, places = path.read_bytes(), spans(archive)
    twice = before[places[1][0] : places[6][1]]
    # With damage between, as else nothing tells one from the other.
    path.write_bytes(before[: places[6][1]] + b"-" + twice + b"-" + before[places[6][1] :])
    repaired(archive)
    assert path.read_bytes() == before


# Files that a kill left open


@pytest.mark.parametrize("damage", ["before the end", "behind the end", "both"])
@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
def test_in_a_file_that_is_open_only_what_was_acknowledged_is_told_of(
    tmp_path: Path, damage: str, *, has_ledger: bool
) -> None:
    writer = ArchiveWriter(tmp_path)
    for number in STORIES:
        captured_story(writer, number)
    writer.commit()
    path = tmp_path / "warc" / f"{FIRST_FILE}.open"
    length = path.stat().st_size
    capture(writer, exchange(30))
    writer.abandon()
    data = path.read_bytes()
    with path.open("rb") as file:
        start = [start for start, _, _ in members(file)][8]
    if damage != "behind the end":
        data = zeroed(data, start + 40, start + 60)
    if damage != "before the end":
        data = data[:-10]
    path.write_bytes(data)
    if not has_ledger:
        lose_ledger(tmp_path)
    repair(tmp_path)
    assert defects(tmp_path) == []
    assert list(warcs(tmp_path)) == [FIRST_FILE]
    after = warcs(tmp_path)[FIRST_FILE]
    assert after[:start] == data[:start]
    assert (after[:length] == data[:length]) is (damage == "behind the end")
    missing = [3] if damage != "behind the end" else []
    assert lost(tmp_path) == missing
    assert all(record.uri != story_url(30) for record in all_records(tmp_path)) is (damage != "before the end")


# The record of a loss


def test_a_loss_is_told_in_fewer_bytes_than_any_record_has() -> None:
    most = Loss(10**17, 10**17 + 1)
    assert len(loss_record("2026-11-01T00:00:00Z", [most], "0123456789abcdef")) <= LEAST


def test_our_records_are_longer(whole: Path) -> None:
    assert min(end - start for name in (FIRST_FILE, SECOND_FILE) for start, end in spans(whole, name)) > LEAST


@pytest.mark.parametrize("size", [LEAST, LEAST + 1, 1000, 65_535, 70_000, 3_000_000])
def test_a_loss_is_told_in_exactly_as_many_bytes_as_are_lost(size: int) -> None:
    record = loss_record("2026-11-01T00:00:00Z", [Loss(5, 5 + size)], "0123456789abcdef", size)
    assert len(record) == size
    ((start, end, content),) = members(io.BytesIO(record))
    assert (start, end) == (0, size)
    assert losses_in(content) == [Loss(5, 5 + size)]
    assert b"kept: 0123456789abcdef\r\n" in content


def test_a_loss_that_has_no_room_is_not_told() -> None:
    with pytest.raises(ValueError, match="takes 2"):
        loss_record("2026-11-01T00:00:00Z", [Loss(0, 100)], size=100)


def test_a_page_cannot_tell_of_losses(tmp_path: Path) -> None:
    """What is said of an exchange is on one line each, and has an address."""
    writer = ArchiveWriter(tmp_path)
    capture(writer, replace(exchange(1), notes={"page": "x\r\nlost: 0-99999"}, failure="\nlost: 0-5\r\n"))
    writer.close()
    assert tables(tmp_path / "ledger.sqlite")["loss"] == []
    lose_ledger(tmp_path)
    open_and_close(tmp_path)
    assert tables(tmp_path / "ledger.sqlite")["loss"] == []
    assert defects(tmp_path) == []


def test_the_archive_is_as_it_was_where_nothing_is_wrong(
    archive: Path, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    before = contents(archive)
    assert repair(archive) == []
    after = contents(archive)
    assert {name: data for name, data in after.items() if not name.startswith("quarantine/")} == before
