"""Stories of an archive, and an index that is theirs whatever became of either."""

from __future__ import annotations

import gc
import shutil
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.archive import ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.archive.layout import INDEX, Kind, Place, segment_name
from slqncy.archive.repair import repair
from slqncy.dedup import Thresholds
from slqncy.dedup import index as indexes
from slqncy.dedup.archived import ArchivedStories, number_of, place_of
from slqncy.reasons import DuplicateKind
from slqncy.records import content_hash
from tests.dedup import texts
from tests.samples import FIRST, SECOND, keep, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slqncy.records import Story

DECEMBER = "2026-12-01T08:00:00Z"
Told = tuple[str, DuplicateKind, float] | None


def page(number: int, text: str, title: str = "", downloaded: str = SECOND) -> Story:
    title = title or f"第{number}条新闻"
    return replace(
        story(number, text, downloaded=downloaded), title=title, text=text, content_hash=content_hash(title, text)
    )


def bulletins(first: int, downloaded: str) -> list[Story]:
    both = [bulletin for pair in texts.BULLETINS.values() for bulletin in pair]
    return [page(number, text, "今日通报", downloaded) for number, text in enumerate(both, first)]


OLD = [page(1, texts.STORY, texts.TITLE, FIRST), *bulletins(2, FIRST)]
NEW = [page(20, texts.OTHER, texts.OTHER_TITLE), page(21, texts.FOLLOW_UP, texts.FOLLOW_UP_TITLE)]
ASKED = [
    page(31, texts.edited()),
    page(32, texts.OTHER),
    page(33, texts.cut(0.6)),
    page(34, texts.PAGE),
    page(35, texts.REWRITE, texts.REWRITE_TITLE),
    page(36, texts.water_level(13, 29.9, 2410, 0.19)),
    page(37, OLD[4].text),
]
TOLD: list[Told] = [
    ("slqncy/szxw/1", DuplicateKind.NEAR_TEXT, 0.999),
    ("slqncy/szxw/20", DuplicateKind.SAME_TEXT, 1.0),
    ("slqncy/szxw/1", DuplicateKind.CONTAINED, 0.999),
    ("slqncy/szxw/1", DuplicateKind.CONTAINED, 0.999),
    ("slqncy/szxw/1", DuplicateKind.REWRITE, 0.863),
    None,
    ("slqncy/szxw/5", DuplicateKind.SAME_TEXT, 1.0),
]


@contextmanager
def opened(root: Path) -> Iterator[tuple[ArchiveWriter, ArchivedStories]]:
    with closing(ArchiveWriter(root)) as archive, closing(ArchivedStories(archive, Thresholds())) as stories:
        yield archive, stories


def write(root: Path, *records: Story) -> None:
    """As a run does: known when it is written, on disk at the end."""
    with opened(root) as (archive, stories):
        for record in records:
            (place,) = keep(archive, record)
            stories.add(place, record)
        stories.flush()


def told(stories: ArchivedStories, record: Story) -> Told:
    found = stories.find(record)
    return (found.id, found.kind, found.verdict.score) if found else None


