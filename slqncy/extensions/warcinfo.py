"""What a file of raw responses says of itself: the fields of its warcinfo record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import scrapy

from slqncy import __version__

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.settings import BaseSettings


def warcinfo(spider: Spider, settings: BaseSettings, run_id: str) -> dict[str, str]:
    """By the names of WARC 1.1, https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/."""
    arguments: dict[str, str] = spider.raw_arguments  # type: ignore[attr-defined]
    return {
        "software": f"slqncy/{__version__} scrapy/{scrapy.__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "isPartOf": run_id,
        "description": " ".join((spider.name, *(f"-a {name}={value}" for name, value in arguments.items()))),
        "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
    }
