"""The pages of docs/, built, and read in a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.browser import DESKTOP, PHONE, browser, needs_chromium, overflow, page_of, violations
from tests.crawling import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("site of docs")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the pages, one file each."""
    directory = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--no-directory-urls", "--site-dir", directory],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return directory


def test_every_page_is_in_the_navigation(site: Path) -> None:
    navigation = (site / "index.html").read_text(encoding="utf-8").split('<nav class="md-nav md-nav--primary"')[1]
    linked = set(re.findall(r'href="([\w-]+\.html)"', navigation.split("</nav>\n</div>")[0]))
    pages = {f"{path.stem}.html" for path in ROOT.glob("docs/*.md")} | {"changelog.html", "security.html"}
    assert linked == pages
    assert {path.name for path in site.glob("*.html")} == pages | {"404.html"}


def test_no_page_asks_another_machine(site: Path) -> None:
    loaded = re.compile(r'<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="((?:https?:)?//[^"]+)"')
    assert {
        page.name: found for page in site.glob("*.html") if (found := loaded.findall(page.read_text("utf-8")))
    } == {}


class Quiet(SimpleHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The address of a server of these files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=directory)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@needs_chromium
@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [("data-format", DESKTOP, "light"), ("architecture", PHONE, "light"), ("dedup", PHONE, "dark")],
    ids=["much code", "a drawing", "a wide table"],
)
def test_pages_are_for_everybody(site: Path, name: str, size: dict[str, int], scheme: str) -> None:
    with served(site) as address, browser() as started, page_of(started, size, scheme) as page:
        page.goto(f"{address}/{name}.html")
        assert violations(page) == []
        assert overflow(page) == 0


@needs_chromium
def test_search_knows_chinese(site: Path) -> None:
    with served(site) as address, browser() as started, page_of(started, DESKTOP, "light") as page:
        page.goto(f"{address}/index.html")
        page.click(".md-search__input")
        # What is typed before the index is there is lost.
        page.get_by_text("Type to start searching").wait_for()
        page.keyboard.type("伪原创")  # in brackets there
        page.keyboard.press("Shift")  # as an input method ends, with a key that goes up
        page.wait_for_selector(".md-search-result__article")
        assert "dedup.html" in page.inner_html(".md-search-result__list")
