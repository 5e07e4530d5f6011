"""What a takedown takes, and what it leaves, where an archive has met odd things."""

from __future__ import annotations

import errno
import json
import shutil
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.archive.explain import explain
from slqncy.archive.forget import Forgotten, NoStoryError, forget
from slqncy.archive.layout import TAKEDOWN
from slqncy.archive.repair import rebuild, repair
from slqncy.reasons import EventKind, PageKind, Rejection, State
from slqncy.records import Duplicate, Rejected, story_fields
from tests.archive.exchanges import LATER, all_records, capture, captured_story, exchange, payload_at
from tests.archive.looking import defects, open_and_close, quarantine, segments
from tests.samples import (
    HOME,
    RUN_ID,
    brought,
    duplicate,
    finished,
    happened,
    keep,
    page_found,
    rejected,
    rewrite,
    story,
)
from tests.samples import story_url as url

if TYPE_CHECKING:
    from pathlib import Path

WHY = "on request"


def take_down(root: Path, number: int) -> Forgotten:
    forgotten = forget(root, [f"slqncy/szxw/{number}"], None, WHY)
    assert forgotten
    assert defects(root) == []
    return forgotten


def test_an_address_that_had_a_copy_once_and_has_a_story_now(tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path)) as writer:
        captured_story(writer, 1)
        (place,) = capture(writer, exchange(2, body=b"<p>first, a copy</p>"))
        copy = duplicate(2, downloaded=LATER)
        copy.provenance = replace(copy.provenance, warc=place)
        writer.write(brought(copy), copy)
        own = captured_story(writer, 2, version=1)
    forgotten = take_down(tmp_path, 1)
    assert forgotten.addresses == [url(1)]
    assert forgotten.alike == ["slqncy/szxw/2"]
    assert list(Archive(tmp_path).duplicates()) == []
    assert list(Archive(tmp_path).stories()) == [own]
    assert payload_at(tmp_path, own.provenance.warc)
    assert not any(b"a copy" in record.payload for record in all_records(tmp_path))


def test_a_raw_response_that_another_story_goes_by_stays(tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path)) as writer:
        for number, line in ((3, duplicate(3)), (1, story(1))):
            (place,) = capture(writer, exchange(number, body=b"<p>both</p>"))
            line.provenance = replace(line.provenance, warc=place)
            line.date_downloaded = LATER
            keep(writer, line)
    assert (forgotten := take_down(tmp_path, 3)).shared == 1
    assert forgotten.originals == ["slqncy/szxw/1"]
    (left,) = Archive(tmp_path).stories()
    assert payload_at(tmp_path, left.provenance.warc) == b"<p>both</p>"


def test_what_led_to_it_goes_and_what_led_elsewhere_stays(tmp_path: Path) -> None:
    there, elsewhere = (Rejected(**story_fields(story(number)), reason=Rejection.REDIRECTED) for number in (4, 5))
    there.url, elsewhere.url = url(1), url(2)
    with closing(ArchiveWriter(tmp_path)) as writer:
        keep(writer, story(1), there, elsewhere, rejected(6))
    assert take_down(tmp_path, 1).addresses == [url(1), url(4)]
    assert {line.story_id for line in Archive(tmp_path).rejected()} == {"5", "6"}


def test_what_events_and_reports_say_of_it_is_blank_and_tokens_stay_good(tmp_path: Path) -> None:
    told = f'<p>"{"秘密" * 40}"</p>'
    failure = {"url": url(1), "reason": "internal", "detail": told}
    other = {"url": url(2), "reason": "internal", "detail": "another"}
    with closing(ArchiveWriter(tmp_path)) as writer:
        writer.write(brought(story(1), detail=told), story(1))
        writer.write(brought(story(2), detail=f"rewrite of slqncy/szxw/1: {told}"), story(2), rewrite(story(2)))
        writer.write(happened(EventKind.GONE, 12, state=State.FOUND, detail="rewrite of slqncy/szxw/12: kept"))
        report = writer.write_run(RUN_ID, {"run_id": RUN_ID, "failures": [failure, other]})
        writer.write(finished(f"sha256:{sha256(report).hexdigest()}"))
    before = list(Archive(tmp_path).changes())
    forgotten = take_down(tmp_path, 1)
    assert forgotten.gone["events"] == 3, "two events, and the one that proves the report"
    assert json.loads((tmp_path / f"runs/{RUN_ID}.json").read_bytes())["failures"] == [{**failure, "detail": ""}, other]
    assert not any("秘密".encode() in line for lines in segments(tmp_path).values() for line in lines)
    assert [event.detail for event in Archive(tmp_path).events() if "kept" in event.detail] != []
    for number, change in enumerate(before, 1):
        assert [later.id for later in Archive(tmp_path).changes(change.token)] == [
            *(each.id for each in before[number:]), "slqncy/szxw/1",
        ]  # fmt: skip


