"""Looking up host names, and refusing those that lead into a network that is not the public internet."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import succeed
from twisted.internet.error import DNSLookupError

from slqncy import settings as defaults
from slqncy.guards.addresses import is_public, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.settings import BaseSettings
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

WEB_ARCHIVE_URLS = ("WAYBACK_URL", "COMMONCRAWL_INDEX_URL", "COMMONCRAWL_DATA_URL")
"""Settings that name hosts."""


class PublicResolver(CachingThreadedResolver):
    """Scrapy's own resolver, whose answers are public addresses, unless the operator named that very host.

    Every connection passes here, also one to a host that is an address, and Twisted connects to the very address that
    this gives: an answer of another kind the next time (DNS rebinding) is another answer that is looked at.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._named: set[str] = set()
        self._refused: dict[str, str] = {}

    def allow(self, hosts: Iterable[str]) -> None:
        """Let these hosts be wherever they are: the operator named them."""
        self._named.update(hosts)

    def refused(self, host: str) -> str:
        """The address that a host was last refused for, or ""."""
        return self._refused.get(host, "")

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  # Twisted's name
        """The address of a host. Fails with DNSLookupError."""
        literal = spelled(name)
        found = succeed(str(literal)) if literal else super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name.lower())

    def _checked(self, address: str, name: str) -> str:
        self._refused.pop(name, None)
        if name in self._named or is_public(ip_address(address)):
            return address
        self._refused[name] = address
        # The error gets no further: Twisted tells who asked that there is no address.
        raise DNSLookupError(f"{name} leads to {address}")


def named_hosts(settings: BaseSettings, base_url: str) -> set[str]:
    """The hosts that the operator named: where a site is served in its stead, or a web archive of one's own."""
    own = (settings[name] for name in WEB_ARCHIVE_URLS if settings[name] != getattr(defaults, name))
    return {host for url in (base_url, *own) if (host := urlsplit(url).hostname)}
