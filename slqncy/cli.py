"""What the commands that work on an archive have in common."""

from __future__ import annotations

import sys
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scrapy.commands import ScrapyCommand

from slqncy.archive import ArchiveDamagedError, ArchiveError, ArchiveLockedError
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse


class UsageError(ValueError):
    """A wrong argument; the message says which, why, and what would be right."""


class ArchiveCommand(ScrapyCommand):
    """A command on the archive in ARCHIVE_DIR. What goes wrong is one line on standard error and an exit status."""

    requires_project = True
    requires_crawler_process = False
    arguments: ClassVar[str] = ""
    """How its arguments are written."""
    about: ClassVar[str]
    """What it does, in a line."""

    def syntax(self) -> str:
        """Shown by -h."""
        return f"{self.arguments} [-s ARCHIVE_DIR=DIR]".strip()

    def short_desc(self) -> str:
        """Shown by `scrapy`."""
        return self.about

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Work, and set the exit status."""
        assert self.settings is not None
        try:
            self.exitcode = self.work(Path(self.settings["ARCHIVE_DIR"]), args, opts)
        except (ArchiveError, UsageError) as error:
            self.exitcode = _status(error)
            name = type(self).__module__.rpartition(".")[2]
            sys.stderr.write(f"scrapy {name}: {error} (exit status {self.exitcode})\n")
        except BrokenPipeError:
            # The reader has seen enough. Python would complain once more on its way out.
            sys.stdout = None

    @abstractmethod
    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Do it. Raises ArchiveError, or UsageError for wrong arguments."""


def _status(error: Exception) -> ExitStatus:
    if isinstance(error, UsageError):
        return ExitStatus.USAGE
    if isinstance(error, ArchiveLockedError):
        return ExitStatus.TEMPORARY
    return ExitStatus.DATA if isinstance(error, ArchiveDamagedError) else ExitStatus.IO
