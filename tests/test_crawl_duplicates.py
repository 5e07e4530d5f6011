"""Near copies and rewrites in real runs: where they go, and what is said of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from slqncy.archive import Archive
from slqncy.demo import serving
from slqncy.exitcodes import ExitStatus
from tests.crawling import Pages, Result, links, scrapy, stories, story_page
from tests.dedup import texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slqncy.demo import DemoServer

TEXTS = [texts.STORY, texts.edited(), texts.REWRITE, texts.cut(0.6), texts.FOLLOW_UP, texts.STORY, texts.OTHER]
STORIES = {f"/szxw/{number}.html": story_page(number, text) for number, text in enumerate(TEXTS, 1)}
SITE = Pages({**STORIES, "/": links(*STORIES)})


@dataclass(frozen=True)
class Crawl:
    """An archive, and its run's report."""

    root: Path
    report: dict[str, Any]

    def duplicates(self) -> dict[str, tuple[str, str]]:
        """What is set apart: the original, and how it is known."""
        return {line.story_id: (line.duplicate_of, line.duplicate_kind) for line in Archive(self.root).duplicates()}

    def stories(self) -> set[str]:
        return {story.story_id for story in stories(self.root).values()}


def crawl(root: Path, base_url: str, *settings: str) -> Result:
    return scrapy(
        "crawl", "stories", "-a", f"base_url={base_url}", "-s", f"ARCHIVE_DIR={root}", "-s", "DOWNLOAD_DELAY=0",
        *(part for setting in settings for part in ("-s", setting)),
    )  # fmt: skip


def crawled(root: Path, *settings: str) -> Crawl:
    with serving(SITE) as server:
        result = crawl(root, server.base_url, *settings)
    assert result.status == 0, result.errors
    (report,) = root.glob("runs/*.json")
    return Crawl(root, json.loads(report.read_bytes()))


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return crawled(tmp_path_factory.mktemp("usual") / "archive")


@pytest.fixture(scope="module")
def diverted(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """Rewrites are set apart too, and what differs at all from an original is no copy."""
    root = tmp_path_factory.mktemp("diverted") / "archive"
    return crawled(root, "DEDUP_DIVERT_REWRITES=1", "DEDUP_NEAR_SCORE=1")


ORIGINAL = "slqncy/szxw/1"


def test_copies_are_set_apart(usual: Crawl) -> None:
    kinds = {"2": "near_text", "4": "contained", "6": "same_text"}
    assert usual.duplicates() == {number: (ORIGINAL, kind) for number, kind in kinds.items()}
    assert usual.stories() == {"1", "3", "5", "7"}
    near = next(Archive(usual.root).duplicates())
    assert 0.9 < near.duplicate_score < 1
    assert "0 differ" in near.duplicate_evidence


def test_a_rewrite_is_a_story_with_a_line_that_says_so(usual: Crawl) -> None:
    (said,) = Archive(usual.root).rewrites()
    assert (said.id, said.rewrite_of, said.rewrite_kind) == ("slqncy/szxw/3", ORIGINAL, "rewrite")
    assert 0.5 < said.rewrite_score < 1
    assert "1146" in said.rewrite_evidence


def test_they_are_counted_by_how_they_are_known(usual: Crawl) -> None:
    counters = {
        name.removeprefix("slqncy/deduplicate/"): count
        for name, count in usual.report["counters"].items()
        if name.startswith("slqncy/deduplicate/")
    }
    assert counters == {"near_text": 1, "contained": 1, "same_text": 1, "rewrite": 1}


def test_rewrites_are_set_apart_where_they_are_told_to(diverted: Crawl) -> None:
    assert diverted.duplicates()["3"] == (ORIGINAL, "rewrite")
    assert "3" not in diverted.stories()
    assert list(Archive(diverted.root).rewrites()) == []


def test_a_higher_score_lets_copies_pass_as_something_else(diverted: Crawl) -> None:
    assert {kind for _, kind in diverted.duplicates().values()} <= {"rewrite", "same_text"}
    assert diverted.duplicates()["6"] == (ORIGINAL, "same_text")


@pytest.mark.parametrize("name", ["usual", "diverted"])
def test_the_archive_is_sound(name: str, request: pytest.FixtureRequest) -> None:
    root = request.getfixturevalue(name).root
    assert scrapy("verify", "--full", "-s", f"ARCHIVE_DIR={root}").status == 0


def test_judged_again_by_the_same_rules_nothing_changes(usual: Crawl) -> None:
    said = scrapy("dedup", "--rescore", "-s", f"ARCHIVE_DIR={usual.root}")
    assert (said.status, said.output) == (0, f"{usual.root}: 0 pages would change\n")


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("DEDUP_NEAR_SCORE=0", "DEDUP_NEAR_SCORE=0: a score is a number above 0, and 1 at most"),
        ("DEDUP_REWRITE_SCORE=1.5", "DEDUP_REWRITE_SCORE=1.5: a score is a number above 0, and 1 at most"),
        ("DEDUP_NEAR_SCORE=viel", "DEDUP_NEAR_SCORE='viel' must be a number"),
        ("DEDUP_DIVERT_REWRITES=maybe", "DEDUP_DIVERT_REWRITES='maybe' must be True or False"),
    ],
)
def test_a_wrong_setting_ends_the_run_before_it_begins(
    setting: str, reason: str, serve_pages: Callable[[Pages], DemoServer], tmp_path: Path
) -> None:
    server = serve_pages(SITE)
    result = crawl(tmp_path / "archive", server.base_url, setting)
    assert result.status == ExitStatus.CONFIG
    assert result.errors.rstrip("\n").rpartition("\n")[2].startswith(f"scrapy crawl: {reason}")
    assert "Traceback" not in result.errors
    assert server.requests == []
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize("setting", ["DEDUP_NEAR_SCORE=0", "DEDUP_DIVERT_REWRITES=maybe"])
def test_a_wrong_setting_is_a_wrong_argument_of_scrapy_dedup(setting: str, usual: Crawl) -> None:
    result = scrapy("dedup", "--rescore", "-s", f"ARCHIVE_DIR={usual.root}", "-s", setting)
    assert result.status == ExitStatus.USAGE
    assert "Traceback" not in result.errors
