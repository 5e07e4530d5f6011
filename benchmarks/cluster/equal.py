"""Compare two archives line by line, however each was crawled: `python -m benchmarks.cluster.equal ONE OTHER`.

Lines are told by their folder, id and version, and compared in all but when, by which run and where to they were
fetched. Either may be the archive of a cluster. Prints the differences; exit status 1 if there are any.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.archive import Archive
from slqncy.archive.layout import kind_of
from slqncy.records import Story, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slqncy.records import Rewrite

_OF_THE_RUN = ("date_downloaded", "run_id")
_OF_THE_FETCH = ("run_id", "warc", "etag", "last_modified", "date_captured")
_TABLES = """
CREATE TABLE one (folder TEXT, id TEXT, version INTEGER, said TEXT);
CREATE INDEX key ON one (folder, id, version);
CREATE TABLE other (folder TEXT, id TEXT, version INTEGER, said TEXT);
"""
_SHOWN = 80
"""Characters of a value that differs."""


def differences(one: Path, other: Path, *, urls: bool = True) -> Iterator[str]:
    """What differs, a sentence each; without `urls` pages may have been fetched from other addresses.

    It takes a temporary file of all lines of the first archive, and no more memory for more of them.
    """
    with closing(sqlite3.connect("")) as db:
        db.executescript(_TABLES)
        db.executemany("INSERT INTO one VALUES (?, ?, ?, ?)", (_row(line, urls=urls) for line in _lines(one)))
        for row in (_row(line, urls=urls) for line in _lines(other)):
            found = db.execute("SELECT rowid FROM one WHERE (folder, id, version, said) = (?, ?, ?, ?)", row).fetchone()
            if found:
                db.execute("DELETE FROM one WHERE rowid = ?", found)
            else:
                db.execute("INSERT INTO other VALUES (?, ?, ?, ?)", row)
        # What is left is not in both as it is.
        for folder, name, version, said, beside in db.execute(
            "SELECT folder, id, version, one.said, other.said FROM one FULL JOIN other USING (folder, id, version) "
            "ORDER BY folder, id, version"
        ):
            told = _told(said, beside) if said and beside else f"only in {one if said else other}"
            yield f"{folder}/ {name}, version {version}: {told}"


def _lines(root: Path) -> Iterable[Story | Rewrite]:
    archive = Archive(root)
    return chain(archive.stories(), archive.duplicates(), archive.rejected(), archive.rewrites())


def _row(line: Story | Rewrite, *, urls: bool) -> tuple[str, str, int, str]:
    said = json.loads(encode(line))
    for name in _OF_THE_RUN:
        said.pop(name, None)
    if isinstance(line, Story):
        for name in _OF_THE_FETCH:
            del said["provenance"][name]
        if not urls:
            del said["url"]
    return kind_of(line), line.id, line.version, json.dumps(said, ensure_ascii=False)


def _told(said: str, beside: str) -> str:
    one, other = json.loads(said), json.loads(beside)
    named = (f"{name} is {_short(one[name])} and {_short(other[name])}" for name in one if one[name] != other[name])
    return "; ".join(named)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def main() -> int:
    """Print the differences; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", type=Path, nargs=2, metavar="ARCHIVE")
    parser.add_argument("--not-urls", action="store_true", help="pages may have been fetched from other addresses")
    args = parser.parse_args()
    found = 0
    for difference in differences(*args.archives, urls=not args.not_urls):
        print(difference)
        found += 1
    print(f"{found} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
