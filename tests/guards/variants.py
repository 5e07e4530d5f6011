"""Ways into a network that is not the public internet, and crawls that are led there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.archive import Archive
from slqncy.demo.server import serving
from slqncy.demo.site import DemoResponse
from slqncy.reasons import EventKind
from tests.crawling import Pages, Result, crawl, links, redirect, story_page, text_of
from tests.guards.network import crawl_in, listening

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PUBLIC = "93.184.215.14"
"""Where the site is, in a network of our making."""

_LITERALS = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 127.0.0.1. 127.0.0.2 127.255.255.254
0.0.0.0 0 10.0.0.1 012.0.0.1 172.16.0.1 192.168.1.1 3232235777 100.64.0.1 169.254.169.254 0xa9fea9fe 169.254.43518
168.63.129.16 100.100.100.200 192.0.2.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255
::1 :: ::ffff:127.0.0.1 ::ffff:7f00:1 ::127.0.0.1 fe80::1 fc00::1 fd00:ec2::254 fec0::1 64:ff9b::7f00:1 2002:7f00:1::
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 ff02::1
"""
LITERALS = _LITERALS.split()
"""Hosts of a URL that are addresses."""

_NAMES = f"""
localhost 127.0.0.1
loopback.test 127.0.0.1
loopback-too.test 127.9.9.9
nowhere.test 0.0.0.0
private-10.test 10.1.2.3
private-172.test 172.31.255.1
private-192.test 192.168.0.1
shared.test 100.127.0.1
link-local.test 169.254.169.254
azure.test 168.63.129.16
alibaba.test 100.100.100.200
multicast.test 239.255.255.250
reserved.test 250.0.0.1
xn--fsqu00a.test 127.0.0.1
under_score.test 127.0.0.1
private-then-public.test 10.0.0.1 {PUBLIC}
public-then-private.test {PUBLIC} 127.0.0.1
"""
NAMES = {name: addresses for name, *addresses in map(str.split, _NAMES.strip().splitlines())}
"""Names, and the address that each look-up gives."""

OFF_SITE, REDIRECTS, FOLLOWED = "failed/off_site", "failed/redirects", "rejected/redirected"
REDIRECTED: dict[str, str] = {
    "file:///etc/passwd": OFF_SITE,
    "file://localhost/etc/passwd": OFF_SITE,
    "data:text/html,<h1>x</h1>": OFF_SITE,
    "javascript:alert(1)": OFF_SITE,
    "ftp://127.0.0.1:{port}/": OFF_SITE,
    "gopher://127.0.0.1:{port}/": OFF_SITE,
    "mailto:a@example.org": OFF_SITE,
    "about:blank": OFF_SITE,
    "s3://bucket/key": OFF_SITE,
    "http://127.0.0.1:{port}/": OFF_SITE,
    "https://127.0.0.1:{port}/": OFF_SITE,
    "//127.0.0.1:{port}/": OFF_SITE,
    "////127.0.0.1:{port}/": OFF_SITE,
    "http://127.1:{port}/": OFF_SITE,
    "http://2130706433:{port}/": OFF_SITE,
    "http://0x7f000001:{port}/": OFF_SITE,
    "http://017700000001:{port}/": OFF_SITE,
    "http://127.0.0.1.:{port}/": OFF_SITE,
    "http://0.0.0.0:{port}/": OFF_SITE,
    "http://0:{port}/": OFF_SITE,
    "http://localhost:{port}/": OFF_SITE,
    "http://[::1]:{port}/": OFF_SITE,
    "http://[::ffff:127.0.0.1]:{port}/": OFF_SITE,
    "http://①②⑦.⓪.⓪.①:{port}/": OFF_SITE,
    "http://１２７.０.０.１:{port}/": OFF_SITE,
    "http://127。0。0。1:{port}/": OFF_SITE,
    "http://%31%32%37.0.0.1:{port}/": OFF_SITE,
    "http://www.slqncy.com@127.0.0.1:{port}/": OFF_SITE,
    "http://www.slqncy.com:80@127.0.0.1:{port}/": OFF_SITE,
    "http://www.slqncy.com%00@127.0.0.1:{port}/": OFF_SITE,
    "http:\\\\127.0.0.1:{port}\\": OFF_SITE,
    "http://www.slqncy.com.evil.test:{port}/": OFF_SITE,
    "http://www.slqncy.com:{port}/": OFF_SITE,
    "http://www.slqncy.com:99999/": OFF_SITE,
    "http://www.ѕlqncy.com:{port}/": OFF_SITE,
    "http://[::1": OFF_SITE,
    "/szxw/{long}.html": OFF_SITE,
    "http://127.0.0.1:{port}@www.slqncy.com/szxw/1.html": FOLLOWED,
    "http://127.0.0.1:{port}\\@www.slqncy.com/szxw/1.html": OFF_SITE,
    "http://www.slqncy.com\\@127.0.0.1:{port}/": FOLLOWED,
    "\\\\127.0.0.1:{port}\\": FOLLOWED,
    "http:///127.0.0.1:{port}/": FOLLOWED,
    "http:127.0.0.1:{port}/": FOLLOWED,
    "/szxw/新闻.html": FOLLOWED,
    "http://www.slqncy.com/szxw/1.html": FOLLOWED,
    "": REDIRECTS,
    "http://": REDIRECTS,
}
"""Where a story leads with its Location, and what becomes of it: followed are those that stay on the site.

{port} is that of somebody who listens.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a story that leads somewhere."""

    outcome: str
    """State and reason."""
    detail: str
    connections: int
    """To where it leads; of several ways there, those of all."""


