"""A site that is served over TLS: who cannot prove to be the site is not asked, and nothing is asked in the clear."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.certificates import Certificate, authority, server_context
from tests.crawling import Result, links, stories, story_page, text_of
from tests.guards.network import crawl_in, listening
from tests.guards.variants import became
from tests.raw_server import RawServer, raw_server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.raw_server import Step

SITE = "www.slqncy.com"
SERVERS: dict[str, tuple[Certificate, ssl.TLSVersion | None]] = {
    SITE: (Certificate.GOOD, None),
    "expired.test": (Certificate.EXPIRED, None),
    "early.test": (Certificate.NOT_YET, None),
    "self-signed.test": (Certificate.SELF_SIGNED, None),
    "wrong-name.test": (Certificate.WRONG_NAME, None),
    "old.test": (Certificate.GOOD, ssl.TLSVersion.TLSv1_1),
    "older.test": (Certificate.GOOD, ssl.TLSVersion.TLSv1_2),
}
NUMBERS = dict(zip(SERVERS, range(1, 20), strict=False))
"""Of the stories that lead to each; the first is at home."""
DOWNGRADED, DOWNGRADED_TO_ITSELF = 30, 31
LEAD_TO = {
    **{number: f"https://{host}/szxw/{number}.html" for host, number in NUMBERS.items() if host != SITE},
    DOWNGRADED: f"http://{SITE}/szxw/1.html",
    DOWNGRADED_TO_ITSELF: f"http://{SITE}/szxw/{DOWNGRADED_TO_ITSELF}.html",
}


@dataclass(frozen=True)
class Crawled:
    """A finished crawl."""

    result: Result
    archive: Path
    servers: dict[str, RawServer]
    outcomes: dict[int, str]
    in_the_clear: int
    """Connections to any other port than that of HTTPS."""


def _answers(target: str, *, is_home: bool) -> Sequence[Step]:
    number = target.removeprefix("/szxw/").removesuffix(".html")
    status, location, body = "404 Not Found", "", b""
    if target == "/szxw/":
        status, body = "200 OK", links("/szxw/1.html", *(f"/szxw/{number}.html" for number in LEAD_TO)).encode()
    elif number.isdecimal() and is_home and int(number) in LEAD_TO:
        status, location = "302 Found", f"Location: {LEAD_TO[int(number)]}\r\n"
    elif number.isdecimal():
        status, body = "200 OK", story_page(int(number), text_of(int(number))).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n{location}"
    followed = "Set-Cookie: session=1; Path=/\r\nReferrer-Policy: unsafe-url\r\n"
    return (f"{head}{followed}\r\n".encode() + body,)


def _crawl(directory: Path, *options: str) -> Crawled:
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", str(authority(directory)))
        listener = stack.enter_context(listening())
        servers, names, ports = {}, {}, {"": listener.port}
        for host, (shown, version) in SERVERS.items():
            context = server_context(host, shown, directory, version)
            servers[host] = stack.enter_context(
                raw_server(lambda target, _times, is_home=host == SITE: _answers(target, is_home=is_home), tls=context)
            )
            address = f"93.184.215.{NUMBERS[host]}"
            names[host] = [address]
            ports[f"{address}:443"] = int(servers[host].base_url.rpartition(":")[2])
        result = crawl_in(directory, list(SERVERS), names, ports, *options, scheme="https")
        archive = directory / "archive"
        outcomes = {number: outcome for number, (outcome, _) in became(archive).items()}
        return Crawled(result, archive, servers, outcomes, listener.connections())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return _crawl(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """A crawl with other settings."""
    return _crawl(
        tmp_path_factory.mktemp("other"), "-s", "DOWNLOAD_TLS_MIN_VERSION=TLSv1.3", "-s", "TELNETCONSOLE_ENABLED=True",
        "-s", "COOKIES_ENABLED=True",
    )  # fmt: skip


@pytest.mark.parametrize("host", list(SERVERS)[1:-1])
def test_a_server_that_cannot_prove_who_it_is(crawled: Crawled, host: str) -> None:
    assert crawled.outcomes[NUMBERS[host]] == "failed/certificate"
    assert not crawled.servers[host].served


def test_the_others_are_asked_once_and_the_run_goes_on(crawled: Crawled) -> None:
    assert crawled.result.status == 0, crawled.result.errors
    assert "Traceback" not in crawled.result.errors
    assert "retry/count" not in crawled.result.errors
    assert stories(crawled.archive).keys() == {"slqncy/szxw/1", f"slqncy/szxw/{NUMBERS['older.test']}"}


def test_nothing_is_asked_in_the_clear(crawled: Crawled) -> None:
    assert crawled.in_the_clear == 0
    assert crawled.outcomes[DOWNGRADED] == "rejected/redirected"
    assert crawled.outcomes[DOWNGRADED_TO_ITSELF] == "failed/redirects"


def test_the_least_version_is_what_the_setting_says(crawled: Crawled, other: Crawled) -> None:
    older = NUMBERS["older.test"]
    assert (crawled.outcomes[older], other.outcomes[older]) == ("archived", "failed/certificate")


def test_cookies_are_never_sent(crawled: Crawled, other: Crawled) -> None:
    def has_cookies(crawled: Crawled) -> bool:
        return any(b"\r\nCookie:" in one.received for server in crawled.servers.values() for one in server.served)

    assert (has_cookies(crawled), has_cookies(other)) == (False, True)


def test_nobody_is_told_what_was_read_before(crawled: Crawled) -> None:
    received = [one.received for server in crawled.servers.values() for one in server.served]
    assert received
    assert not any(b"\r\nReferer:" in request for request in received)


def test_no_port_is_opened(crawled: Crawled, other: Crawled) -> None:
    said = "A port is opened"
    assert (said in crawled.result.errors, said in other.result.errors) == (False, True)
