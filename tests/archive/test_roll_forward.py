"""What a cluster has acknowledged stands, and nothing else does, wherever a worker is killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slqncy.archive import Archive, ArchiveDamagedError, ArchiveWriter
from tests.archive.child_part import ENDED, acknowledged, acknowledged_file, open_part
from tests.archive.looking import defects, lose_ledger, quarantine

CHILD = Path(__file__).with_name("child_part.py")


def child(root: Path, when: str, commit: int) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(CHILD), str(root), when, str(commit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (0 if when == "refused" else ENDED), done.stderr
    return done.stdout


def numbers(root: Path) -> list[int]:
    return [int(story.story_id) for story in Archive(root).stories()]


def on_disk(root: Path) -> dict[str, int]:
    """Bytes of the files that a cluster acknowledges."""
    paths = [path for folder in ("events", "stories", "warc") for path in (root / folder).iterdir()]
    return {path.relative_to(root).as_posix(): path.stat().st_size for path in paths}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "part"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of which the cluster knows more than the ledger."""
    root = tmp_path_factory.mktemp("killed") / "part"
    child(root, "after", 1)
    return root


@pytest.fixture
def ahead(killed: Path, root: Path) -> Path:
    """The same, of one's own."""
    shutil.copy(acknowledged_file(killed), acknowledged_file(root))
    return shutil.copytree(killed, root)


def test_what_the_cluster_knows_is_taken_in(root: Path) -> None:
    child(root, "after", 3)
    before = numbers(root)
    open_part(root).close()
    assert len(numbers(root)) > len(before)
    assert on_disk(root) == acknowledged(root)
    assert defects(root) == []
    assert quarantine(root) == []


def test_what_the_cluster_does_not_know_is_taken_back(root: Path) -> None:
    child(root, "before", 3)
    before = acknowledged(root)
    open_part(root).close()
    assert on_disk(root) == before
    assert defects(root) == []
    assert quarantine(root)


def test_a_worker_that_the_cluster_refuses_writes_nothing_more(root: Path) -> None:
    said = child(root, "refused", 2)
    assert said.splitlines() == [
        "the cluster has another worker for this site",
        f"{root}: an earlier write failed; open the archive again to go on",
    ]
    before = acknowledged(root)
    open_part(root).close()
    assert on_disk(root) == before
    assert defects(root) == []


def test_lives_that_end_anywhere_make_one_archive(root: Path) -> None:
    for life, when in enumerate(["after", "before", "after", "refused", "after"], start=1):
        child(root, when, life % 3 + 1)
    open_part(root).close()
    found = numbers(root)
    assert found == list(range(1, len(found) + 1))
    assert on_disk(root) == acknowledged(root)
    assert defects(root) == []


def test_without_a_ledger_only_what_the_cluster_knows_counts(root: Path) -> None:
    child(root, "before", 2)
    before = acknowledged(root)
    lose_ledger(root)
    open_part(root).close()
    assert on_disk(root) == before
    assert defects(root) == []
    assert quarantine(root)


@pytest.mark.parametrize(("folder", "cut"), [("stories", 0), ("stories", 10), ("warc", 0), ("warc", 10)])
def test_less_than_the_cluster_knows_is_damage(ahead: Path, folder: str, cut: int) -> None:
    (path,) = (ahead / folder).iterdir()
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])
    else:
        path.unlink()
    before = {file: file.read_bytes() for file in ahead.glob("*/*")}
    with pytest.raises(ArchiveDamagedError, match=rf"{path.name.removesuffix('.open')}.* but the cluster has acknow"):
        open_part(ahead)
    assert {file: file.read_bytes() for file in ahead.glob("*/*")} == before


@pytest.mark.parametrize("name", ["../stories/2026-11.jsonl", "warc/../x.warc.gz", "stories/2026-11.jsonl.gz", ""])
def test_no_file_of_another_name_is_looked_at(root: Path, name: str) -> None:
    with pytest.raises(ArchiveDamagedError, match=r"the cluster has acknowledged .*, which no archive has"):
        ArchiveWriter(root, acknowledged={name: 1})


def test_other_bytes_than_the_cluster_knows_are_damage(ahead: Path) -> None:
    (path,) = (ahead / "warc").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-50] + bytes(50))
    with pytest.raises(ArchiveDamagedError, match=f"has acknowledged {len(data)} bytes, and "):
        open_part(ahead)
