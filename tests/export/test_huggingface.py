"""What `datasets` loads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.parquet as pq

from slqncy.archive import Archive
from slqncy.export import FORMATS, export, huggingface, parquet
from slqncy.export.huggingface import CC_NEWS
from slqncy.records import Story
from tests.export.samples import stories

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LOAD = """
import json, sys
import datasets, yaml

found = datasets.load_dataset(sys.argv[1], split="train")
card = yaml.safe_load(open(f"{sys.argv[1]}/README.md", encoding="utf-8").read().split("---")[1])
declared = datasets.Features._from_yaml_list(card["dataset_info"]["features"])
print(json.dumps({
    "columns": found.column_names, "is_as_declared": found.features == declared, "language": card["language"],
    "rows": [{**row, "published_on": str(row["published_on"])} for row in found.remove_columns(
        ["published_at", "modified_on", "modified_at", "downloaded_at"])],
}))
"""


def load(directory: Path, cache: Path) -> dict[str, Any]:
    """What `datasets` finds, without a network."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(directory)], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_directory_is_a_dataset(sample_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 1)
    monkeypatch.setattr(huggingface, "GROUPS_A_FILE", 4)
    directory = tmp_path / "dataset"
    assert export(Archive(sample_archive), FORMATS["hf"], directory) == 6
    files = sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
    assert files == ["README.md", "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]
    assert pq.read_metadata(directory / files[1]).num_rows == 4

    found = load(directory, tmp_path / "cache")
    assert found["is_as_declared"]
    assert found["language"] == ["zh"]
    assert tuple(found["columns"][: len(CC_NEWS)]) == CC_NEWS
    assert set(Story.__dataclass_fields__) < set(found["columns"])
    for row, story in zip(found["rows"], stories(), strict=True):
        line = msgspec.to_builtins(story)
        assert {name: row[name] for name in line} == line
        assert row["domain"] == "www.slqncy.com"
        assert row["date"] == story.date_published
        assert row["published_on"] == (story.date_published[:10] or "None")
        assert row["image_url"] == ("http://www.slqncy.com/a.jpg" if story.images else "")


def test_the_card_says_what_is_there(sample_archive: Path, tmp_path: Path) -> None:
    export(Archive(sample_archive), FORMATS["hf"], tmp_path / "dataset")
    card = (tmp_path / "dataset/README.md").read_text(encoding="utf-8")
    assert "6 rows, each a\nversion" in card
    assert "n<1K" in card
    token = re.search(r"--since (\S+)`", card)
    assert token
    assert list(Archive(sample_archive).changes(token[1])) == []
