"""Counters: what is left out of Scrapy's own."""

from __future__ import annotations

from scrapy.statscollectors import MemoryStatsCollector, StatsCollector
from scrapy.utils.test import get_crawler

from slqncy.extensions.stats import Stats


def test_counting_is_as_scrapys_own_and_what_is_left_out_is_still_there_to_leave_out() -> None:
    crawler = get_crawler()
    ours, theirs = Stats(crawler), MemoryStatsCollector(crawler)
    for stats in (ours, theirs):
        stats.set_value("set", "x")
        stats.inc_value("often")
        stats.inc_value("often", 2)
        stats.inc_value("never", 0)
        stats.max_value("most", 3)
        stats.max_value("most", 2)
    assert ours.get_stats() == theirs.get_stats() == {"set": "x", "often": 3, "never": 0, "most": 3}
    assert ours.get_value("often") == 3
    assert "__getattribute__" in vars(StatsCollector)
