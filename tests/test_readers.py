"""Other people's readers see the same archive: the same rows, the same ids, nothing turned into something else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import jq
import jsonschema
import pandas as pd
import polars as pl
import pytest

from slqncy.archive import Archive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl


@pytest.fixture
def ids(demo_crawl: DemoCrawl) -> list[str]:
    return [story.id for story in Archive(demo_crawl.archive).stories()]


@pytest.fixture
def path(demo_crawl: DemoCrawl) -> Path:
    (path,) = (demo_crawl.archive / "stories").glob("*.jsonl")
    return path


def test_jq(path: Path, ids: list[str]) -> None:
    assert jq.compile(".id").input_text(path.read_text(encoding="utf-8")).all() == ids


def test_pandas(path: Path, ids: list[str]) -> None:
    frame = pd.read_json(path, lines=True, dtype=False)
    assert frame["id"].tolist() == ids
    assert all(isinstance(number, str) for number in frame["story_id"])


def test_duckdb(path: Path, ids: list[str]) -> None:
    with duckdb.connect() as database:
        rows = database.execute("SELECT id, char_count, length(text) FROM read_json(?)", [str(path)]).fetchall()
    assert [row[0] for row in rows] == ids
    assert all(count == length for _, count, length in rows)


def test_polars(path: Path, ids: list[str]) -> None:
    frame = pl.read_ndjson(path)
    assert frame["id"].to_list() == ids
    assert frame["text"].null_count() == 0


@pytest.mark.parametrize("kind", ["stories", "duplicates", "rejected"])
def test_every_line_fits_the_published_schema(demo_crawl: DemoCrawl, kind: str) -> None:
    name = {"stories": "story", "duplicates": "duplicate", "rejected": "rejected"}[kind]
    schema = json.loads((demo_crawl.archive / f"schema/{name}.v1.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    (path,) = (demo_crawl.archive / kind).glob("*.jsonl")
    keys = set()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            validator.validate(record)
            keys.add(tuple(record))
    assert len(keys) == 1
