"""A whole archive judged again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveWriter
from slqncy.archive.repair import rebuild, repair
from slqncy.dedup import Thresholds
from slqncy.dedup.apply import apply
from slqncy.dedup.rescore import rescore
from slqncy.reasons import DuplicateKind
from slqncy.records import Duplicate, Story, content_hash
from tests.archive.looking import defects
from tests.samples import duplicate, keep, story

if TYPE_CHECKING:
    from pathlib import Path

FIRST = (
    "市水务局昨日通报，城区新建供水管网三十二公里已全部接通，惠及沿线十一个小区的居民。\n"
    "工程自去年9月开工，总投资1.37亿元，比原计划提前46天完成。负责人介绍，旧管拆除后漏损率由18.4%降至9.6%。\n"
    "居民陈秀兰说，以前晚上七点以后三楼就没有水，现在顶楼也能用上热水器。下一步，水务局将对北片老街的管道进行改造。"
)
EDITED = FIRST.replace("昨日通报", "日前通报").replace("已全部接通", "已经全部接通")
OTHER = (
    "县图书馆新馆本周六开馆，首日接待读者两千余人次。馆内藏书46万册，设有儿童区、自习区和地方文献室，"
    "每周二至周日开放，读者凭身份证就可以办理借阅手续。"
)


def with_text(record: Story, title: str, text: str) -> Story:
    return replace(record, title=title, text=text, char_count=len(text), content_hash=content_hash(title, text))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    with closing(ArchiveWriter(root)) as writer:
        keep(
            writer,
            with_text(story(1), "供水管网全部接通", FIRST),
            with_text(story(2), "新图书馆周六开馆", OTHER),
            with_text(duplicate(3), "供水管网接通", FIRST),
        )
    return root


def again(root: Path, thresholds: Thresholds | None = None, *, divert: bool = False) -> list[str]:
    return [str(change) for change in rescore(root, thresholds or Thresholds(), divert_rewrites=divert)]


def test_what_is_said_already_is_no_change(root: Path) -> None:
    assert again(root) == []


def test_a_copy_that_was_archived_is_said_to_be_one_and_stays(root: Path) -> None:
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, with_text(story(4), "管网接通了", EDITED))
    [change] = rescore(root, Thresholds(), divert_rewrites=False)
    assert str(change).startswith("slqncy/szxw/4: is a story, would be near_text of slqncy/szxw/1, 0.99")
    before = list(Archive(root).stories())
    with closing(ArchiveWriter(root)) as writer:
        apply(writer, [change], divert_rewrites=False)
    assert again(root) == []
    assert list(Archive(root).stories()) == before
    [said] = Archive(root).rewrites()
    assert (said.id, said.version, said.rewrite_of, said.rewrite_kind) == (
        "slqncy/szxw/4", 1, "slqncy/szxw/1", DuplicateKind.NEAR_TEXT,
    )  # fmt: skip
    assert defects(root) == []
    # With the highest threshold it is a story again, and the line is withdrawn by a further one.
    strict = Thresholds(near=1.0, rewrite=1.0)
    [change] = rescore(root, strict, divert_rewrites=False)
    assert str(change) == "slqncy/szxw/4: is near_text of slqncy/szxw/1, would be a story"
    with closing(ArchiveWriter(root)) as writer:
        apply(writer, [change], divert_rewrites=False)
    assert [said.rewrite_of for said in Archive(root).rewrites()] == ["slqncy/szxw/1", ""]
    assert again(root, strict) == []
    assert defects(root) == []


def test_what_is_no_copy_becomes_a_story(root: Path) -> None:
    copy = with_text(duplicate(5), "图书馆旧馆停用", "县图书馆旧馆即日起停用，原址改建为文化馆，工期约十个月。")
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, copy)
    token = list(Archive(root).changes())[-1].token
    [change] = rescore(root, Thresholds(), divert_rewrites=False)
    assert str(change) == "slqncy/szxw/5: is same_text of slqncy/szxw/1, would be a story"
    with closing(ArchiveWriter(root)) as writer:
        apply(writer, [change], divert_rewrites=False)
        known = writer.known(copy.canonical_url)
        assert known is not None
        assert known.state == "archived"
    assert [(story.id, story.text) for story in Archive(root).stories()][2:] == [(copy.id, copy.text)]
    assert list(Archive(root).duplicates())[-1] == copy, "nothing is taken back"
    assert [(change.change, change.id, change.version) for change in Archive(root).changes(token)] == [
        ("ADD", copy.id, 1)
    ]
    assert again(root) == []
    assert defects(root) == []
    rebuild(root)
    assert again(root) == []
    assert defects(root) == []


def test_a_copy_of_another_story_gets_a_further_line(root: Path) -> None:
    copy = with_text(duplicate(6), "新馆开馆", OTHER)
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, copy)
    [change] = rescore(root, Thresholds(), divert_rewrites=False)
    with closing(ArchiveWriter(root)) as writer:
        apply(writer, [change], divert_rewrites=False)
    lines = [line for line in Archive(root).duplicates() if line.id == copy.id]
    assert [(line.version, line.duplicate_of) for line in lines] == [(1, "slqncy/szxw/1"), (2, "slqncy/szxw/2")]
    assert all(type(line) is Duplicate for line in lines)
    assert again(root) == []
    assert defects(root) == []


def test_an_edit_is_the_next_version_of_its_story_and_not_judged(root: Path) -> None:
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, replace(with_text(story(2), "新图书馆周六开馆", FIRST), version=2))
    assert again(root) == []


def test_reading_changes_nothing(root: Path) -> None:
    files = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    again(root, Thresholds(near=0.01, rewrite=0.01))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == files


def test_an_older_text_of_a_copy_never_comes_back(root: Path) -> None:
    copy = with_text(duplicate(5), "图书馆旧馆停用", "县图书馆旧馆即日起停用，原址改建为文化馆，工期约十个月。")
    with closing(ArchiveWriter(root)) as writer:
        keep(
            writer,
            copy,
            with_text(story(5), "图书馆旧馆拆除", "县图书馆旧馆今天拆除，原址将建一座口袋公园，明年五月开放。"),
        )
    assert again(root) == []


def test_judging_to_and_fro_leaves_a_sound_archive(root: Path) -> None:
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, with_text(story(4), "管网接通了", EDITED))
    for near in (0.5, 1.0, 0.5, 1.0):
        thresholds = Thresholds(near=near, rewrite=1.0)
        with closing(ArchiveWriter(root)) as writer:
            apply(writer, rescore(root, thresholds, divert_rewrites=False), divert_rewrites=False)
        assert again(root, thresholds) == []
        assert defects(root) == []
    assert [said.rewrite_of for said in Archive(root).rewrites()] == ["slqncy/szxw/1", "", "slqncy/szxw/1", ""]
    assert repair(root) == []
    assert again(root, Thresholds(near=1.0, rewrite=1.0)) == []


def test_what_stands_in_stories_is_an_original_whatever_is_said_of_it(root: Path) -> None:
    with closing(ArchiveWriter(root)) as writer:
        keep(
            writer,
            with_text(story(4), "管网接通了", EDITED),
            with_text(replace(duplicate(7), duplicate_of="slqncy/szxw/4"), "又是管网", EDITED),
        )
    [change] = rescore(root, Thresholds(), divert_rewrites=False)
    assert change.id == "slqncy/szxw/4"
    with closing(ArchiveWriter(root)) as writer:
        apply(writer, [change], divert_rewrites=False)
    assert again(root) == []


def test_a_line_that_cannot_be_read_is_named(root: Path) -> None:
    path = root / "duplicates/2026-11.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"schema_version":1', b'"schema_version":x', 1))
    with pytest.raises(ArchiveDamagedError, match=r"duplicates/2026-11\.jsonl.*scrapy verify --full"):
        again(root)
