"""`scrapy changes`: what a consumer has missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, UsageError
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


class Command(ArchiveCommand):
    """Exit status 0, 64 for a token that is none of this archive, 65 for one that cannot be read, 74 without one."""

    arguments = "[--since TOKEN]"
    about = "Print what was added, modified or taken down since a token: JSON Lines with ADD, MOD or GONE"
    example = "scrapy changes --since 2026-11-100552-5ce802d1"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --since."""
        super().add_options(parser)
        parser.add_argument("--since", metavar="TOKEN", default="", help="the token of the last change dealt with")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print a line for each change."""
        from slqncy.archive import Archive
        from slqncy.archive.changes import encode_change

        archive = Archive(root)
        try:
            changes = archive.changes(opts.since)
        except ValueError as error:
            raise UsageError(str(error)) from error
        for change in changes:
            print(encode_change(change))
        return ExitStatus.OK
