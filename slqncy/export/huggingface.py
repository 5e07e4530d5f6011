"""A directory for `datasets.load_dataset` and the Hugging Face Hub: Parquet files, and a card that describes them.

The columns of https://huggingface.co/datasets/vblagoje/cc_news come first, under its names, so that what reads those
reads these; then come the ones that are ours alone.
"""

from __future__ import annotations

import json
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa

from slqncy import __version__
from slqncy.export.columns import columns, row_of, schema_of
from slqncy.export.parquet import groups, open_parquet, write_group

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.export.selection import Selection
    from slqncy.records import Story

GROUPS_A_FILE = 125
"""Row groups in a file: half a gigabyte of text, as `datasets` itself writes them."""
DATA = "data"
CC_NEWS = ("title", "text", "domain", "date", "description", "url", "image_url")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_CARD = """\
---
pretty_name: slqncy
language:
- zh
license: other
size_categories:
- {size}
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*.parquet
dataset_info:
  features:
{features}
---

# slqncy

Chinese news stories as their sites published them, less boilerplate, archived by slqncy {version}. {rows} rows, each a
version of a story. Copies and near copies are left out.

```python
from datasets import load_dataset

stories = load_dataset("DIRECTORY", split="train")
```

The first columns are those of `cc_news`. `date` and `date_published` are RFC 3339 with a zone, or a day where the page
gave no time; `published_on` is that day, and `published_at` the moment in UTC, null where only a day is known.
`declared_delta` 0 proves that `text` is whole, by the count of characters that the page itself declares. A story that
was changed has several rows with one `id`.

The texts belong to their authors and publishers, and no licence comes with them. They name people. A story that is
taken down later is still in here; `scrapy changes --since {token}` tells of all that has changed since.
"""


def write(selection: Selection, directory: Path) -> None:
    """A row for each version, in as many files as it takes, and the card."""
    schema = _schema(selection.token)
    found = groups(selection, _row)
    data = directory / DATA
    data.mkdir()
    paths: list[Path] = []
    for group in found:
        path = data / f"{len(paths)}.parquet"
        with path.open("xb") as file, open_parquet(file, schema) as parquet:
            for rows in chain([group], islice(found, GROUPS_A_FILE - 1)):
                write_group(parquet, rows, schema)
        paths.append(path)
    for number, path in enumerate(paths):
        path.rename(data / file_name(number, len(paths)))
    describe(directory, selection.count, selection.token)


def file_name(number: int, count: int) -> str:
    """Of one of so many files of rows, under `DATA`."""
    return f"train-{number:05}-of-{count:05}.parquet"


def describe(directory: Path, count: int, token: str) -> None:
    """Write the card of a dataset of so many rows."""
    (directory / "README.md").write_text(_card(count, token), encoding="utf-8")


def _schema(token: str) -> pa.Schema:
    shared = {name: pa.field(name, pa.string(), nullable=False) for name in CC_NEWS}
    return schema_of((shared | {field.name: field for field in columns()}).values(), token)


def _row(story: Story) -> dict[str, Any]:
    return row_of(story) | {
        "domain": urlsplit(story.canonical_url).hostname or "",
        "date": story.date_published,
        "image_url": story.images[0].url if story.images else "",
    }


def _card(count: int, token: str) -> str:
    size = next((size for most, size in _SIZES if count < most), "n>1M")
    # YAML has JSON in it.
    features = "\n".join(f"  - {json.dumps({'name': field.name} | _feature(field.type))}" for field in _schema(token))
    return _CARD.format(size=size, features=features, version=__version__, rows=count, token=token)


def _feature(kind: pa.DataType) -> dict[str, Any]:
    """A type as `datasets` writes it in cards."""
    if pa.types.is_list(kind):
        item = _feature(kind.value_type)
        return {"list": item.get("dtype") or item["struct"]}
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name} | _feature(field.type) for field in kind]}
    return {"dtype": str(kind).removesuffix("[day]")}
