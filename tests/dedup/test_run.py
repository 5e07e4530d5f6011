"""Files of the index: whole ones are read as they were written, what is no whole one is not opened."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.dedup import run as runs
from slqncy.dedup.run import MOST_POSTINGS, Numbers, Run, merge_runs, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = struct.Struct("<8sIIQQQ24x")
NUMBERS = [3, 5, 8]
KEYS = [7, 1 << 37, 7, (1 << 38) - 1, 0, 7]
PLACES = [0, 0, 1, 1, 2, 2]


def array(numbers: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(numbers, dtype=np.uint64)


def found(run: Run, *keys: int) -> list[list[int]]:
    """The places of the stories that have each of the keys."""
    counts, places = run.find(array(list(keys)))
    ends = np.cumsum(counts)
    return [places[end - count : end].tolist() for count, end in zip(counts, ends, strict=True)]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Run]:
    run = write_run(tmp_path / "small.run", NUMBERS, array(KEYS), array(PLACES))
    yield run
    run.close()


def test_a_run_has_what_was_written(small: Run, tmp_path: Path) -> None:
    assert [path.name for path in tmp_path.iterdir()] == ["small.run"]
    assert (len(small), small.postings) == (3, 6)
    assert [small.document(place) for place in (0, 1, 2, -1)] == [*NUMBERS, NUMBERS[-1]]
    assert found(small, 0, 7, 8, 1 << 37, (1 << 38) - 1) == [[2], [0, 1, 2], [], [0], [1]]


def test_nothing_asked_nothing_found(small: Run) -> None:
    assert found(small) == []


def test_the_file_is_what_it_was(small: Run) -> None:
    """Indexes on disk are to be read by later versions: where the format changes, the magic has to."""
    postings = sorted(key << 26 | place for key, place in zip(KEYS, PLACES, strict=True))
    expected = HEADER.pack(b"slqncy\x00\x01", 1, 0, 3, 6, 64 + 3 * 8 + 2 * 4 + 6 * 8)
    expected += struct.pack("<3Q2I6Q", *NUMBERS, 0, 6, *postings)
    assert small.path.read_bytes() == expected


@pytest.mark.parametrize("held", [0, 1 << 22], ids=["on disk", "in memory"])
@pytest.mark.parametrize("shape", [(1, 1), (50, 40), (700, 3)], ids=str)
def test_every_key_is_found_whatever_share_of_the_table_it_is_in(
    shape: tuple[int, int], held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_HELD", held)
    stories, each = shape
    keys = np.random.default_rng(stories).integers(0, 1 << 38, stories * each, dtype=np.uint64)
    places = np.repeat(np.arange(stories, dtype=np.uint64), each)
    run = write_run(tmp_path / "1.run", list(range(stories)), keys, places)
    assert found(run, *keys.tolist()) == [[place] for place in places.tolist()]
    run.close()


@pytest.mark.parametrize("chunk", [1, 100, 1 << 20])
def test_merged_runs_are_what_one_run_would_be(chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_CHUNK", chunk)
    random = np.random.default_rng(chunk)
    parts = []
    for name, stories in (("a", 300), ("b", 50)):
        keys = random.integers(0, 1 << 38, stories * 10, dtype=np.uint64)
        places = np.repeat(np.arange(stories, dtype=np.uint64), 10)
        parts.append((name, stories, keys, places))
    written = [
        write_run(tmp_path / f"{name}.run", list(range(stories)), keys, places) for name, stories, keys, places in parts
    ]
    merged = merge_runs(tmp_path / "merged.run", *written)
    moved = [parts[0][3], parts[1][3] + np.uint64(300)]
    whole = write_run(
        tmp_path / "whole.run",
        [*range(300), *range(50)],
        np.concatenate([keys for _, _, keys, _ in parts]),
        np.concatenate(moved),
    )
    assert merged.path.read_bytes() == whole.path.read_bytes()
    for run in (*written, merged, whole):
        run.close()


def test_runs_are_merged_in_small_parts_though_most_keys_begin_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the smallest hashes of a text do."""
    monkeypatch.setattr(runs, "_CHUNK", 1000)
    sizes: list[int] = []

    def capped(postings: Numbers) -> Numbers:
        sizes.append(len(postings))
        return postings

    random, places = np.random.default_rng(1), np.arange(20_000, dtype=np.uint64)
    both = [
        write_run(
            tmp_path / f"{name}.run", places.tolist(), random.integers(0, 1 << 33, 20_000, dtype=np.uint64), places
        )
        for name in ("a", "b")
    ]
    monkeypatch.setattr(runs, "_capped", capped)
    merged = merge_runs(tmp_path / "merged.run", *both)
    assert merged.postings == sum(sizes) == 40_000
    assert max(sizes) <= 6000
    for run in (*both, merged):
        run.close()


