"""Start many crawls into one archive at once: `python -m benchmarks.reliability.overlap [--starts 50]`.

Exactly one may run; the others have to end with exit status 75 and say who holds the archive. The site holds the one
up until the others have ended. Exit status 1 if something else happened.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic, sleep

from benchmarks.reliability.crawl_hang import Hanging
from benchmarks.reliability.crawl_process import start
from slqncy.archive.layout import RUNS
from slqncy.archive.verify import verify
from slqncy.demo import serving
from slqncy.exitcodes import ExitStatus
from tests.crawling import Pages, links, story_page, text_of

_POLL = 0.02


def start_at_once(directory: Path, starts: int) -> tuple[Counter[int], list[str], int]:
    """Crawl into `directory`/archive; gives exit statuses, what the refused ones said, and the reports of runs."""
    archive = directory / "archive"
    site = Hanging(Pages({"/": links("/szxw/1.html"), "/szxw/1.html": story_page(1, text_of(1))}), "/szxw/1.html")
    with serving(site) as server:
        lives = [start(archive, server.base_url) for _ in range(starts)]
        try:
            while sum(life.process.poll() is None for life in lives) > 1:
                sleep(_POLL)
        finally:
            site.released.set()
        statuses = Counter(life.process.wait() for life in lives)
    refused = [life for life in lives if life.process.returncode == ExitStatus.TEMPORARY]
    messages = [life.log.read_text(encoding="utf-8").splitlines()[-1] for life in refused]
    return statuses, messages, len(list((archive / RUNS).glob("*.json")))


def main() -> int:
    """Print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=50)
    given = parser.parse_args()
    began = monotonic()
    with tempfile.TemporaryDirectory() as directory:
        statuses, messages, reports = start_at_once(Path(directory), given.starts)
        defects = verify(Path(directory) / "archive", full=True).defects
    named = sum("is writing to this archive" in message for message in messages)
    print(f"exit statuses {dict(statuses)}, {named} say who holds the archive, {reports} run reports")
    print(f"{len(defects)} defects, {monotonic() - began:.0f} seconds")
    right = statuses == {0: 1, ExitStatus.TEMPORARY: given.starts - 1} and named == given.starts - 1
    return 0 if right and reports == 1 and not defects else 1


if __name__ == "__main__":
    sys.exit(main())