@dataclass(frozen=True, slots=True)
class Led:
    """A finished crawl of a site of two good stories, and of others that lead elsewhere."""

    result: Result
    archive: Path
    outcomes: dict[str, Outcome]
    """By the way there."""


def _numbered(ways: Iterable[str]) -> dict[int, str]:
    """Story numbers of the ways; 1 and 2 are good stories, at the head and at the end of the list."""
    return dict(enumerate(ways, 100))


def _site(locations: dict[int, str]) -> Pages:
    pages: dict[str, str | bytes | DemoResponse] = {
        # Connections that are not kept make every request look up the name again.
        "/robots.txt": DemoResponse(404, {"Connection": "close"}, b""),
        **{f"/szxw/{number}.html": redirect(location) for number, location in locations.items()},
        "/szxw/1.html": story_page(1, text_of(1)),
        "/szxw/2.html": story_page(2, text_of(2)),
    }
    pages["/szxw/"] = links("/szxw/1.html", *(f"/szxw/{number}.html" for number in locations), "/szxw/2.html")
    return Pages(pages)


def became(archive: Path) -> dict[int, tuple[str, str]]:
    """Outcome and detail by story number."""
    outcomes = {}
    for event in Archive(archive).events():
        number = event.url.rpartition("/")[2].removesuffix(".html")
        if number.isdecimal() and event.event is not EventKind.FOUND:
            reason = f"/{event.reason}" if event.reason else ""
            outcomes[int(number)] = f"{event.event}{reason}", event.detail
    return outcomes


def crawl_redirects(directory: Path) -> Led:
    """A crawl of a site on loopback, which redirects to somebody who listens on this machine."""
    ways = _numbered(REDIRECTED)
    with ExitStack() as stack:
        listeners = {number: stack.enter_context(listening()) for number in ways}
        locations = {
            number: way.format(port=listeners[number].port, long="a" * 2500).encode().decode("latin-1")
            for number, way in ways.items()
        }
        server = stack.enter_context(serving(_site(locations)))
        result = crawl(directory, server.base_url, "sections=szxw")
        outcomes = became(directory)
        return Led(result, directory, {
            way: Outcome(*outcomes[number], listeners[number].connections()) for number, way in ways.items()
        })  # fmt: skip


def crawl_network(directory: Path) -> Led:
    """A crawl of a site at a public address, all of whose other host names lead into other networks."""
    hosts = (*LITERALS, *NAMES)
    ways = _numbered(hosts)
    locations = {
        number: f"http://{f'[{host}]' if ':' in host else host}/szxw/{number}.html" for number, host in ways.items()
    }
    with listening() as listener, serving(_site(locations)) as server:
        names = {"www.slqncy.com": [PUBLIC], **NAMES}
        ports = {f"{PUBLIC}:80": server.server_address[1], "": listener.port}
        result = crawl_in(directory, ["www.slqncy.com", *hosts], names, ports)
        connections = listener.connections()
    outcomes = became(directory / "archive")
    return Led(result, directory / "archive", {
        way: Outcome(*outcomes[number], connections) for number, way in ways.items()
    })  # fmt: skip
