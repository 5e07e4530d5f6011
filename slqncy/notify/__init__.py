"""Those who watch from afar: a run tells a dead man's switch and Prometheus how it went. Nothing of Scrapy is here."""

from slqncy.notify.ping import is_ping_url
from slqncy.notify.watchers import Outcome, SiteOutcome, Watchers, is_metrics_file

__all__ = ["Outcome", "SiteOutcome", "Watchers", "is_metrics_file", "is_ping_url"]
