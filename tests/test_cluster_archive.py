"""Every command, as a person or a script meets it, on the archive of a cluster."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive
from slqncy.archive.merge import add_part
from tests.command_lines import COMMANDS
from tests.crawling import Result, scrapy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl

SEED = "http://www.slqncy.com/szxw/9538.html"
WORK = {
    "changes": [],
    "export": ["--to", "csv", "-o", "-"],
    "verify": ["--full"],
}
"""Commands that work on the archive of a cluster, with arguments."""
REFUSED = {
    "browse": ["--no-open"],
    "coverage": [],
    "crawl": ["stories"],
    "dedup": ["--rescore"],
    "duplicates": [],
    "explain": [SEED],
    "forget": [SEED, "--why", "on request"],
    "rebuild": [],
    "reextract": [],
    "repair": [],
    "report": ["--no-open"],
    "wacz": ["{tmp}/x.wacz"],
}
ELSEWHERE = {"demo", "merge", "newsite"}
"""Those that do not ask for ARCHIVE_DIR, or make one of their own."""


@pytest.fixture(scope="module")
def cluster(demo_crawl: DemoCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write."""
    root = tmp_path_factory.mktemp("cluster") / "cluster"
    add_part(demo_crawl.archive, root, "w1")
    return root


def command(root: Path, *arguments: str) -> Result:
    result = scrapy(*arguments, "-s", f"ARCHIVE_DIR={root}")
    assert "Traceback" not in result.errors, result.errors
    return result


def test_no_command_is_left_out() -> None:
    ours = {name for name, command in COMMANDS.items() if type(command).__module__.startswith("slqncy.")}
    assert ours == WORK.keys() | REFUSED.keys() | ELSEWHERE


@pytest.mark.parametrize("name", WORK)
def test_what_reads_it_as_one(cluster: Path, demo_crawl: DemoCrawl, name: str) -> None:
    result = command(cluster, name, *WORK[name])
    assert result.status == 0, result.errors
    of_one = command(demo_crawl.archive, name, *WORK[name]).output
    of_no_part = re.sub(r'(?<="token":")w1:', "", result.output)
    assert of_no_part.replace(str(cluster), str(demo_crawl.archive)) == of_one


@pytest.mark.parametrize("name", REFUSED)
def test_what_says_that_it_does_not(cluster: Path, tmp_path: Path, name: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in sorted(cluster.rglob("*"))}
    result = command(cluster, name, *(argument.format(tmp=tmp_path) for argument in REFUSED[name]))
    assert result.status == 74
    said = result.errors if name != "crawl" else result.errors[result.errors.index("scrapy crawl:") :]
    assert f"scrapy {name}: {cluster}: this is the archive of a cluster" in said
    assert "have `scrapy merge` make one archive of them" in said
    assert {path: path.stat().st_mtime_ns for path in sorted(cluster.rglob("*"))} == before
    assert list(tmp_path.iterdir()) == []


def test_merge_makes_one_that_all_commands_work_on(cluster: Path, demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    result = scrapy("merge", str(cluster), str(tmp_path / "one"))
    assert (result.status, result.errors) == (0, "")
    there = Archive(tmp_path / "one")
    stories = sum(1 for _ in there.stories())
    assert f"{tmp_path / 'one'}: " in result.output
    assert f", {stories} stories" in result.output
    assert command(tmp_path / "one", "verify", "--full").status == 0
    assert {story.id for story in there.stories()} == {story.id for story in Archive(demo_crawl.archive).stories()}
    result = scrapy("merge", "--part", "w2", str(tmp_path / "one"), str(tmp_path / "again"))
    assert result.output == f"{tmp_path / 'again/parts/w2'}: the part of w2\n"
    assert command(tmp_path / "again", "verify").status == 0
    (part,) = (tmp_path / "again/parts").iterdir()
    assert json.loads((part / "part.json").read_bytes()) == {"worker": "w2"}


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["{root}"], 64, "name the archives to merge"),
        (["--part", "w1", "{root}", "{root}", "{tmp}/new"], 64, "--part takes one archive"),
        (["--part", "a b", "{root}", "{tmp}/new"], 64, "--part: 'a b' is no name of a worker"),
        (["{root}", "{root}"], 74, "is there already"),
        (["{root}", "{tmp}/new", "-s", "DEDUP_NEAR_SCORE=2"], 64, "DEDUP_NEAR_SCORE=2"),
    ],
)
def test_what_cannot_be_merged(cluster: Path, tmp_path: Path, arguments: list[str], status: int, message: str) -> None:
    result = scrapy("merge", *(argument.format(root=cluster, tmp=tmp_path) for argument in arguments))
    assert result.status == status
    assert result.errors.startswith("scrapy merge: ")
    assert message in result.errors
    assert result.errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
