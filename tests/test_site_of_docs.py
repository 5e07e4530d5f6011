"""The pages of docs/, built, and read in a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.browser import DESKTOP, PHONE, browser, needs_chromium, overflow, page_of, violations
from tests.crawling import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("site of docs")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, each a file that a browser opens without a server."""
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


@needs_chromium
def test_pages_are_for_everybody(site: Path) -> None:
    with browser() as started:
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            for name in ("architecture", "operating"):
                with page_of(started, size, scheme) as page:
                    page.goto(f"file://{site}/{name}.html")
                    assert violations(page) == []
                    assert overflow(page) == 0
