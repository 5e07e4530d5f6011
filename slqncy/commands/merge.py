"""`scrapy merge`: one archive out of several, or a part of a cluster's out of one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, UsageError
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse

_LEAST = 2


class Command(ArchiveCommand):
    """Exit status 0, 64 for wrong arguments or scores, 65 for what cannot be read.

    74 without an archive, where the place for the new one is taken, or where the disk fails; 75 while an archive is
    written to.
    """

    arguments = "FROM… INTO | --part NAME FROM INTO"
    takes_arguments = True
    about = "Make one archive of a cluster's, or of several; or make an archive a part of a cluster's"
    example = (
        "scrapy merge /srv/cluster /srv/news\n"
        "scrapy merge /srv/north /srv/south /srv/news\n"
        "scrapy merge --part worker-1 /srv/news /srv/cluster"
    )

    def syntax(self) -> str:
        """Shown by -h; ARCHIVE_DIR is not asked."""
        return self.arguments

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --part."""
        super().add_options(parser)
        parser.add_argument(
            "--part", metavar="NAME", default="", help="copy FROM into the cluster's archive INTO, for the worker NAME"
        )

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Make it, and print what it holds."""
        from slqncy.archive.errors import ArchiveError
        from slqncy.archive.merge import add_part, merge
        from slqncy.archive.parts import check_name
        from slqncy.dedup import Thresholds
        from slqncy.dedup.so_far import judging

        if len(args) < _LEAST:
            raise UsageError("name the archives to merge, and last the directory to make one archive of them in")
        *sources, into = map(Path, args)
        if opts.part:
            if len(sources) > 1:
                raise UsageError("--part takes one archive, and the directory of a cluster's archive")
            try:
                check_name(opts.part)
            except ArchiveError as error:
                raise UsageError(f"--part: {error}") from error
            print(visible(f"{add_part(sources[0], into, opts.part)}: the part of {opts.part}"))
            return ExitStatus.OK
        assert self.settings is not None
        try:
            thresholds = Thresholds.from_settings(self.settings)
            divert = self.settings.getbool("DEDUP_DIVERT_REWRITES")
        except ValueError as error:
            raise UsageError(str(error)) from error
        lines = merge(sources, into, partial(judging, thresholds=thresholds, divert_rewrites=divert))
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(lines.items())) or "no lines"
        print(visible(f"{into}: {said}"))
        return ExitStatus.OK
