"""`scrapy coverage`: which story numbers the archive has dealt with, and which nobody has asked for."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, write_file
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse

_PIPED = (100, 24)
"""Columns and lines where there is no terminal."""


class Command(ArchiveCommand):
    """Exit status 0, 65 for a damaged ledger, 74 without an archive or where the picture cannot be written."""

    arguments = "[--svg FILE]"
    about = "Show which story numbers are archived, which are not on the site, and which were never asked for"
    example = "scrapy coverage\nscrapy coverage --svg numbers.svg"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --svg."""
        super().add_options(parser)
        parser.add_argument("--svg", metavar="FILE", help="write a picture to FILE, and print nothing")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print the number line of each site, or draw it."""
        from slqncy.archive.coverage import coverage
        from slqncy.display.number_strip import told
        from slqncy.display.picture import picture
        from slqncy.display.terminal import shows_colours

        lines = coverage(root)
        if opts.svg:
            write_file(Path(opts.svg), picture(lines, "Story numbers"))
            return ExitStatus.OK
        colour = shows_colours(sys.stdout)
        width = shutil.get_terminal_size(_PIPED).columns
        for line in lines:
            for row in told(line, width, colour=colour):
                print(row)
        if not lines:
            print(f"{root}: no stories are known")
        return ExitStatus.OK
