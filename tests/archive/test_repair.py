"""Going on after damage: what is sound stays, what is not is kept aside, what is lost is named and asked for again."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveLockedError, ArchiveWriter
from slqncy.archive import repair as repairing
from slqncy.archive.recovery import MOST_LINES
from slqncy.archive.repair import rebuild, repair
from slqncy.reasons import EventKind, PageKind, State
from slqncy.records import encode
from tests.archive.looking import (
    EDITED,
    defects,
    lose_ledger,
    open_and_close,
    quarantine,
    segments,
    split,
    sql,
    tables,
    write_history,
)
from tests.samples import (
    brought,
    completed,
    failed,
    fetched,
    found,
    happened,
    keep,
    page_found,
    rejected,
    rewrite,
    story,
    story_url,
)
from tests.samples import opened as opened_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slqncy.archive.ledger import Known
    from slqncy.records import Event, Rewrite, Story

KINDS = ("events", "stories", "duplicates", "rejected", "rewrites")
EVENTS, STORIES, CLOSED = "events/2026-11.ndjson", "stories/2026-11.jsonl", "stories/2026-10.jsonl.gz"
REWRITES = "rewrites/2026-11.jsonl"


@pytest.fixture(scope="module")
def whole_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("history") / "archive"
    write_history(root)
    return root


@pytest.fixture
def history(whole_history: Path, tmp_path: Path) -> Path:
    """An archive of two months, the first closed, with every kind of line and of event."""
    root = tmp_path / "history"
    shutil.copytree(whole_history, root)
    return root


def known(root: Path, number: int) -> Known:
    writer = ArchiveWriter(root)
    found = writer.known(story_url(number))
    writer.close()
    assert found is not None
    return found


def tells_of_a_loss(line: bytes) -> bool:
    return b'"event":"lost"' in line


def flat(lines: dict[str, list[bytes]]) -> Counter[bytes]:
    """All lines, less those in which repair tells of losses."""
    return Counter(line for segment in lines.values() for line in segment if not tells_of_a_loss(line))


def change(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))


def opened(root: Path) -> dict[str, list[bytes]]:
    """The lines of the open files."""
    return {path.name: split(path.read_bytes()) for kind in KINDS for path in (root / kind).glob("2*l")}


def damage_from(packed: bytes, place: int) -> bytes:
    """Nothing that can be unpacked follows."""
    return packed[:place] + bytes([0xFF]) * (len(packed) - place)


def line_of(number: int) -> bytes:
    return encode(story(number))


# Damage to lines: how it is done, which stories are lost, what is said.

DAMAGES: dict[str, tuple[Callable[[Path], object], list[int], str]] = {
    "a line garbled": (
        lambda root: change(root / STORIES, line_of(10), line_of(10).replace(b'"title":', b'"title;')),
        [10],
        f"{STORIES}, byte ",
    ),
    "a line altered": (
        lambda root: change(root / STORIES, line_of(10), line_of(10).replace(b"gb18030", b"gb18031")),
        [10],
        f"{STORIES}, byte ",
    ),
    "a line lost": (lambda root: change(root / STORIES, line_of(10), b""), [10], f"{STORIES}: "),
    "two lines joined": (
        lambda root: change(root / STORIES, line_of(10), line_of(10)[:-1]),
        [10, 11],
        f"{STORIES}, byte ",
    ),
    "a byte added": (
        lambda root: change(root / STORIES, line_of(10), b"x" + line_of(10)),
        [10],
        f"{STORIES}, byte ",
    ),
    "a file cut": (
        lambda root: (root / STORIES).write_bytes((root / STORIES).read_bytes()[:-5]),
        [11],
        f"{STORIES}: 5 of ",
    ),
    "a file emptied": (lambda root: (root / STORIES).write_bytes(b""), [9, 10, 11], f"{STORIES}: "),
    "a file lost": (lambda root: (root / STORIES).unlink(), [9, 10, 11], f"{STORIES}: is missing, with 4 lines"),
    "a closed month cut": (
        lambda root: (root / CLOSED).write_bytes((root / CLOSED).read_bytes()[:200]),
        [1],
        "2026-10.jsonl.gz: damaged",
    ),
    "a closed month emptied": (
        lambda root: (root / CLOSED).write_bytes(b""),
        [1],
        "2026-10.jsonl.gz: damaged",
    ),
    "a closed month lost": (
        lambda root: (root / CLOSED).unlink(),
        [1],
        "stories/2026-10.jsonl: is missing, with 3 lines",
    ),
}


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
@pytest.mark.parametrize("name", DAMAGES)
def test_after_a_loss_the_archive_is_sound_and_what_is_lost_is_due_again(
    history: Path, name: str, *, has_ledger: bool
) -> None:
    damage, lost, said = DAMAGES[name]
    before = flat(segments(history))
    damage(history)
    assert defects(history)
    left = flat(opened(history))
    files = {path: path.read_bytes() for path in history.glob("*/2*")}
    if not has_ledger:
        lose_ledger(history)
    done = repair(history)
    assert defects(history) == []
    after = flat(segments(history))
    aside = quarantine(history)
    assert left & before <= after, "every sound line is still there"
    assert all(line in aside for line in left - after), "nothing is thrown away"
    assert all(path.exists() or data in aside for path, data in files.items() if data), "nothing is thrown away"
    # Without the ledger nobody knows that a line was another, or was there at all.
    if has_ledger:
        assert after <= before, "nothing is invented"
        assert any(sentence.startswith(said) for sentence in done), done
    if has_ledger or name != "a line altered":
        for number in lost:
            of_story = known(history, number)
            assert (of_story.state, of_story.due) == (State.FOUND, 0)
            assert (of_story.etag, of_story.last_modified) == ("", "")
    assert repair(history) == [], "there is nothing left to do"
    assert flat(segments(history)) == after


def test_of_a_closed_month_every_line_before_the_damage_is_kept(history: Path) -> None:
    path = history / CLOSED
    lines = segments(history)[CLOSED.removesuffix(".gz")]
    packed = path.read_bytes()
    for end in range(len(packed)):
        unpacked = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed[18:end])
        sound = unpacked.splitlines(keepends=True)[: unpacked.count(b"\n")]
        if len(sound) == 2:
            break
    path.write_bytes(damage_from(packed, end))
    manifest = (history / "stories/2026-10.manifest.json").read_bytes()
    done = repair(history)
    assert done[0].startswith("2026-10.jsonl.gz: damaged; moved to ")
    assert segments(history)[CLOSED.removesuffix(".gz")] == lines[:2]
    assert {damage_from(packed, end), manifest} <= set(quarantine(history))
    assert not path.exists()
    assert defects(history) == []
    writer = ArchiveWriter(history)
    writer.close_months("2026-11")
    writer.close()
    assert gzip.decompress(path.read_bytes()) == b"".join(lines[:2])
    assert defects(history) == []


@pytest.mark.parametrize("part", [slice(0, 10), slice(-36, -28)], ids=["header", "trailer"])
def test_of_a_closed_month_whose_ends_are_damaged_every_line_is_kept(history: Path, part: slice) -> None:
    path = history / CLOSED
    before = segments(history)
    packed = bytearray(path.read_bytes())
    packed[part] = bytes(len(packed[part]))
    path.write_bytes(packed)
    repair(history)
    assert segments(history) == before
    assert bytes(packed) in quarantine(history)
    assert defects(history) == []


def test_an_older_version_that_is_lost_leaves_a_sound_archive(root: Path) -> None:
    change(root / STORIES, line_of(2), b"")
    [*done] = repair(root)
    assert done[0].startswith(f"{STORIES}: {len(line_of(2))} of ")
    assert [(record.id, record.version) for record in Archive(root).stories()][1] == ("slqncy/szxw/2", 2)
    assert known(root, 2).state is State.ARCHIVED
    assert defects(root) == []


def test_the_newest_version_that_is_lost_is_asked_for_again(history: Path) -> None:
    change(history / STORIES, encode(story(2, EDITED, version=2)), b"")
    repair(history)
    of_story = known(history, 2)
    assert (of_story.state, of_story.due, of_story.etag) == (State.ARCHIVED, 0, "")
    assert defects(history) == []


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
@pytest.mark.parametrize("damage", ["garbled", "lost", "file lost"])
def test_a_story_stays_though_nobody_knows_any_more_what_it_rewrites(
    history: Path, damage: str, *, has_ledger: bool
) -> None:
    path, line = history / REWRITES, encode(rewrite(story(10), 9))
    stories, of_story = list(Archive(history).stories()), known(history, 10)
    rewrites = list(Archive(history).rewrites())
    garbled = line.replace(b'"rewrite_of":', b'"rewrite_of;')
    if damage == "file lost":
        path.unlink()
    else:
        change(path, line, garbled if damage == "garbled" else b"")
    left = [record for record in rewrites if damage != "file lost" or record.date_downloaded < "2026-11"]
    assert defects(history)
    if not has_ledger:
        lose_ledger(history)
    done = repair(history)
    assert defects(history) == []
    if has_ledger:
        assert f"{REWRITES}: what slqncy/szxw/10 rewrites in version 1 is lost" in done
    assert (garbled in quarantine(history)) is (damage == "garbled")
    assert list(Archive(history).stories()) == stories
    assert list(Archive(history).rewrites()) == [record for record in left if record.id != "slqncy/szxw/10"]
    assert known(history, 10) == of_story, "it is not asked for again"


def test_what_a_lost_story_rewrites_is_still_said(history: Path) -> None:
    change(history / STORIES, line_of(10), b"")
    before = (history / REWRITES).read_bytes()
    repair(history)
    assert (history / REWRITES).read_bytes() == before
    assert known(history, 10).state is State.FOUND
    (history / REWRITES).write_bytes(before * 2)
    lose_ledger(history)
    rebuild(history)
    assert any("lines in one folder, and not as many versions" in defect for defect in defects(history))


def test_lost_events_are_made_up_for_by_the_lines(history: Path) -> None:
    for path in (history / "events").iterdir():
        path.unlink()
    before = flat(segments(history))
    done = repair(history)
    assert [sentence.partition(",")[0] for sentence in done] == [
        f"events/2026-{month}.ndjson: is missing" for month in (10, 11)
    ]
    assert flat(segments(history)) == before
    states = {number: known(history, number).state.value for number in (1, 2, 3, 4, 5, 9, 10, 11, 12)}
    archived = dict.fromkeys((1, 2, 3, 9, 10, 11), "archived")
    assert states == {**archived, 4: "duplicate", 5: "rejected", 12: "duplicate"}
    assert {known(history, number).due for number in states} == {0}
    assert defects(history) == []


def test_what_is_lost_is_named(history: Path) -> None:
    path = history / STORIES
    first, *_ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first)
    done = repair(history)
    assert {sentence for sentence in done if sentence.endswith(" is lost")} == {
        f"{STORIES}: slqncy/szxw/{number}, version 1 is lost" for number in (9, 10, 11)
    }


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
def test_an_address_that_only_a_lost_event_knew_is_found_again(tmp_path: Path, *, has_ledger: bool) -> None:
    front, root = "http://www.slqncy.com/szxw/", tmp_path / "archive"
    writer = ArchiveWriter(root)
    writer.write(page_found(front, PageKind.FRONT))
    writer.write(opened_list(front))
    for number in (1, 2, 3):
        writer.write(found(number, via=front))
    writer.write(fetched(front, PageKind.FRONT, etag='"1"', stories=3, hash="abc"))
    writer.write(completed(front))
    writer.write(brought(story(1)), story(1))
    writer.close()
    path = root / EVENTS
    change(path, encode(found(2, via=front)), b'{"garbled":1}\n')
    if not has_ledger:
        lose_ledger(root)
    repair(root)
    assert defects(root) == []
    writer = ArchiveWriter(root)
    of_list, of_story = writer.known(front), writer.known(story_url(2))
    writer.close()
    # The list is read again as if for the first time, whatever the server says of its age.
    assert of_list is not None
    assert (of_list.etag, of_list.hash, of_list.confirmed, of_list.is_complete) == ("", "", None, 0)
    if has_ledger:
        assert of_story is not None
        assert (of_story.state, of_story.due) == (State.FOUND, 0)
    else:
        assert of_story is None
    rows = tables(root / "ledger.sqlite")
    rebuild(root)
    assert tables(root / "ledger.sqlite") == rows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"at":"2026-11-01T', b'"at":"2026-19-01T'),
        (b'"at":"2026-11-01T', b'"at":"2026-12-01T'),
        (b'"at":"2026-11-01T', b'"at":"2026-11-31T'),
        (b'"event":"changed"', b'"event":"chinged"'),
        (b'"event":"changed"', b'"event": "changed"'),
        (b'"etag":"', b'"etag":1"'),
        (b"\n", b"\r\n"),
    ],
)
def test_a_garbled_event_is_moved_aside(history: Path, old: bytes, new: bytes) -> None:
    path = history / EVENTS
    first, *others = path.read_bytes().splitlines(keepends=True)
    assert old in first
    path.write_bytes(b"".join([first.replace(old, new), *others]))
    done = repair(history)
    assert any(sentence.startswith(f"{EVENTS}, byte 0: ") for sentence in done)
    assert first.replace(old, new) in quarantine(history)
    left = split(path.read_bytes())
    assert left[: len(others)] == others
    assert all(map(tells_of_a_loss, left[len(others) :]))
    assert known(history, 2).due == 0, "of the second version no event tells any more"
    assert defects(history) == []


# Damage to what is made of the lines


@pytest.mark.parametrize("content", [None, b"", b"{}\n"], ids=["lost", "emptied", "another"])
def test_a_manifest_is_made_anew(history: Path, content: bytes | None) -> None:
    path = history / "stories/2026-10.manifest.json"
    right = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert defects(history)
    done = repair(history)
    assert path.read_bytes() == right
    assert bool(done) == (content is not None)
    assert content is None or content in quarantine(history)
    assert defects(history) == []


def lose(root: Path) -> None:
    lose_ledger(root)


def make_nonsense(root: Path) -> None:
    (root / "ledger.sqlite").write_bytes(b"no database" * 100)


def empty(root: Path) -> None:
    (root / "ledger.sqlite").write_bytes(b"")


def flip_digests(root: Path) -> None:
    """The seal is broken, so what the ledger says of the lines is not believed."""
    sql(root, "UPDATE line SET digest = x'00', length = 1; UPDATE segment SET crc32 = 0, length = 99999")


def use_another_version(root: Path) -> None:
    sql(root, "PRAGMA user_version = 1")


@pytest.mark.parametrize("damage", [lose, make_nonsense, empty, flip_digests, use_another_version])
def test_a_damaged_ledger_costs_no_line(history: Path, damage: Callable[[Path], None]) -> None:
    lines, rows = segments(history), tables(history / "ledger.sqlite")
    damage(history)
    old = (history / "ledger.sqlite").read_bytes() if (history / "ledger.sqlite").exists() else b""
    assert repair(history) == []
    assert segments(history) == lines
    assert tables(history / "ledger.sqlite") == rows
    assert not old or old in quarantine(history)
    assert defects(history) == []


@pytest.mark.parametrize("count", [1, MOST_LINES])
@pytest.mark.parametrize("mend", [repair, rebuild])
def test_an_older_ledger_takes_no_newer_line_back(
    history: Path, tmp_path: Path, mend: Callable[..., object], count: int
) -> None:
    shutil.copy(history / "ledger.sqlite", tmp_path / "older.sqlite")
    writer = ArchiveWriter(history)
    keep(writer, *map(story, range(20, 20 + count)))
    writer.close()
    lines, rows = segments(history), tables(history / "ledger.sqlite")
    lose_ledger(history)
    shutil.copy(tmp_path / "older.sqlite", history / "ledger.sqlite")
    mend(history)
    assert segments(history) == lines
    assert tables(history / "ledger.sqlite") == rows
    assert defects(history) == []


# Lines of another hand


@pytest.mark.parametrize("has_ledger", [True, False], ids=["with the ledger", "with the ledger lost"])
@pytest.mark.parametrize("place", [0, 1], ids=["in front", "between"])
@pytest.mark.parametrize("name", [EVENTS, STORIES])
@pytest.mark.parametrize(
    "stray",
    [
        b"\n",
        b"hello\n",
        b"{}\n",
        b"\xef\xbb\xbf\n",
        encode(story(30)).replace(b'"version":1', b'"version": 1'),
        encode(story(30)).replace(b'"char_count":', b'"char_count":1'),
        encode(story(30, downloaded="2027-01-01T00:00:00Z")),
        encode(story(30, "文" * 400_000)),
        encode(rejected(30)),
    ],
    ids=["blank", "prose", "no keys", "BOM", "other spaces", "another count", "of the future", "too long", "rejected"],
)
def test_a_line_of_another_hand_is_moved_aside(
    history: Path, stray: bytes, name: str, place: int, *, has_ledger: bool
) -> None:
    before, path = segments(history), history / name
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:place], stray, *lines[place:]]))
    if not has_ledger:
        lose_ledger(history)
    [said] = [sentence for sentence in repair(history) if "moved to" in sentence]
    assert said.startswith(f"{name}, byte {sum(map(len, lines[:place]))}: ")
    assert flat(segments(history)) == flat(before)
    assert stray in quarantine(history)
    assert defects(history) == []


def test_a_line_that_is_there_twice_is_kept_once(history: Path) -> None:
    before = segments(history)
    path = history / STORIES
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines, lines[-1]]))
    assert len(repair(history)) == 2
    assert segments(history) == before
    assert defects(history) == []


# Any damage


@pytest.fixture(scope="module")
def without_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Which report a run wrote, no line but the event itself can tell."""
    root = tmp_path_factory.mktemp("runs") / "archive"
    write_history(root, runs=())
    return root


