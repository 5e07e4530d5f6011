"""Replay stories in ReplayWeb.page, as a reader would see them, and look for their texts.

    mkdir DIR && cp benchmarks/replay/package.json DIR && npm install --prefix DIR --ignore-scripts
    python -m benchmarks.replay.with_replayweb --modules DIR/node_modules [--chromium BIN] [--pages N] [--month YYYY-MM]
        [--screenshot FILE.png] ARCHIVE

Packs the archive by `scrapy wacz`, opens N pages of the package, evenly spread over it, in headless Chromium, and looks
for each paragraph of the story in the replayed document. Printed: totals, and what is missing; exit status 1 if
anything is. Talks to 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from slqncy.archive import Archive

SCRIPT = Path(__file__).with_name("replayweb.mjs")


def main() -> int:
    """Print the figures; 1 if a text is not replayed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--month", default="")
    parser.add_argument("--screenshot", type=Path, default=Path("replayweb.png"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        package = Path(directory) / "packed.wacz"
        month = ["--month", given.month] if given.month else []
        pack = ["wacz", package, *month, "-s", f"ARCHIVE_DIR={given.archive}"]
        subprocess.run([sys.executable, "-m", "scrapy", *pack], check=True)  # noqa: S603
        texts = {story.url: story.text for story in Archive(given.archive).stories(latest=True)}
        pages = [page for page in pages_of(package) if page["url"] in texts]
        chosen = pages[:: max(1, len(pages) // given.pages)][: given.pages]
        command = ["node", SCRIPT, given.modules, given.chromium, package, given.screenshot]
        done = subprocess.run(command, input=json.dumps(chosen), stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    faults = sum(fault(page, texts[page["url"]]) for page in seen)
    print(f"{len(pages)} stories in the package, {len(seen)} opened, {faults} not as stored; see {given.screenshot}")
    return 1 if faults or not seen else 0


def pages_of(package: Path) -> list[dict[str, Any]]:
    """The list of pages, less its header."""
    with zipfile.ZipFile(package) as members:
        return [json.loads(line) for line in members.read("pages/pages.jsonl").splitlines()[1:]]


def fault(page: dict[str, str], text: str) -> bool:
    """Whether a paragraph of the story is not in the replayed document, which is then printed."""
    if "error" in page:
        print(f"{page['url']}: {page['error']}")
        return True
    shown = squeezed(page["text"])
    missing = [paragraph for paragraph in text.split("\n") if squeezed(paragraph) not in shown]
    for paragraph in missing:
        print(f"{page['url']}: not shown: {paragraph}")
    return bool(missing)


def squeezed(text: str) -> str:
    """What a browser shows has other spaces than what stands in a page."""
    return "".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
