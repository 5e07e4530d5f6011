"""`scrapy report`, as a person or a script meets it."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveWriter
from tests.crawling import ROOT, Result, scrapy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl


@pytest.fixture(scope="module")
def archive(demo_crawl: DemoCrawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write: the run of today, and before it one of an earlier version, that has no page."""
    root = shutil.copytree(demo_crawl.archive, tmp_path_factory.mktemp("report") / "archive")
    old = {"run_id": "20261001T041700-7", "started": "2026-10-01T04:17:00.5+00:00", "exit_status": 69, "failures": []}
    (root / "runs/20261001T041700-7.json").write_text(json.dumps(old))
    (root / "runs/20261002T041700-7.json").write_text("{")
    (root / "runs/20261003T041700-7.json").write_text(json.dumps(old | {"started": "yesterday"}))
    return root


def report(archive: Path, *arguments: str) -> Result:
    result = scrapy("report", *arguments, "-s", f"ARCHIVE_DIR={archive}")
    assert "Traceback" not in result.errors, result.errors
    return result


def latest(archive: Path) -> Path:
    (page,) = archive.glob("runs/*.html")
    return page


def test_the_page_of_the_last_run(archive: Path) -> None:
    result = report(archive)
    assert (result.status, result.errors, result.output) == (0, "", f"{latest(archive)}\n")


def test_a_run_by_its_id(archive: Path) -> None:
    assert report(archive, latest(archive).stem, "--no-open").output == f"{latest(archive)}\n"
    result = report(archive, "20261001T041700-7")
    assert (result.status, result.output) == (64, "")
    assert "has no page; `scrapy report --since 2026-10-01 --until 2026-10-01` makes one" in result.errors


def test_the_last_run_on_a_site(archive: Path) -> None:
    assert report(archive, "--site", "slqncy").output == f"{latest(archive)}\n"


def test_a_span_of_runs_is_a_file_of_the_caller(archive: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in archive.glob("runs/*")}
    page = tmp_path / "span.html"
    result = report(archive, "--since", "2026-10-01", "-o", str(page))
    assert (result.status, result.errors, result.output) == (0, "", f"{page}\n")
    assert "1 of 2 runs did not go well" in page.read_text(encoding="utf-8")
    assert {path.name: path.read_bytes() for path in archive.glob("runs/*")} == before


def test_a_span_without_a_name_is_a_temporary_file(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    result = report(archive, "--until", "2026-10-01")
    (page,) = tmp_path.glob("*.html")
    assert result.output == f"{page}\n"
    assert page.stat().st_mode & 0o077 == 0
    assert "20261001T041700-7" in page.read_text(encoding="utf-8")


def test_in_a_terminal_a_browser_opens_it(archive: Path, tmp_path: Path) -> None:
    opened, ours, theirs = tmp_path / "opened", *pty.openpty()
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o700)
    for options in ([], ["--no-open"]):
        command = [sys.executable, "-W", "error", "-m", "scrapy", "report", *options, "-s", f"ARCHIVE_DIR={archive}"]
        environment = {**os.environ, "BROWSER": f"{browser} %s"}
        assert (
            subprocess.run(command, cwd=ROOT, stdout=theirs, env=environment, timeout=60, check=False).returncode == 0
        )
    for descriptor in (ours, theirs):
        os.close(descriptor)
    assert opened.read_text() == f"{latest(archive).as_uri()}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["20261126T000000-1"], "'20261126T000000-1' is no run of "),
        (["../../etc/passwd"], "'../../etc/passwd' is no run of "),
        (["20261001T041700-7", "20261001T041700-7"], "name one run; --since and --until make a page of several"),
        (["--since", "yesterday"], "'yesterday' is no day such as 2026-11-26"),
        (["--since", "2099-01-01"], "no run of "),
        (["-o", "x.html"], "-o is for a span of runs"),
        (["20261126T000000-1", "--since", "2026-11-01"], "names one run, --since and --until a span"),
        (["--site", "ar7y"], "was on 'ar7y'"),
        (["--site", "ar7y", "--since", "2026-11-01"], "started in that span on 'ar7y'"),
        (["20261126T000000-1", "--site", "slqncy"], "names one run, --site the last one on a site"),
    ],
    ids=["unknown", "path", "two", "day", "empty span", "no span", "both", "no site", "no span of it", "run of site"],
)
def test_what_makes_no_sense_is_said(archive: Path, arguments: list[str], message: str) -> None:
    result = report(archive, *arguments)
    assert (result.status, result.output) == (64, "")
    assert message in result.errors


def test_what_cannot_be_done_is_said(archive: Path, tmp_path: Path) -> None:
    result = report(tmp_path / "nowhere")
    assert (result.status, result.output) == (74, "")
    assert "no archive here" in result.errors
    ArchiveWriter(tmp_path / "new").close()
    result = report(tmp_path / "new")
    assert result.status == 74
    assert "no run has left a report yet" in result.errors
    result = report(archive, "--since", "2026-10-01", "-o", str(tmp_path / "no" / "page.html"))
    assert result.status == 74
    assert "page.html: cannot be written: No such file or directory" in result.errors
    odd = tmp_path / "new/runs/20261126T000000-1.json"
    odd.mkdir(parents=True)
    result = report(tmp_path / "new", "--since", "2026-10-01")
    assert (result.status, result.output) == (74, "")
    assert result.errors == f"scrapy report: {odd}: Is a directory (exit status 74)\n"