EDIT = st.tuples(st.integers(0, 1 << 16), st.integers(0, 3) | st.integers(0, 2000), st.binary(max_size=3))


@given(data=st.data(), edits=st.lists(EDIT, min_size=1, max_size=6))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_damage_to_one_file_the_archive_is_sound_and_no_sound_line_is_lost(
    without_runs: Path,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    edits: list[tuple[int, int, bytes]],
) -> None:
    root = tmp_path_factory.mktemp("any") / "archive"
    shutil.copytree(without_runs, root)
    before = segments(root)
    files = sorted(path.relative_to(root).as_posix() for kind in KINDS for path in (root / kind).glob("*l*"))
    path = root / data.draw(st.sampled_from(files))
    content = path.read_bytes()
    for place, out, put in edits:
        start = place % (len(content) + 1)
        content = content[:start] + put + content[start + out :]
    path.write_bytes(content)
    name = path.relative_to(root).as_posix().removesuffix(".gz")
    sound = Counter(before[name]) if path.suffix != ".gz" else Counter()
    sound &= Counter(split(content))
    repair(root)
    assert defects(root) == []
    after = segments(root)
    assert sound <= Counter(after.get(name, []))
    others = {other: lines for other, lines in before.items() if other != name}
    assert flat({other: lines for other, lines in after.items() if other != name}) == flat(others)
    aside = quarantine(root)
    if path.suffix != ".gz":
        gone = Counter(split(content)) - Counter(after.get(name, []))
        assert all(line in aside for line in gone)
    elif not path.exists():
        assert content in aside or not content
    shutil.rmtree(root)


