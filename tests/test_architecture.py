"""Which room imports which is as the documents say."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.crawling import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "slqncy"
ROWS = [
    re.findall(r"`(\w+)`", rooms)
    for rooms in re.findall(
        r"^\| [\w, ]+ \| ((?:`\w+`(?:, )?)+) \|",
        (ROOT / "docs/architecture.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]
"""Rooms from the top to the ground."""
BELOW = {room for row in ROWS[2:] for room in row}
"""Those that know nothing of Scrapy."""


def modules_imported(path: Path) -> Iterator[str]:
    """Full names of what a module of the package imports, for types too."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            # `from slqncy import settings` imports a room.
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == "slqncy" else [module]


def rooms() -> dict[str, set[str]]:
    """What the modules of each room import."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found[room] |= set(modules_imported(path))
    del found["__init__"]
    return found


IMPORTED = rooms()


def neighbours(room: str) -> set[str]:
    """The other rooms that a room imports from."""
    return {name.split(".")[1] for name in IMPORTED[room] if name.startswith("slqncy.")} & IMPORTED.keys() - {room}


def test_every_room_is_in_one_row() -> None:
    assert len(ROWS) == 5
    assert sorted(room for row in ROWS for room in row) == sorted(IMPORTED)


def test_rooms_import_from_their_row_and_below() -> None:
    height = {room: -number for number, row in enumerate(ROWS) for room in row}
    upwards = [(room, other) for room in IMPORTED for other in neighbours(room) if height[other] > height[room]]
    assert upwards == []


@pytest.mark.parametrize("room", sorted(BELOW))
def test_what_stands_below_the_crawl_knows_nothing_of_scrapy(room: str) -> None:
    assert {name for name in IMPORTED[room] if name.split(".")[0] in {"scrapy", "twisted"}} == set()


def test_no_two_rooms_below_import_each_other() -> None:
    # Raises CycleError, which names them.
    order = TopologicalSorter({room: neighbours(room) for room in BELOW}).static_order()
    assert set(order) == BELOW
