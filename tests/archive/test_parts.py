"""The archive of a cluster: parts that are written by their workers, and read as one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveError, ArchiveWriter
from slqncy.archive.layout import is_cluster, is_part, parts_of
from slqncy.archive.parts import make_part
from slqncy.archive.repair import rebuild, repair
from slqncy.archive.verify import verify
from slqncy.reasons import EventKind, State
from tests.archive.looking import EDITED, defects, lose_ledger, open_and_close, sql
from tests.samples import (
    FIRST,
    SECOND,
    brought,
    duplicate,
    failed,
    found,
    happened,
    keep,
    rejected,
    rewrite,
    story,
    story_url,
)

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.records import Event, Story

THIRD, FOURTH = "2026-11-01T00:00:01Z", "2026-11-01T00:00:02Z"


def unchanged(number: int, state: State, at: str = THIRD) -> Event:
    return happened(EventKind.UNCHANGED, number, at, state=state, version=1, http_status=200)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two workers have made of one site, which the second took over."""
    root = tmp_path_factory.mktemp("parts") / "cluster"
    first = ArchiveWriter(make_part(root, "w1"))
    keep(first, story(1, downloaded=FIRST), story(2), duplicate(3), rejected(4))
    first.close()
    second = ArchiveWriter(make_part(root, "w2"))
    second.write(unchanged(1, State.ARCHIVED))
    edited = story(2, EDITED, version=2, downloaded=THIRD)
    second.write(brought(edited, is_archived=True), edited)
    second.write(unchanged(3, State.DUPLICATE))
    second.write(unchanged(4, State.REJECTED))
    second.write(failed(1, THIRD, is_settled=True))
    keep(second, story(5, downloaded=THIRD), original=2)
    second.close()
    # Where the first one is again, a page of a story that the second has archived shows none.
    first = ArchiveWriter(root / "parts/w1")
    broken = rejected(5, downloaded=FOURTH)
    first.write(brought(broken, is_archived=True), broken)
    keep(first, story(6, downloaded=FOURTH))
    first.close()
    return root


@pytest.fixture
def cluster(written: Path, tmp_path: Path) -> Path:
    """A cluster's archive of one's own."""
    return shutil.copytree(written, tmp_path / "cluster")


def told(stories: list[Story]) -> list[tuple[str, int]]:
    return [(story.story_id, story.version) for story in stories]


# Parts


def test_a_part_is_marked(cluster: Path) -> None:
    assert is_cluster(cluster)
    assert not is_part(cluster)
    assert [part.name for part in parts_of(cluster)] == ["w1", "w2"]
    assert (cluster / "parts/w1/part.json").read_bytes() == b'{"worker": "w1"}\n'
    (cluster / "parts/no-part").mkdir()
    assert len(parts_of(cluster)) == 2
    assert make_part(cluster, "w1") == cluster / "parts/w1"
    assert not is_cluster(cluster / "parts/w1")