# Kills


def test_a_kill_in_the_middle_of_unpacking_costs_nothing(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = history / CLOSED
    before = segments(history)
    path.write_bytes(path.read_bytes()[:-1])

    class Killed(BaseException):
        pass

    def half(_: Path) -> Iterator[bytes]:
        yield before[CLOSED.removesuffix(".gz")][0]
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(repairing, "salvage", half)
        with pytest.raises(Killed):
            repair(history)
    repair(history)
    assert segments(history) == before
    assert defects(history) == []


# What repair and rebuild do to an archive that is sound, and what they refuse


@pytest.mark.parametrize("mend", [repair, rebuild])
def test_a_sound_archive_stays_as_it_is(
    history: Path, mend: Callable[..., object], contents: Callable[[Path], dict[str, bytes]]
) -> None:
    before, rows = contents(history), tables(history / "ledger.sqlite")
    done = mend(history)
    assert {name: data for name, data in contents(history).items() if not name.startswith("quarantine/")} == before
    assert tables(history / "ledger.sqlite") == rows
    assert done == ([] if mend is repair else {name: len(lines) for name, lines in segments(history).items()})
    assert defects(history) == []
    assert (history / "ledger.seal").exists()


def test_a_torn_tail_is_no_damage(history: Path) -> None:
    before = segments(history)
    with (history / STORIES).open("ab") as file:
        file.write(line_of(30)[:50])
    for mend in (rebuild, repair):
        mend(history)
        assert segments(history) == before
    assert line_of(30)[:50] in quarantine(history)
    assert defects(history) == []


@pytest.mark.parametrize("left", [b"", b'{"schema_version":1,'], ids=["empty", "half a line"])
@pytest.mark.parametrize("mend", [repair, rebuild, open_and_close])
def test_a_file_without_a_whole_line_is_taken_away_though_the_ledger_is_lost(
    history: Path, left: bytes, mend: Callable[..., object]
) -> None:
    (history / "rejected/2026-12.jsonl").write_bytes(left)
    lose_ledger(history)
    mend(history)
    assert not (history / "rejected/2026-12.jsonl").exists()
    assert not left or left in quarantine(history)
    assert defects(history) == []


def test_a_rebuild_that_cannot_read_a_line_changes_nothing(
    history: Path, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    change(history / STORIES, line_of(10), line_of(10).replace(b'"title":', b'"title;'))
    before, seal = contents(history), (history / "ledger.seal").read_bytes()
    ledger = (history / "ledger.sqlite").read_bytes()
    with pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl: line 3 cannot be read: .*; `scrapy repair`"):
        rebuild(history)
    assert contents(history) == before
    assert (history / "ledger.sqlite").read_bytes() == ledger
    assert (history / "ledger.seal").read_bytes() == seal


@pytest.mark.parametrize("mend", [repair, rebuild])
def test_while_a_writer_holds_the_archive_nothing_is_done(history: Path, mend: Callable[..., object]) -> None:
    writer = ArchiveWriter(history)
    before = (history / "ledger.sqlite").read_bytes()
    with pytest.raises(ArchiveLockedError, match="is writing to this archive"):
        mend(history)
    assert (history / "ledger.sqlite").read_bytes() == before
    keep(writer, story(20))
    writer.close()
    assert defects(history) == []


@pytest.mark.parametrize("mend", [repair, rebuild])
def test_no_archive(tmp_path: Path, mend: Callable[..., object]) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    for name in ("none", "file", "folder"):
        with pytest.raises(ArchiveError, match="no archive here"):
            mend(tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


# The run after a repair


def answers(number: int) -> dict[str, tuple[Event, Story | None, Rewrite | None]]:
    again = story(number, downloaded="2026-11-02T00:00:00Z")
    return {
        "the story again": (brought(again, etag='"new"'), again, None),
        "the rewrite again": (brought(again, etag='"new"'), again, rewrite(again, 9)),
        "no answer": (failed(number), None, None),
        "no page": (brought(rejected(number)), rejected(number), None),
    }


@pytest.mark.parametrize("answer", answers(10))
def test_the_run_after_a_repair_leaves_an_archive_that_is_sound(history: Path, answer: str) -> None:
    change(history / STORIES, line_of(10), b"")
    repair(history)
    writer = ArchiveWriter(history)
    writer.write(*answers(10)[answer])
    writer.close()
    assert defects(history) == []


@pytest.mark.parametrize("is_settled", [True, False])
def test_the_run_after_events_were_lost_leaves_an_archive_that_is_sound(history: Path, *, is_settled: bool) -> None:
    (history / EVENTS).unlink()
    repair(history)
    writer = ArchiveWriter(history)
    if is_settled:
        writer.write(happened(EventKind.UNCHANGED, 10, state=State.ARCHIVED, version=1, http_status=200))
    else:
        writer.write(failed(10, is_settled=True))
    writer.close()
    assert defects(history) == []