def answers(root: Path) -> list[Told]:
    with opened(root) as (_, stories):
        return [told(stories, record) for record in ASKED]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive of two months, with an index of two runs."""
    root = tmp_path / "archive"
    write(root, *OLD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "_SMALL", 0)
        patch.setattr(indexes, "_TIMES", 1)
        write(root, *NEW)
    assert len(runs(root)) == 2
    return root


def runs(root: Path) -> list[Path]:
    return sorted((root / INDEX).iterdir())


# Places


SEGMENTS = st.builds(
    lambda year, month: segment_name(Kind.STORY, f"{year:04}-{month:02}"), st.integers(1, 9999), st.integers(1, 12)
)
PLACES = st.builds(Place, SEGMENTS, st.integers(0, (1 << 44) - 1))


@given(PLACES)
def test_a_number_is_that_of_one_place(place: Place) -> None:
    assert place_of(number_of(place)) == place
    assert 0 <= number_of(place) < 1 << 63


@given(PLACES, PLACES)
def test_numbers_are_in_the_order_of_lines(one: Place, other: Place) -> None:
    assert (number_of(one) < number_of(other)) == (one < other)


def test_the_number_is_what_it_was() -> None:
    """An index on disk is full of them."""
    assert number_of(Place("stories/2026-11.jsonl", 1234)) == (2026 * 12 + 10) << 44 | 1234


# Asking


def test_what_was_added_is_found_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as (archive, stories):
        assert told(stories, ASKED[0]) is None
        (place,) = keep(archive, OLD[0])
        stories.add(place, OLD[0])
        assert told(stories, ASKED[0]) == TOLD[0]


def test_the_stories_of_an_archive_are_found(root: Path) -> None:
    assert answers(root) == TOLD


def test_the_sites_own_number_again_is_the_same_story(root: Path) -> None:
    again = replace(page(1, texts.STORY), id="slqncy/kx/1", canonical_url="http://www.slqncy.com/kx/1.html")
    with opened(root) as (_, stories):
        assert told(stories, again) == ("slqncy/szxw/1", DuplicateKind.SAME_STORY, 1.0)
        elsewhere = replace(again, id="other/szxw/1", site="other")
        assert told(stories, elsewhere) == ("slqncy/szxw/1", DuplicateKind.SAME_TEXT, 1.0)
        edited = replace(again, text=texts.edited())
        assert told(stories, edited) == ("slqncy/szxw/1", DuplicateKind.NEAR_TEXT, 0.999)


def test_what_is_said_of_a_duplicate(root: Path) -> None:
    with opened(root) as (_, stories):
        found = stories.find(ASKED[1])
    assert found is not None
    assert found.fields("duplicate") == {
        "duplicate_of": "slqncy/szxw/20",
        "duplicate_kind": DuplicateKind.SAME_TEXT,
        "duplicate_score": 1.0,
        "duplicate_evidence": found.verdict.evidence,
    }


def test_a_story_without_a_date_was_published_when_it_was_found(root: Path) -> None:
    """An edited copy counts for a month."""
    late = replace(ASKED[0], date_downloaded="2026-12-15T00:00:00Z")
    with opened(root) as (_, stories):
        assert told(stories, replace(late, date_published="2026-11-02")) == TOLD[0]
        assert told(stories, late) != TOLD[0]


# The index


def remove(root: Path) -> None:
    shutil.rmtree(root / INDEX)


def tear(root: Path) -> None:
    path = runs(root)[0]
    path.write_bytes(path.read_bytes()[:-8])


def lose_first(root: Path) -> None:
    runs(root)[0].unlink()


def lose_last(root: Path) -> None:
    runs(root)[1].unlink()


def change_documents(root: Path, place: int, run: int = 0) -> None:
    """The number of the byte behind the beginning of the line."""
    path = runs(root)[run]
    data = bytearray(path.read_bytes())
    number = slice(64 + 8 * place, 72 + 8 * place)
    data[number] = (int.from_bytes(data[number], "little") + 1).to_bytes(8, "little")
    path.write_bytes(data)


def change_all_documents(root: Path) -> None:
    for place in range(len(OLD)):
        change_documents(root, place)


def write_rubbish(root: Path) -> None:
    for path in runs(root):
        path.write_bytes(b"\xff" * 1000)


def put_that_of_another_archive(root: Path) -> None:
    other = root.parent / "other"
    write(other, *(page(number, f"{text}（转载）") for number, text in enumerate([texts.OTHER, texts.REWRITE], 1)))
    shutil.rmtree(root / INDEX)
    shutil.copytree(other / INDEX, root / INDEX)


def put_an_older_one(root: Path) -> None:
    older = root.parent / "older"
    write(older, *OLD)
    shutil.rmtree(root / INDEX)
    shutil.copytree(older / INDEX, root / INDEX)


def put_a_newer_one(root: Path) -> None:
    newer = root.parent / "newer"
    shutil.copytree(root, newer)
    write(newer, page(40, "一场秋雨过后，山里的柿子红了，采摘的人排起了长队。"))
    shutil.rmtree(root / INDEX)
    shutil.copytree(newer / INDEX, root / INDEX)


def close_months(root: Path) -> None:
    with closing(ArchiveWriter(root)) as archive:
        archive.close_months("2027-01")


@pytest.mark.parametrize(
    "change",
    [
        remove, tear, lose_first, lose_last, change_all_documents, write_rubbish, put_that_of_another_archive,
        put_an_older_one, put_a_newer_one, close_months,
        lambda root: change_documents(root, 0),
        lambda root: change_documents(root, 4),
        lambda root: change_documents(root, len(NEW) - 1, run=1),
    ],
    ids=[
        "missing", "torn", "first run missing", "last run missing", "all numbers", "rubbish", "of another archive",
        "behind", "ahead", "closed months", "first number", "a number between", "last number",
    ],
)  # fmt: skip
def test_an_index_that_is_not_of_these_lines_is_made_right(root: Path, change: Callable[[Path], None]) -> None:
    change(root)
    assert answers(root) == TOLD
    with opened(root) as (_, stories):
        stories.flush()
        assert len(stories._deduplicator.index) == len(OLD) + len(NEW)
    assert answers(root) == TOLD


def test_closed_months_need_no_index_made_anew(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    close_months(root)
    before = {path: path.read_bytes() for path in runs(root)}
    assert answers(root) == TOLD
    assert {path: path.read_bytes() for path in runs(root)} == before
    assert caplog.messages == []


def test_an_index_made_anew_is_told_of(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    tear(root)
    answers(root)
    assert caplog.messages == [f"{root / INDEX}: not the index of these lines; making it anew"]


def test_months_go_on_behind_closed_ones(root: Path) -> None:
    close_months(root)
    write(root, page(50, texts.REWRITE, texts.REWRITE_TITLE, DECEMBER))
    with opened(root) as (_, stories):
        assert told(stories, page(51, texts.REWRITE)) == ("slqncy/szxw/50", DuplicateKind.SAME_TEXT, 1.0)
        assert told(stories, ASKED[0]) == TOLD[0]


def test_after_a_repair_the_index_is_that_of_the_lines_that_are_left(root: Path) -> None:
    path = root / "stories/2026-10.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"{", b"[", 1)
    path.write_bytes(b"".join(lines))
    assert repair(root)
    assert answers(root) == TOLD
    with opened(root) as (_, stories):
        assert len(stories._deduplicator.index) == len(OLD) + len(NEW) - 1


def test_lines_that_a_kill_takes_back_are_not_in_the_index(root: Path) -> None:
    archive = ArchiveWriter(root)
    with closing(ArchivedStories(archive, Thresholds())) as stories:
        (place,) = keep(archive, ASKED[4])
        stories.add(place, ASKED[4])
        assert told(stories, page(60, texts.REWRITE)) == (ASKED[4].id, DuplicateKind.SAME_TEXT, 1.0)
    archive.abandon()
    assert answers(root) == TOLD


def test_the_index_is_written_behind_the_lines(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill right after it is written finds every line that it knows of on disk."""
    monkeypatch.setattr(indexes, "RECENT", 1)
    lines = (root / "stories/2026-11.jsonl").read_bytes().count(b"\n")
    archive = ArchiveWriter(root)
    with closing(ArchivedStories(archive, Thresholds())) as stories:
        (place,) = keep(archive, ASKED[4])
        stories.add(place, ASKED[4])
    archive.abandon()
    assert (root / "stories/2026-11.jsonl").read_bytes().count(b"\n") == lines + 1
    with opened(root) as (_, stories):
        assert stories._deduplicator.index.last == number_of(place)


