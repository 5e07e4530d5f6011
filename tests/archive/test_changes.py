"""What consumers have missed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveWriter
from slqncy.archive.changes import encode_change
from slqncy.archive.repair import rebuild, repair
from slqncy.records import encode
from tests.archive.looking import OCTOBER, lose_ledger, open_and_close, write_history
from tests.samples import FIRST, SECOND, brought, found, gone, keep, not_modified, rejected, returned, story, story_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.archive.changes import Change

# In the archive that `write_history` writes.
HISTORY = [
    ("ADD", 1, 1),
    ("ADD", 2, 1),
    ("ADD", 3, 1),
    ("MOD", 2, 2),
    ("GONE", 3, None),
    ("ADD", 3, 1),
    ("GONE", 1, None),
    ("ADD", 9, 1),
    ("ADD", 10, 1),
    ("ADD", 11, 1),
]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    root = tmp_path / "history"
    write_history(root)
    return root


def brief(changes: list[Change]) -> list[tuple[str, int, int | None]]:
    return [(change.change.value, int(change.id.rpartition("/")[2]), change.version) for change in changes]


def told(root: Path, since: str = "") -> list[Change]:
    return list(Archive(root).changes(since))


def test_all_changes_are_told_in_the_order_they_happened(history: Path) -> None:
    changes = told(history)
    assert brief(changes) == HISTORY
    assert [change.url for change in changes] == [story_url(number) for _, number, _ in HISTORY]
    assert [change.at for change in changes] == [OCTOBER] * 3 + [SECOND] * 7


def test_a_story_comes_is_edited_goes_and_comes_again(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1), story(1, "改过的正文。", version=2))
    writer.write(not_modified(1))
    writer.write(gone(1))
    writer.write(returned(1, version=2))
    writer.write(gone(1))
    keep(writer, story(1, "又改过的正文。", version=3))
    writer.close()
    assert brief(told(tmp_path)) == [
        ("ADD", 1, 1),
        ("MOD", 1, 2),
        ("GONE", 1, None),
        ("ADD", 1, 2),
        ("GONE", 1, None),
        ("MOD", 1, 3),
    ]


def test_each_token_gives_exactly_what_follows_it(history: Path) -> None:
    changes = told(history)
    assert len({change.token for change in changes}) == len(changes)
    for number, change in enumerate(changes, 1):
        assert told(history, change.token) == changes[number:]
    assert told(history, changes[-1].token) == []


def test_a_token_taken_before_gives_what_came_since(history: Path) -> None:
    last = told(history)[-1].token
    writer = ArchiveWriter(history)
    keep(writer, rejected(20))
    writer.commit()
    assert told(history, last) == []
    keep(writer, story(21), story(22, downloaded="2026-12-05T00:00:00Z"))
    writer.close()
    assert brief(told(history, last)) == [("ADD", 21, 1), ("ADD", 22, 1)]


def close_month(root: Path) -> None:
    writer = ArchiveWriter(root)
    writer.close_months("2027-01")
    writer.close()


def rebuild_it(root: Path) -> None:
    rebuild(root)


def damage_and_repair(root: Path) -> None:
    with (root / "events/2026-11.ndjson").open("ab") as file:
        file.write(b"{}\n")
    (root / "stories/2026-11.jsonl").unlink()
    assert repair(root)


@pytest.mark.parametrize("happening", [close_month, rebuild_it, damage_and_repair, lose_ledger, open_and_close])
def test_tokens_outlast_whatever_is_done_to_the_archive(history: Path, happening: Callable[[Path], None]) -> None:
    changes = told(history)
    happening(history)
    assert told(history) == changes
    for number, change in enumerate(changes, 1):
        assert told(history, change.token) == changes[number:]


def test_what_is_not_acknowledged_is_not_told(history: Path) -> None:
    changes = told(history)
    writer = ArchiveWriter(history)
    keep(writer, story(20))
    assert told(history) == changes
    writer.abandon()
    # What a kill leaves on disk.
    with (history / "events/2026-11.ndjson").open("ab") as file:
        file.write(encode(found(20)) + encode(brought(story(20))))
    assert told(history) == changes
    writer = ArchiveWriter(history)
    assert told(history) == changes
    keep(writer, story(20))
    writer.commit()
    assert brief(told(history, changes[-1].token)) == [("ADD", 20, 1)]
    writer.close()


def test_the_token_of_what_was_taken_back_is_refused(history: Path, tmp_path: Path) -> None:
    """It is of a copy of the archive that has gone on in another way."""
    other = tmp_path / "other"
    shutil.copytree(history, other)
    for root, number in ((history, 20), (other, 31)):
        writer = ArchiveWriter(root)
        keep(writer, story(number))
        writer.close()
    token = told(other)[-1].token
    with pytest.raises(ValueError, match=r"is not a token of .*; without --since all changes are told"):
        Archive(history).changes(token)


@pytest.mark.parametrize("token", ["x", "2026-11", "2026-11-5", "2026-11-5-0", " ", "2026-11-12-0000000g", "1-2-3"])
def test_what_is_no_token_is_refused_at_once(history: Path, token: str) -> None:
    with pytest.raises(ValueError, match=r"is no token; take one from the last line that `scrapy changes` printed"):
        Archive(history).changes(token)


@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
def test_a_token_that_is_not_quite_one_of_this_archive_is_refused_at_once(history: Path, month: str) -> None:
    tokens = [change.token for change in told(history)]
    token = next(token for token in tokens if token.startswith(month))
    position, crc = int(token.split("-")[2]), token.split("-")[3]
    wrong = [f"{month}-{place}-{crc}" for place in (0, 1, position - 1, position + 1, position + 5, 999_999, 10**14)]
    wrong += [f"{month}-{position}-00000000", f"2026-09-{position}-{crc}", f"2027-01-{position}-{crc}"]
    for refused in wrong:
        with pytest.raises(ValueError, match=f"'{refused}' is not a token of .*/history; without --since all"):
            Archive(history).changes(refused)


def test_a_token_of_the_beginning_of_a_file_is_none(history: Path) -> None:
    # The checksum of a line feed alone.
    with pytest.raises(ValueError, match="is not a token"):
        Archive(history).changes("2026-11-0-32d70693")


def test_a_damaged_event_is_named(history: Path) -> None:
    path = history / "events/2026-11.ndjson"
    first, second, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, b"{}" + b" " * (len(second) - 3) + b"\n", *others]))
    changes = Archive(history).changes()
    assert brief([next(changes) for _ in range(4)]) == HISTORY[:4]
    with pytest.raises(ArchiveDamagedError, match=rf"2026-11\.ndjson, byte {len(first + second)}: cannot be read"):
        next(changes)


@pytest.mark.parametrize("with_token", [False, True])
def test_a_damaged_closed_month_is_named(history: Path, *, with_token: bool) -> None:
    token = told(history)[1].token if with_token else ""
    path = history / "events/2026-10.ndjson.gz"
    packed = path.read_bytes()
    path.write_bytes(packed[:40] + bytes([0xFF]) * (len(packed) - 40))
    with pytest.raises(ArchiveDamagedError, match=r"2026-10\.ndjson, byte \d+: cannot be read"):
        told(history, token)


def test_a_change_is_one_line_of_json(history: Path) -> None:
    change = told(history)[4]
    assert json.loads(encode_change(change)) == {
        "change": "GONE",
        "id": "slqncy/szxw/3",
        "version": None,
        "url": story_url(3),
        "at": SECOND,
        "token": change.token,
    }
    assert "\n" not in encode_change(change)


def test_an_archive_of_which_nothing_is_known(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    writer.write(found(1, FIRST))
    writer.write(brought(rejected(1, downloaded=FIRST)), rejected(1, downloaded=FIRST))
    writer.close()
    assert told(tmp_path) == []
