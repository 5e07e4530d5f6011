"""A network of our own making under a crawl: which addresses names have, and who listens there."""

from __future__ import annotations

import json
import logging
import socket
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from slqncy.spiders.stories import StoriesSpider
from tests.crawling import scrapy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from scrapy.crawler import Crawler

    from tests.crawling import Result

logger = logging.getLogger(__name__)

_connect_ex, _just_listen = socket.socket.connect_ex, socket.socket.listen


class Listener:
    """Listens, answers nothing, and counts who came: the system lets connections wait until they are accepted."""

    def __init__(self) -> None:
        # Whatever way to this machine is found.
        is_dual = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if is_dual else socket.AF_INET
        self._socket = socket.create_server(("", 0), family=family, backlog=64, dualstack_ipv6=is_dual)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    def connections(self) -> int:
        """How many came since it was asked last."""
        for number in count():
            with suppress(BlockingIOError):
                self._socket.accept()[0].close()
                continue
            return number
        raise AssertionError

    def close(self) -> None:
        self._socket.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener, until the end."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


def crawl_in(
    directory: Path, hosts: list[str], names: dict[str, list[str]], ports: dict[str, int], *options: str,
    scheme: str = "http",
) -> Result:  # fmt: skip
    """Crawl a section of a site with these host names. The archive is `archive` in the directory."""
    profile, network = directory / "site.toml", directory / "network.json"
    listed = ", ".join(f'"{host}"' for host in hosts)
    profile.write_text(f'name = "slqncy"\nextends = "slqncy"\n[urls]\nscheme = "{scheme}"\nhosts = [{listed}]\n')
    network.write_text(json.dumps({"names": names, "ports": ports}))
    return scrapy(
        "crawl", "stories", "-a", f"site={profile}", "-a", "sections=szxw",
        "-s", f"ARCHIVE_DIR={directory / 'archive'}", "-s", "DOWNLOAD_DELAY=0", "-s", "DNSCACHE_ENABLED=False",
        "-s", "SPIDER_MODULES=tests.guards.network", "-s", f"NETWORK={network}", *options,
    )  # fmt: skip


class NetworkSpider(StoriesSpider):
    """Crawls in the network that stands, as JSON, in the file `-s NETWORK=` names.

    `names`: the addresses of a name, each for one look-up, the last for all further ones. `ports`: who listens on this
    machine in place of an "address:port"; in place of all others, who has the port of "". A port that the process opens
    itself is logged.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        network = json.loads(Path(crawler.settings["NETWORK"]).read_text())
        _Network(network["names"], network["ports"]).install()
        return super().from_crawler(crawler, *args, **kwargs)


class _Network:
    def __init__(self, names: dict[str, list[str]], ports: dict[str, int]) -> None:
        self._names = names
        self._ports = ports

    def install(self) -> None:
        """Put it under all that this process does."""
        network = self

        def connect_ex(self: socket.socket, address: Any) -> int:
            mapped = "::ffff:127.0.0.1" if self.family is socket.AF_INET6 else "127.0.0.1"
            return _connect_ex(self, (mapped, network.port(*address[:2])))

        python = cast("Any", socket)
        python.gethostbyname = self.look_up
        python.socket.connect_ex = connect_ex
        python.socket.listen = _listen

    def port(self, address: str, port: int) -> int:
        return self._ports.get(f"{address}:{port}", self._ports[""])

    def look_up(self, name: str) -> str:
        addresses = self._names.get(name)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return addresses.pop(0) if len(addresses) > 1 else addresses[0]


def _listen(self: socket.socket, *backlog: int) -> None:
    logger.warning("A port is opened: %s", self.getsockname())
    _just_listen(self, *backlog)
