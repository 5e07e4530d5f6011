"""Closing a month: the same lines in a smaller file, with a manifest."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveWriter, months
from slqncy.archive.ledger import Ledger
from slqncy.records import encode
from tests.archive.looking import defects, open_and_close, segments
from tests.samples import FIRST, SECOND, duplicate, keep, rejected, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OCTOBER = ("events/2026-10.ndjson", "stories/2026-10.jsonl")
NOVEMBER = (
    "events/2026-11.ndjson", "stories/2026-11.jsonl", "duplicates/2026-11.jsonl", "rejected/2026-11.jsonl",
    "rewrites/2026-11.jsonl",
)  # fmt: skip


def close_months(root: Path, current: str) -> None:
    writer = ArchiveWriter(root)
    writer.close_months(current)
    writer.close()


def read(root: Path) -> list[Any]:
    archive = Archive(root)
    return [
        *archive.stories(), *archive.duplicates(), *archive.rejected(), *archive.rewrites(), *archive.events()
    ]  # fmt: skip


def test_a_closed_month_is_compressed_and_its_manifest_is_right(root: Path) -> None:
    before = {name: (root / name).read_bytes() for name in (*OCTOBER, *NOVEMBER)}
    close_months(root, "2026-12")
    for name, lines in before.items():
        assert not (root / name).exists()
        packed = (root / f"{name}.gz").read_bytes()
        assert gzip.decompress(packed) == lines
        manifest = (root / name).with_suffix(".manifest.json")
        moments = {FIRST} if name in OCTOBER else {SECOND}
        assert json.loads(manifest.read_bytes()) == {
            "file": f"{Path(name).name}.gz",
            "size": len(packed),
            "sha256": sha256(packed).hexdigest(),
            "lines": lines.count(b"\n"),
            "first": min(moments),
            "last": max(moments),
            "uncompressed_size": len(lines),
            "uncompressed_sha256": sha256(lines).hexdigest(),
        }
    assert not [path for path in root.rglob("*.tmp") if path.is_file()]
    assert defects(root) == []


def test_first_and_last_are_the_oldest_and_the_newest_line_in_whatever_order(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    for number, moment in enumerate(["2026-11-20T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-28T00:00:00Z", SECOND]):
        keep(writer, story(number, downloaded=moment))
    writer.close_months("2026-12")
    writer.close()
    manifest = json.loads((tmp_path / "stories/2026-11.manifest.json").read_bytes())
    assert (manifest["first"], manifest["last"]) == (SECOND, "2026-11-28T00:00:00Z")


def test_the_current_month_stays_open(root: Path) -> None:
    november = {name: (root / name).read_bytes() for name in NOVEMBER}
    close_months(root, "2026-11")
    assert {name: (root / name).read_bytes() for name in NOVEMBER} == november
    assert all((root / f"{name}.gz").exists() and not (root / name).exists() for name in OCTOBER)
    assert not [path for name in NOVEMBER for path in (root / name).parent.glob("2026-11*.gz")]
    assert defects(root) == []


def test_closing_again_changes_nothing(root: Path, contents: Callable[[Path], dict[str, bytes]]) -> None:
    close_months(root, "2026-12")
    before = contents(root)
    close_months(root, "2026-12")
    assert contents(root) == before


def test_equal_lines_make_equal_files(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "other"
    shutil.copytree(root, other)
    for path in other.rglob("*.jsonl"):
        os.utime(path, (1, 1))
    for archive in (root, other):
        close_months(archive, "2026-12")
    for name in (*OCTOBER, *NOVEMBER):
        for file in (f"{name}.gz", str(Path(name).with_suffix(".manifest.json"))):
            assert (root / file).read_bytes() == (other / file).read_bytes()


def test_readers_see_the_same_before_and_after(root: Path) -> None:
    before = read(root)
    writer = ArchiveWriter(root)
    stories = Archive(root).stories()
    seen = [next(stories)]
    writer.close_months("2026-12")
    assert [*seen, *stories] == list(Archive(root).stories()), "who was reading goes on"
    assert read(root) == before
    writer.close()
    assert read(root) == before


def test_what_is_not_acknowledged_yet_is_closed_with_the_rest(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1, downloaded=FIRST))
    writer.close_months("2026-11")
    assert list(Archive(tmp_path).stories()) == [story(1, downloaded=FIRST)]
    assert [path.name for path in (tmp_path / "stories").glob("*.gz")] == ["2026-10.jsonl.gz"]
    writer.close()
    assert defects(tmp_path) == []


def test_a_clock_that_was_set_back_writes_into_the_newest_month(root: Path) -> None:
    close_months(root, "2026-11")
    october = (root / "stories/2026-10.jsonl.gz").read_bytes()
    late = story(6, downloaded=FIRST)
    writer = ArchiveWriter(root)
    keep(writer, late)
    writer.close()
    assert (root / "stories/2026-11.jsonl").read_bytes().endswith(encode(late))
    assert (root / "stories/2026-10.jsonl.gz").read_bytes() == october
    assert not (root / "stories/2026-10.jsonl").exists()
    assert defects(root) == []


@pytest.mark.parametrize("is_reopened", [False, True], ids=["in the same run", "in a later run"])
def test_no_line_is_added_to_a_closed_month_though_it_is_the_newest(root: Path, *, is_reopened: bool) -> None:
    before = segments(root)
    writer = ArchiveWriter(root)
    writer.close_months("2026-12")
    if is_reopened:
        writer.close()
        writer = ArchiveWriter(root)
    late = [story(6), rejected(7, downloaded=FIRST)]
    keep(writer, *late)
    writer.close()
    after = segments(root)
    assert {name: lines for name, lines in after.items() if name in before} == before
    assert after["stories/2026-12.jsonl"] == [encode(late[0])]
    assert after["rejected/2026-12.jsonl"] == [encode(late[1])]
    assert defects(root) == []


def test_the_month_after_december_is_january(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1, downloaded="2026-12-31T23:59:59Z"))
    writer.close_months("2027-01")
    keep(writer, story(2, downloaded="2026-12-31T23:59:59Z"))
    writer.close()
    assert [path.name for path in sorted((tmp_path / "stories").iterdir())] == [
        "2026-12.jsonl.gz", "2026-12.manifest.json", "2027-01.jsonl",
    ]  # fmt: skip
    assert defects(tmp_path) == []


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-9] + b"X" + data[-8:], lambda data: b"{}\n" + data],
    ids=["a character changed", "a line that is none"],
)
def test_a_month_that_is_not_what_was_acknowledged_is_not_closed(root: Path, damage: Callable[[bytes], bytes]) -> None:
    path = root / "stories/2026-10.jsonl"
    writer = ArchiveWriter(root)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    with pytest.raises(ArchiveDamagedError, match=r"2026-10\.jsonl: .*; `scrapy verify` lists every defect"):
        writer.close_months("2026-11")
    writer.close()
    assert path.read_bytes() == damaged
    assert not path.with_name("2026-10.jsonl.gz").exists()


# Kills


class Killed(BaseException):
    """The process ends here."""


STEPS = (
    (os, "write"), (os, "fsync"), (os, "fdatasync"), (months, "write_blocks"), (Path, "replace"), (Path, "unlink"),
    (Ledger, "commit"),
)  # fmt: skip


def kill(patch: pytest.MonkeyPatch, call: int, steps: Iterable[tuple[object, str]] = STEPS) -> list[str]:
    """End the process in place of its N-th call to the disk. Gives the calls made, as they are made."""
    calls: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            calls.append(name)
            if len(calls) == call:
                raise Killed
            return function(*args, **named)

        return run

    for owner, name in steps:
        patch.setattr(owner, name, counted(name, getattr(owner, name)))
    return calls


def test_a_kill_at_any_step_of_closing_leaves_every_line_once(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, records = segments(root), read(root)
    whole = tmp_path / "whole"
    shutil.copytree(root, whole)
    close_months(whole, "2026-11")
    killed = 0
    while True:
        copy = tmp_path / f"{killed}"
        shutil.copytree(root, copy)
        writer = ArchiveWriter(copy)
        with monkeypatch.context() as patch:
            calls = kill(patch, killed + 1)
            try:
                writer.close_months("2026-11")
            except Killed:
                pass
            else:
                break
        writer.abandon()
        assert defects(copy) == [], f"a kill at {calls} is no defect"
        assert read(copy) == records
        open_and_close(copy)
        assert segments(copy) == lines
        assert defects(copy) == []
        close_months(copy, "2026-11")
        for path in whole.glob("*/2*"):
            assert (copy / path.relative_to(whole)).read_bytes() == path.read_bytes()
        killed += 1
    writer.close()
    assert {"fsync", "replace", "unlink", "commit", "write_blocks"} <= set(calls)
    assert killed == len(calls)


def test_a_line_that_came_after_a_kill_is_not_lost(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed when a compressed file was in its place and the ledger had not been told."""
    writer = ArchiveWriter(root)
    with monkeypatch.context() as patch:
        kill(patch, 1, [(Ledger, "commit")])
        with pytest.raises(Killed):
            writer.close_months("2026-12")
    writer.abandon()
    assert (root / "duplicates/2026-11.jsonl.gz").exists()
    writer = ArchiveWriter(root)
    keep(writer, duplicate(6))
    writer.close()
    close_months(root, "2026-12")
    assert segments(root)["duplicates/2026-11.jsonl"] == [encode(duplicate(3)), encode(duplicate(6))]
    assert defects(root) == []
