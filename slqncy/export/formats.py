"""What there is to export to."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class Shape(Enum):
    """What an export is on disk, and how its module writes it."""

    LINES = auto()
    """Lines, to a file or to standard output: `lines(selection)` gives them."""
    FILE = auto()
    """A file that `write(selection, file)` writes."""
    DIRECTORY = auto()
    """A directory that `write(selection, directory)` fills."""
    DATABASE = auto()
    """A file of tables, of which stories are one: `slqncy.export.sqlite`."""


class Format(NamedTuple):
    """A form of export."""

    shape: Shape
    module: str
    """The module of this package that writes it; imported when it is asked for, as pyarrow need not be installed."""
    one_a_story: bool = False
    """Whether the form has no place for a second version of a story."""
    suffix: str = ""
    """Of each file of a dataset, where the form is one of files that may be read as one; "" where it is none."""


FORMATS = {
    "parquet": Format(Shape.FILE, "parquet", suffix=".parquet"),
    "sqlite": Format(Shape.DATABASE, "sqlite"),
    "csv": Format(Shape.LINES, "csv_rows", suffix=".csv"),
    "text": Format(Shape.DIRECTORY, "text_files"),
    "hf": Format(Shape.DIRECTORY, "huggingface"),
    "dolma": Format(Shape.LINES, "dolma", one_a_story=True, suffix=".jsonl"),
    "schema.org": Format(Shape.LINES, "schema_org", suffix=".jsonl"),
}
