"""The commands that work on an archive, as a person or a script meets them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.changes import encode_change
from tests.crawling import ROOT, Result, scrapy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import DemoCrawl

SEED = "http://www.slqncy.com/szxw/9538.html"


@pytest.fixture
def archive(demo_crawl: DemoCrawl, tmp_path: Path) -> Path:
    """An archive of one's own."""
    return shutil.copytree(demo_crawl.archive, tmp_path / "archive")


def command(archive: Path, *arguments: str) -> Result:
    result = scrapy(*arguments, "-s", f"ARCHIVE_DIR={archive}")
    assert "Traceback" not in result.errors, result.errors
    return result


def only(archive: Path, pattern: str) -> Path:
    (path,) = archive.glob(pattern)
    return path


def garble(path: Path, line: int) -> bytes:
    """Spoil a line; gives it as it was."""
    lines = path.read_bytes().splitlines(keepends=True)
    before = lines[line]
    lines[line] = before[:40] + b"\xff\xfe" + before[42:]
    path.write_bytes(b"".join(lines))
    return before


@pytest.mark.parametrize("arguments", [["verify"], ["repair"], ["rebuild"], ["explain", SEED], ["changes"]])
def test_where_there_is_no_archive_none_is_made(tmp_path: Path, arguments: list[str]) -> None:
    result = command(tmp_path, *arguments)
    assert result.status == 74
    assert f"scrapy {arguments[0]}: {tmp_path}: no archive here" in result.errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["verify", "repair", "rebuild", "changes"])
def test_a_directory_in_the_wrong_place_is_no_other_archive(archive: Path, name: str) -> None:
    result = command(archive, name, str(archive))
    assert result.status == 64
    assert "name an archive by -s ARCHIVE_DIR=DIR" in result.errors
    assert result.output == ""


def test_a_word_that_cannot_be_printed_is_no_success(archive: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", "verify", "-s", f"ARCHIVE_DIR={archive}"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 74
    assert done.stderr.startswith("scrapy verify: cannot print: ")
    assert "Traceback" not in done.stderr


# Explain


def test_explain_tells_the_history_of_an_address_and_where_its_line_is(archive: Path) -> None:
    result = command(archive, "explain", "http://slqncy.com/szxw/9538.html?from=mobile")
    assert result.status == 0
    head, state, found, archived, line = result.output.splitlines()
    assert head == f"{SEED}  slqncy/szxw/9538"
    assert state.startswith("  archived; due 20")
    assert "found  on http://www.slqncy.com/" in found
    assert "archived  version 1  HTTP 200  run " in archived
    path = only(archive, "stories/*.jsonl")
    where, _, rest = line.strip().partition(": byte ")
    position, length = (int(word.split()[0]) for word in rest.split(", ")[:2])
    assert where == str(path)
    assert json.loads(path.read_bytes()[position : position + length])["canonical_url"] == SEED
    assert command(archive, "explain", "slqncy/szxw/9538").output == result.output


def test_explain_says_why_a_story_is_not_archived(archive: Path) -> None:
    there = Archive(archive)
    duplicate, rejected = next(there.duplicates()), next(there.rejected())
    told = command(archive, "explain", duplicate.id).output
    assert f"duplicate  version 1  HTTP 200  {duplicate.duplicate_kind} of {duplicate.duplicate_of}" in told
    assert f"duplicate of {duplicate.duplicate_of}, declares {duplicate.declared_chars} characters, " in told
    told = command(archive, "explain", rejected.canonical_url).output
    assert f"  rejected ({rejected.reason}); due " in told
    assert rejected.reason_detail in told
    (forbidden,) = (event.url for event in there.events() if event.event == "excluded")
    assert "  excluded (robots); due " in command(archive, "explain", forbidden).output


def test_explain_says_how_much_of_a_story_is_missing(archive: Path) -> None:
    (story,) = (story for story in Archive(archive).stories() if story.declared_delta)
    told = command(archive, "explain", story.id).output
    assert f"declares {story.declared_chars} characters, declared_delta {story.declared_delta}, sha256:" in told


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 64, "name one URL"),
        (["one", "two"], 64, "name one URL"),
        (["http://www.slqncy.com/szxw/1.html"], 65, "never found"),
        (["slqncy/szxw/1"], 65, "links to it"),
        (["9538"], 65, "9538: never found; name a URL, or an id such as slqncy/szxw/9538"),
        (["http://127.0.0.1:8080/szxw/9538.html"], 65, "never found; pages of a mirror are known by their addresses"),
    ],
)
def test_explain_of_what_it_does_not_know(archive: Path, arguments: list[str], status: int, message: str) -> None:
    result = command(archive, "explain", *arguments)
    assert result.status == status
    assert message in result.output + result.errors


