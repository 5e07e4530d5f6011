"""What the commands that work on an archive have in common."""

from __future__ import annotations

import logging
import sys
from abc import abstractmethod
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import indent as indent_lines
from typing import TYPE_CHECKING, ClassVar

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from slqncy.archive.errors import ArchiveDamagedError, ArchiveError, ArchiveLockedError, ClusterError, UnfitServerError
from slqncy.display.terminal import take_any_character
from slqncy.exitcodes import ExitStatus
from slqncy.extensions.log import VisibleRecord
from slqncy.sites import Address, load_site, site_names
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from distributed import Client


class UsageError(ValueError):
    """A wrong argument; the message says which, why, and what would be right."""


class _HelpFormatter(ScrapyHelpFormatter):
    """Scrapy's, but what stands indented, as examples do, is not wrapped: a command line is there to be copied."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return indent_lines(text, indent) if indent else super()._fill_text(text, width, indent)


def show_example(parser: argparse.ArgumentParser, example: str) -> None:
    """Have --help end with these command lines, as they stand."""
    parser.formatter_class = _HelpFormatter
    parser.add_argument_group("example", description=example)


class ArchiveCommand(ScrapyCommand):
    """A command on the archive in ARCHIVE_DIR. What goes wrong is one line on standard error and an exit status."""

    requires_project = True
    requires_crawler_process = False
    arguments: ClassVar[str] = ""
    """How its arguments and options are written."""
    takes_arguments: ClassVar[bool] = False
    """Whether there are arguments among them."""
    about: ClassVar[str]
    """What it does, in a line."""
    example: ClassVar[str]
    """One to three command lines, printed at the end of --help."""

    def syntax(self) -> str:
        """Shown by -h."""
        return f"{self.arguments} [-s ARCHIVE_DIR=DIR]".strip()

    def short_desc(self) -> str:
        """Shown by `scrapy`."""
        return self.about

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, and the example."""
        super().add_options(parser)
        show_example(parser, self.example)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Work, and set the exit status."""
        assert self.settings is not None
        logging.setLogRecordFactory(VisibleRecord)
        take_any_character(sys.stdout)
        try:
            self._refuse_surplus(args)
            self.exitcode = self.work(Path(self.settings["ARCHIVE_DIR"]), args, opts)
            sys.stdout.flush()
        except (ArchiveError, UsageError) as error:
            self.exitcode = archive_status(error)
            sys.stderr.write(visible(f"scrapy {self._name}: {error} (exit status {self.exitcode})") + "\n")
        except KeyboardInterrupt:
            sys.stdout = None
            self.exitcode = ExitStatus.TEMPORARY
            sys.stderr.write(
                f"scrapy {self._name}: stopped before its end; run it again (exit status {self.exitcode})\n"
            )
        except BrokenPipeError:
            # The reader has seen enough. Python would complain once more on its way out.
            sys.stdout = None
        except OSError as error:
            self.exitcode = ExitStatus.IO
            said = f"{error.filename}: {error.strerror}"
            if error.filename is None:
                said = f"cannot print: {error}"
                sys.stdout = None
            sys.stderr.write(visible(f"scrapy {self._name}: {said} (exit status {self.exitcode})") + "\n")

    @property
    def _name(self) -> str:
        return type(self).__module__.rpartition(".")[2]

    def _refuse_surplus(self, args: list[str]) -> None:
        # Whoever names a directory means that one, and not the default.
        if args and not self.takes_arguments:
            raise UsageError(f"{args[0]!r} is no argument of this command; name an archive by -s ARCHIVE_DIR=DIR")

    @abstractmethod
    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Do it. Raises ArchiveError, or UsageError for wrong arguments."""


def needs_extra(what: str, package: str, extra: str) -> str:
    """What to say where something is to be used that needs a package which is not installed."""
    return f"{what} needs {package}: pip install 'slqncy[{extra}]', or make extras"


def add_workers(parser: argparse.ArgumentParser) -> None:
    """The options of commands that many processes can do the work of."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", type=int, help="have N processes of this machine do it")
    where.add_argument("--scheduler", metavar="ADDRESS", help="have the workers of a Dask scheduler do it")


def wants_workers(opts: argparse.Namespace) -> bool:
    """Whether they are to do it. Raises UsageError for less than one."""
    if opts.workers is not None and opts.workers < 1:
        raise UsageError(f"--workers {opts.workers}: say how many, 1 or more")
    return opts.workers is not None or opts.scheduler is not None


@contextmanager
def workers_of(opts: argparse.Namespace) -> Iterator[Client]:
    """Those that the options name. Raises UsageError where Dask is missing, ArchiveError where there are none."""
    from slqncy.jobs.engine import elsewhere, local  # noqa: PLC0415  # few want it

    with ExitStack() as stack:
        try:
            client = stack.enter_context(elsewhere(opts.scheduler) if opts.scheduler else local(opts.workers))
        except ModuleNotFoundError as error:
            raise UsageError(needs_extra("work by many processes", str(error.name), "jobs")) from error
        yield client


def write_file(path: Path, data: bytes) -> None:
    """Write what somebody asked for to where he named. Raises ArchiveError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be written: {error.strerror}") from error


def names_of(name: str) -> Iterator[str]:
    """A name as given, and the addresses it may stand for on the sites we know."""
    yield name
    yield from (canonical for _, canonical in _on_sites(name))


def story_of(name: str) -> tuple[str, str] | None:
    """Canonical URL and id of the story that a URL is of on one of the sites we know, or None."""
    for address, canonical in _on_sites(name):
        if story := address.story(canonical):
            return address.story_url(story), address.story_name(story)
    return None


def _on_sites(name: str) -> Iterator[tuple[Address, str]]:
    """Each site we know that a URL is on, and the URL's canonical form there."""
    if "://" in name:
        for address in (Address(load_site(site)) for site in site_names()):
            if canonical := address.canonical(name):
                yield address, canonical


def never_found(name: str) -> str:
    """What to say of a name that the archive has never heard of."""
    if "://" in name and len(list(names_of(name))) == 1:
        return f"{name}: never found; pages of a mirror are known by their addresses on the site itself"
    if "/" not in name:
        return f"{name}: never found; name a URL, or an id such as slqncy/szxw/9538"
    return f"{name}: never found; no list page, sitemap or story that was read links to it"


def archive_status(error: Exception) -> ExitStatus:
    """How a command ends that has met an error of the archive, or was called wrongly."""
    if isinstance(error, UsageError):
        return ExitStatus.USAGE
    if isinstance(error, UnfitServerError):
        return ExitStatus.CONFIG
    if isinstance(error, ArchiveLockedError | ClusterError):
        return ExitStatus.TEMPORARY
    return ExitStatus.DATA if isinstance(error, ArchiveDamagedError) else ExitStatus.IO