@pytest.mark.parametrize("name", ["", "..", "a/b", "-w", "w 1", "工", "w:1", "w,1"])
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="is no name of a worker"):
        make_part(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_is_made_no_part_behind_its_back(root: Path) -> None:
    with pytest.raises(ArchiveError, match="`scrapy merge --part w1`"):
        make_part(root, "w1")
    assert not is_cluster(root)


def test_what_another_part_has_is_no_loss(cluster: Path) -> None:
    for part in parts_of(cluster):
        assert defects(part) == []
        before = (part / "events/2026-11.ndjson").read_bytes()
        assert sum(rebuild(part).values())
        lose_ledger(part)
        open_and_close(part)
        assert repair(part) == []
        assert (part / "events/2026-11.ndjson").read_bytes() == before, "nothing is said to be lost"
        assert defects(part) == []


def test_in_an_ordinary_archive_it_would_be_one(cluster: Path) -> None:
    part = cluster / "parts/w2"
    (part / "part.json").unlink()
    assert len(defects(part)) == 3
    lose_ledger(part)
    open_and_close(part)
    assert b'"event":"lost"' in (part / "events/2026-11.ndjson").read_bytes()


def test_what_a_part_has_written_itself_is_missed(cluster: Path) -> None:
    part = cluster / "parts/w2"
    path = part / "stories/2026-11.jsonl"
    edited, _ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(edited)
    assert f"stories/2026-11.jsonl: {len(edited)} bytes, but " in "".join(defects(part))
    assert "slqncy/szxw/5, version 1 is lost" in " ".join(repair(part))
    events = list(Archive(part).events())
    assert (events[-1].event, events[-1].id, events[-1].state) == (EventKind.LOST, "slqncy/szxw/5", State.FOUND)
    assert defects(part) == []


# Reading


def test_all_parts_are_read_as_one_by_their_times(cluster: Path) -> None:
    archive = Archive(cluster)
    assert told(list(archive.stories())) == [("1", 1), ("2", 1), ("2", 2), ("5", 1), ("6", 1)]
    assert told(list(archive.stories(latest=True))) == [("1", 1), ("2", 2), ("5", 1), ("6", 1)]
    assert told(list(archive.stories(since=SECOND, latest=True))) == [("2", 2), ("5", 1), ("6", 1)]
    assert list(archive.duplicates()) == [duplicate(3)]
    assert [page.story_id for page in archive.rejected()] == ["4", "5"]
    assert list(archive.rewrites()) == [rewrite(story(5, downloaded=THIRD), 2)]
    moments = [event.at for event in archive.events()]
    assert moments == sorted(moments)
    assert len(moments) == sum(len(list(Archive(part).events())) for part in parts_of(cluster))


def test_a_part_that_has_not_begun_is_passed_over(cluster: Path, tmp_path: Path) -> None:
    make_part(cluster, "w3")
    assert len(list(Archive(cluster).stories())) == 5
    make_part(tmp_path / "new", "w1")
    with pytest.raises(ArchiveError, match="no worker of the cluster has begun"):
        Archive(tmp_path / "new")
    with pytest.raises(ArchiveError, match="no worker of the cluster has begun"):
        verify(tmp_path / "new")


def test_several_readings_fit_together(cluster: Path) -> None:
    seen = Archive(cluster).as_of_now()
    writer = ArchiveWriter(cluster / "parts/w2")
    keep(writer, story(7, downloaded=FOURTH))
    writer.close()
    assert len(list(Archive(cluster).stories())) == 6
    assert len(list(seen.stories())) == 5
    assert seen.token() != Archive(cluster).token()


def test_changes_go_on_where_they_were_left(cluster: Path) -> None:
    archive = Archive(cluster)
    changes = list(archive.changes())
    assert [(change.change, change.id, change.version) for change in changes] == [
        ("ADD", "slqncy/szxw/1", 1),
        ("ADD", "slqncy/szxw/2", 1),
        ("MOD", "slqncy/szxw/2", 2),
        ("ADD", "slqncy/szxw/5", 1),
        ("ADD", "slqncy/szxw/6", 1),
    ]
    for number, change in enumerate(changes, start=1):
        assert list(archive.changes(change.token)) == changes[number:]
    assert archive.token() == changes[-1].token
    writer = ArchiveWriter(make_part(cluster, "w0"))
    keep(writer, story(7, downloaded=FIRST))
    writer.close()
    assert [change.id for change in archive.changes(changes[-1].token)] == ["slqncy/szxw/7"], (
        "a new part has all to say"
    )


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("2026-11-100552-5ce802d1", "no token of .*, the archive of a cluster"),
        ("w1:2026-11-1-5ce802d1", "not a token of .*w1"),
        ("w9:2026-11-1-5ce802d1", "has no part w9"),
    ],
)
def test_a_token_of_another_archive(cluster: Path, token: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Archive(cluster).changes(token)


# Verifying


def test_a_sound_cluster_has_no_defect(cluster: Path) -> None:
    verdict = verify(cluster, full=True)
    assert verdict.defects == []
    assert verdict.lines == {"stories": 5, "duplicates": 1, "rejected": 2, "rewrites": 1, "events": 18}
    assert verdict.size == sum(verify(part).size for part in parts_of(cluster))


def test_damage_in_a_part_is_named(cluster: Path) -> None:
    path = cluster / "parts/w2/stories/2026-11.jsonl"
    path.write_bytes(path.read_bytes().replace("改过".encode(), "改错".encode()))
    assert [defect.split(",")[0] for defect in defects(cluster)[:1]] == ["parts/w2: stories/2026-11.jsonl"]


def test_a_version_in_two_parts_is_named(cluster: Path) -> None:
    writer = ArchiveWriter(cluster / "parts/w2")
    keep(writer, story(6, downloaded=FOURTH))
    writer.close()
    assert defects(cluster) == [f"{story_url(6)} has version 1 in stories/ of several parts: w1, w2"]
    assert [defect for part in parts_of(cluster) for defect in defects(part)] == []


def test_a_state_without_a_line_in_any_part_is_named(cluster: Path) -> None:
    writer = ArchiveWriter(cluster / "parts/w2")
    writer.write(found(9))
    writer.write(unchanged(9, State.DUPLICATE))
    writer.close()
    assert defects(cluster) == [f"{story_url(9)} is duplicate by w2, and no part has a line in duplicates/"]


def test_a_broken_ledger_is_a_defect(cluster: Path) -> None:
    sql(cluster / "parts/w2", "DROP TABLE line")
    assert "parts: what the parts say together cannot be told: no such table: line" in defects(cluster)


def test_only_a_cluster_writes_to_its_archive(cluster: Path) -> None:
    before = sorted(cluster.rglob("*"))
    for work in (ArchiveWriter, rebuild, repair, lambda root: Archive(root).acknowledged()):
        with pytest.raises(ArchiveError, match=r"archive of a cluster: .*, only a crawl with CLUSTER_URL writes it"):
            work(cluster)
    assert sorted(cluster.rglob("*")) == before
