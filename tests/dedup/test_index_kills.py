"""A kill, or a hand, leaves files that are not the index's: what is whole counts, the rest goes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slqncy.dedup.index import Index
from slqncy.dedup.run import Run
from tests.archive.test_months import Killed, kill
from tests.dedup.tables import POOL, Model, agree, keys, small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STEPS = ((Path, "open"), (os, "fsync"), (Path, "replace"), (Path, "unlink"))
STORIES = 48
# Whoever is killed closes nothing, and a disk that fails ends the run.
UNCLOSED = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


def its_keys(number: int) -> set[int]:
    return {POOL[(number + offset) % len(POOL)] for offset in range(6)}


@pytest.fixture
def folder() -> Iterator[Path]:
    """An index of three runs."""
    with small() as folder:
        index = Index(folder)
        for number in range(28):
            index.add(number, keys(its_keys(number)))
            if number % 4 == 3:
                index.flush()
        index.close()
        assert len(list(folder.iterdir())) == 3
        yield folder


def add_until(end: int, index: Index) -> None:
    """Add all stories that the index lacks."""
    for number in range(0 if index.last is None else index.last + 1, end):
        index.add(number, keys(its_keys(number)))


def is_sound(folder: Path) -> None:
    """After opening, nothing is left but whole runs, of the first stories; with the others added all is as it was."""
    index = Index(folder)
    assert sorted(folder.iterdir()) == sorted(run.path for run in index._runs)
    assert len(index) == (0 if index.last is None else index.last + 1)
    model = Model()
    model.stories = {number: its_keys(number) for number in range(STORIES)}
    add_until(STORIES, index)
    agree(index, model, [], 4)
    index.flush()
    agree(index, model, [], 4)
    index.close()


def put(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@UNCLOSED
def test_a_kill_at_any_step_of_writing_and_merging_leaves_every_story_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, killed = files(folder), 0
    while True:
        index = Index(folder)
        add_until(STORIES, index)
        with monkeypatch.context() as patch:
            calls = kill(patch, killed + 1, STEPS)
            try:
                index.flush()
            except Killed:
                pass
            else:
                break
        index.close()
        is_sound(folder)
        put(folder, before)
        killed += 1
    index.close()
    # One run, and then it is merged with each of the others.
    assert calls.count("replace") == calls.count("fsync") == 4
    assert calls.count("unlink") == 6
    assert killed == len(calls)


@UNCLOSED
def test_a_disk_that_fails_at_any_step_loses_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> Callable[..., None]:
        def run(*_: object, **__: object) -> None:
            raise OSError(name)

        return run

    index = Index(folder)
    add_until(STORIES, index)
    for owner, name in STEPS:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, fail(name))
            with pytest.raises(OSError, match=name):
                index.flush()
    index.close()
    is_sound(folder)


@pytest.mark.parametrize("is_later_left", [False, True], ids=["both parts", "the later part"])
def test_parts_of_a_merged_run_that_are_still_there_are_taken_away(folder: Path, *, is_later_left: bool) -> None:
    parts = files(folder)
    index = Index(folder)
    add_until(STORIES, index)
    index.flush()
    index.close()
    assert len(files(folder)) == 1
    for name, data in sorted(parts.items())[is_later_left:]:
        (folder / name).write_bytes(data)
    index = Index(folder)
    assert (len(index), len(index._runs)) == (STORIES, 1)
    index.close()
    is_sound(folder)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:40],
        lambda _: b"",
        lambda data: data + data,
        lambda data: data[:8] + b"\2" + data[9:],
        lambda data: b"SQLite format 3\0" + data[16:],
        lambda data: data[:15] + b"\xff" + data[16:],
        lambda data: data[:31] + b"\x7f" + data[32:],
    ],
    ids=["torn", "header", "empty", "twice", "version", "foreign", "huge table", "huge size"],
)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_is_no_whole_run_is_taken_away(folder: Path, which: int, damage: Callable[[bytes], bytes]) -> None:
    path = sorted(folder.iterdir())[which]
    path.write_bytes(damage(path.read_bytes()))
    index = Index(folder)
    assert path not in folder.iterdir()
    # Of a run in the middle the caller knows by the count.
    assert index.last is not None
    assert (len(index) == index.last + 1) == (which == 2)
    index.close()


def test_what_a_kill_left_half_written_is_taken_away(folder: Path) -> None:
    before = files(folder)
    for name, data in before.items():
        (folder / f".{name}.tmp").write_bytes(data[:100])
    other = folder / "README"
    other.write_bytes(b"not of the index")
    Index(folder).close()
    assert files(folder) == {**before, "README": b"not of the index"}


def test_a_run_that_is_there_twice_counts_once(folder: Path) -> None:
    first = min(folder.iterdir())
    (folder / f"{first.stem} (copy).run").write_bytes(first.read_bytes())
    index = Index(folder)
    assert len(index) == 28
    index.close()


def test_a_run_is_read_to_the_end_by_whoever_has_it_open(folder: Path) -> None:
    """A merge takes files away that another process may be asking."""
    path = min(folder.iterdir())
    run = Run(path)
    put(folder, {})
    assert [run.document(place) for place in range(len(run))] == list(range(16))
    run.close()
