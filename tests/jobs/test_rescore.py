"""Judging by workers says what one process says, line by line, also of long runs of copies."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.dedup import Thresholds
from slqncy.dedup.rescore import rescore as rescore_here
from slqncy.jobs.rescore import rescore
from tests.archive.looking import defects
from tests.crawling import scrapy
from tests.dedup.test_rescore import with_text
from tests.samples import duplicate, keep, story

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from distributed import Client

    from slqncy.records import Story
    from tests.conftest import DemoCrawl

WORDS = [
    "通报",
    "介绍",
    "改造",
    "接通",
    "居民",
    "工程",
    "道路",
    "供水",
    "投资",
    "完成",
    "学校",
    "医院",
    "社区",
    "志愿者",
    "活动",
    "启用",
    "验收",
    "公里",
    "街道",
    "书记",
]


def text(random: Random) -> str:
    return "".join(f"{random.choice(WORDS)}{random.choice(WORDS)}{random.randint(2, 99_999)}米，" for _ in range(30))


def edited(random: Random, original: str) -> str:
    """The same with a few words changed, cut, or within another."""
    words = original.split("，")
    for _ in range(random.randint(1, 5)):
        words[random.randrange(len(words))] = random.choice(WORDS) * 2
    start = random.choice([0, 0, 0, 8])
    return "，".join(words[start:])


def pages(random: Random, count: int) -> Iterator[Story]:
    """Stories and pages of duplicates/, each rightly or wrongly there: some texts have very many copies, some one."""
    originals = [text(random) for _ in range(6)]
    template = text(random)[:200]
    for number in range(1, count + 1):
        way = random.random()
        if way < 0.1:
            said = text(random)
            originals.append(said)
        elif way < 0.55:
            # More bulletins of one kind than a key may have.
            said = template + f"今日气温{random.randint(-20, 40)}度，编号{random.randint(1, 10**6)}。"
        else:
            said = edited(random, random.choice(originals[:3] if way < 0.9 else originals))
        title = "".join(chr(random.randrange(0x4E00, 0x9000)) for _ in range(8))
        if random.random() < 0.5:
            yield with_text(duplicate(number, random.randint(1, number)), title, said)
        else:
            yield with_text(story(number), title, said)
            if random.random() < 0.1:
                yield replace(with_text(story(number), title, edited(random, said)), version=2)


def told(changes: Iterable[object]) -> list[str]:
    return [str(change) for change in changes]


@pytest.mark.parametrize(("thresholds", "divert"), [(Thresholds(rewrite=0.05), True), (Thresholds(near=1.0), False)])
def test_it_says_what_one_process_says(client: Client, archive: Path, thresholds: Thresholds, *, divert: bool) -> None:
    expected = told(rescore_here(archive, thresholds, divert_rewrites=divert))
    assert told(rescore(archive, thresholds, client, divert_rewrites=divert)) == expected
    assert len(expected) > 100
    assert {path.name for path in archive.parent.iterdir()} == {"archive"}


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write."""
    root = tmp_path_factory.mktemp("copies") / "archive"
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, *pages(Random(1), 300))
    return root


def test_a_killed_worker_changes_nothing_of_what_is_said_of_a_crawl(
    client: Client, demo_crawl: DemoCrawl, tmp_path: Path, deaths: Path
) -> None:
    root, thresholds = shutil.copytree(demo_crawl.archive, tmp_path / "archive"), Thresholds(near=1.0, rewrite=1.0)
    expected = told(rescore_here(root, thresholds, divert_rewrites=False))
    assert told(rescore(root, thresholds, client, divert_rewrites=False)) == expected
    assert expected
    assert {path.name for path in deaths.iterdir()} == {"pages", "pairs", "verdicts"}


def test_the_command_writes_what_one_process_writes(client: Client, archive: Path, tmp_path: Path) -> None:
    roots = [shutil.copytree(archive, tmp_path / name / "archive") for name in ("one", "many")]
    options = [[], ["--scheduler", client.scheduler.address]]
    said = [
        scrapy("dedup", "--rescore", "--apply", "-s", f"ARCHIVE_DIR={root}", *more)
        for root, more in zip(roots, options, strict=True)
    ]
    assert [(result.status, result.errors) for result in said] == [(0, ""), (0, "")]
    assert said[1].output.replace("/many/", "/one/") == said[0].output
    assert lines(roots[1]) == lines(roots[0])
    assert len(lines(roots[0])) > len(lines(archive))
    assert defects(roots[1]) == []


def lines(root: Path) -> list[object]:
    """All that is said of pages."""
    archive = Archive(root)
    rewrites = [replace(rewrite, run_id="") for rewrite in archive.rewrites()]
    return [*archive.stories(), *archive.duplicates(), *rewrites]
