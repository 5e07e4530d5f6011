"""`scrapy reextract`: what this version's parser makes of everything that was captured."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import WARC, warc_path, warcs_on_disk
from slqncy.cli import ArchiveCommand, add_workers, wants_workers, workers_of
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from slqncy.archive import ArchiveWriter
    from slqncy.archive.reextract import Reading

_PASSED_ON = (
    "DEDUP_NEAR_SCORE", "DEDUP_REWRITE_SCORE", "DEDUP_DIVERT_REWRITES", "DOWNLOAD_MAXSIZE", "STORY_MAX_PAGES",
    "PARSE_MAX_SIZE", "PARSE_MAX_ATTRIBUTES", "PARSE_MAX_TAGS", "PARSE_MAX_LINKS", "REPLAY_PROCESSES",
    "WATCHDOG_TIMEOUT",
)  # fmt: skip
"""Settings that a line depends on, or how long it takes."""


class Command(ArchiveCommand):
    """Exit status 0; 65 where a file is damaged, and was read as far as it goes, or a run would not pass its gate.

    74 without captures that can be read; with --apply, 75 while a run holds the archive.
    """

    arguments = "[--apply] [--workers N | --scheduler ADDRESS]"
    about = "Read all captured pages again by this version's parser, and print field by field what would change"
    example = "scrapy reextract\nscrapy reextract --apply"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own and --apply."""
        super().add_options(parser)
        parser.add_argument(
            "--apply", action="store_true", help="then write it, as further versions; none is taken back"
        )
        add_workers(parser)

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Replay the captures into an archive beside this one, compare, print, and write."""
        from slqncy.archive import ArchiveWriter
        from slqncy.archive.ledger import require_archive

        require_archive(root, with_ledger=True)
        if not any(warc_path(root, name).exists() for name in warcs_on_disk(root)):
            raise ArchiveError(f"{root / WARC}: no captures here, so nothing can be read again")
        with ExitStack() as stack:
            # Held from the beginning: what is found must still be so when it is written.
            archive = stack.enter_context(closing(ArchiveWriter(root))) if opts.apply else None
            before = stack.enter_context(self._read_before(root, opts)) if wants_workers(opts) else ""
            return self._compare(root, archive, before)

    @contextmanager
    def _read_before(self, root: Path, opts: argparse.Namespace) -> Iterator[Path]:
        """Have workers read all pages beforehand."""
        from slqncy.spiders.read_before import read_before

        assert self.settings is not None
        with workers_of(opts) as client, read_before(root, self.settings, client) as readings:
            yield readings

    def _compare(self, root: Path, archive: ArchiveWriter | None, before: Path | str) -> ExitStatus:
        from slqncy.archive.reextract import readings, take_in
        from slqncy.display.readings import Differences

        with TemporaryDirectory(prefix="slqncy-reextract-") as directory:
            again = Path(directory)
            status = self._replay(root, again, before)
            differences = Differences()
            for reading in readings(root, again):
                differences.add(reading)
            for line in differences.lines():
                print(line)
            print(f"{root}: {differences.read} pages read again, {differences.other} would say something else")
            if archive:
                print(f"{root}: {take_in(archive, _changed(root, again))} new lines")
            elif differences.other:
                print("Nothing was written; --apply writes it.")
            return status

    def _replay(self, root: Path, again: Path, before: Path | str) -> ExitStatus:
        from slqncy.archive.reading import hang

        assert self.settings is not None
        settings = {
            "ARCHIVE_DIR": again,
            "REPLAY_READINGS": before,
            **{name: self.settings[name] for name in _PASSED_ON},
        }
        given = (part for name, value in settings.items() for part in ("-s", f"{name}={value}"))
        command = [
            sys.executable,
            "-m",
            "scrapy",
            "crawl",
            "stories",
            "-a",
            f"warc={root / WARC}",
            "-L",
            "WARNING",
            *given,
        ]
        while True:
            done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
            if done.returncode in {ExitStatus.OK, ExitStatus.DATA}:
                return ExitStatus(done.returncode)
            # The next replay goes on without the page that hung, so that this ends.
            if done.returncode != ExitStatus.HUNG or not (last := hang(again)) or not last.event:
                raise ArchiveError("the captures could not be read again; the lines above say why")


def _changed(root: Path, again: Path) -> Iterator[Reading]:
    from slqncy.archive.reextract import readings

    return (reading for reading in readings(root, again) if reading.is_other)
