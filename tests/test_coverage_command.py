"""`scrapy coverage`, as a person or a script meets it, and what runs leave of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # our own pictures

import pytest
from lxml.html import document_fromstring

from slqncy.archive import ArchiveWriter
from slqncy.reasons import Rejection
from tests.crawling import Result, scrapy
from tests.samples import duplicate, found, gone, keep, rejected, story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl

TOLD = """\
slqncy  1 to 9: 9 numbers, 66.6 % are known
  # 1 archived
  = 1 duplicates
  x 1 gone from the site
  ? 1 waiting for an answer
  ! 1 rejected
  - 2 not on the site
  . 2 never asked for
  each sign is a number
  1 #=x..--!?
  longest gaps
    -a site=slqncy -a ids=4-5  2 numbers
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write: other tests look at the same archive."""
    root = tmp_path_factory.mktemp("coverage") / "archive"
    writer = ArchiveWriter(root)
    keep(writer, story(1), duplicate(2), story(3), rejected(6), rejected(7, Rejection.SOFT_404))
    keep(writer, rejected(8, Rejection.EMPTY))
    writer.write(gone(3))
    writer.write(found(9))
    writer.close()
    return root


@pytest.fixture(autouse=True)
def _any_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the terminal of whoever tests is like makes no difference."""
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.setenv(name, "")


def coverage(archive: Path, *arguments: str) -> Result:
    result = scrapy("coverage", *arguments, "-s", f"ARCHIVE_DIR={archive}")
    assert "Traceback" not in result.errors, result.errors
    return result


def test_it_is_told(archive: Path) -> None:
    result = coverage(archive)
    assert (result.status, result.errors, result.output) == (0, "", TOLD)


def test_it_is_drawn(archive: Path, tmp_path: Path) -> None:
    result = coverage(archive, "--svg", str(tmp_path / "line.svg"))
    assert (result.status, result.errors, result.output) == (0, "", "")
    described = ET.parse(tmp_path / "line.svg").findtext("{http://www.w3.org/2000/svg}desc")  # noqa: S314
    assert described is not None
    assert described.startswith("slqncy  1 to 9: 9 numbers, 66.6 % are known: 1 archived")


def test_an_archive_without_stories(tmp_path: Path) -> None:
    ArchiveWriter(tmp_path).close()
    assert coverage(tmp_path).output == f"{tmp_path}: no stories are known\n"
    assert coverage(tmp_path, "--svg", str(tmp_path / "line.svg")).status == 0
    assert "No story is known." in (tmp_path / "line.svg").read_text()


def test_what_cannot_be_done_is_said(archive: Path, tmp_path: Path) -> None:
    result = coverage(tmp_path / "nowhere")
    assert (result.status, result.output) == (74, "")
    assert "no archive here" in result.errors
    result = coverage(archive, "--svg", str(tmp_path / "no" / "line.svg"))
    assert (result.status, result.output) == (74, "")
    assert "line.svg: cannot be written: No such file or directory" in result.errors
    assert coverage(archive, "surplus").status == 64


def test_a_run_leaves_its_number_lines_and_the_figures(demo_crawl: DemoCrawl) -> None:
    (report,) = demo_crawl.archive.glob("runs/*.json")
    told = json.loads(report.read_bytes())
    page = report.with_suffix(".html").read_bytes()
    assert told["page"] == f"sha256:{hashlib.sha256(page).hexdigest()}"
    figures = told["coverage"]["slqncy"]
    assert figures["archived"] == told["addresses"]["states"]["archived"]
    described = document_fromstring(page).find(".//*[@class='number-line']").get("aria-label")  # type: ignore[union-attr]
    assert described is not None
    assert f"slqncy  {figures['lowest']} to {figures['highest']}: " in described
    assert f"{figures['archived']} archived, " in described
    # What anybody asks for afterwards is what the run has drawn.
    assert coverage(demo_crawl.archive).output.splitlines()[0] in described
