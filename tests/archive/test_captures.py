"""Raw responses, in the same transaction as the lines that were read from them."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveWriter, disk
from slqncy.archive.layout import open_warc_path
from slqncy.archive.ledger import Ledger, WarcFile
from slqncy.archive.repair import rebuild, repair
from slqncy.archive.verify import verify
from slqncy.records import Warc
from slqncy.warc.scan import members, scan
from tests.archive.exchanges import (
    AT,
    INFO,
    LATER,
    NO_LIMIT,
    all_records,
    body_of,
    capture,
    captured_story,
    exchange,
    not_modified,
    payload_at,
    unanswered,
    warcs,
)
from tests.archive.looking import defects, lose_ledger, open_and_close, quarantine, sql, tables
from tests.samples import found, keep, story, story_url

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_FILE = "slqncy-20261101000000-00000.warc.gz"


@pytest.fixture
def captured(tmp_path: Path) -> Path:
    """An archive of three stories with their responses, closed."""
    root = tmp_path / "captured"
    writer = ArchiveWriter(root)
    for number in (1, 2, 3):
        captured_story(writer, number)
    writer.close()
    return root


def killed(root: Path, *, acknowledged: int = 2, lost: int = 2) -> bytes:
    """An archive whose writer was killed with whole exchanges that were not acknowledged. Gives its file."""
    writer = ArchiveWriter(root)
    for number in range(1, acknowledged + 1):
        captured_story(writer, number)
    writer.commit()
    capture(writer, *map(exchange, range(10, 10 + lost)))
    writer.abandon()
    return warcs(root)[f"{FIRST_FILE}.open"]


def acknowledged_length(root: Path) -> int:
    ledger = Ledger(root / "ledger.sqlite", read_only=True)
    (file,) = ledger.warcs().values()
    ledger.close()
    return file.length


# Places


def test_a_place_is_that_of_the_response_record(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    places = capture(writer, *map(exchange, (1, 2, 3)))
    writer.close()
    assert {place.file for place in places} == {FIRST_FILE}
    assert [payload_at(tmp_path, place) for place in places] == [body_of(number) for number in (1, 2, 3)]


def test_an_exchange_is_in_the_file_at_once_and_acknowledged_with_the_commit(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    capture(writer, exchange(1))
    (before,) = warcs(tmp_path).values()
    assert before
    assert tables(tmp_path / "ledger.sqlite")["warc"] == []
    writer.commit()
    assert list(warcs(tmp_path).values()) == [before]
    assert acknowledged_length(tmp_path) == len(before)
    writer.close()
    assert warcs(tmp_path) == {FIRST_FILE: before}


def test_the_records_of_an_exchange_stand_together_behind_the_one_of_the_file(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    capture(writer, exchange(1), unanswered(2), exchange(3))
    writer.close()
    kinds = ["warcinfo", "request", "response", "metadata", "metadata", "request", "response", "metadata"]
    assert [record.type for record in all_records(tmp_path)] == kinds
    assert [row[:3] for row in tables(tmp_path / "ledger.sqlite")["warc"]] == [
        (FIRST_FILE, len(warcs(tmp_path)[FIRST_FILE]), len(kinds))
    ]
    assert defects(tmp_path) == []


def test_an_exchange_without_an_answer_has_no_place(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    assert capture(writer, unanswered(1)) == [Warc()]
    writer.close()
    assert defects(tmp_path) == []


def test_a_payload_is_kept_once_in_whichever_run_and_for_whichever_address(tmp_path: Path) -> None:
    places = []
    for number in (1, 1, 2):
        writer = ArchiveWriter(tmp_path)
        places += capture(writer, exchange(number, body=b"the same"), exchange(number, body=b"the same"))
        writer.close()
    assert places == places[:1] * 6
    records = all_records(tmp_path)
    assert [record.type for record in records if record.type in {"response", "revisit"}] == ["response"] + 5 * [
        "revisit"
    ]
    (original,) = (record for record in records if record.type == "response")
    for record in records:
        if record.type == "revisit":
            assert record.headers["WARC-Refers-To"] == original.headers["WARC-Record-ID"]
            assert record.payload == b""
    assert len(warcs(tmp_path)) == 3, "a file of its own for every run"
    assert defects(tmp_path) == []


def test_what_was_not_modified_has_the_place_of_what_was(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    first, second = capture(writer, exchange(1), exchange(1, version=2))
    writer.close()
    writer = ArchiveWriter(tmp_path)
    # Seen before, and again the newest.
    assert capture(writer, not_modified(1)) == [second]
    assert capture(writer, exchange(1), not_modified(1)) == [first, first]
    writer.close()
    assert defects(tmp_path) == []


# Files


def test_a_file_is_closed_once_it_is_long_enough(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    places = [capture(writer, exchange(number), most_bytes=3000)[0] for number in range(1, 13)]
    assert [name.endswith(".open") for name in warcs(tmp_path)] == [*[False] * (len(warcs(tmp_path)) - 1), True]
    writer.close()
    files = warcs(tmp_path)
    assert list(files) == [f"slqncy-20261101000000-{serial:05}.warc.gz" for serial in range(len(files))]
    assert len(files) > 3
    assert all(len(data) >= 3000 for name, data in files.items() if name != max(files))
    assert [payload_at(tmp_path, place) for place in places] == [body_of(number) for number in range(1, 13)]
    assert defects(tmp_path) == []


def test_a_file_has_another_name_while_it_is_written(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    assert warcs(tmp_path) == {}, "no file without an exchange"
    capture(writer, exchange(1))
    assert list(warcs(tmp_path)) == [f"{FIRST_FILE}.open"]
    writer.commit()
    assert list(warcs(tmp_path)) == [f"{FIRST_FILE}.open"]
    writer.close()
    assert list(warcs(tmp_path)) == [FIRST_FILE]


def test_a_run_that_captures_nothing_leaves_no_file(captured: Path) -> None:
    before = warcs(captured)
    open_and_close(captured)
    assert warcs(captured) == before


def test_files_of_one_second_have_different_names(tmp_path: Path) -> None:
    for number in range(3):
        writer = ArchiveWriter(tmp_path)
        capture(writer, exchange(number, at=AT + timedelta(milliseconds=number)))
        writer.close()
    assert len(warcs(tmp_path)) == 3


def test_what_others_put_beside_the_files_is_left_alone(captured: Path) -> None:
    others = {"theirs.warc.gz": b"x", "crawl-1.warc.gz.open": b"y", "notes.txt": b""}
    for name, data in others.items():
        (captured / "warc" / name).write_bytes(data)
    open_and_close(captured)
    rebuild(captured)
    assert defects(captured) == []
    assert {name: data for name, data in warcs(captured).items() if name in others} == others


def test_an_archive_without_captures_is_whole(root: Path) -> None:
    assert not (root / "warc").exists()
    assert defects(root) == []
    assert tables(root / "ledger.sqlite")["warc"] == []


# The order of a commit


def test_responses_are_on_disk_before_the_lines_that_name_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    order: list[str] = []
    append, sync, commit = disk.append, os.fdatasync, Ledger.commit

    def synced(descriptor: int) -> None:
        name = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if name.endswith(".open"):
            order.append("warc")
        sync(descriptor)

    def appended(path: Path, data: bytes) -> None:
        order.append(path.parent.name)
        append(path, data)

    def committed(ledger: Ledger) -> None:
        order.append("ledger")
        commit(ledger)

    monkeypatch.setattr(os, "fdatasync", synced)
    monkeypatch.setattr(disk, "append", appended)
    monkeypatch.setattr(Ledger, "commit", committed)
    writer.commit()
    assert order == ["warc", "events", "stories", "ledger"]
    monkeypatch.undo()
    writer.close()


def test_a_write_that_failed_is_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    writer.commit()
    whole = warcs(tmp_path)[f"{FIRST_FILE}.open"]
    write = os.write

    def half(descriptor: int, data: memoryview) -> int:
        if len(data) < 100:
            raise OSError("no space left")
        return write(descriptor, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(ArchiveError, match="no space left"):
        capture(writer, exchange(3))
    monkeypatch.undo()
    assert len(warcs(tmp_path)[f"{FIRST_FILE}.open"]) > len(whole), "a part of it is there"
    with pytest.raises(ArchiveError, match="an earlier write failed"):
        capture(writer, exchange(4))
    with pytest.raises(ArchiveError, match="an earlier write failed"):
        writer.commit()
    writer.close()
    open_and_close(tmp_path)
    assert warcs(tmp_path) == {FIRST_FILE: whole}
    assert defects(tmp_path) == []


# Kills


def test_a_kill_at_any_byte_leaves_what_was_acknowledged(base: Path) -> None:
    whole = killed(base / "once", lost=1)
    length = acknowledged_length(base / "once")
    assert length < len(whole)
    for cut in range(length, len(whole) + 1):
        root = base / "again"
        shutil.copytree(base / "once", root)
        (root / "warc" / f"{FIRST_FILE}.open").write_bytes(whole[:cut])
        open_and_close(root)
        assert warcs(root) == {FIRST_FILE: whole[:length]}
        assert quarantine(root) == ([whole[length:cut]] if cut > length else [])
        assert acknowledged_length(root) == length
        # What any cut leaves is the same file: to look at it once is enough.
        if cut in {length, len(whole) - 1, len(whole)}:
            assert defects(root) == []
        shutil.rmtree(root)


def test_a_kill_is_no_defect(tmp_path: Path) -> None:
    killed(tmp_path)
    assert defects(tmp_path) == []
    # Nor is one before the first commit of a run.
    writer = ArchiveWriter(tmp_path)
    capture(writer, exchange(20, at=AT + timedelta(hours=1)))
    writer.abandon()
    assert len(warcs(tmp_path)) == 2
    assert defects(tmp_path) == []
    before = tables(tmp_path / "ledger.sqlite")
    open_and_close(tmp_path)
    assert list(warcs(tmp_path)) == [FIRST_FILE], "a file without an exchange goes"
    assert tables(tmp_path / "ledger.sqlite") == before
    assert defects(tmp_path) == []


def test_what_a_kill_took_is_captured_again(tmp_path: Path) -> None:
    killed(tmp_path)
    writer = ArchiveWriter(tmp_path)
    record = captured_story(writer, 10)
    writer.close()
    assert payload_at(tmp_path, record.provenance.warc) == body_of(10)
    responses = [entry.payload for entry in all_records(tmp_path) if entry.type == "response"]
    assert sorted(responses) == sorted(body_of(number) for number in (1, 2, 10))
    assert defects(tmp_path) == []


def test_a_rebuilt_ledger_is_equal_wherever_the_kill_was(tmp_path: Path) -> None:
    """Without a ledger whole exchanges count, as whole lines do; with one they were never acknowledged."""
    whole = killed(tmp_path / "once")
    length = acknowledged_length(tmp_path / "once")
    ends = [end for end, _ in _exchange_ends(tmp_path / "once" / "warc" / f"{FIRST_FILE}.open")]
    for cut in (length, length + 1, len(whole) - 1, len(whole), *ends[-2:]):
        root = tmp_path / "again"
        shutil.copytree(tmp_path / "once", root)
        (root / "warc" / f"{FIRST_FILE}.open").write_bytes(whole[:cut])
        lose_ledger(root)
        open_and_close(root)
        end = max(end for end in ends if end <= cut)
        assert warcs(root) == {FIRST_FILE: whole[:end]}
        assert whole[end:cut] in [*quarantine(root), b""]
        before = tables(root / "ledger.sqlite")
        assert before["warc"][0][:2] == (FIRST_FILE, end)
        rebuild(root)
        assert tables(root / "ledger.sqlite") == before
        assert defects(root) == []
        shutil.rmtree(root)


def _exchange_ends(path: Path) -> list[tuple[int, bytes]]:
    with path.open("rb") as file:
        return [(end, content) for _, end, content in members(file) if b"WARC-Type: metadata" in content]


@pytest.mark.parametrize("exchanges", [0, 1])
def test_without_a_ledger_a_file_with_no_whole_exchange_goes(tmp_path: Path, exchanges: int) -> None:
    writer = ArchiveWriter(tmp_path)
    capture(writer, exchange(1))
    writer.abandon()
    path = tmp_path / "warc" / f"{FIRST_FILE}.open"
    torn = path.read_bytes()[: None if exchanges else -1]
    path.write_bytes(torn)
    lose_ledger(tmp_path)
    open_and_close(tmp_path)
    assert warcs(tmp_path) == ({FIRST_FILE: torn} if exchanges else {})
    assert (torn in quarantine(tmp_path)) is not bool(exchanges)
    assert defects(tmp_path) == []


def test_a_file_that_a_kill_left_open_is_closed_by_the_next_start(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    writer.commit()
    writer.abandon()
    (data,) = warcs(tmp_path).values()
    assert tables(tmp_path / "ledger.sqlite")["warc"][0][-1] == 0
    open_and_close(tmp_path)
    assert warcs(tmp_path) == {FIRST_FILE: data}
    assert tables(tmp_path / "ledger.sqlite")["warc"][0][-1] == 1


def test_a_kill_between_closing_and_renaming_leaves_the_renaming(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    writer.close()
    before = warcs(tmp_path)
    (tmp_path / "warc" / FIRST_FILE).rename(tmp_path / "warc" / f"{FIRST_FILE}.open")
    assert defects(tmp_path) == []
    open_and_close(tmp_path)
    assert warcs(tmp_path) == before
    assert defects(tmp_path) == []


def test_a_lost_ledger_is_made_anew_from_the_files(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    for number in range(1, 8):
        captured_story(writer, number, most_bytes=3000)
    capture(writer, exchange(1), not_modified(2), unanswered(9), exchange(20, body=b""))
    writer.close()
    before = tables(tmp_path / "ledger.sqlite")
    assert len(before["warc"]) > 2
    assert len(before["capture"]) == 9
    lose_ledger(tmp_path)
    open_and_close(tmp_path)
    assert tables(tmp_path / "ledger.sqlite") == before
    assert defects(tmp_path) == []


# Damage


@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("cut", [1, None], ids=["a byte short", "gone"])
def test_a_file_shorter_than_acknowledged_stops_everything(
    tmp_path: Path, cut: int | None, contents: Callable[[Path], dict[str, bytes]], *, is_open: bool
) -> None:
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    writer.commit()
    (writer.abandon if is_open else writer.close)()
    (path,) = (tmp_path / "warc").iterdir()
    if cut is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-cut])
    with (tmp_path / "stories/2026-11.jsonl").open("ab") as file:
        file.write(b"torn")
    before, ledger = contents(tmp_path), tables(tmp_path / "ledger.sqlite")
    for _ in range(2):
        with pytest.raises(ArchiveDamagedError, match=r"slqncy-\S+: .*(is missing|were acknowledged).*`scrapy repair`"):
            ArchiveWriter(tmp_path)
        assert contents(tmp_path) == before
        assert tables(tmp_path / "ledger.sqlite") == ledger
    assert any(FIRST_FILE in defect for defect in defects(tmp_path))


def test_a_file_that_the_ledger_does_not_know_asks_for_a_rebuild(
    captured: Path, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    other = captured.parent / "other"
    writer = ArchiveWriter(other)
    capture(writer, exchange(7, at=AT + timedelta(days=1)))
    writer.close()
    (name,) = warcs(other)
    shutil.copy(other / "warc" / name, captured / "warc" / name)
    before = contents(captured)
    with pytest.raises(ArchiveDamagedError, match=rf"{name}: unknown to the ledger; `scrapy rebuild`"):
        ArchiveWriter(captured)
    assert contents(captured) == before
    assert [defect for defect in defects(captured) if "unknown to the ledger" in defect]
    rebuild(captured)
    assert defects(captured) == []
    assert [row[0] for row in tables(captured / "ledger.sqlite")["warc"]] == [FIRST_FILE, name]


def test_a_closed_file_that_has_more_than_the_ledger_knows_asks_for_a_rebuild(captured: Path) -> None:
    with (captured / "warc" / FIRST_FILE).open("ab") as file:
        file.write(b"more")
    with pytest.raises(ArchiveDamagedError, match="more than the ledger knows of"):
        ArchiveWriter(captured)
    assert any("more than the ledger knows of" in defect for defect in defects(captured))


def test_an_older_ledger_that_knows_a_file_as_open_asks_for_a_rebuild(captured: Path) -> None:
    sql(captured, "UPDATE warc SET closed = 0")
    with suppress(FileNotFoundError):
        (captured / "ledger.seal").unlink()
    with pytest.raises(ArchiveDamagedError, match="more than the ledger knows of"):
        ArchiveWriter(captured)


# Verification


def test_a_bit_flipped_in_an_open_file_is_found(base: Path) -> None:
    killed(base / "archive")
    path = base / "archive/warc" / f"{FIRST_FILE}.open"
    data, length = path.read_bytes(), acknowledged_length(base / "archive")
    for place in range(0, len(data), 16):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place // 16 % 8
        path.write_bytes(flipped)
        found = [defect for defect in defects(base / "archive") if FIRST_FILE in defect]
        assert bool(found) is (place < length), "what is behind was never acknowledged"


def test_a_run_that_writes_raises_no_alarm(base: Path) -> None:
    """Whatever it does between two looks: files are begun, grow, are acknowledged, closed."""
    root = base / "archive"
    writer = ArchiveWriter(root)
    looks = 0
    for number in range(1, 25):
        captured_story(writer, number, most_bytes=4000)
        for is_acknowledged in (False, True):
            if is_acknowledged:
                writer.commit()
            for full in (False, True):
                assert verify(root, full=full).defects == []
                looks += 1
    writer.close()
    assert len(warcs(root)) > 3
    assert defects(root) == []
    assert looks == 96


def test_a_file_that_is_closed_while_it_is_looked_at_raises_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger is looked at first; the file then has another name, and there is another file."""
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    writer.commit()
    warcs_of = Ledger.warcs
    numbers = iter((2, 3, 4))

    def looked_at(ledger: Ledger) -> dict[str, WarcFile]:
        found = warcs_of(ledger)
        monkeypatch.undo()
        if number := next(numbers, None):
            capture(writer, exchange(number), most_bytes=1)
        monkeypatch.setattr(Ledger, "warcs", looked_at)
        return found

    monkeypatch.setattr(Ledger, "warcs", looked_at)
    assert defects(tmp_path) == []
    assert next(numbers, None) is None, "all of it happened meanwhile"
    monkeypatch.undo()
    writer.close()
    assert defects(tmp_path) == []


