"""`scrapy dedup --rescore`: what would be said of the archive's stories by the rules as they are now."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, UsageError, add_workers, wants_workers, workers_of
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slqncy.dedup.rescore import Change


class Command(ArchiveCommand):
    """Exit status 0, 64 for wrong arguments or scores, 74 without an archive; with --apply, 75 while a run holds it."""

    arguments = "--rescore [--apply] [--workers N | --scheduler ADDRESS]"
    about = "Judge all stories and duplicates again, and print what would be said otherwise"
    example = "scrapy dedup --rescore\nscrapy dedup --rescore --apply -s DEDUP_NEAR_SCORE=0.6"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, --rescore and --apply."""
        super().add_options(parser)
        parser.add_argument("--rescore", action="store_true", help="judge every page against the stories before it")
        parser.add_argument("--apply", action="store_true", help="also write it, as further lines; none is taken back")
        add_workers(parser)

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print a line for each change, and how many there are of each kind."""
        from slqncy.archive import ArchiveWriter
        from slqncy.dedup import Thresholds
        from slqncy.dedup.apply import apply
        from slqncy.dedup.rescore import rescore
        from slqncy.jobs.rescore import rescore as rescore_by_workers

        if not opts.rescore:
            raise UsageError("say --rescore, and --apply to write what it finds")
        assert self.settings is not None
        try:
            thresholds = Thresholds.from_settings(self.settings)
            divert = self.settings.getbool("DEDUP_DIVERT_REWRITES")
        except ValueError as error:
            raise UsageError(str(error)) from error
        kinds: Counter[str] = Counter()
        with ExitStack() as stack:
            if opts.apply:
                # Held from the beginning: what is found must still be so when it is written.
                archive = stack.enter_context(closing(ArchiveWriter(root)))
            if wants_workers(opts):
                client = stack.enter_context(workers_of(opts))
                changes = rescore_by_workers(root, thresholds, client, divert_rewrites=divert)
            else:
                changes = rescore(root, thresholds, divert_rewrites=divert)
            told = _told(changes, kinds, heedless=opts.apply)
            if opts.apply:
                apply(archive, told, divert_rewrites=divert)
            else:
                deque(told, maxlen=0)
        total = f"{root}: {kinds.total()} pages {'changed' if opts.apply else 'would change'}"
        print(total, *(f"{count} {kind}" for kind, count in kinds.most_common()), sep="; ")
        if kinds and not opts.apply:
            print("Nothing was written; --apply writes it.")
        return ExitStatus.OK


def _told(changes: Iterable[Change], kinds: Counter[str], *, heedless: bool) -> Iterator[Change]:
    """Print each change, and count it; `heedless` of a reader that has seen enough."""
    for change in changes:
        was, now = (said.kind if said else "story" for said in (change.was, change.now))
        kinds[f"from {was} to {now}"] += 1
        try:
            print(visible(str(change)))
        except BrokenPipeError:
            if not heedless:
                raise
        yield change