# Changes


def test_changes_tell_what_a_consumer_has_missed(archive: Path) -> None:
    result = command(archive, "changes")
    assert result.status == 0
    told = [json.loads(line) for line in result.output.splitlines()]
    assert [line["id"] for line in told] == [story.id for story in Archive(archive).stories()]
    assert {line["change"] for line in told} == {"ADD"}
    rest = command(archive, "changes", "--since", told[-3]["token"]).output
    assert rest.splitlines() == result.output.splitlines()[-2:]
    assert rest.splitlines() == [encode_change(change) for change in Archive(archive).changes(told[-3]["token"])]
    assert command(archive, "changes", "--since", told[-1]["token"]).output == ""


@pytest.mark.parametrize(
    ("token", "message"), [("yesterday", "is no token"), ("2026-11-100-00000000", "is not a token of")]
)
def test_a_wrong_token_is_a_usage_error(archive: Path, token: str, message: str) -> None:
    result = command(archive, "changes", "--since", token)
    assert result.status == 64
    assert result.output == ""
    assert message in result.errors


# Verify, repair, rebuild


def test_damage_is_named_repaired_and_kept_aside(archive: Path) -> None:
    path = only(archive, "stories/*.jsonl")
    lost = json.loads(garble(path, 7))
    found = command(archive, "verify")
    assert found.status == 65
    assert f"{archive}: stories/{path.name}, byte " in found.output
    spoiled = path.read_bytes().splitlines(keepends=True)[7]
    repaired = command(archive, "repair")
    assert repaired.status == 0, repaired.output
    assert "moved to" in repaired.output
    assert "0 defects" in repaired.output
    assert spoiled in [kept.read_bytes() for kept in (archive / "quarantine").iterdir()]
    assert command(archive, "verify", "--full").status == 0
    assert lost["id"] not in {story.id for story in Archive(archive).stories()}
    assert "due with the next run" in command(archive, "explain", lost["id"]).output


def test_rebuild_makes_the_ledger_anew_and_stops_at_a_line_it_cannot_read(archive: Path) -> None:
    (archive / "ledger.sqlite").unlink()
    rebuilt = command(archive, "rebuild")
    assert rebuilt.status == 0, rebuilt.errors
    assert "the ledger is made anew of " in rebuilt.output
    assert command(archive, "verify", "--full").status == 0
    garble(only(archive, "stories/*.jsonl"), 3)
    refused = command(archive, "rebuild")
    assert refused.status == 65
    assert "line 4 cannot be read" in refused.errors
    assert "`scrapy repair` moves it aside" in refused.errors


@pytest.mark.parametrize("name", ["repair", "rebuild"])
def test_what_writes_waits_for_a_run_to_end(archive: Path, name: str) -> None:
    writer = ArchiveWriter(archive)
    try:
        result = command(archive, name)
    finally:
        writer.close()
    assert result.status == 75
    assert "is writing to this archive" in result.errors
    assert command(archive, name).status == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda archive: only(archive, "runs/*.json").write_text("{}"),
        lambda archive: only(archive, "runs/*.json").unlink(),
        lambda archive: (archive / "schema/story.v1.json").write_text("{}"),
    ],
    ids=["a report changed", "a report lost", "a schema changed"],
)
def test_full_verification_looks_at_what_is_beside_the_lines(archive: Path, spoil: Callable[[Path], object]) -> None:
    spoil(archive)
    assert command(archive, "verify").status == 0
    assert command(archive, "verify", "--full").status == 65
