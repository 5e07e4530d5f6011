"""CSV, Dolma's documents and JSON-LD, read by what reads them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import pandas as pd
import polars as pl
import pytest

from slqncy.archive import Archive
from slqncy.export import FORMATS, csv_rows, export
from slqncy.export.selection import Selection
from slqncy.records import Provenance, Story, Warc
from tests.export.samples import HOSTILE, stories

if TYPE_CHECKING:
    from pathlib import Path

NESTED = ("provenance", "warc")
COLUMNS = [
    *(name for name in Story.__dataclass_fields__ if name not in NESTED),
    *(f"provenance.{name}" for name in Provenance.__dataclass_fields__ if name not in NESTED),
    *(f"provenance.warc.{name}" for name in Warc.__dataclass_fields__),
]


def exported(archive: Path, name: str, path: Path) -> Path:
    export(Archive(archive), FORMATS[name], path)
    return path


# CSV


@pytest.fixture
def table(sample_archive: Path, tmp_path: Path) -> Path:
    return exported(sample_archive, "csv", tmp_path / "stories.csv")


def test_rows_of_csv(table: Path) -> None:
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert list(rows[0]) == COLUMNS
    for row, story in zip(rows, stories(), strict=True):
        assert row["id"] == story.id
        assert row["story_id"] == story.story_id
        assert row["authors"] == "\n".join(story.authors)
        assert row["images"] == "\n".join(image.url for image in story.images)
        assert row["declared_chars"] == ("" if story.declared_chars is None else str(story.declared_chars))
        assert row["provenance.run_id"] == story.provenance.run_id
    assert rows[3]["text"] == stories()[3].text


def test_no_cell_is_a_formula(table: Path) -> None:
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[5]["title"] == f"'{HOSTILE}"
    assert rows[4]["text"] == "'-1度。"
    assert rows[4]["declared_delta"] == "-3"


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"], ids=lambda sign: f"U+{ord(sign):04X}")
def test_no_sign_begins_a_formula(sign: str) -> None:
    one = replace(stories()[0], keywords=[f"{sign}1+1", "二"])
    table = b"".join(csv_rows.lines(Selection(iter([one]), ""))).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    assert row["keywords"] == f"'{sign}1+1\n二"


def test_csv_is_by_the_book(table: Path) -> None:
    data = table.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfschema_version,id,version,")
    assert data.count(b"\r\n") == 1 + len(stories())
    assert data.endswith(b"\r\n")


def test_readers_of_csv(table: Path) -> None:
    """None of them takes the byte order mark for a part of the first name, or a line within a cell for a row."""
    texts = [story.text if story.text[0] != "-" else f"'{story.text}" for story in stories()]
    frame = pd.read_csv(table, dtype=str, keep_default_na=False)
    assert list(frame) == COLUMNS
    assert frame["text"].tolist() == texts
    assert frame["story_id"][0] == "00000001"
    with duckdb.connect() as database:
        found = database.execute("SELECT * FROM read_csv(?, all_varchar = true)", [str(table)])
        assert [column[0] for column in found.description] == COLUMNS
        assert [row[COLUMNS.index("text")] for row in found.fetchall()] == texts
    polars = pl.read_csv(table, infer_schema=False)
    assert polars.columns == COLUMNS
    assert polars["text"].to_list() == texts


# Standard output


class Stdout(io.TextIOWrapper):
    """Standard output, of which it is known what it is connected to."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize("name", ["csv", "dolma", "schema.org"])
def test_a_terminal_obeys_nothing_and_a_program_gets_the_bytes(
    sample_archive: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = {}
    for is_terminal in (True, False):
        monkeypatch.setattr(sys, "stdout", stdout := Stdout(is_terminal=is_terminal))
        export(Archive(sample_archive), FORMATS[name], None)
        stdout.seek(0)
        printed[is_terminal] = stdout.read()
    monkeypatch.undo()
    assert printed[False] == exported(sample_archive, name, tmp_path / "out").read_bytes().decode()
    assert "\u202e" in printed[False]
    assert "<U+202E>" in printed[True]
    assert printed[True].replace("\n", "").isprintable()


# Dolma


def test_documents_of_dolma(sample_archive: Path, tmp_path: Path) -> None:
    path = exported(sample_archive, "dolma", tmp_path / "slqncy.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        documents = [json.loads(line) for line in file]
    latest = [story for story in stories() if (story.story_id, story.version) != ("5", 1)]
    for document, story in zip(documents, latest, strict=True):
        assert list(document) == ["id", "text", "source", "added", "created", "metadata"]
        line = msgspec.to_builtins(story)
        assert document["metadata"] | {"id": document["id"], "text": document["text"]} == line
        assert (document["source"], document["added"]) == ("slqncy", story.date_downloaded)
        assert document["created"] == story.date_published
    assert len({(document["source"], document["id"]) for document in documents}) == 5


def test_a_name_without_gz_is_not_compressed(sample_archive: Path, tmp_path: Path) -> None:
    plain = exported(sample_archive, "dolma", tmp_path / "plain.jsonl").read_bytes()
    assert gzip.decompress(exported(sample_archive, "dolma", tmp_path / "packed.jsonl.gz").read_bytes()) == plain
    assert len(plain.decode().splitlines()) == 5


# schema.org

REQUIRED = {"@context", "@type", "identifier", "version", "url", "headline", "articleBody", "publisher"}
TYPES: dict[str, type] = {
    "@context": str, "@type": str, "identifier": str, "version": int, "url": str, "headline": str, "articleBody": str,
    "articleSection": str, "inLanguage": str, "datePublished": str, "dateModified": str, "author": list,
    "publisher": dict, "sourceOrganization": dict, "image": list, "keywords": list, "description": str,
}  # fmt: skip


def test_articles_of_schema_org(sample_archive: Path, tmp_path: Path) -> None:
    lines = exported(sample_archive, "schema.org", tmp_path / "out").read_bytes()
    articles: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines()]
    for article, story in zip(articles, stories(), strict=True):
        assert set(article) >= REQUIRED
        assert all(isinstance(value, TYPES[name]) and value for name, value in article.items())
        assert (article["@context"], article["@type"]) == ("https://schema.org", "NewsArticle")
        assert (article["headline"], article["articleBody"]) == (story.title, story.text)
        assert (article["identifier"], article["version"]) == (story.id, story.version)
        assert [author["name"] for author in article.get("author", [])] == story.authors
        assert {author["@type"] for author in article.get("author", [])} <= {"Person"}
        assert [image["url"] for image in article.get("image", [])] == [image.url for image in story.images]
        assert article["publisher"]["url"] == "http://www.slqncy.com/"
        for name in ("datePublished", "dateModified"):
            if name in article:
                assert (datetime if "T" in article[name] else date).fromisoformat(article[name])
    assert articles[4]["sourceOrganization"]["name"] == "东渚晚报"


def test_articles_stand_within_a_script(sample_archive: Path, tmp_path: Path) -> None:
    lines = exported(sample_archive, "schema.org", tmp_path / "out").read_text(encoding="utf-8")
    assert json.loads(lines.splitlines()[5])["headline"] == HOSTILE
    assert not set("<>&\u2028") & set(lines)
