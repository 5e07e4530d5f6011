"""The project's settings, and code that hangs."""

from slqncy.settings import *  # noqa: F403
from slqncy.settings import DOWNLOAD_HANDLERS, ITEM_PIPELINES

SPIDER_MODULES = ["tests.hanging_spider"]
DOWNLOAD_HANDLERS = {**DOWNLOAD_HANDLERS, "http": "tests.hanging_spider.HangingDownload"}
ITEM_PIPELINES = {**ITEM_PIPELINES, "tests.hanging_spider.HangingPipeline": 60}
WATCHDOG_TIMEOUT = 4  # innocent pages take less, also on a machine that is busy
DOWNLOAD_DELAY = 0
