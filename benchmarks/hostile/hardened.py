"""Scrapy settings: those values of ours that make Scrapy's own parts careful, without any part of ours."""

from __future__ import annotations

from scrapy.settings import default_settings

from slqncy import settings as ours

_PLAIN_VALUES = (bool, int, float, str, list)
_OF_OUR_PARTS = {
    "BOT_NAME", "COMMANDS_MODULE", "SPIDER_MODULES", "NEWSPIDER_MODULE",
    "DUPEFILTER_CLASS", "SCHEDULER_MEMORY_QUEUE",  # our frontier asks once
}  # fmt: skip

globals().update(
    {
        name: value
        for name, value in vars(ours).items()
        if hasattr(default_settings, name)
        and isinstance(value, _PLAIN_VALUES)
        and name not in _OF_OUR_PARTS
        and "slqncy." not in str(value)
    }
)
DOWNLOAD_HANDLERS = {scheme: None for scheme, handler in ours.DOWNLOAD_HANDLERS.items() if handler is None}
