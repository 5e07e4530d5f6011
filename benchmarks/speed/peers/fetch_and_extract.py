"""trafilatura or newspaper4k, fetching pages that are named and writing what they say as JSON Lines.

    python fetch_and_extract.py trafilatura|newspaper4k BASE_URL TARGETS OUTPUT

TARGETS is a file of paths, a line each: both have crawlers of their own, but those fetch a page to find links and fetch
it again to read it (trafilatura), or do not go past the front page of a section (newspaper4k). One page at a time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def with_trafilatura() -> Callable[[str], str]:
    """Fetch a page by what it fetches with itself, which refuses loopback, and give its article as JSON."""
    from trafilatura import extract  # noqa: PLC0415
    from urllib3 import PoolManager  # noqa: PLC0415

    pool = PoolManager()
    return lambda url: extract(pool.request("GET", url).data, url=url, output_format="json", with_metadata=True) or "{}"


def with_newspaper4k() -> Callable[[str], str]:
    """The same, without pictures, which it would fetch."""
    from newspaper import Article  # noqa: PLC0415

    def read(url: str) -> str:
        article = Article(url, language="zh", fetch_images=False)
        article.download()
        article.parse()
        said = {"url": url, "title": article.title, "text": article.text, "date": str(article.publish_date)}
        return json.dumps(said, ensure_ascii=False)

    return read


def main(peer: str, base_url: str, targets: Path, output: Path) -> None:
    """Read every page."""
    read = {"trafilatura": with_trafilatura, "newspaper4k": with_newspaper4k}[peer]()
    with output.open("w", encoding="utf-8") as file:
        for target in targets.read_text(encoding="utf-8").splitlines():
            file.write(read(base_url + target) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
