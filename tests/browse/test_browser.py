"""The pages in a real browser: nothing is too wide, nothing is hidden from anybody, and keys are enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browse.samples import EDITED, HOSTILE, REWRITE
from tests.browser import DESKTOP, PHONE, browser, needs_chromium, overflow, page_of, violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browse.conftest import Server

pytestmark = [pytest.mark.xdist_group("browse"), needs_chromium]

PAGES = {
    "search": "/?q=志愿者+社区&order=rank",
    "story": f"/story?id=slqncy/szxw/{EDITED}&q=梧桐",
    "versions": f"/compare?one=slqncy/szxw/{EDITED}:1&other=slqncy/szxw/{EDITED}:2",
    "rewrite": f"/compare?one=slqncy/szxw/{EDITED}:2&other=slqncy/szxw/{REWRITE}:1",
    "hostile": f"/story?id=slqncy/szxw/{HOSTILE}",
    "capture": "/capture?of=slqncy/szxw/9538:1",
}


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_every_page(started: Browser, server: Server, scheme: str) -> None:
    with page_of(started, PHONE if scheme == "dark" else DESKTOP, scheme) as page:
        page.goto(server.entrance)
        for name, path in PAGES.items():
            page.goto(server.address + path)
            assert violations(page) == [], name
            assert overflow(page) == 0, name
            assert page.title() != "taken"
            assert page.locator("main h1").count() == 1


def test_keys_are_enough(started: Browser, server: Server) -> None:
    with page_of(started, DESKTOP, "light") as page:
        page.goto(server.entrance)
        assert page.url == f"{server.address}/"
        # The cursor is where words go, once the page is drawn.
        page.wait_for_function("document.activeElement.name === 'q'")
        page.keyboard.type("梧桐 周敏说")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"[?&]q="))
        assert page.locator(".hits li").count() == 1
        page.locator(".hits a").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/story\?"))
        assert page.locator(".text mark").all_inner_texts() == ["梧桐", "周敏说"]
        page.get_by_role("link", name="What changed from version 1 to version 2").press("Enter")
        page.wait_for_url(re.compile(r"/compare\?"))
        assert page.locator("td ins").all_inner_texts() == ["21", "¶", "养护由社区负责。"]
        assert (
            page.locator("td del").first.evaluate("one => getComputedStyle(one).textDecorationLine") == "line-through"
        )