def test_of_a_common_key_no_more_is_kept_than_tells_that_it_is_common(tmp_path: Path) -> None:
    first, second = (
        write_run(
            tmp_path / f"{name}.run",
            list(range(many)),
            array([5] * many + [6] * 10),
            array([*range(many), *range(10)]),
        )
        for name, many in (("a", MOST_POSTINGS), ("b", 200))
    )
    merged = merge_runs(tmp_path / "merged.run", first, second)
    assert found(merged, 5, 6) == [[*range(MOST_POSTINGS + 1)], [*range(10), *range(MOST_POSTINGS, MOST_POSTINGS + 10)]]
    assert len(merged) == MOST_POSTINGS + 200
    for run in (first, second, merged):
        run.close()


# Damage


def refused(path: Path) -> None:
    with pytest.raises(ValueError, match=f"{path.name}: n"):
        Run(path)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 100, 143])
def test_a_torn_run_is_not_opened(small: Run, length: int) -> None:
    small.path.write_bytes(small.path.read_bytes()[:length])
    refused(small.path)


@pytest.mark.parametrize("more", [b"\0", b"\0" * 8, b"\0" * 1000])
def test_a_run_with_more_behind_it_is_not_opened(small: Run, more: bytes) -> None:
    small.path.write_bytes(small.path.read_bytes() + more)
    refused(small.path)


@pytest.mark.parametrize("data", [b"SQLite format 3\0" * 10, b"\0" * 200, "正文".encode() * 50])
def test_a_foreign_file_is_not_opened(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "foreign.run"
    path.write_bytes(data)
    refused(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [(0, b"slqncy\x00\x02"), (1, 0), (1, 2), (2, 1), (2, 63), (2, (1 << 32) - 1), (3, 0), (3, 4), (3, 1 << 60), (4, 5)],
    ids=str,
)
def test_a_run_of_another_version_or_with_a_header_that_cannot_be_is_not_opened(
    small: Run, field: int, value: bytes | int
) -> None:
    data = small.path.read_bytes()
    fields = list(HEADER.unpack_from(data))
    fields[field] = value
    small.path.write_bytes(HEADER.pack(*fields) + data[HEADER.size :])
    refused(small.path)


def test_a_run_of_no_stories_is_not_opened(tmp_path: Path) -> None:
    """Nobody writes one, and it has no last story."""
    path = tmp_path / "empty.run"
    path.write_bytes(HEADER.pack(b"slqncy\x00\x01", 1, 0, 0, 0, 72) + bytes(8))
    refused(path)


@given(st.data())
def test_a_changed_bit_of_header_or_table_is_noticed_or_does_no_harm(
    whole_run: tuple[Path, list[int]], data: st.DataObject
) -> None:
    path, keys = whole_run
    whole = path.read_bytes()
    header = HEADER.unpack_from(whole)
    table = 64 + 8 * header[3]
    used = [*range(40 * 8), *range(table * 8, (table + 4 * ((1 << header[2]) + 1)) * 8)]
    bit = data.draw(st.sampled_from(used))
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(changed)
    try:
        run = Run(path)
    except ValueError:
        return
    finally:
        path.write_bytes(whole)
    found(run, *keys)
    run.close()


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A run with a table of some length, and its keys."""
    keys = np.random.default_rng(1).integers(0, 1 << 38, 1000, dtype=np.uint64)
    path = tmp_path_factory.mktemp("run") / "whole.run"
    write_run(path, list(range(100)), keys, np.repeat(np.arange(100, dtype=np.uint64), 10)).close()
    return path, keys.tolist()
