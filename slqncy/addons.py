"""Scrapy add-ons."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy import signals

from slqncy import __version__
from slqncy.manners.identity import user_agent

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from slqncy.spiders.stories import StoriesSpider

logger = logging.getLogger(__name__)

_SWITCHES = {
    "REMOTE_CONTROL_ENABLED": ("EXTENSIONS_BASE", "scrapy.extensions.remote_control.RemoteControl"),
    "TELNETCONSOLE_ENABLED": ("EXTENSIONS_BASE", "scrapy.extensions.telnet.TelnetConsole"),
    "COOKIES_ENABLED": ("DOWNLOADER_MIDDLEWARES_BASE", "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"),
}
"""What Scrapy has of itself that a setting switches off, and where it has it."""
CHANGED = frozenset(components for components, _ in _SWITCHES.values()) | {"USER_AGENT"}
"""Settings that these add-ons make."""


class SwitchedOff:
    """Takes out what a setting switches off.

    Scrapy imports it, to have it say that it is; with it come aiohttp and requests, a fifth of the time of a start.
    """

    def update_settings(self, settings: Settings) -> None:
        """What somebody lists himself stays."""
        for switch, (components, path) in _SWITCHES.items():
            if not settings.getbool(switch):
                settings[components].pop(path, None)


class Identity:
    """Makes the User-Agent of our name, our version and OPERATOR_CONTACT, where no other one is set."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        identity = cls(crawler)
        crawler.signals.connect(identity._opened, signals.spider_opened)
        return identity

    def update_settings(self, settings: Settings) -> None:
        """Raises ValueError where the contact cannot stand in a header."""
        settings.set("USER_AGENT", user_agent(__version__, settings["OPERATOR_CONTACT"]), "addon")

    def _opened(self, spider: StoriesSpider) -> None:
        asks_a_mirror = spider.arguments.warcs or spider.address.base_url
        if not asks_a_mirror and self._crawler.settings["USER_AGENT"] == user_agent(__version__, ""):
            logger.warning(
                "Nobody whom we ask can tell who does: set OPERATOR_CONTACT to a mail address or URL, "
                "with -s OPERATOR_CONTACT=you@example.org or in slqncy/settings.py"
            )
