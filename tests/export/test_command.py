"""`scrapy export`, as a person or a script meets it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from slqncy.archive.layout import TAKEDOWN
from slqncy.export import FORMATS
from tests.crawling import ROOT, Result, scrapy

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(archive: Path, *arguments: str) -> Result:
    result = scrapy("export", *arguments, "-s", f"ARCHIVE_DIR={archive}")
    assert "Traceback" not in result.errors, result.errors
    return result


def test_a_file_is_written_and_one_that_is_there_replaced(sample_archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "stories.parquet"
    target.write_text("what was there")
    result = command(sample_archive, "--to", "parquet", "-o", str(target), "--latest")
    assert (result.status, result.output, result.errors) == (0, f"{target}: 5 versions of stories\n", "")
    assert pq.read_metadata(target).num_rows == 5


def test_lines_go_to_standard_output(sample_archive: Path) -> None:
    result = command(sample_archive, "--to", "csv", "--since", "2026-11-01", "-o", "-")
    assert (result.status, result.errors) == (0, "")
    assert len([*csv.DictReader(result.output.removeprefix("\ufeff").splitlines(keepends=True))]) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], f"--to FORMAT: say one of {', '.join(FORMATS)}"),
        (["--to", "xlsx", "-o", "out"], f"--to xlsx: say one of {', '.join(FORMATS)}"),
        (["--to", "csv"], "say where to: -o PATH, or -o - for standard output"),
        (["--to", "parquet"], "say where to: -o PATH (exit"),
        (["--to", "parquet", "-o", "-"], "standard output is for lines"),
        (["--to", "csv", "-o", "{archive}/stories/2026-11.jsonl"], "within the archive"),
        (["--to", "text", "-o", "{archive}"], "within the archive"),
        (["--to", "csv", "-o", "{archive}/../nowhere/out"], "/../nowhere/out: there is no directory "),
        (["--to", "hf", "-o", "/"], "/: no name for a file or a directory"),
        (["--to", "csv", "-o", "/dev/null"], "no file, and is not replaced"),
        (["--to", "csv", "-o", "{archive}/.."], "no file, and is not replaced"),
        (["--to", "hf", "-o", "{archive}/.."], "is there already; take it away, or name another directory"),
        (["--to", "csv", "-o", "-", "--since", "gestern"], "--since gestern: write a day or a time, as in 2026-11-01"),
        (["--to", "csv", "-o", "-", "stories"], "'stories' is no argument of this command"),
        (["--to", "csv", "-o", "x" * 300], "File name too long"),
    ],
)
def test_wrong_arguments(sample_archive: Path, arguments: Sequence[str], message: str) -> None:
    before = sorted(sample_archive.parent.rglob("*"))
    result = command(sample_archive, *(argument.format(archive=sample_archive) for argument in arguments))
    assert (result.status, result.output) == (64, "")
    assert message in result.errors
    assert sorted(sample_archive.parent.rglob("*")) == before


def test_nothing_to_export_is_no_success(sample_archive: Path, tmp_path: Path) -> None:
    result = command(sample_archive, "--to", "text", "-o", str(tmp_path / "out"), "--since", "2030-01-01")
    assert result.status == 65
    assert result.errors == (
        f"scrapy export: {sample_archive}: no stories since 2030-01-01; nothing is written (exit status 65)\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_no_archive(tmp_path: Path) -> None:
    result = command(tmp_path / "none", "--to", "csv", "-o", "-")
    assert result.status == 74
    assert "no archive here" in result.errors


def test_what_is_taken_down_gets_into_no_export(root: Path) -> None:
    (root / TAKEDOWN).write_bytes(b"{}")
    result = command(root, "--to", "csv", "-o", "-")
    assert (result.status, result.output) == (74, "")
    assert "a takedown was cut short" in result.errors


def test_a_damaged_line_is_named(root: Path, tmp_path: Path) -> None:
    path = root / "stories/2026-11.jsonl"
    path.write_bytes(path.read_bytes()[:-40] + b"\xff" + path.read_bytes()[-39:])
    result = command(root, "--to", "parquet", "-o", str(tmp_path / "out"))
    assert result.status == 65
    assert f"{path}, byte " in result.errors
    assert not (tmp_path / "out").exists()


def test_lines_that_cannot_be_printed_are_no_success(sample_archive: Path) -> None:
    arguments = ["export", "--to", "dolma", "-o", "-", "-s", f"ARCHIVE_DIR={sample_archive}"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 74
    assert done.stderr.startswith("scrapy export: cannot print: ")


WITHOUT_PYARROW = "import sys; sys.modules['pyarrow'] = None; from scrapy.cmdline import execute; execute()"


def test_a_package_that_is_missing_is_named(sample_archive: Path, tmp_path: Path) -> None:
    arguments = ["export", "--to", "hf", "-o", str(tmp_path / "out"), "-s", f"ARCHIVE_DIR={sample_archive}"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYARROW, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 64
    assert done.stderr == (
        "scrapy export: --to hf needs pyarrow: pip install 'slqncy[export]', or make extras (exit status 64)\n"
    )
    assert list(tmp_path.iterdir()) == []
