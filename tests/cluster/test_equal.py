"""Comparing two archives."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.cluster.equal import differences
from slqncy.archive import ArchiveWriter
from slqncy.archive.parts import make_part
from tests.archive.looking import EDITED
from tests.samples import FIRST, duplicate, keep, story

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.records import Story


def archive(root: Path, *pages: Story) -> Path:
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, *pages)
    return root


def test_when_and_by_whom_a_page_was_fetched_is_no_difference(tmp_path: Path) -> None:
    one = archive(tmp_path / "one", story(1), story(2), duplicate(3))
    archive(make_part(tmp_path / "cluster", "w1"), story(2, downloaded=FIRST))
    later = story(1, downloaded="2026-12-01T00:00:00Z")
    later.provenance = replace(later.provenance, run_id="20261201T000000-2", etag='"2"')
    archive(make_part(tmp_path / "cluster", "w2"), duplicate(3), later)
    assert list(differences(one, tmp_path / "cluster")) == []


def test_what_differs_is_named(tmp_path: Path) -> None:
    one = archive(tmp_path / "one", story(1), story(2), duplicate(3))
    other = archive(tmp_path / "other", story(1, EDITED), duplicate(3, 2), story(4), story(4, EDITED, version=2))
    found = list(differences(one, other))
    assert found == [
        'duplicates/ slqncy/szxw/3, version 1: duplicate_of is "slqncy/szxw/1" and "slqncy/szxw/2"',
        found[1],
        f"stories/ slqncy/szxw/2, version 1: only in {one}",
        f"stories/ slqncy/szxw/4, version 1: only in {other}",
        f"stories/ slqncy/szxw/4, version 2: only in {other}",
    ]
    assert found[1].startswith(
        'stories/ slqncy/szxw/1, version 1: text is "第1条新闻的正文。\\n(王宇)" and "改过的正文。"; '
    )


def test_another_address_is_one_where_it_is_asked_for(tmp_path: Path) -> None:
    one = archive(tmp_path / "one", story(1))
    other = archive(tmp_path / "other", replace(story(1), url="http://127.0.0.1:8000/szxw/1.html"))
    assert len(list(differences(one, other))) == 1
    assert list(differences(one, other, urls=False)) == []
