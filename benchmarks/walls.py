"""Count real pages that are taken for a captcha, a login or a waiting room.

    python benchmarks/walls.py --data DIR

DIR is what `extraction.py` takes; the pages in `tests/pages` and those of the demo site are read too. Each page is
looked at as a story and as a list. Then each line that any of them shows is looked at as if it were all of a page, the
hardest test there is for rules that go by words. Exit status 1 where a page is taken for a wall.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.demo import build_site
from slqncy.extract.lines import page_lines
from slqncy.extract.page import parse_page
from slqncy.extract.reading import read_story
from slqncy.extract.walls import find_wall
from slqncy.sites import load_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.extract.page import Page

OURS = Path(__file__).parent.parent / "tests/pages"


def real(data: Path) -> Iterator[tuple[str, Page]]:
    """Labelled pages of real publishers."""
    for path in sorted((data / "dataset").glob("*.html.gz")):
        label = json.loads(path.with_name(path.name.replace(".html.gz", ".json")).read_text())
        yield path.name, parse_page(gzip.decompress(path.read_bytes()), label["url"] or "http://example.org/")


def ours() -> Iterator[tuple[str, Page]]:
    """Pages written for the tests."""
    for path in sorted(OURS.glob("*/*/page.html")):
        response = json.loads(path.with_name("response.json").read_text())
        content_type = response["headers"].get("Content-Type", "")
        yield path.parent.name, parse_page(path.read_bytes(), response["url"], content_type)


def demo() -> Iterator[tuple[str, Page]]:
    """Pages of the demo site that are delivered as such."""
    site = build_site()
    for path in site.paths:
        response = site.respond(path)
        if response.status == 200 and "html" in response.headers.get("Content-Type", ""):  # noqa: PLR2004
            yield path, parse_page(response.body, f"http://www.slqncy.com{path}", response.headers["Content-Type"])


def lone(line: str) -> Page:
    """A page of one line."""
    return parse_page(f"<html><body><p>{escape(line)}</p></body></html>".encode(), "http://www.slqncy.com/szxw/1.html")


def main() -> int:
    """Look at all of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    site, now = load_site("slqncy"), datetime.now(UTC)
    taken = 0
    lines: set[str] = set()
    for what, pages in (("real pages", real(data)), ("pages of the tests", ours()), ("pages of the demo site", demo())):
        count = 0
        for name, page in pages:
            count += 1
            story = read_story(page, site, now)
            for wall in (find_wall(page, story.title, "\n".join(story.paragraphs)), find_wall(page)):
                if wall:
                    taken += 1
                    print(f"  {name}: {wall.reason}, {wall.words}")
            lines.update(line.text for line in page_lines(page))
        print(f"{count} {what}: {taken} taken for walls so far")
    found = {line: wall for line in lines if (wall := find_wall(lone(line)))}
    for line, wall in sorted(found.items()):
        print(f"  {wall.reason}: {line[:60]}")
    print(f"{len(lines)} different lines, each as all of a page: {len(found)} taken for walls")
    return 1 if taken else 0


if __name__ == "__main__":
    sys.exit(main())
