"""Several archives made one."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from benchmarks.cluster.equal import differences
from benchmarks.reliability.merges import wrong
from slqncy.archive import Archive, ArchiveDamagedError, ArchiveError, ArchiveLockedError, ArchiveWriter
from slqncy.archive.captures import read_warc
from slqncy.archive.forget import forget
from slqncy.archive.hosts import Host
from slqncy.archive.layout import parts_of, warcs_on_disk
from slqncy.archive.ledger import Ledger
from slqncy.archive.merge import add_part, merge
from slqncy.archive.parts import make_part
from slqncy.archive.reextract import Line, Reading, take_in
from slqncy.dedup import Thresholds
from slqncy.dedup.apply import apply
from slqncy.dedup.archived import ArchivedStories
from slqncy.dedup.rescore import rescore
from slqncy.dedup.so_far import judging
from slqncy.reasons import EventKind, State
from slqncy.records import Duplicate, Story, content_hash, hash_of, rewrite_line, story_fields
from slqncy.warc.read import capture_at
from tests.archive.child_part import ENDED
from tests.archive.exchanges import captured_story
from tests.archive.looking import EDITED, defects, finish, segments, write_history
from tests.archive.test_parts import THIRD, unchanged
from tests.crawling import ROOT, text_of
from tests.samples import FIRST, RUN_ID, brought, finished, found, gone, keep, rejected, returned, story, story_url

if TYPE_CHECKING:
    from pathlib import Path

JUDGING = partial(judging, thresholds=Thresholds(), divert_rewrites=False)
RANDOM = random.Random(4)
MORE = "记者在现场看到,孩子们也来了,老人们坐在树下聊天,笑声传得很远,大家都说以后还要再来。"


def told(root: Path) -> list[tuple[EventKind, str, State | None, int | None]]:
    """What events say of stories."""
    return [(event.event, event.id[-1:], event.state, event.version) for event in Archive(root).events() if event.id]


def versions(root: Path) -> list[tuple[str, int, str]]:
    return [(page.story_id, page.version, page.text) for page in Archive(root).stories()]


# Pages


def page(number: int) -> Story:
    """One of ten stories, half of which appear again, with more to them, under other addresses and on later days."""
    about = number if number < 10 else number - 10
    text = text_of(about) + (f"\n{MORE}" if number >= 10 else "")
    title = f"东渚街道第{about}次志愿服务活动举行"
    return replace(
        story(number), title=title, text=text, char_count=len(text), content_hash=content_hash(title, text),
        date_published=f"2026-10-{number + 1:02}",
    )  # fmt: skip


def crawl(root: Path, numbers: list[int], run_id: str) -> None:
    """As a run archives pages, in that order."""
    with closing(ArchiveWriter(root)) as writer, closing(ArchivedStories(writer, Thresholds())) as stories:
        for second, number in enumerate(numbers):
            one = replace(page(number), date_downloaded=f"2026-11-02T00:00:{second:02}Z")
            one.provenance = replace(one.provenance, run_id=run_id)
            writer.write(found(number, one.date_downloaded))
            original, line = stories.find(one), None
            if original and original.sets_apart(divert_rewrites=False):
                one = Duplicate(**story_fields(one), **original.fields("duplicate"))
            elif original:
                line = rewrite_line(one, original.fields("rewrite"), run_id)
            place = writer.write(brought(one), one, line)
            assert place
            if not isinstance(one, Duplicate):
                stories.add(place, one)


def test_it_does_not_matter_in_which_order_pages_were_archived(tmp_path: Path) -> None:
    orders = [RANDOM.sample(range(15), 15) for _ in range(3)]
    for number, order in enumerate(orders):
        crawl(tmp_path / f"crawled-{number}", order, f"20261102T000000-{number}")
        merge([tmp_path / f"crawled-{number}"], tmp_path / f"merged-{number}", JUDGING)
    first, *others = (tmp_path / f"merged-{number}" for number in range(3))
    assert list(differences(tmp_path / "crawled-0", tmp_path / "crawled-1")), "what was a copy went by the order"
    assert [line.story_id for line in Archive(first).stories()] == [str(number) for number in range(10)]
    assert {line.duplicate_of for line in Archive(first).duplicates()} == {f"slqncy/szxw/{n}" for n in range(5)}
    for other in others:
        assert list(differences(first, other)) == []
        for read in (Archive.stories, Archive.duplicates):
            assert [line.id for line in read(Archive(other))] == [line.id for line in read(Archive(first))]
        assert defects(other) == []
        assert EventKind.LOST not in {event.event for event in Archive(other).events()}


def test_a_cluster_and_one_process_come_to_the_same(tmp_path: Path) -> None:
    order = RANDOM.sample(range(15), 15)
    crawl(tmp_path / "one", order, RUN_ID)
    crawl(make_part(tmp_path / "cluster", "w1"), order[:8], RUN_ID)
    crawl(make_part(tmp_path / "cluster", "w2"), order[8:], RUN_ID)
    lines = merge([tmp_path / "one"], tmp_path / "from-one", JUDGING)
    assert merge([tmp_path / "cluster"], tmp_path / "from-cluster", JUDGING) == lines
    assert list(differences(tmp_path / "from-one", tmp_path / "from-cluster")) == []


def test_what_was_judged_again_comes_to_the_same(tmp_path: Path) -> None:
    root, again = tmp_path / "archive", tmp_path / "again"
    crawl(root, list(range(15)), RUN_ID)
    shutil.copytree(root, again)
    for near, divert in ((0.9999, False), (0.5, True)):
        with closing(ArchiveWriter(again)) as writer:
            changes = rescore(again, Thresholds(near=near), divert_rewrites=divert)
            apply(writer, changes, divert_rewrites=divert)
    assert len(list(Archive(again).stories())) == 15
    for number, source in enumerate((root, again)):
        merge([source], tmp_path / f"merged-{number}", JUDGING)
    assert list(differences(tmp_path / "merged-0", tmp_path / "merged-1")) == []
    assert defects(tmp_path / "merged-1") == []


def test_what_was_read_again_is_a_further_version(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    crawl(root, [0, 1], RUN_ID)
    was = Line(next(Archive(root).stories()), None)
    with closing(ArchiveWriter(root)) as writer:
        take_in(writer, [Reading(was, Line(replace(was.page, authors=["李静"]), None))])
    merge([root], tmp_path / "one", JUDGING)
    assert defects(tmp_path / "one") == []
    stories = [(line.story_id, line.version, line.authors) for line in Archive(tmp_path / "one").stories()]
    assert stories == [("0", 1, ["王宇"]), ("0", 2, ["李静"]), ("1", 1, ["王宇"])]


# Histories


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("history") / "archive"
    write_history(root)
    return root


def test_what_was_merged_is_the_same_when_it_is_merged_again(history: Path, tmp_path: Path) -> None:
    merge([history], tmp_path / "one", JUDGING)
    merge([tmp_path / "one"], tmp_path / "two", JUDGING)
    assert defects(tmp_path / "one") == []
    assert (tmp_path / "one/stories/2026-10.jsonl.gz").exists()
    assert segments(tmp_path / "two") == segments(tmp_path / "one")
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        ".lock", "events", "ledger.seal", "ledger.sqlite", "rejected", "runs", "schema", "stories",
    ]  # fmt: skip


def test_whatever_happens_nothing_is_lost_and_it_does_not_matter_to_whom(base: Path) -> None:
    # benchmarks/reliability/merges.py does the same with hundreds.
    assert list(wrong(base, 1)) == []


def test_there_and_back(tmp_path: Path) -> None:
    for worker in ("w1", "w2"):
        with closing(ArchiveWriter(make_part(tmp_path / "cluster", worker))) as writer:
            captured_story(writer, 1 + (worker == "w2"))
            writer.hosts["http://www.slqncy.com"] = Host("2026-11-01T00:00:00Z", 200, f"# {worker}", worker)
            writer.keep_hosts()
            finish(writer, f"20261101T000000-{worker}")
    merge([tmp_path / "cluster"], tmp_path / "one", JUDGING)
    assert defects(tmp_path / "one") == []
    part = add_part(tmp_path / "one", tmp_path / "again", "w9")
    assert [path.name for path in parts_of(tmp_path / "again")] == ["w9"]
    assert defects(tmp_path / "again") == []
    assert segments(part) == segments(tmp_path / "one")
    merge([tmp_path / "again"], tmp_path / "two", JUDGING)
    assert segments(tmp_path / "two") == segments(tmp_path / "one")
    for name in ("warc", "runs", "hosts.json"):
        one, two = (
            {
                path.name: path.read_bytes()
                for path in ([root / name] if name.endswith("json") else (root / name).iterdir())
            }
            for root in (tmp_path / "one", tmp_path / "two")
        )
        assert one == two
        assert one


def test_a_story_of_several_parts_has_one_history(tmp_path: Path) -> None:
    first, second = (make_part(tmp_path / "cluster", worker) for worker in ("w1", "w2"))
    fourth, fifth = "2026-11-01T00:00:02Z", "2026-11-01T00:00:03Z"
    with closing(ArchiveWriter(first)) as writer:
        keep(writer, story(1, downloaded=FIRST))
    with closing(ArchiveWriter(second)) as writer:
        edited = story(1, EDITED, version=2, downloaded=THIRD)
        writer.write(brought(edited, is_archived=True), edited)
        writer.write(gone(1, fourth))
    with closing(ArchiveWriter(first)) as writer:
        writer.write(returned(1, fifth, version=2))
        writer.write(unchanged(1, State.ARCHIVED, fifth))
    merge([tmp_path / "cluster"], tmp_path / "one", JUDGING)
    assert defects(tmp_path / "one") == []
    assert [version for _, version, _ in versions(tmp_path / "one")] == [1, 2]
    assert [event for event, *_ in told(tmp_path / "one")] == [
        "found", "archived", "changed", "gone", "returned", "unchanged",
    ]  # fmt: skip


def test_archives_of_one_site_have_each_version_once(tmp_path: Path) -> None:
    one, other, both = (tmp_path / name for name in ("one", "other", "both"))
    later, last = "2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z"
    with closing(ArchiveWriter(one)) as writer:
        keep(writer, story(1), rejected(2), story(3))
        writer.write(gone(3, THIRD))
        keep(writer, story(1, EDITED, version=2, downloaded=last))
        finish(writer, RUN_ID, last)
    with closing(ArchiveWriter(other)) as writer:
        keep(writer, story(1, downloaded=later), rejected(2, downloaded=later), story(3, downloaded=later))
        keep(writer, story(4, text_of(4), downloaded=later))
        report = writer.write_run(RUN_ID, {"run_id": RUN_ID, "of": "another machine"})
        writer.write(finished(hash_of(report), later))
    merge([one, other, other], both, JUDGING)
    assert defects(both) == []
    assert [(number, version) for number, version, _ in versions(both)] == [("1", 1), ("1", 2), ("3", 1), ("4", 1)]
    events = [(event, number) for event, number, *_ in told(both)]
    assert [event for event, number in events if number == "1"] == ["found", "archived", "unchanged", "changed"]
    assert [event for event, number in events if number == "2"] == ["found", "rejected", "unchanged"]
    assert [event for event, number in events if number == "3"] == ["found", "archived", "gone", "returned"]
    assert sorted(path.name for path in (both / "runs").glob("*.json")) == [f"{RUN_ID}-2.json", f"{RUN_ID}.json"]
    runs = {line.story_id: line.provenance.run_id for line in Archive(both).stories()}
    assert (runs["1"], runs["4"]) == (RUN_ID, f"{RUN_ID}-2")


def test_what_one_archive_has_forgotten_does_not_come_back_from_another(tmp_path: Path) -> None:
    for name in ("one", "other"):
        with closing(ArchiveWriter(tmp_path / name)) as writer:
            captured_story(writer, 1)
            captured_story(writer, 2)
    forget(tmp_path / "one", [story_url(1)], None, "on request")
    with pytest.raises(ArchiveError, match=f"one has forgotten {story_url(1)}, and .*other has it"):
        merge([tmp_path / "one", tmp_path / "other"], tmp_path / "both", JUDGING)
    assert not (tmp_path / "both").exists()
    forget(tmp_path / "other", [story_url(1)], None, "on request")
    merge([tmp_path / "one", tmp_path / "other"], tmp_path / "both", JUDGING)
    assert defects(tmp_path / "both") == []
    assert [line.story_id for line in Archive(tmp_path / "both").stories()] == ["2"]
    assert list(Archive(tmp_path / "both").events())[-1].state is State.FORGOTTEN


# Raw responses


def test_files_of_one_name_are_called_otherwise_and_lines_follow(tmp_path: Path) -> None:
    for number, worker in enumerate(("w1", "w2", "w3"), start=1):
        with closing(ArchiveWriter(make_part(tmp_path / "cluster", worker))) as writer:
            captured_story(writer, number)
            captured_story(writer, number + 10)
    names = {name for part in parts_of(tmp_path / "cluster") for name in warcs_on_disk(part)}
    assert len(names) == 1
    one = tmp_path / "one"
    merge([tmp_path / "cluster"], one, JUDGING)
    assert len(warcs_on_disk(one)) == 3
    assert defects(one) == []
    with closing(Ledger(one / "ledger.sqlite", read_only=True)) as ledger:
        for line in Archive(one).stories():
            place = line.provenance.warc
            assert place.offset is not None
            capture = read_warc(one, place.file, partial(capture_at, offset=place.offset, most_bytes=1 << 20))
            assert capture.uri == line.url
            assert ledger.has_payload_at(place.file, place.offset)
    linked = [path for path in (one / "warc").iterdir() if path.stat().st_nlink == 2]
    assert len(linked) == 1, "what keeps its name takes no room"


def test_of_a_file_that_is_open_what_is_acknowledged_is_taken(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "killed")
    captured_story(writer, 1)
    writer.commit()
    captured_story(writer, 2)
    writer.abandon()
    assert next((tmp_path / "killed/warc").iterdir()).name.endswith(".open")
    merge([tmp_path / "killed"], tmp_path / "one", JUDGING)
    assert defects(tmp_path / "one") == []
    assert [line.story_id for line in Archive(tmp_path / "one").stories()] == ["1"]


# What goes wrong


def test_a_part_that_is_not_settled_is_none_to_merge(tmp_path: Path) -> None:
    part = make_part(tmp_path / "cluster", "w1")
    writer = ArchiveWriter(part)
    captured_story(writer, 1)
    writer.commit()
    captured_story(writer, 2)
    writer.before_acknowledging = refuse
    with pytest.raises(ArchiveError, match="refused"):
        writer.commit()
    writer.close()
    with pytest.raises(ArchiveError, match="its worker was killed, and what it wrote last is not settled"):
        merge([tmp_path / "cluster"], tmp_path / "one", JUDGING)
    assert [path.name for path in tmp_path.iterdir()] == ["cluster"]
    ArchiveWriter(part).close()
    merge([tmp_path / "cluster"], tmp_path / "one", JUDGING)


def refuse(_lengths: dict[str, int]) -> None:
    raise ArchiveError("refused")


def test_the_place_must_be_free(history: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    merge([history], tmp_path / "empty", JUDGING)
    before = segments(tmp_path / "empty")
    (tmp_path / "file").touch()
    for taken in ("empty", "file"):
        with pytest.raises(ArchiveError, match=f"{taken}: is there already"):
            merge([history], tmp_path / taken, JUDGING)
    assert segments(tmp_path / "empty") == before
    add_part(history, tmp_path / "cluster", "w1")
    with pytest.raises(ArchiveError, match="w1: is there already"):
        add_part(history, tmp_path / "cluster", "w1")
    with pytest.raises(ArchiveError, match="the archive of a single machine, which has no parts"):
        add_part(history, tmp_path / "empty", "w1")
    with pytest.raises(ArchiveError, match="this is the archive of a cluster"):
        add_part(tmp_path / "cluster", tmp_path / "other", "w1")
    with pytest.raises(ArchiveError, match="no archive here"):
        merge([history, tmp_path / "none"], tmp_path / "new", JUDGING)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cluster", "empty", "file"]


def test_while_an_archive_is_written_to_it_is_not_merged(history: Path, tmp_path: Path) -> None:
    root = shutil.copytree(history, tmp_path / "archive")
    with closing(ArchiveWriter(root)), pytest.raises(ArchiveLockedError, match="is writing to this archive"):
        merge([root], tmp_path / "new", JUDGING)
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_a_line_that_cannot_be_read_ends_it(history: Path, tmp_path: Path) -> None:
    root = shutil.copytree(history, tmp_path / "archive")
    path = root / "rejected/2026-11.jsonl"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(ArchiveDamagedError, match=r"not made, as a line cannot be read: .*; `scrapy verify` names"):
        merge([root], tmp_path / "new", JUDGING)
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


_KILLED = """
import os, sys
from contextlib import contextmanager
from pathlib import Path
from slqncy.archive.merge import merge

