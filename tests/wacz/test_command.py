"""`scrapy wacz` on archives that real crawls made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.reliability.disk_trace import STRACE
from slqncy.archive import Archive
from slqncy.archive.layout import TAKEDOWN
from tests.crawling import ROOT, scrapy
from tests.peers import output_of
from tests.wacz.stranger import Package
from tests.wacz.warcs import Warc

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl
    from tests.crawling import Result


@pytest.fixture
def archive(demo_crawl: DemoCrawl, tmp_path: Path) -> Path:
    """An archive of one's own."""
    return shutil.copytree(demo_crawl.archive, tmp_path / "archive")


def wacz(archive: Path, *arguments: str) -> Result:
    result = scrapy("wacz", *arguments, "-s", f"ARCHIVE_DIR={archive}")
    assert "Traceback" not in result.errors, result.errors
    return result


def warcs(archive: Path) -> list[Path]:
    return sorted((archive / "warc").glob("*.warc.gz"))


def test_a_crawl_is_packed(archive: Path, demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    target = tmp_path / "demo.wacz"
    result = wacz(archive, str(target))
    package = Package(target)
    package.check()
    asked = len(demo_crawl.requests)
    assert result.status == 0, result.errors
    assert result.output == f"{target}: 1 WARC file, {asked} captures, {len(package.pages)} pages\n"
    assert len(list(package.lines())) == asked
    month = warcs(archive)[0].name[7:11] + "-" + warcs(archive)[0].name[11:13]
    assert wacz(archive, str(target), "--month", month).status == 0
    Package(target).check()
    assert len(list(Package(target).lines())) == asked


def test_each_story_of_a_crawl_is_a_page_with_its_title(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "demo.wacz"
    assert wacz(archive, str(target)).status == 0
    titles = {page["url"]: page.get("title") for page in Package(target).pages}
    there = Archive(archive)
    kept = [*there.stories(), *there.duplicates()]
    assert len(kept) > 100
    assert {page.url: page.title for page in kept} == {url: titles[url] for url in (page.url for page in kept)}


def test_the_index_of_a_crawl_is_the_one_that_cdxj_indexer_makes(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "demo.wacz"
    assert wacz(archive, str(target)).status == 0
    assert Package(target).index.decode() == output_of("cdxj-indexer", "--sort", *warcs(archive))


def test_files_that_a_run_writes_to_are_left_out(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "demo.wacz"
    (path,) = warcs(archive)
    shutil.copy(path, path.with_name(path.name.replace("-00000.", "-00001.") + ".open"))
    assert wacz(archive, str(target)).output.endswith("pages; 1 open file left out\n")
    path.unlink()
    result = wacz(archive, str(target))
    assert (result.status, result.output) == (65, "")
    assert f"scrapy wacz: {archive}: no captures in 0 closed WARC files; 1 open file left out" in result.errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one file to write, which ends in .wacz"),
        (["a.wacz", "b.wacz"], "name one file to write"),
        (["captures.zip"], "which ends in .wacz"),
        (["nowhere/a.wacz"], "nowhere/a.wacz: there is no directory nowhere"),
        ([f"{'a' * 300}.wacz"], ".wacz: File name too long"),
        (["a.wacz", "--month", "2026-13"], "a month is written YYYY-MM"),
        (["a.wacz", "--month", "november"], "a month is written YYYY-MM"),
    ],
)
def test_wrong_arguments(archive: Path, arguments: list[str], message: str) -> None:
    result = wacz(archive, *arguments)
    assert (result.status, result.output) == (64, "")
    assert message in result.errors
    assert not list(ROOT.glob("*.wacz"))


def test_a_directory_is_not_replaced(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "a.wacz").mkdir()
    assert wacz(archive, str(tmp_path / "a.wacz")).status == 64


def test_a_month_without_captures(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.wacz"
    target.write_bytes(b"what was there")
    result = wacz(archive, str(target), "--month", "2001-01")
    assert result.status == 65
    assert "no captures of 2001-01 in 1 closed WARC file" in result.errors
    assert target.read_bytes() == b"what was there"


def test_where_there_is_no_archive(tmp_path: Path) -> None:
    result = wacz(tmp_path / "none", str(tmp_path / "a.wacz"))
    assert result.status == 74
    assert "no archive here" in result.errors
    assert list(tmp_path.iterdir()) == []


def test_what_is_to_be_taken_down_is_not_packed(archive: Path, tmp_path: Path) -> None:
    (archive / TAKEDOWN).write_text("{}")
    target = tmp_path / "demo.wacz"
    result = wacz(archive, str(target))
    assert result.status == 74
    assert "a takedown was cut short; any run completes it" in result.errors
    assert not target.exists()


def test_damage_ends_in_a_line_and_a_status(archive: Path, tmp_path: Path) -> None:
    (path,) = warcs(archive)
    path.write_bytes(path.read_bytes()[:-100])
    result = wacz(archive, str(tmp_path / "a.wacz"))
    assert result.status == 65
    assert f"{path}, byte " in result.errors
    assert not list(tmp_path.glob("*.wacz"))


def test_a_full_disk_leaves_the_package_that_is_there(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.wacz"
    target.write_bytes(b"what was there")
    # No file may grow beyond 256 KiB: so a write fails half-way, as on a full disk.
    command = f"ulimit -f 512; exec {sys.executable} -m scrapy wacz {target} -s ARCHIVE_DIR={archive}"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 74
    assert f"scrapy wacz: {target}: not written: " in done.stderr
    assert "Traceback" not in done.stderr
    assert target.read_bytes() == b"what was there"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_a_disk_without_room_for_what_is_kept_meanwhile(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "archive/warc/slqncy-20261101000000-00000.warc.gz")
    for number in range(8000):
        warc.response(f"http://www.slqncy.com/szxw/{number}.html", "2026-11-01T00:00:00Z", b"%d" % number)
    warc.write()
    (tmp_path / "archive/stories").mkdir()
    (tmp_path / "archive/stories/2026-11.jsonl").touch()
    target = tmp_path / "a.wacz"
    # SQLite writes with pwrite64, the package is written with write.
    inject = [str(STRACE), "-f", "-qq", "-o", "/dev/null", "-e", "inject=pwrite64:error=ENOSPC"]
    command = [sys.executable, "-m", "scrapy", "wacz", str(target), "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}"]
    done = subprocess.run([*inject, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 74, done.stderr
    assert f"scrapy wacz: {target}: not written: database or disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.wacz")) + list(tmp_path.glob(".*"))


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_a_package_is_on_disk_before_it_has_its_name(archive: Path, tmp_path: Path) -> None:
    target, trace = tmp_path / "a.wacz", tmp_path / "trace"
    tracing = [str(STRACE), "-f", "-y", "-qq", "-o", str(trace), "-e", "trace=fsync,rename,write"]
    command = [sys.executable, "-m", "scrapy", "wacz", str(target), "-s", f"ARCHIVE_DIR={archive}"]
    subprocess.run([*tracing, *command], cwd=ROOT, capture_output=True, check=True)
    temporary = tmp_path / ".a.wacz.tmp"
    calls = [
        line.split(" ", 1)[1].lstrip().partition("(")[0]
        for line in trace.read_text().splitlines()
        if f"<{temporary}>" in line or f'"{temporary}"' in line or f"<{tmp_path}>" in line
    ]
    assert calls[:1] == ["write"]
    assert calls[calls.index("fsync") :] == ["fsync", "rename", "fsync"]
