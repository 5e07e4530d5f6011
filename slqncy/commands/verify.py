"""`scrapy verify`: is the archive what it says it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


class Command(ArchiveCommand):
    """Exit status 0 for a sound archive, 65 with one line a defect, 74 where there is no archive."""

    arguments = "[--full]"
    about = "Check every line and raw response of the archive against its schema, its hashes and the ledger"
    example = "scrapy verify\nscrapy verify --full -s ARCHIVE_DIR=/srv/news"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --full."""
        super().add_options(parser)
        parser.add_argument(
            "--full",
            action="store_true",
            help="also read all raw responses, make ledger, manifests and schemas anew, and compare",
        )

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print each defect, and what was read."""
        from slqncy.archive.verify import verify

        verdict = verify(root, full=opts.full)
        for defect in verdict.defects:
            print(visible(f"{root}: {defect}"))
        lines = ", ".join(f"{count} {kind}" for kind, count in sorted(verdict.lines.items())) or "no lines"
        print(f"{root}: {lines}; {verdict.records} WARC records; {len(verdict.defects)} defects")
        return ExitStatus.DATA if verdict.defects else ExitStatus.OK
