"""`scrapy duplicates`, as a person or a script meets it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveWriter
from slqncy.reasons import DuplicateKind
from tests.crawling import ROOT, Result, scrapy
from tests.samples import brought, duplicate, found, keep, rewrite, story, story_url

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "三月二日上午，一百二十名志愿者在河边清理垃圾。负责人介绍，这是今年的第一次活动。\n居民们纷纷点赞。"
REWRITTEN = "三月二日，志愿者们来到河边，把垃圾清理干净。据负责人介绍，这是今年的第一次活动。"
HOSTILE = "\x1b[2J[red]活动\x1b]0;pwned\x07[/red]\u202e结束。"


@pytest.fixture(autouse=True)
def _any_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the terminal of whoever tests is like makes no difference."""
    for name in ("COLUMNS", "NO_COLOR"):
        # Deleting is not enough: readline has told the processes to come, and not os.environ.
        monkeypatch.setenv(name, "")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write: other tests look at the same archive. 2 and 3 are copies of 1, 4 rewrites it, 5 copies 4."""
    root = tmp_path_factory.mktemp("duplicates") / "archive"
    writer = ArchiveWriter(root)
    cut = replace(
        duplicate(3), text=TEXT[:23] + HOSTILE, title="标题\x1b[31m", duplicate_kind=DuplicateKind.CONTAINED,
        duplicate_score=0.8, duplicate_evidence="all of it\nis there", date_published="2026-10-30",
    )  # fmt: skip
    keep(writer, story(1, TEXT), replace(duplicate(2), text=TEXT), cut, story(6))
    keep(writer, story(4, REWRITTEN), original=1)
    keep(writer, replace(duplicate(5, 4), text=REWRITTEN))
    writer.close()
    return root


def duplicates(archive: Path, *arguments: str) -> Result:
    result = scrapy("duplicates", *arguments, "-s", f"ARCHIVE_DIR={archive}")
    assert "Traceback" not in result.errors, result.errors
    return result


def test_all_are_listed(archive: Path) -> None:
    result = duplicates(archive)
    assert (result.status, result.errors) == (0, "")
    assert result.output.splitlines() == [
        "slqncy/szxw/1  第1条新闻",
        "  2 in duplicates/ (1 same_text, 1 contained), 1 in rewrites/ (1 rewrite)",
        "  slqncy/szxw/2 slqncy/szxw/3 slqncy/szxw/4",
        "slqncy/szxw/4  第4条新闻",
        "  1 in duplicates/ (1 same_text), rewrite of slqncy/szxw/1 itself",
        "  slqncy/szxw/5",
        "2 stories with copies or rewrites: 3 in duplicates/, 1 in rewrites/",
    ]


def test_the_members_of_a_cluster_stand_before_the_texts(archive: Path) -> None:
    result = duplicates(archive, "slqncy/szxw/1")
    assert (result.status, result.errors) == (0, "")
    members, *texts = result.output.split("\n\n")
    assert members.splitlines() == [
        f"slqncy/szxw/1  {story_url(1)}  no date  第1条新闻",
        f"  same_text of slqncy/szxw/1  1  slqncy/szxw/2  {story_url(2)}  no date  equal normal form",
        f"  contained of slqncy/szxw/1  0.8  slqncy/szxw/3  {story_url(3)}  2026-10-30  all of it<U+000A>is there",
        f"  rewrite of slqncy/szxw/1  0.75  slqncy/szxw/4  {story_url(4)}  no date  3 names and 4 figures",
        f"  same_text of slqncy/szxw/4  1  slqncy/szxw/5  {story_url(5)}  no date  equal normal form",
    ]
    assert len(texts) == 4
    for asked in (story_url(3), "slqncy/szxw/5"):
        assert duplicates(archive, asked).output == result.output


def test_texts_stand_side_by_side_with_their_differences(archive: Path) -> None:
    *_, rewritten, copied = duplicates(archive, "slqncy/szxw/4").output.split("\n\n")
    assert [[cell.strip() for cell in line.split("│")] for line in rewritten.splitlines()] == [
        ["slqncy/szxw/1 version 1", "slqncy/szxw/4 version 1, rewrite 0.75"],
        ["─" * 100],
        ["第[-1-]条新闻", "第{+4+}条新闻"],
        ["三月二日[-上午，一百二十名-]志愿者[-在-]河边清理", "三月二日{+，+}志愿者{+们来到+}河边{+，把垃圾+}清"],
        ["[-垃圾-]。", "理{+干净+}。"],
        ["负责人介绍，这是今年的第一次活动。[-¶-]", "{+据+}负责人介绍，这是今年的第一次活动。"],
        ["[-居民们纷纷点赞。-]", ""],
    ]
    assert copied.startswith("slqncy/szxw/4 version 1")
    assert copied.count("据负责人介绍，这是今年的第一次活动。") == 2


def test_texts_are_no_orders_to_the_terminal(archive: Path) -> None:
    output = duplicates(archive, "slqncy/szxw/3").output
    assert all(character.isprintable() or character in "\n\u3000" for character in output)
    column = "".join(line.rpartition("│")[2].strip() for line in output.split("\n\n")[2].splitlines())
    text = column.replace("{+", "").replace("+}", "")
    assert "标题<U+001B>[31m" in text
    assert text.endswith("垃圾。<U+001B>[2J[red]活动<U+001B>]0;pwned<U+0007>[/red]<U+202E>结束。")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["slqncy/szxw/6"], 0, f"{story_url(6)}: no copies and no rewrites\n"),
        ([story_url(7)], 65, "never found"),
        (["slqncy/szxw/7"], 65, "never found"),
        (["one", "two"], 64, "name one URL, or one id such as slqncy/szxw/9538, or nothing"),
    ],
)
def test_other_answers(archive: Path, arguments: list[str], status: int, message: str) -> None:
    result = duplicates(archive, *arguments)
    assert result.status == status
    assert message in result.output + result.errors


def test_where_lines_are_lost_the_others_are_told(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, duplicate(2, 1))
    retold = story(3)
    writer.write(found(3))
    # Of a story whose line was lost, what stood beside it stays.
    writer.write(brought(retold), None, rewrite(retold))
    writer.close()
    assert duplicates(tmp_path).output.splitlines()[0] == "slqncy/szxw/1  no line in stories/"
    result = duplicates(tmp_path, "slqncy/szxw/3")
    assert (result.status, result.errors) == (0, "")
    first, copied, retold_line, *_ = result.output.splitlines()
    assert first == "slqncy/szxw/1  no line in stories/"
    assert copied.endswith(f"  slqncy/szxw/2  {story_url(2)}  no date  equal normal form")
    assert retold_line.endswith(f"  slqncy/szxw/3  {story_url(3)}  no line in stories/  3 names and 4 figures")
    assert "第" not in result.output


def test_where_there_is_no_archive_none_is_made(tmp_path: Path) -> None:
    result = duplicates(tmp_path)
    assert result.status == 74
    assert f"scrapy duplicates: {tmp_path}: no archive here" in result.errors
    assert list(tmp_path.iterdir()) == []


def run(archive: Path, stdout: int, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "scrapy", "duplicates", "slqncy/szxw/4", "-s", f"ARCHIVE_DIR={archive}"],
        cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_on_a_terminal_there_are_its_width_and_colours(archive: Path, no_color: str, coloured: bool) -> None:
    ours, theirs = pty.openpty()
    process = run(archive, theirs, NO_COLOR=no_color, COLUMNS="40")
    os.close(theirs)
    output = b""
    # A terminal whose other end is closed is an error on Linux.
    with suppress(OSError):
        while read := os.read(ours, 65536):
            output += read
    os.close(ours)
    assert process.communicate()[1] == b""
    assert process.returncode == 0
    assert ("\x1b[32m{+们来到+}\x1b[0m".encode() in output) is coloured
    assert (b"\x1b" in output) is coloured
    assert "< 第".encode() in output


def test_a_reader_that_has_seen_enough(archive: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    process = run(archive, theirs)
    os.close(theirs)
    assert process.communicate()[1] == b""
    assert process.returncode == 0


def test_where_the_encoding_has_no_chinese(archive: Path) -> None:
    process = run(archive, subprocess.PIPE, PYTHONIOENCODING="ascii")
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert b"\\u7b2c[-1-]\\u6761" in output
