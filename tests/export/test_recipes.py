"""The recipes of docs/export.md are run, and all give the same answer."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import polars as pl
import pyarrow.json
import pytest

from slqncy.archive import Archive
from slqncy.export import FORMATS, export
from slqncy.export.columns import TIMES
from tests.crawling import ROOT
from tests.export.samples import HOSTILE, stories

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = (ROOT / "docs/export.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```$", DOCUMENT.split("\n## Recipes\n")[1], re.MULTILINE | re.DOTALL)
COMMANDS = [line for _, block in BLOCKS for line in block.splitlines() if line.startswith("scrapy export")]
DAYS = {(story.id, story.date_published[:10]) for story in stories() if story.date_published}
ANSWER = Counter(day for _, day in DAYS)
RECIPES = [block for block in BLOCKS if not block[1].startswith("scrapy export")]


@pytest.fixture(scope="module")
def place(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with an archive, and what the document exports."""
    place = tmp_path_factory.mktemp("recipes")
    shutil.copytree(sample_archive, place / "output")
    for command in COMMANDS:
        words = shlex.split(command)
        form, target = FORMATS[words[words.index("--to") + 1]], place / words[words.index("-o") + 1]
        export(Archive(place / "output"), form, target, latest="--latest" in words)
    return place


def days(output: str) -> dict[str, int]:
    """Days with their counts, whichever comes first in a line."""
    found = {}
    for line in output.splitlines():
        if day := re.search(r"\d{4}-\d\d-\d\d", line):
            (count,) = re.findall(r"\d+", line.replace(day[0], "").replace("00:00:00", ""))
            found[day[0]] = int(count)
    return found


@pytest.mark.parametrize(("language", "recipe"), RECIPES, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(RECIPES, 1)])
def test_recipes(
    language: str, recipe: str, place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    if language == "sh":
        if not shutil.which("jq"):
            pytest.skip("jq is not installed")
        subprocess.run(["/bin/bash", "-o", "pipefail", "-ec", recipe], check=True)
    else:
        script = place / "recipe.py"
        script.write_text(recipe, encoding="utf-8")
        # Read when `datasets` is imported, which is here for the first time.
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        monkeypatch.setenv("HF_HOME", str(place / "cache"))
        runpy.run_path(str(script))
    assert days(capfd.readouterr().out) == ANSWER


# What the table of readers warns of. Where one of these fails, a reader has learnt, and the table may be shorter.


def lines(path: Path, *dates: str, undeclared: int = 0) -> str:
    """JSON Lines of a story a date, after so many that declare nothing."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(undeclared):
            file.write(json.dumps({"id": f"a/b/{number}", "date_published": dates[0], "declared_chars": None}) + "\n")
        for date in dates:
            file.write(json.dumps({"id": "a/c/1", "date_published": date, "declared_chars": 7}) + "\n")
    return str(path)


def test_duckdb_takes_types_from_the_first_lines(tmp_path: Path) -> None:
    path = lines(tmp_path / "lines.jsonl", "2026-06-01T00:30:00+08:00", "2026-06-01", undeclared=20_480)
    question = "SELECT count(declared_chars), max(date_published)::VARCHAR FROM read_json(?{})"
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'Asia/Shanghai'")
        assert database.execute(question.format(""), [path]).fetchall() == [(0, "2026-06-01 08:00:00+08")]
        assert database.execute(question.format(", sample_size = -1"), [path]).fetchall()[0][0] == 2


def test_polars_stops(tmp_path: Path) -> None:
    path = lines(tmp_path / "lines.jsonl", "2026-06-01", undeclared=1000)
    with pytest.raises(pl.exceptions.ComputeError, match="NULL-typed column"):
        pl.read_ndjson(path)
    assert pl.read_ndjson(path, infer_schema_length=None)["declared_chars"].sum() == 7


def test_pandas_takes_numbers_for_numbers(place: Path) -> None:
    path = place / "output/stories/2026-10.jsonl.gz"
    assert pd.read_json(path, lines=True)["story_id"][0] == 1
    assert pd.read_json(path, lines=True, dtype=False)["story_id"][0] == "00000001"


def test_pyarrow_cuts_zones_off(tmp_path: Path) -> None:
    table = pyarrow.json.read_json(lines(tmp_path / "lines.jsonl", "2026-06-01T00:30:00+08:00"))
    assert [str(at) for at in table["date_published"].to_pylist()] == ["2026-05-31 16:30:00"]


def test_every_format_and_column_is_explained() -> None:
    formats, columns = DOCUMENT.split("\n| column | type | meaning |\n")
    assert re.findall(r"^\| `([^`]+)` \|", formats, re.MULTILINE) == ["--to", *FORMATS]
    assert re.findall(r"^\| `([^`]+)` \|", columns, re.MULTILINE) == list(TIMES)
    assert re.findall(r"^### (.+)", DOCUMENT.split("\n## Recipes\n")[0], re.MULTILINE) == list(FORMATS)


def test_words_are_found_as_the_document_says(place: Path) -> None:
    (question,) = re.findall(r"^```sql\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    with closing(sqlite3.connect(place / "stories.sqlite")) as db:
        found = db.execute(question.replace("社区", "正文")).fetchall()
    assert {title for (title,) in found} == {"第1条新闻", "第2条新闻", "第3条新闻", HOSTILE}


def test_every_format_has_a_recipe_or_is_text() -> None:
    assert {shlex.split(command)[3] for command in COMMANDS} | {"text"} == set(FORMATS)
