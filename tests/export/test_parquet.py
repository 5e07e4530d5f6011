"""Parquet says what the JSON lines say, and its times are times."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from slqncy import __version__
from slqncy.archive import Archive
from slqncy.export import FORMATS, export, parquet
from slqncy.export.columns import TIMES, day_and_moment
from slqncy.records import SCHEMA_VERSION, Story
from tests.export.samples import stories

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(sample_archive: Path, tmp_path: Path) -> Path:
    path = tmp_path / "stories.parquet"
    assert export(Archive(sample_archive), FORMATS["parquet"], path) == 6
    return path


def lines(archive: Path) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(story) for story in Archive(archive).stories()]


def test_rows_are_the_lines(sample_archive: Path, path: Path) -> None:
    rows = pq.read_table(path).to_pylist()
    assert [{name: row[name] for name in Story.__dataclass_fields__} for row in rows] == lines(sample_archive)
    assert list(rows[0]) == [*Story.__dataclass_fields__, *TIMES]


def test_types(path: Path) -> None:
    schema = pq.read_schema(path)
    assert {name: str(schema.field(name).type) for name in ("id", "version", "authors", "declared_chars", *TIMES)} == {
        "id": "string", "version": "int64", "authors": "list<element: string not null>", "declared_chars": "int64",
        "published_on": "date32[day]", "published_at": "timestamp[us, tz=UTC]",
        "modified_on": "date32[day]", "modified_at": "timestamp[us, tz=UTC]", "downloaded_at": "timestamp[us, tz=UTC]",
    }  # fmt: skip
    assert {field.name for field in schema if field.nullable} == {
        "declared_chars", "declared_minutes", "declared_delta", *TIMES,
    }  # fmt: skip
    assert pa.types.is_struct(schema.field("provenance").type)


def test_what_a_file_says_of_itself(sample_archive: Path, path: Path) -> None:
    said = pq.read_schema(path).metadata
    assert said[b"slqncy.schema_version"] == str(SCHEMA_VERSION).encode()
    assert said[b"slqncy.version"] == __version__.encode()
    assert list(Archive(sample_archive).changes(said[b"slqncy.token"].decode())) == []


@pytest.mark.parametrize(
    ("text", "day", "moment"),
    [
        ("2026-06-01T00:30:00+08:00", date(2026, 6, 1), datetime(2026, 5, 31, 16, 30, tzinfo=UTC)),
        ("2026-11-01T00:00:00Z", date(2026, 11, 1), datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-06-01", date(2026, 6, 1), None),
        ("2026-06-01T00:30:00", date(2026, 6, 1), None),
        ("", None, None),
        ("2026-02-30", None, None),
        ("六月", None, None),
    ],
)
def test_a_day_is_not_midnight(text: str, day: date | None, moment: datetime | None) -> None:
    assert day_and_moment(text) == (day, moment)


def test_readers_see_the_same_days(path: Path) -> None:
    days = [day_and_moment(story.date_published)[0] for story in stories()]
    moments = [day_and_moment(story.date_published)[1] for story in stories()]
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.execute("SELECT published_on, published_at FROM read_parquet(?)", [str(path)]).fetchall()
    assert found == list(zip(days, moments, strict=True))
    frame = pl.read_parquet(path)
    assert frame["published_on"].to_list() == days
    assert frame["published_at"].to_list() == moments
    table = pd.read_parquet(path, dtype_backend="pyarrow")
    assert [None if pd.isna(day) else day for day in table["published_on"]] == days
    assert [None if pd.isna(at) else at.to_pydatetime() for at in table["published_at"]] == moments
    assert table["story_id"][0] == "00000001"


def test_row_groups_are_bounded(sample_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 2 * len(msgspec.json.encode(stories()[0])))
    export(Archive(sample_archive), FORMATS["parquet"], tmp_path / "out")
    metadata = pq.read_metadata(tmp_path / "out")
    assert metadata.num_rows == 6
    assert metadata.num_row_groups >= 3
    assert pq.read_table(tmp_path / "out")["id"].to_pylist() == [story.id for story in stories()]
    assert metadata.row_group(0).column(0).compression == "ZSTD"
