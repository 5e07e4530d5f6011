"""The counters of a run."""

from __future__ import annotations

from scrapy.statscollectors import MemoryStatsCollector


class Stats(MemoryStatsCollector):
    """Scrapy's own, which looks at each use whether somebody still passes a spider: without that a count costs a tenth.

    Some thirty are made of each page.
    """

    __getattribute__ = object.__getattribute__
