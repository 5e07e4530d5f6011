"""A process that writes captured stories, three to a commit, and is ended at one: `child_part.py ARCHIVE WHEN COMMIT`.

The file ARCHIVE.acknowledged stands for the cluster. WHEN is `before` (the process ends before the cluster is told of
that commit), `after` (the cluster knows, and the ledger does not) or `refused` (the cluster refuses, and what comes of
it is printed).
"""

from __future__ import annotations

import json
import os
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from slqncy.archive import ArchiveError, ArchiveWriter
from tests.archive.exchanges import captured_story

GROUP = 3
ENDED = 9
_MOST_BYTES = 4000
"""Of a WARC file: some stories each."""


def acknowledged_file(root: Path) -> Path:
    """What the cluster has acknowledged of an archive."""
    return root.with_name(f"{root.name}.acknowledged")


def acknowledged(root: Path) -> dict[str, int]:
    """The same, read."""
    path = acknowledged_file(root)
    known: dict[str, int] = json.loads(path.read_bytes()) if path.exists() else {}
    return known


def open_part(root: Path) -> ArchiveWriter:
    """As a worker opens its part."""
    writer = ArchiveWriter(root, acknowledged=acknowledged(root))
    writer.before_acknowledging = lambda lengths: tell(root, lengths)
    return writer


def tell(root: Path, lengths: dict[str, int]) -> None:
    """What a cluster does when it is told."""
    acknowledged_file(root).write_text(json.dumps(acknowledged(root) | lengths), encoding="utf-8")


def main(root: Path, when: str, last: int) -> None:
    writer = open_part(root)
    commits = count(1)

    def told(lengths: dict[str, int]) -> None:
        is_last = next(commits) == last
        if is_last and when == "refused":
            raise ArchiveError("the cluster has another worker for this site")
        if not (is_last and when == "before"):
            tell(root, lengths)
        if is_last:
            os._exit(ENDED)

    writer.before_acknowledging = told
    first = 1 + sum(1 for _ in writer.stories_behind(None))
    try:
        for number in count(first):
            captured_story(writer, number, most_bytes=_MOST_BYTES)
            if number % GROUP == 0:
                writer.commit()
    except ArchiveError as error:
        sys.stdout.write(f"{error}\n")
    try:
        writer.commit()
    except ArchiveError as error:
        sys.stdout.write(f"{error}\n")
    writer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
