"""`scrapy dedup --rescore`: what would be said of the archive's stories by the rules as they are now."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveWriter
from slqncy.cli import ArchiveCommand, UsageError
from slqncy.dedup import Thresholds
from slqncy.dedup.apply import apply
from slqncy.dedup.rescore import Change, rescore
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path


class Command(ArchiveCommand):
    """Exit status 0, 64 for wrong arguments or scores, 74 without an archive; with --apply, 75 while a run holds it."""

    arguments = "--rescore [--apply]"
    about = "Judge all stories and duplicates again, and print what would be said otherwise"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, --rescore and --apply."""
        super().add_options(parser)
        parser.add_argument("--rescore", action="store_true", help="judge every page against the stories before it")
        parser.add_argument("--apply", action="store_true", help="also write it, as further lines; none is taken back")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print a line for each change, and how many there are of each kind."""
        if not opts.rescore:
            raise UsageError("say --rescore, and --apply to write what it finds")
        assert self.settings is not None
        try:
            thresholds = Thresholds.from_settings(self.settings)
            divert = self.settings.getbool("DEDUP_DIVERT_REWRITES")
        except ValueError as error:
            raise UsageError(str(error)) from error
        changes = list(_printed(rescore(root, thresholds, divert_rewrites=divert)))
        if opts.apply and changes:
            with closing(ArchiveWriter(root)) as archive:
                apply(archive, changes, divert_rewrites=divert)
        print(f"{root}: {len(changes)} pages {'changed' if opts.apply else 'would change'}{_summary(changes)}")
        if changes and not opts.apply:
            print("Nothing was written; --apply writes it.")
        return ExitStatus.OK


def _printed(changes: Iterator[Change]) -> Iterator[Change]:
    for change in changes:
        print(change)
        yield change


def _summary(changes: list[Change]) -> str:
    kinds = Counter(
        (change.was.kind if change.was else "story", change.now.kind if change.now else "story") for change in changes
    )
    return "".join(f"; {count} from {was} to {now}" for (was, now), count in kinds.most_common())
