"""What is left to say of a run that its watchdog has ended: `python -m slqncy.last_words DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from slqncy.archive.reading import hang
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible


def main(root: Path) -> None:
    """Say what the run in this archive hung on, in a line on standard error; nothing where it did not hang."""
    if last := hang(root):
        page = f"reading {last.event.url}" if last.event else "it"
        # A block at the foot of a terminal is left as it was.
        begin = "\n" if sys.stderr.isatty() else ""
        said = (
            f"scrapy crawl: {page} hung, in {last.where}; run again, and it is left out (exit status {ExitStatus.HUNG})"
        )
        sys.stderr.write(f"{begin}{visible(said)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