def test_raw_responses_that_come_back_are_found(tmp_path: Path) -> None:
    root, kept = tmp_path / "archive", tmp_path / "kept"
    with closing(ArchiveWriter(root)) as writer:
        captured_story(writer, 1)
        captured_story(writer, 2)
    shutil.copytree(root / "warc", kept)
    take_down(root, 1)
    shutil.copytree(kept, root / "warc", dirs_exist_ok=True)
    assert any("not the bytes that were acknowledged" in defect for defect in defects(root))
    rebuild(root)
    assert any(f"a response of {url(1)}, which is forgotten" in defect for defect in defects(root))
    assert take_down(root, 1).is_repeated


def test_tombstones_that_are_lost_come_back_from_the_ledger(tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path)) as writer:
        keep(writer, story(1), duplicate(3), story(2))
    take_down(tmp_path, 1)
    path = max(tmp_path.glob("events/*"))
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(keepends=True) if WHY.encode() not in line))
    repair(tmp_path)
    assert defects(tmp_path) == []
    for number, state in ((1, State.FORGOTTEN), (2, State.ARCHIVED), (3, State.FORGOTTEN)):
        explanation = explain(tmp_path, [url(number)])
        assert explanation
        assert explanation.known.state is state


def test_a_takedown_that_was_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by a disk without room for the new ledger; tests/archive/test_takedowns.py does it at every moment."""
    with closing(ArchiveWriter(tmp_path)) as writer:
        keep(writer, story(1), story(2))
    with monkeypatch.context() as patched:
        patched.setattr("slqncy.archive.takedown.make_ledger", _full)
        with pytest.raises(ArchiveError, match="No space left"):
            forget(tmp_path, [url(1)], None, WHY)
        assert defects(tmp_path) == [f"{TAKEDOWN}: a takedown was cut short; `scrapy forget` or any run completes it"]
        with pytest.raises(ArchiveError, match="No space left"):
            ArchiveWriter(tmp_path)
    open_and_close(tmp_path)
    assert defects(tmp_path) == []
    assert [line.story_id for line in Archive(tmp_path).stories()] == ["2"]


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_no_story_cannot_be_forgotten(tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path)) as writer:
        writer.write(page_found(HOME, PageKind.FRONT))
    with pytest.raises(NoStoryError, match="a page of kind front"):
        forget(tmp_path, [HOME], None, WHY)
    assert forget(tmp_path, ["slqncy/szxw/1"], None, WHY) is None
    assert not (tmp_path / TAKEDOWN).exists()


def test_a_damaged_archive_is_repaired_first(tmp_path: Path) -> None:
    with closing(ArchiveWriter(tmp_path)) as writer:
        captured_story(writer, 1)
        captured_story(writer, 2)
    (warc,) = tmp_path.glob("warc/*")
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 0xFF
    warc.write_bytes(data)
    with pytest.raises(ArchiveDamagedError, match="scrapy repair"):
        forget(tmp_path, [url(1)], None, WHY)
    assert not (tmp_path / TAKEDOWN).exists()
    repair(tmp_path)
    assert len(quarantine(tmp_path)) > 0
    take_down(tmp_path, 1)
    assert quarantine(tmp_path) == []
    assert [line.story_id for line in Archive(tmp_path).stories()] == ["2"]


def test_a_duplicate_line_is_a_copy_whatever_is_said_of_it_since(tmp_path: Path) -> None:
    copy = duplicate(3)
    again = Duplicate(**story_fields(copy), duplicate_of="slqncy/szxw/2", duplicate_kind=copy.duplicate_kind,
                      duplicate_score=1.0, duplicate_evidence="judged again")  # fmt: skip
    again.version = 2
    with closing(ArchiveWriter(tmp_path)) as writer:
        keep(writer, story(1), story(2), copy, again)
    assert take_down(tmp_path, 1).addresses == [url(1), url(3)]
    assert list(Archive(tmp_path).duplicates()) == []
