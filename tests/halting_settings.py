"""The project's settings, on a machine that halts for a day whenever Scrapy's downloader looks at its clock."""

from itertools import count

from scrapy.core import downloader

from slqncy.settings import *  # noqa: F403

_DAY = 24 * 60 * 60
vars(downloader)["monotonic"] = count(10_000 * _DAY, _DAY).__next__
