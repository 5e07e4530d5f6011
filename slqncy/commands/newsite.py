"""`scrapy newsite`: a profile for a site that has none."""

from __future__ import annotations

import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.cli import ArchiveCommand, UsageError, write_file
from slqncy.exitcodes import ExitStatus
from slqncy.sites import load_site
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slqncy.newsite.proposal import Proposal
    from slqncy.newsite.sample import Sample, Told
    from slqncy.sites import Address, Site

_CAPTURES = 200
_STEM = re.compile(r"[A-Za-z0-9_-]+")


class Command(ArchiveCommand):
    """Exit status 0 with a profile written; 64 for a wrong argument; else that of a crawl that had met the same."""

    arguments = "URL [-o FILE.toml] [-a base_url=URL] | --warc FILE,DIR,… [URL] [-o FILE.toml]"
    takes_arguments = True
    about = "Propose the profile of a new site: look at a few of its pages, write FILE.toml and a test of it"
    example = (
        "scrapy newsite http://www.example.com/\n"
        "scrapy newsite http://www.example.com/ -o example.toml -s OPERATOR_CONTACT=me@example.org\n"
        "scrapy newsite --warc captures/ -o example.toml"
    )

    def syntax(self) -> str:
        """Shown by -h; there is no archive."""
        return self.arguments

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, and those of the command."""
        super().add_options(parser)
        parser.add_argument(
            "-o", dest="target", metavar="FILE.toml", default="", help="what to write; NAME.toml here unless given"
        )
        parser.add_argument(
            "-a", dest="spargs", metavar="base_url=URL", default="", help="a mirror or test server that has the pages"
        )
        parser.add_argument("--warc", metavar="FILE,DIR,…", default="", help="look at captures, and ask for nothing")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Look, print what was found, and write it."""
        from slqncy.newsite import account
        from slqncy.newsite.proposal import propose
        from slqncy.newsite.recorded import chosen
        from slqncy.newsite.refusal import NoProposalError

        try:
            address, samples = self._from_captures(args, opts) if opts.warc else self._live(args, opts)
            proposal = propose(samples, address.site)
            target = _target(opts.target or f"{proposal.name}.toml")
            written = _write(proposal, target)
        except NoProposalError as error:
            sys.stderr.write(visible(f"scrapy newsite: {error} (exit status {error.status})") + "\n")
            return error.status
        canonical = next(iter(proposal.hosts))
        print(visible(f"{canonical}: {len(samples)} pages were read, {proposal.stories_fit.of} of them stories"))
        for line in account.rules(proposal):
            print(visible(line))
        print("What the archive would have of three of them:")
        for line in account.stories(chosen(proposal), _told(chosen(proposal), load_site(str(target)))):
            print(visible(line))
        print(f"Written: {', '.join(map(str, written))}")
        print("Look at them, and go on with:")
        print(f"  {shlex.join(['pytest', str(written[1])])}")
        print(f"  {shlex.join(_next_crawl(target, opts))}")
        return ExitStatus.OK

    def _live(self, args: list[str], opts: argparse.Namespace) -> tuple[Address, list[Sample]]:
        from slqncy.spiders.look import look

        if len(args) != 1:
            raise UsageError("name one address, http://www.example.com/, or captures by --warc")
        name, _, value = opts.spargs.partition("=")
        if opts.spargs and name != "base_url":
            raise UsageError(f"-a {opts.spargs}: the only argument is base_url=URL")
        address = _stranger(args[0], _base_url(value) if opts.spargs else "")
        _refuse_present(opts.target)
        assert self.settings is not None
        probe = look(args[0], address, self.settings)
        for failure in probe.failures:
            print(visible(f"  not read: {failure}"))
        return probe.address, probe.samples

    def _from_captures(self, args: list[str], opts: argparse.Namespace) -> tuple[Address, list[Sample]]:
        from slqncy.newsite.refusal import NoProposalError
        from slqncy.spiders.arguments import ArgumentError, warc_files
        from slqncy.spiders.probe_captures import most_frequent_host, pages_in, samples_of
        from slqncy.warc.scan import WarcError

        assert self.settings is not None
        if len(args) > 1 or opts.spargs:
            raise UsageError("--warc takes at most the address of the site, and no -a")
        _refuse_present(opts.target)
        try:
            files = warc_files(opts.warc)
        except ArgumentError as error:
            raise UsageError(f"--{error}") from error
        try:
            pages = list(pages_in(files, self.settings, _CAPTURES))
        except WarcError as error:
            raise NoProposalError(f"{error}; `scrapy repair` or warcio can save what is whole") from error
        origin = args[0] if args else most_frequent_host([url for url, _ in pages])
        if not origin:
            raise NoProposalError(f"{opts.warc} has no capture of an HTML page of a site with a name")
        address = _stranger(origin)
        return address, samples_of(pages, address, self.settings)


def _stranger(url: str, at: str = "") -> Address:
    from slqncy.newsite.refusal import known_site
    from slqncy.newsite.stranger import stranger

    try:
        address = stranger(url, at)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if known := next(filter(None, map(known_site, address.site.hosts)), ""):
        raise UsageError(f"{urlsplit(url).hostname} has a profile: scrapy crawl stories -a site={known}")
    return address


def _base_url(value: str) -> str:
    from slqncy.spiders.arguments import ArgumentError, base_url

    try:
        return base_url(value)
    except ArgumentError as error:
        raise UsageError(f"-a {error}") from error


def _next_crawl(target: Path, opts: argparse.Namespace) -> list[str]:
    """A command that tries the profile, on pages from where these were from, in an archive of its own."""
    source = f"warc={opts.warc}" if opts.warc else opts.spargs
    arguments = [f"site={target}", *filter(None, [source]), "max_stories=5"]
    return [
        "scrapy", "crawl", "stories", *(word for argument in arguments for word in ("-a", argument)),
        "-s", "ARCHIVE_DIR=output/trial",
    ]  # fmt: skip


def _refuse_present(target: str) -> None:
    """Nobody wants to be told afterwards."""
    if target:
        _target(target)


def _target(name: str) -> Path:
    """Raises UsageError where the profile, or what is written beside it, cannot be or is there already."""
    path = Path(name)
    if path.suffix != ".toml" or not _STEM.fullmatch(path.stem):
        raise UsageError(f"-o {name}: a profile is a file NAME.toml, its name of letters, digits, - and _")
    if not path.parent.is_dir():
        raise UsageError(f"-o {name}: {path.parent} is no directory")
    for written in _all_of(path):
        if written.exists():
            raise UsageError(f"{written} is there already, and nothing is overwritten; name another file by -o")
    return path


def _all_of(target: Path) -> list[Path]:
    """A profile, its test, and the directory of recorded pages."""
    return [target, target.parent / f"test_{target.stem}.py", target.parent / f"{target.stem}-pages"]


def _write(proposal: Proposal, target: Path) -> list[Path]:
    """Write the profile, load it, and write the test of what it makes of the recorded pages."""
    from slqncy.newsite.profile import BASE, as_toml
    from slqncy.newsite.recorded import as_files, chosen

    write_file(target, as_toml(proposal, load_site(BASE), datetime.now(UTC)).encode())
    files = as_files(proposal, target.stem, _told(chosen(proposal), load_site(str(target))))
    _, _, pages = written = _all_of(target)
    pages.mkdir()
    for name, content in files.items():
        write_file(target.parent / name, content)
    return written


def _told(pages: Sequence[Sample], site: Site) -> list[Told]:
    from slqncy.newsite.sample import tell

    return [tell(page.page, site, page.downloaded) for page in pages]
