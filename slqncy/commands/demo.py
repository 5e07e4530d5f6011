"""`scrapy demo`: the main job, on a news site of our own, over real HTTP."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from slqncy.cli import show_example
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    import argparse

    from slqncy.demo import DemoSite


class Command(ScrapyCommand):
    """Serves the demo site on loopback, crawls it into a new archive, and checks that archive against what is known."""

    requires_project = True
    requires_crawler_process = False
    example: ClassVar[str] = "scrapy demo -s ARCHIVE_DIR=/tmp/news"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, and the example."""
        super().add_options(parser)
        show_example(parser, self.example)

    def syntax(self) -> str:
        """Shown by -h."""
        return "[-s ARCHIVE_DIR=DIR]"

    def short_desc(self) -> str:
        """Shown by `scrapy`."""
        return "Crawl the built-in demo site and check the archive story by story"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exit status 0 where every story is as expected, else that of the step that failed, or DATA."""
        from slqncy.demo import build_site, serve

        assert self.settings is not None
        if args:
            raise UsageError("scrapy demo takes no arguments")
        root = Path(self.settings["ARCHIVE_DIR"]) / "demo" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        site = build_site()
        with serve(site) as base_url:
            print(f"A news site of {len(site.expected)} story addresses is served at {base_url}")
            # One's own machine needs no pause between requests.
            crawl = ["crawl", "stories", "-a", f"base_url={base_url}", "-s", "DOWNLOAD_DELAY=0", "-L", "WARNING"]
            steps = (crawl, ["verify"])
            self.exitcode = next(filter(None, (_scrapy(*step, "-s", f"ARCHIVE_DIR={root}") for step in steps)), 0)
        if not self.exitcode:
            self.exitcode = _report(site, root)


def _scrapy(*arguments: str) -> int:
    print(f"\n$ scrapy {' '.join(arguments)}", flush=True)
    return subprocess.run([sys.executable, "-m", "scrapy", *arguments], check=False).returncode  # noqa: S603


def _report(site: DemoSite, root: Path) -> ExitStatus:
    from slqncy.archive import Archive
    from slqncy.demo.outcome import compare

    archive = Archive(root)
    comparison = compare(site.expected, archive)
    print(f"\nExpected and found:\n{comparison.table()}")
    print("\nThe first lines of the archive:")
    for story, _ in zip(archive.stories(), range(3), strict=False):
        print(f"  {story.id}  {story.date_published}  {story.title}")
        opening = story.text[:60].replace("\n", " ")
        print(f"      {opening}…  {story.char_count} characters, declared_delta {story.declared_delta}")
    for difference in comparison.differences:
        print(f"NOT AS EXPECTED: {difference}")
    print("\nArchived where:")
    for path in sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")):
        print(f"  {path}  {path.stat().st_size:,} bytes")
    return ExitStatus.DATA if comparison.differences else ExitStatus.OK
