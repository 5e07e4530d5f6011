"""Which stories have copies and rewrites, and which those are."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.archive.clusters import Clusters
from slqncy.reasons import DuplicateKind, EventKind, PageKind, Rejection
from tests.archive.looking import EDITED, OCTOBER, sql
from tests.samples import (
    HOME,
    brought,
    duplicate,
    found,
    happened,
    keep,
    page_found,
    rejected,
    rewrite,
    story,
    story_url,
)

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.archive.clusters import Cluster, Listed
    from slqncy.records import Rewrite


def name(number: int) -> str:
    return f"slqncy/szxw/{number}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write: other tests look at the same archive. 3, 4 and 5 are of 1, 6 is of 5, 9 of 8."""
    root = tmp_path_factory.mktemp("clusters") / "archive"
    writer = ArchiveWriter(root)
    writer.write(page_found(HOME, PageKind.FRONT, OCTOBER))
    keep(writer, story(1, downloaded=OCTOBER), duplicate(3, downloaded=OCTOBER))
    keep(writer, story(5, downloaded=OCTOBER), original=1)
    writer.close_months("2026-11")
    keep(writer, story(5, EDITED, version=2), story(7), story(8), rejected(10, Rejection.NO_TITLE))
    keep(writer, duplicate(4, 8), duplicate(4, 1, version=2), duplicate(6, 5), duplicate(9, 8))
    writer.close()
    return root


def cluster(root: Path, *names: str) -> Cluster | None:
    with closing(Clusters(root)) as clusters:
        return clusters.of(names)


def members(root: Path, *names: str) -> tuple[str, list[tuple[str, str]]]:
    found = cluster(root, *names)
    assert found is not None
    return found.original, [(link.id, link.original) for link in found.links]


def listed(root: Path) -> list[tuple[Listed, list[str]]]:
    with closing(Clusters(root)) as clusters:
        return [(one, list(one.ids)) for one in clusters.largest_first()]


def test_stories_with_copies_and_rewrites_largest_first(archive: Path) -> None:
    first, *others = listed(archive)
    assert first[1] == [name(3), name(4), name(5)]
    assert (first[0].id, first[0].title, first[0].itself) == (name(1), "第1条新闻", "")
    assert first[0].copies == Counter({DuplicateKind.SAME_TEXT: 2})
    assert first[0].rewrites == Counter({DuplicateKind.REWRITE: 1})
    assert [(one.id, one.copies.total(), one.rewrites.total(), ids) for one, ids in others] == [
        (name(5), 1, 0, [name(6)]),
        (name(8), 1, 0, [name(9)]),
    ]
    assert others[0][0].itself == f"rewrite of {name(1)}"


@pytest.mark.parametrize("asked", [1, 3, 4, 5, 6])
@pytest.mark.parametrize("named", [name, story_url])
def test_the_cluster_is_the_same_whichever_of_it_is_asked_for(archive: Path, asked: int, named: type[str]) -> None:
    links = [(name(3), name(1)), (name(4), name(1)), (name(5), name(1)), (name(6), name(5))]
    assert members(archive, named(asked)) == (name(1), links)


def test_what_an_address_duplicated_before_is_forgotten(archive: Path) -> None:
    assert members(archive, name(8)) == (name(8), [(name(9), name(8))])


@pytest.mark.parametrize("asked", [name(7), name(10), HOME])
def test_an_address_that_is_alone(archive: Path, asked: str) -> None:
    found = cluster(archive, asked)
    assert found is not None
    assert found.links == []


def test_an_address_nobody_has_heard_of(archive: Path) -> None:
    assert cluster(archive, name(99), story_url(99), "") is None


def test_members_as_they_are_now(archive: Path) -> None:
    with closing(Clusters(archive)) as clusters:
        found = clusters.of([name(1)])
        assert found is not None
        copy, edited, rewritten, _ = map(clusters.member, found.links)
        assert copy.story == duplicate(3, downloaded=OCTOBER)
        assert (copy.kind, copy.score, copy.evidence) == (DuplicateKind.SAME_TEXT, 1.0, "equal normal form")
        assert edited.story == duplicate(4, version=2)
        assert (rewritten.kind, rewritten.score, rewritten.url) == (DuplicateKind.REWRITE, 0.75, story_url(5))
        assert rewritten.story == clusters.story(name(5)) == story(5, EDITED, version=2)
        assert clusters.story(name(3)) is clusters.story(name(99)) is None


def judged(writer: ArchiveWriter, line: Rewrite) -> None:
    """What judging again writes of a story that stays where it is."""
    event = happened(EventKind.RESCORED, int(line.id.rpartition("/")[2]), version=line.version)
    writer.write(event, None, line)


def test_a_copy_that_was_archived_since_is_what_it_is_now(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1), story(2), duplicate(3, 1), duplicate(4, 1))
    keep(writer, story(3, EDITED), original=2)
    keep(writer, story(4, EDITED))
    writer.close()
    assert [(one.id, ids) for one, ids in listed(tmp_path)] == [(name(2), [name(3)])]
    assert members(tmp_path, name(3)) == (name(2), [(name(3), name(2))])
    assert members(tmp_path, name(4)) == (name(4), [])


def test_a_story_that_was_judged_again_is_what_was_said_last(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1), story(2))
    keep(writer, story(3), story(4), original=1)
    judged(writer, replace(rewrite(story(3), 2), rewrite_kind=DuplicateKind.NEAR_TEXT))
    judged(writer, replace(rewrite(story(4)), rewrite_of=""))
    writer.close()
    ((one, ids),) = listed(tmp_path)
    assert (one.id, one.rewrites, ids) == (name(2), Counter({DuplicateKind.NEAR_TEXT: 1}), [name(3)])
    assert members(tmp_path, name(4)) == (name(4), [])
    with closing(Clusters(tmp_path)) as clusters:
        found = clusters.of([name(3)])
        assert found is not None
        assert clusters.member(found.links[0]).kind is DuplicateKind.NEAR_TEXT


def test_a_circle_has_an_end(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    for number, original in ((2, 3), (3, 4), (4, 2), (1, 3)):
        writer.write(found(number))
        record = story(number)
        writer.write(brought(record), record, rewrite(record, original))
    writer.close()
    links = [(name(4), name(2)), (name(3), name(4)), (name(1), name(3))]
    for asked in (1, 2, 3, 4):
        assert members(tmp_path, name(asked)) == (name(2), links)


def test_an_original_may_be_lost(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, duplicate(2, 1))
    writer.close()
    ((one, ids),) = listed(tmp_path)
    assert (one.id, one.title, ids) == (name(1), None, [name(2)])
    assert members(tmp_path, name(2)) == (name(1), [(name(2), name(1))])


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        Clusters(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["line", "table", "month", "ledger"])
def test_what_cannot_be_read_is_named(archive: Path, tmp_path: Path, damage: str) -> None:
    root = shutil.copytree(archive, tmp_path / "copy")
    if damage == "line":
        path = root / "duplicates/2026-11.jsonl"
        path.write_bytes(path.read_bytes().replace(b"same_text", b"same_tixt"))
    elif damage == "table":
        sql(root, "DROP TABLE line")
    elif damage == "month":
        (root / "duplicates/2026-10.jsonl.gz").write_bytes(b"\x1f\x8b\x08")
    else:
        (root / "ledger.sqlite").write_bytes(b"no database, and long enough to be one" * 100)
    with pytest.raises(ArchiveDamagedError, match="`scrapy verify --full` names every defect"):
        listed(root)
