"""Logs that nobody else writes lines of: what a page, a header or an exception says is shown, and never obeyed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from slqncy.visible import visible, visible_lines

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class VisibleRecord(logging.LogRecord):
    """A message of one line, unless whoever wrote it meant several; those, and a traceback's, are indented."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info:
            # A formatter takes what is here already.
            self.exc_text = f"    {visible_lines(logging.Formatter().formatException(self.exc_info))}"

    def getMessage(self) -> str:  # noqa: N802
        """The message with its arguments."""
        message = super().getMessage()
        return visible_lines(message) if "\n" in str(self.msg) else visible(message)


class VisibleLog:
    """Makes all log records of the process visible ones, those of Scrapy and of libraries too.

    What no log is to have is not made either: Scrapy makes two records of each page, and has its handlers drop them.
    """

    def __init__(self, level: int) -> None:
        logging.setLogRecordFactory(VisibleRecord)
        logging.disable(level - 1)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        level = crawler.settings["LOG_LEVEL"]
        return cls(logging.getLevelNamesMapping().get(level, level))
