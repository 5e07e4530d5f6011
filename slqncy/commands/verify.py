"""`scrapy verify`: is the archive what it says it is?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from slqncy.archive import ArchiveError
from slqncy.archive.verify import verify
from slqncy.dedup import fingerprint
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Exit status 0 for a sound archive, 65 with one line a defect, 74 where there is no archive."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Shown by -h."""
        return "[--full] [-s ARCHIVE_DIR=DIR]"

    def short_desc(self) -> str:
        """Shown by `scrapy`."""
        return "Check every line of the archive against its schema, hashes and ledger"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --full."""
        super().add_options(parser)
        parser.add_argument(
            "--full",
            action="store_true",
            help="also make ledger, manifests and schemas anew from the lines, and compare",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the verdict and set the exit status."""
        assert self.settings is not None
        root = Path(self.settings["ARCHIVE_DIR"])
        try:
            verdict = verify(root, fingerprint, full=opts.full)
        except ArchiveError as error:
            sys.stderr.write(f"scrapy verify: {error}\n")
            self.exitcode = ExitStatus.IO
            return
        for defect in verdict.defects:
            print(f"{root}: {defect}")
        lines = ", ".join(f"{count} {kind}" for kind, count in sorted(verdict.lines.items())) or "no lines"
        print(f"{root}: {lines}; {len(verdict.defects)} defects")
        self.exitcode = ExitStatus.DATA if verdict.defects else ExitStatus.OK