# Disks


def test_whoever_watches_is_patient_while_the_index_is_written(root: Path) -> None:
    seen: list[dict[Path, bytes]] = []

    @contextmanager
    def patience() -> Iterator[None]:
        seen.append(files())
        yield
        seen.append(files())

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (root / INDEX).iterdir()}

    with (
        closing(ArchiveWriter(root, patience)) as archive,
        closing(ArchivedStories(archive, Thresholds())) as stories,
    ):
        (place,) = keep(archive, ASKED[4])
        stories.add(place, ASKED[4])
        seen.clear()
        stories.flush()
        lines_before, lines_behind, before, behind = seen
        assert lines_before == lines_behind == before != behind


def test_an_index_that_cannot_be_opened_is_an_error_of_the_archive(root: Path) -> None:
    shutil.rmtree(root / INDEX)
    (root / INDEX).write_bytes(b"")
    with closing(ArchiveWriter(root)) as archive, pytest.raises(ArchiveError, match="index: cannot use the index"):
        ArchivedStories(archive, Thresholds())


def test_an_index_that_cannot_be_written_is_one_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(root) as (archive, stories):
        (place,) = keep(archive, ASKED[4])
        stories.add(place, ASKED[4])
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", full)
            with pytest.raises(ArchiveError, match=r"index: cannot use the index: .*No space left"):
                stories.flush()
        stories.flush()
    with opened(root) as (_, stories):
        assert told(stories, page(60, texts.REWRITE)) == (ASKED[4].id, DuplicateKind.SAME_TEXT, 1.0)


def test_a_line_that_cannot_be_read_is_named_and_the_index_closed(root: Path) -> None:
    path = root / "stories/2026-11.jsonl"
    path.write_bytes(path.read_bytes().replace(b"{", b"[", 1))
    lose_last(root)
    with closing(ArchiveWriter(root)) as archive, pytest.raises(ArchiveDamagedError, match=r"2026-11\.jsonl, byte 0"):
        ArchivedStories(archive, Thresholds())
    # What is still open is a warning, and so an error.
    gc.collect()
