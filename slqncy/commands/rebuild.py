"""`scrapy rebuild`: the ledger, anew from the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


class Command(ArchiveCommand):
    """Exit status 0, 65 where a line cannot be read, 74 where there is no archive, 75 while a run holds it."""

    about = "Make the archive's ledger anew from its lines; the old one goes to quarantine/"
    example = "scrapy rebuild -s ARCHIVE_DIR=/srv/news"

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print what was read."""
        from slqncy.archive.repair import rebuild

        lines = rebuild(root)
        for name, count in sorted(lines.items()):
            print(f"{root / name}: {count} lines")
        print(f"{root}: the ledger is made anew of {sum(lines.values())} lines")
        return ExitStatus.OK
