"""Which stories are copies of one another. Nothing here imports Scrapy."""

from slqncy.dedup.exact import fingerprint, normal_form

__all__ = ["fingerprint", "normal_form"]