def test_a_line_whose_response_is_not_there_is_a_defect(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    place = captured_story(writer, 1).provenance.warc
    assert place.offset is not None
    capture(writer, exchange(3, body=body_of(1)))
    (revisit,) = (record.offset for record in all_records(tmp_path) if record.type == "revisit")
    elsewhere = replace(place, file="slqncy-20261101000000-00009.warc.gz")
    beside = (place.offset + 1, place.offset - 1, revisit, 0, None)
    for number, wrong in enumerate((elsewhere, *(replace(place, offset=offset) for offset in beside)), 10):
        record = story(number, downloaded=LATER)
        record.provenance = replace(record.provenance, warc=wrong)
        keep(writer, record)
    writer.close()
    for full in (False, True):
        found = verify(tmp_path, full=full).defects
        assert len(found) == 6
        assert all(": no response is known at warc/slqncy-" in defect for defect in found)


def test_stories_are_read_with_their_places(captured: Path) -> None:
    for record in Archive(captured).stories():
        assert payload_at(captured, record.provenance.warc) == body_of(int(record.story_id))
        assert record.canonical_url == story_url(int(record.story_id))


@pytest.mark.parametrize("run_id", ["20261101T000006-1", "reextract-20261101T000006"])
def test_a_line_that_was_read_out_of_the_files_of_another_archive_names_those(tmp_path: Path, run_id: str) -> None:
    writer = ArchiveWriter(tmp_path)
    record = story(1, downloaded=LATER)
    place = Warc(file="slqncy-20251101000000-00000.warc.gz", offset=9)
    record.provenance = replace(record.provenance, warc=place, run_id=run_id)
    keep(writer, record)
    writer.close()
    assert defects(tmp_path) == []
    assert repair(tmp_path) == []
    assert warcs(tmp_path) == {}


def test_what_is_not_dealt_with_is_not_acknowledged(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    captured_story(writer, 1)
    place = writer.capture(exchange(2), INFO, NO_LIMIT)
    writer.write(found(3))
    writer.commit()
    opened = open_warc_path(tmp_path, place.file)
    assert place.offset is not None
    assert opened.stat().st_size > place.offset, "it is in the file, whatever happens next"
    writer.abandon()

    again = ArchiveWriter(tmp_path)
    (cut,) = quarantine(tmp_path)
    assert [one.captured.uri for one in scan(BytesIO(cut)) if one.captured] == [story_url(2)]
    assert again.known(story_url(3)), "what was written beside it is there"
    assert captured_story(again, 2).provenance.warc.file != place.file
    again.close()
    assert defects(tmp_path) == []
