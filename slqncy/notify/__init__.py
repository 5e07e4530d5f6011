"""Those who watch from afar: a run tells a dead man's switch and Prometheus how it went."""

from slqncy.notify.ping import Pings, is_ping_url, redacted

__all__ = ["Pings", "is_ping_url", "redacted"]
