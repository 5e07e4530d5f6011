"""`scrapy repair`: go on after damage, and destroy nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


class Command(ArchiveCommand):
    """Exit status 0 where the archive is sound afterwards, else 65; 74 without one, 75 while a run holds it."""

    about = "Move damaged parts of the archive to quarantine/ and make the ledger anew from the rest"
    example = "scrapy repair -s ARCHIVE_DIR=/srv/news"

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print what was done, and what verification says then."""
        from slqncy.archive.repair import repair
        from slqncy.archive.verify import verify

        actions = repair(root)
        for action in actions:
            print(visible(f"{root}: {action}"))
        verdict = verify(root, full=True)
        for defect in verdict.defects:
            print(visible(f"{root}: still {defect}"))
        lines = sum(verdict.lines.values())
        print(f"{root}: {lines} lines; {verdict.records} WARC records; {len(verdict.defects)} defects")
        if actions:
            print("The next run asks for the stories whose lines are lost.")
        return ExitStatus.DATA if verdict.defects else ExitStatus.OK
