"""`scrapy forget`: take a story down for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive.layout import BROWSE, INDEX, QUARANTINE, RUNS, WARC, Kind
from slqncy.cli import ArchiveCommand, UsageError, names_of, never_found, story_of
from slqncy.display.quantities import plural
from slqncy.exitcodes import ExitStatus
from slqncy.visible import blanked, visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.forget import Forgotten

_WENT = {
    Kind.STORY: "line", Kind.DUPLICATE: "line", Kind.REJECTED: "line", Kind.REWRITE: "line", WARC: "exchange",
    QUARANTINE: "file",
}  # fmt: skip
"""What goes out of each folder."""
_BLANK = {Kind.EVENT: "event", RUNS: "report"}
"""What stays, without what it said."""


class Command(ArchiveCommand):
    """Exit status 0; 64 without a reason; 65 for a name never found, or damage, and nothing is changed.

    74 without an archive, or where the disk will not have it: the next start goes on; 75 while a run holds the archive.
    """

    arguments = "URL|ID --why TEXT"
    takes_arguments = True
    about = "Take a story down: out of all files, with its copies and raw responses, and never ask for it again"
    example = "scrapy forget slqncy/szxw/9538 --why 'on request of the author, 26 November 2026'"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --why."""
        super().add_options(parser)
        parser.add_argument("--why", metavar="TEXT", default="", help="what `scrapy explain` says of it from now on")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Take it down, and print what went, what stays, and what is left to do."""
        from slqncy.archive.forget import Named, NoStoryError, forget

        if len(args) != 1:
            raise UsageError("name one URL, or one id such as slqncy/szxw/9538")
        why = blanked(opts.why).strip()
        if not why:
            raise UsageError("say why, for those who ask later: --why 'on request of the author, 26 November 2026'")
        story = story_of(args[0])
        try:
            forgotten = forget(root, names_of(args[0]), Named(*story) if story else None, why)
        except NoStoryError as error:
            raise UsageError(str(error)) from error
        if forgotten is None:
            never = never_found(args[0])
            print(visible(f"{never}. Of a site that we know, a story can be forgotten by its URL all the same"))
            return ExitStatus.DATA
        for line in _told(root, forgotten):
            print(visible(line))
        return ExitStatus.OK


def _told(root: Path, forgotten: Forgotten) -> Iterator[str]:
    again = " once more" if forgotten.is_repeated else ""
    yield f"{root}: {forgotten.id} is forgotten{again}, and so is all that it was known by:"
    yield from (f"  {url}" for url in forgotten.addresses)
    for folder, what in _WENT.items():
        if gone := forgotten.gone[folder]:
            yield f"  {folder}/: {plural(gone, what)}"
    for folder, what in _BLANK.items():
        if gone := forgotten.gone[folder]:
            yield f"  {folder}/: what {plural(gone, what)} said of it"
    yield f"  {INDEX}/: all of it; the next run makes it anew"
    yield f"  {BROWSE}: all of it; `scrapy browse` makes it anew"
    for original in forgotten.originals:
        yield f"It is a copy or a rewrite of {original}, which stays, and may have the same text: forget that too?"
    for story in forgotten.alike:
        yield f"{story} has the same text, has had it, or tells the same, and stays: forget that too?"
    if forgotten.shared:
        yield f"Kept in {WARC}/: {plural(forgotten.shared, 'exchange')}, as other addresses gave the same, or go by it."
    yield "Not reached: pages that quote it, packages made by `scrapy wacz`, logs, copies and backups, free disk space."