class Killer:
    def judge(self, number, page):
        os._exit({ended})

@contextmanager
def judging(folder, page_of):
    yield Killer()

merge([Path(sys.argv[1])], Path(sys.argv[2]), judging)
"""


def test_killed_half_way_it_begins_anew(history: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED.format(ended=ENDED), str(history), str(tmp_path / "one")], cwd=ROOT, check=False
    )
    assert done.returncode == ENDED
    assert [path.name for path in tmp_path.iterdir()] == [".one.merge"]
    merge([history], tmp_path / "one", JUDGING)
    assert defects(tmp_path / "one") == []
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("folder", ["stories", "events", "warc"])
@pytest.mark.parametrize("made", ["merged", "a part"])
def test_less_than_is_acknowledged_is_not_made_one(tmp_path: Path, folder: str, made: str) -> None:
    root = tmp_path / "archive"
    writer = ArchiveWriter(root)
    for number in range(1, 4):
        captured_story(writer, number)
    writer.commit()
    writer.abandon()
    (path,) = (root / folder).iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    with pytest.raises(ArchiveDamagedError, match=f"{path.name}: {path.stat().st_size} bytes, but {len(data)} were"):
        merge([root], tmp_path / "new", JUDGING) if made == "merged" else add_part(root, tmp_path / "new", "w1")
    assert list((tmp_path / "new").rglob("*.*")) == []
