"""What a command imports: most of what a start costs, and nobody sees it grow."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from slqncy.exitcodes import ExitStatus
from tests.crawling import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_SCRAPY = """
import atexit, sys
from scrapy.cmdline import execute
atexit.register(lambda: print(*sys.modules))
execute()
"""
_EXTRAS = {"datasette", "pandas", "prometheus_client", "pyarrow"}
_SWITCHED_OFF = {"aiohttp", "requests", "tldextract", "twisted.conch"}
_OF_A_CRAWL = {"fastwarc", "jinja2", "numpy", "opencc", "rapidfuzz", "slqncy.archive.writer", "slqncy.extract"}
_OF_A_TERMINAL = {"rich.console"}
_OF_OTHERS = {"slqncy.browse", "slqncy.demo", "slqncy.newsite", "slqncy.wacz"}


def imported(status: ExitStatus, *arguments: str) -> set[str]:
    """The modules that a command has imported when it ends, with a status."""
    command = [sys.executable, "-W", "error", "-c", _SCRAPY, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    return set(done.stdout.splitlines()[-1].split())


def test_a_list_of_the_commands_imports_none_of_what_they_do() -> None:
    modules = imported(ExitStatus.OK)
    assert {"slqncy.commands.crawl", "slqncy.commands.newsite"} <= modules
    assert not modules & (_EXTRAS | _SWITCHED_OFF | _OF_A_CRAWL | _OF_A_TERMINAL | _OF_OTHERS)


def test_a_crawl_imports_nothing_that_is_switched_off_or_that_others_need(tmp_path: Path) -> None:
    crawl = ("crawl", "stories", "-a", "base_url=http://127.0.0.1:1/", "-s", f"ARCHIVE_DIR={tmp_path}")
    modules = imported(ExitStatus.UNAVAILABLE, *crawl)
    assert {"slqncy.archive.writer", "slqncy.report.page"} <= modules
    assert not modules & (_EXTRAS | _SWITCHED_OFF | _OF_A_TERMINAL | _OF_OTHERS)
