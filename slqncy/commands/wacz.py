"""`scrapy wacz`: the captures in one file, for a browser."""

from __future__ import annotations

import re
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, UsageError
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from slqncy.archive import Archive
    from slqncy.wacz import Title

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


class Command(ArchiveCommand):
    """Exit status 0, 64 for a wrong argument, 65 where nothing was captured or it cannot be read, 74 without one."""

    arguments = "FILE.wacz [--month YYYY-MM]"
    takes_arguments = True
    about = "Pack what was captured as a WACZ file, for https://replayweb.page/ and other replay tools"
    example = "scrapy wacz november.wacz --month 2026-11"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --month."""
        super().add_options(parser)
        parser.add_argument("--month", metavar="YYYY-MM", default="", help="only what was captured in that month, UTC")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Write the package, and print what it holds."""
        from slqncy.archive import Archive
        from slqncy.archive.layout import warc_path, warcs_on_disk
        from slqncy.archive.ledger import require_archive
        from slqncy.archive.takedown import refuse_pending
        from slqncy.wacz import NoCapturesError, pack

        target = _target(args)
        if opts.month and not _MONTH.fullmatch(opts.month):
            raise UsageError(f"--month {opts.month}: a month is written YYYY-MM, as in 2026-11")
        require_archive(root)
        archive = Archive(root)
        refuse_pending(root)
        paths = [warc_path(root, name) for name in warcs_on_disk(root)]
        closed = [path for path in paths if path.exists()]
        still_open = len(paths) - len(closed)
        left_out = f"; {_counted(still_open, 'open file')} left out" if still_open else ""
        try:
            packed = pack(closed, target, month=opts.month, titles=_titles(archive))
        except NoCapturesError as error:
            sys.stderr.write(f"scrapy wacz: {root}: {error} in {_counted(len(closed), 'closed WARC file')}{left_out}\n")
            return ExitStatus.DATA
        counts = ((packed.files, "WARC file"), (packed.captures, "capture"), (packed.pages, "page"))
        print(f"{target}: {', '.join(_counted(*count) for count in counts)}{left_out}")
        if packed.completed:
            print(f"{target}: payloads of other months were put into {_counted(packed.completed, 'capture')}")
        if packed.without_payload:
            print(f"{target}: the payloads of {_counted(packed.without_payload, 'capture')} are in no closed WARC file")
        return ExitStatus.OK


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _target(args: list[str]) -> Path:
    if len(args) != 1 or not args[0].endswith(".wacz"):
        raise UsageError("name one file to write, which ends in .wacz")
    target = Path(args[0])
    try:
        is_directory, has_place = target.is_dir(), target.parent.is_dir()
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror}") from error
    if is_directory or not has_place:
        raise UsageError(f"{target}: {'is a directory' if is_directory else f'there is no directory {target.parent}'}")
    return target


def _titles(archive: Archive) -> Iterator[Title]:
    from slqncy.wacz import Title

    for page in chain(archive.stories(), archive.duplicates()):
        warc = page.provenance.warc
        yield Title(page.canonical_url, page.date_downloaded, warc.file, warc.offset, page.title)
