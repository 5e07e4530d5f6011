"""Lines compressed in blocks."""

from __future__ import annotations

import gzip
import io
import subprocess
from typing import TYPE_CHECKING

import pytest

from slqncy.archive.blocks import line_in, salvage, write_blocks

if TYPE_CHECKING:
    from pathlib import Path

LINES = [f"{number} {chr(0x4E00 + number % 20_000) * (number % 97)}\n".encode() for number in range(4_000)]
STARTS = [sum(map(len, LINES[:number])) for number in range(0, len(LINES), 37)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lines.gz"
    with path.open("wb") as file:
        write_blocks(io.BytesIO(b"".join(LINES)), file)
    return path


def test_any_gzip_reader_reads_it(path: Path) -> None:
    whole = b"".join(LINES)
    assert gzip.decompress(path.read_bytes()) == whole
    assert subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout == whole  # noqa: S607


def test_equal_lines_make_equal_files(path: Path) -> None:
    other = io.BytesIO()
    write_blocks(io.BytesIO(b"".join(LINES)), other)
    assert other.getvalue() == path.read_bytes()
    # The empty block at the end, as the SAM specification prints it.
    assert path.read_bytes().endswith(bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000"))


def test_a_line_is_read_from_the_middle(path: Path) -> None:
    assert [line_in(path, start) for start in STARTS] == LINES[::37]
    assert line_in(path, sum(map(len, LINES))) == b""


def test_a_line_is_read_from_a_file_without_blocks(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(b"".join(LINES)))
    assert [line_in(path, start) for start in STARTS[:9]] == LINES[: 9 * 37 : 37]


def test_lines_of_blocks_behind_the_damage_are_kept(path: Path) -> None:
    data = bytearray(path.read_bytes())
    second = data.index(b"\x1f\x8b\x08\x04", 1)
    data[second : second + 400] = bytes(400)
    path.write_bytes(data)
    kept = set(b"".join(salvage(path)).splitlines(keepends=True))
    lost = [line for line in LINES if line not in kept]
    assert 0 < sum(map(len, lost)) <= 65_280 + 2 * max(map(len, LINES)), "one block, and the lines that reach into it"


@pytest.mark.parametrize("damaged", [slice(0, 18), slice(-28, None)], ids=["the first header", "the last block"])
def test_damaged_ends_cost_nothing(path: Path, damaged: slice) -> None:
    data = bytearray(path.read_bytes())
    data[damaged] = bytes(len(data[damaged]))
    path.write_bytes(data)
    assert b"".join(salvage(path)) == b"".join(LINES)
