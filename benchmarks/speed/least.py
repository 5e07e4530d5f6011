"""The least that anybody who reads captures has to do: go over the records, and make a tree of each page.

    python -m benchmarks.speed.least DIRECTORY

Prints how many pages there are in the WARC files of the directory.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from lxml import html


def least(directory: Path) -> int:
    """Read every page of every file. Gives their number."""
    pages = 0
    for path in sorted(directory.glob("*.warc.gz")):
        for record in ArchiveIterator(path.open("rb"), WarcRecordType.response):
            head, body = record.http_headers, record.reader.read()
            if head.status_code == HTTPStatus.OK and "html" in (head.get("Content-Type") or ""):
                html.document_fromstring(body.decode(record.http_charset or "utf-8", "replace"))
                pages += 1
    return pages


if __name__ == "__main__":
    print(least(Path(sys.argv[1])))
