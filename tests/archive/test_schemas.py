"""The JSON Schemas of the package."""

from __future__ import annotations

from slqncy.archive.schemas import schemas, schemas_of_records


def test_they_are_those_of_the_records() -> None:
    assert schemas() == schemas_of_records(), "make schemas"
