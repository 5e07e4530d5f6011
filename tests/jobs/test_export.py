"""An export by workers has the rows of a single one."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyarrow.dataset as ds
import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.parts import make_part
from slqncy.export import FORMATS, NoStoriesError, SinceError
from slqncy.export import export as export_here
from slqncy.jobs.export import export
from slqncy.reasons import EventKind
from tests.crawling import ROOT, scrapy
from tests.samples import happened, keep, story

if TYPE_CHECKING:
    from pathlib import Path

    from distributed import Client


def rows(path: Path) -> Any:
    """What an export says, in its order, whatever the number of its files."""
    if path.name.endswith(("parquet", "hf")):
        data = path / "data" if (path / "data").exists() else path
        dataset = ds.dataset(sorted(data.glob("*.parquet")) if data.is_dir() else data)
        return dataset.schema.metadata, dataset.to_table().to_pylist()
    if path.name.endswith("text"):
        return {file.relative_to(path): file.read_bytes() for file in path.rglob("*.txt")}
    if path.is_file():
        return path.read_bytes()
    whole = b""
    for number, file in enumerate(sorted(path.iterdir())):
        lines = file.read_bytes()
        # Each file of a CSV dataset begins with the names of the columns.
        whole += lines.partition(b"\r\n")[2] if number and file.suffix == ".csv" else lines
    return whole


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize(
    ("name", "latest"), [*((name, False) for name in FORMATS if name != "sqlite"), ("text", True), ("hf", True)]
)
def test_it_has_the_rows_of_a_single_one(
    client: Client, sample_archive: Path, tmp_path: Path, name: str, *, latest: bool
) -> None:
    archive, form = Archive(sample_archive), FORMATS[name]
    one, many = tmp_path / f"one.{name}", tmp_path / f"many.{name}"
    count = export_here(archive, form, one, latest=latest)
    assert export(archive, name, many, client, since="", latest=latest) == count
    assert rows(many) == rows(one)
    assert len([path for path in many.rglob("*") if path.suffix in {".csv", ".jsonl", ".parquet", ".txt"}]) > 2
    if name == "hf":
        assert (many / "README.md").read_bytes() == (one / "README.md").read_bytes()
        assert min(path.name for path in (many / "data").iterdir()) == "train-00000-of-00003.parquet"
    assert {path.name for path in tmp_path.iterdir()} == {one.name, many.name}


def test_since_leaves_out_the_same(client: Client, sample_archive: Path, tmp_path: Path) -> None:
    archive = Archive(sample_archive)
    assert export(archive, "csv", tmp_path / "many", client, since="2026-11-01", latest=False) == 4
    export_here(archive, FORMATS["csv"], tmp_path / "one", since="2026-11-01")
    assert rows(tmp_path / "many") == rows(tmp_path / "one")
    with pytest.raises(SinceError):
        export(archive, "csv", tmp_path / "never", client, since="gestern", latest=False)
    with pytest.raises(NoStoriesError, match="since 2027"):
        export(archive, "csv", tmp_path / "never", client, since="2027-01-01", latest=False)
    assert {path.name for path in tmp_path.iterdir()} == {"many", "one"}


@pytest.mark.usefixtures("small_shards")
def test_what_a_web_archive_had_may_be_older_than_what_stands(
    client: Client, root: Path, tmp_path: Path, deaths: Path
) -> None:
    with closing(ArchiveWriter(root)) as writer:
        earlier = story(1, "网页档案里的旧文。", version=2)
        earlier.provenance.web_archive, earlier.provenance.date_captured = "wayback", "2020-01-01T00:00:00Z"
        writer.write(happened(EventKind.EARLIER, 1, version=2, http_status=200), earlier)
    archive = Archive(root)
    assert export(archive, "csv", tmp_path / "many", client, since="", latest=True) == 5
    export_here(archive, FORMATS["csv"], tmp_path / "one", latest=True)
    assert rows(tmp_path / "many") == rows(tmp_path / "one")
    assert "旧文" not in rows(tmp_path / "many").decode()
    assert {path.name for path in deaths.iterdir()} == {"edited", "versions", "rows"}


@pytest.mark.parametrize("latest", [False, True])
def test_parts_of_a_cluster_are_one_dataset(client: Client, tmp_path: Path, *, latest: bool) -> None:
    root = tmp_path / "cluster"
    for worker, versions in (("w1", [story(1), story(2)]), ("w2", [story(3), story(2, "改过。", version=2)])):
        with closing(ArchiveWriter(make_part(root, worker))) as writer:
            keep(writer, *versions)
    archive = Archive(root)
    assert export(archive, "dolma", tmp_path / "many", client, since="", latest=latest) == 3
    export_here(archive, FORMATS["dolma"], tmp_path / "one", latest=latest)
    # In the order of the parts, and not of all times.
    assert sorted(rows(tmp_path / "many").splitlines()) == sorted(rows(tmp_path / "one").splitlines())


def test_people_give_a_number_of_workers(sample_archive: Path, tmp_path: Path) -> None:
    arguments = ("export", "-s", f"ARCHIVE_DIR={sample_archive}", "--workers", "2", "--to")
    target = tmp_path / "stories"
    result = scrapy(*arguments, "csv", "-o", str(target))
    assert (result.status, result.output, result.errors) == (0, f"{target}: 6 versions of stories\n", "")
    assert sorted(path.name for path in target.iterdir()) == ["part-00000.csv", "part-00001.csv"]
    again = scrapy(*arguments, "csv", "-o", str(target))
    assert (again.status, "is there already" in again.errors) == (64, True)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--to", "sqlite", "-o", "{new}", "--workers", "2"], 64, "this format is one file, which one process writes"),
        (["--to", "csv", "-o", "-", "--workers", "2"], 64, "this format goes to several files"),
        (["--to", "csv", "-o", "{new}", "--workers", "0"], 64, "--workers 0: say how many, 1 or more"),
        (["--to", "csv", "-o", "{new}", "--scheduler", "nowhere"], 74, "nowhere: no scheduler answers"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    sample_archive: Path, tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    given = [argument.format(new=tmp_path / "new") for argument in arguments]
    result = scrapy("export", "-s", f"ARCHIVE_DIR={sample_archive}", *given)
    assert result.status == status, result.errors
    assert message in result.errors
    assert result.errors.count("\n") == 1
    assert not (tmp_path / "new").exists()


WITHOUT_DASK = "import sys; sys.modules['distributed'] = None; from scrapy.cmdline import execute; execute()"


def test_without_dask_the_extra_is_named(sample_archive: Path, tmp_path: Path) -> None:
    arguments = ["export", "--to", "csv", "-o", str(tmp_path / "new"), "--workers", "2"]
    command = [sys.executable, "-c", WITHOUT_DASK, *arguments, "-s", f"ARCHIVE_DIR={sample_archive}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert done.stderr == (
        "scrapy export: work by many processes needs distributed: pip install 'slqncy[jobs]', or make extras "
        "(exit status 64)\n"
    )
    assert list(tmp_path.iterdir()) == []
