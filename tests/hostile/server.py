"""The hostile site over real sockets on loopback, and beside it a server that nobody should ask."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.certificates import authority, server_context
from tests.hostile.say import html
from tests.hostile.site import HostileSite
from tests.hostile.texts import plain_page
from tests.raw_server import always, raw_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.hostile.case import Case
    from tests.raw_server import RawServer, Served

_SITE = 'name = "slqncy"\nextends = "slqncy"\n[urls]\nhosts = ["{}"]\n'


@dataclass(frozen=True, slots=True)
class HostileServer:
    """A running site."""

    site: HostileSite
    server: RawServer
    elsewhere: RawServer
    directory: Path
    """For what a crawler is to be told in files."""
    environment: dict[str, str]
    """What a crawler's environment is to have: whom it trusts."""

    def arguments(self) -> list[str]:
        """Where `scrapy crawl stories` is to find the site."""
        host = next((case.host for case in self.site.numbers if case.host), "")
        if not host:
            return ["-a", f"base_url={self.server.base_url}"]
        profile = self.directory / "site.toml"
        profile.write_text(_SITE.format(host))
        return ["-a", f"site={profile}"]

    def heard(self, case: Case) -> list[Served]:
        """The requests that belong to a case."""
        number = str(self.site.numbers[case])
        return [served for served in self.server.served if number in served.target]


@contextmanager
def serving(cases: Sequence[Case]) -> Iterator[HostileServer]:
    """Serve one site with all these cases."""
    shown = next((case.certificate for case in cases if case.certificate), None)
    with TemporaryDirectory() as name, raw_server(always(html(plain_page(9199).encode()))) as elsewhere:
        directory = Path(name)
        site = HostileSite(cases, elsewhere.base_url.removeprefix("http://"))
        environment = {"SSL_CERT_FILE": str(authority(directory))} if shown else {}
        with raw_server(site.answer, tls=server_context("127.0.0.1", shown, directory) if shown else None) as server:
            site.base_url = server.base_url
            yield HostileServer(site, server, elsewhere, directory, environment)
