"""What goes over the wire is in the WARC file, byte for byte: real requests to a server that says any bytes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from slqncy.archive.verify import verify
from slqncy.exitcodes import ExitStatus
from slqncy.warc.check import check
from slqncy.wire import TICKET
from tests import warcs
from tests.certificates import Certificate, server_context
from tests.crawling import ROOT, crawl, links, scrapy, story_page, text_of
from tests.raw_server import End, RawServer, Served, Wait, always, raw_server
from tests.wire_cases import MAXSIZE, TIMEOUT, Case, cases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from ssl import SSLContext

    from tests.raw_server import Step
    from tests.warcs import Kept

CASES = cases("东渚")
_RETRIES = 2


def fetch(directory: Path, base_url: str, targets: Sequence[str], *arguments: str) -> Path:
    """Ask for targets, one after another. Gives the archive."""
    result = scrapy(*_command(directory, base_url, targets), *arguments)
    assert result.status != ExitStatus.SOFTWARE, result.errors
    return directory / "archive"


def _command(directory: Path, base_url: str, targets: Sequence[str]) -> list[str]:
    (directory / "targets").write_text("\n".join(targets))
    return [
        "crawl", "fetching", "-a", f"base_url={base_url}", "-s", "SPIDER_MODULES=tests.fetching_spider",
        "-s", f"ARCHIVE_DIR={directory / 'archive'}", "-s", f"TARGETS={directory / 'targets'}",
        "-s", "DOWNLOAD_DELAY=0", "-s", f"DOWNLOAD_MAXSIZE={MAXSIZE}", "-s", f"DOWNLOAD_TIMEOUT={TIMEOUT}",
    ]  # fmt: skip


def kept_of(archive: Path, uri: str) -> list[Kept]:
    """The exchanges of a URI."""
    return [kept for kept in warcs.exchanges(warcs.files(archive)) if kept.uri == uri]


def page(body: str, status: str = "200 OK", headers: str = "") -> bytes:
    """A response with a length."""
    data = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{headers}"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(data) + data


@dataclass(frozen=True)
class Fetched:
    """All cases, fetched by one run."""

    archive: Path
    server: RawServer
    kept: dict[str, list[Kept]]
    """By the name of the case."""


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Fetched:
    directory = tmp_path_factory.mktemp("wire")
    with raw_server(lambda target, _times: CASES[target[1:]].steps) as server:
        archive = fetch(directory, server.base_url, [f"/{name}" for name in CASES], "-s", "RETRY_TIMES=1")
        kept: dict[str, list[Kept]] = {name: [] for name in CASES}
        for one in warcs.exchanges(warcs.files(archive)):
            kept[one.uri.removeprefix(f"{server.base_url}/")].append(one)
        return Fetched(archive, server, kept)


@pytest.mark.parametrize("name", CASES)
def test_every_byte_is_kept(name: str, fetched: Fetched) -> None:
    case, kept, served = CASES[name], fetched.kept[name], fetched.server.to(f"/{name}")
    assert kept
    assert [one.request for one in kept] == [one.received for one in served]
    for one, said in zip(kept, served, strict=True):
        _check(case, one, said)


def _check(case: Case, kept: Kept, served: Served) -> None:
    if case.is_whole:
        assert kept.received == served.sent
    else:
        assert kept.received
        assert served.sent.startswith(kept.received)
    assert ("response" in kept.kinds or "revisit" in kept.kinds) == case.is_response
    if case.is_response and "response" in kept.kinds:
        head, _, payload = kept.record("response")[1].partition(b"\r\n\r\n")
        assert kept.truncated == case.truncated
        assert case.payload in {None, payload}
        assert case.head_has in head + b"\r\n"


def test_all_tools_take_the_file(fetched: Fetched) -> None:
    warcs.assert_peers_accept(warcs.files(fetched.archive))


def test_our_own_checks_find_no_fault(fetched: Fetched) -> None:
    assert not [defect for path in warcs.files(fetched.archive) for defect in check(path, own=True)]
    assert not verify(fetched.archive, full=True).defects


def test_our_header_never_leaves(fetched: Fetched) -> None:
    assert TICKET
    assert not [served for served in fetched.server.served if TICKET.lower() in served.received.lower()]


def test_what_failed_was_asked_for_again_and_each_time_kept(fetched: Fetched) -> None:
    assert len(fetched.kept["reset-in-body"]) == 2
    # But for what took too long, which the next run asks for.
    assert len(fetched.kept["says-nothing"]) == 1


def test_connections_are_kept_where_the_server_keeps_them(fetched: Fetched) -> None:
    first, second = fetched.server.to("/plain") + fetched.server.to("/gbk-header")
    assert first.connection == second.connection


def test_a_request_on_a_dead_connection_is_kept_and_so_is_the_next_attempt(tmp_path: Path) -> None:
    def answers(target: str, times: int) -> Sequence[Step]:
        return (End.CLOSE,) if (target, times) == ("/second", 0) else (page(f"{target} {times}"),)

    with raw_server(answers) as server:
        archive = fetch(tmp_path, server.base_url, ["/first", "/second"])
        first, dead, second = server.served
    assert (dead.connection, dead.target, second.target) == (first.connection, "/second", "/second")
    assert second.connection != first.connection
    lost, kept = kept_of(archive, f"{server.base_url}/second")
    assert (lost.request, lost.kinds) == (dead.received, ["request", "metadata"])
    assert (kept.request, kept.received) == (second.received, second.sent)


def test_every_hop_and_every_attempt_is_kept(tmp_path: Path) -> None:
    def answers(target: str, times: int) -> Sequence[Step]:
        hop = int(target[5:] or 0) if target.startswith("/hop-") else None
        if hop is not None and hop < 3:
            return (page(f"to {hop + 1}", "302 Found", f"Location: /hop-{hop + 1}\r\n"),)
        if target == "/busy" and times < 2:
            return (page(f"busy {times}", "503 Service Unavailable"),)
        return (page(f"here is {target}"),)

    with raw_server(answers) as server:
        archive = fetch(tmp_path, server.base_url, ["/hop-0", "/busy"])
    kept = warcs.exchanges(warcs.files(archive))
    assert sorted(one.received for one in kept) == sorted(served.sent for served in server.served)
    assert [one.received[9:12] for one in kept_of(archive, f"{server.base_url}/busy")] == [b"503", b"503", b"200"]
    assert len(kept) == 4 + 3


@pytest.mark.parametrize("lines", [1, 20])
def test_a_redirect_to_an_endless_address_is_not_followed(lines: int, tmp_path: Path) -> None:
    # Escaped, it would be longer than the readers of WARC files take a header to be.
    location = b"Location: /" + b"\r\n ".join(["新".encode("gbk") * 6_000] * lines)
    answer = b"HTTP/1.1 302 Found\r\n" + location + b"\r\nContent-Length: 0\r\n\r\n"
    with raw_server(always(answer)) as server:
        archive = fetch(tmp_path, server.base_url, ["/start"])
    assert [served.target for served in server.served] == ["/start"]
    (kept,) = warcs.exchanges(warcs.files(archive))
    assert kept.received == answer
    warcs.assert_peers_accept(warcs.files(archive))


def test_the_same_again_is_a_revisit_and_restores_to_what_was_sent(tmp_path: Path) -> None:
    def answers(target: str, _times: int) -> Sequence[Step]:
        body = b"the same for all, and " * 9
        if target == "/chunked":
            return (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + body[:5] + b"\r\n%x;x=y\r\n" % 193
                + body[5:] + b"\r\n0\r\n\r\n",
            )  # fmt: skip
        return (page(body.decode(), headers=f"X-Target: {target}\r\n"),)

    with raw_server(answers) as server:
        archive = fetch(tmp_path, server.base_url, ["/one", "/two", "/chunked"])
    kept = warcs.exchanges(warcs.files(archive))
    assert [one.received for one in kept] == [served.sent for served in server.served]
    assert [one.kinds[1] for one in kept] == ["response", "revisit", "revisit"]
    original, revisit = kept[0].record("response")[0], kept[2].record("revisit")[0]
    assert revisit["WARC-Refers-To"] == original["WARC-Record-ID"]
    assert revisit["WARC-Refers-To-Target-URI"] == f"{server.base_url}/one"
    assert revisit["WARC-Refers-To-Date"] == original["WARC-Date"]
    assert revisit["WARC-Payload-Digest"] == original["WARC-Payload-Digest"]
    assert revisit["WARC-Truncated"] == "length"
    warcs.assert_peers_accept(warcs.files(archive))


def test_refused_connections_leave_word(tmp_path: Path) -> None:
    with raw_server(always()) as server:
        pass
    archive = fetch(tmp_path, server.base_url, ["/gone"])
    kept = warcs.exchanges(warcs.files(archive))
    assert [one.kinds for one in kept] == [["metadata"]] * (1 + _RETRIES)
    assert all("refused" in one.fields["failure"] for one in kept)
    warcs.assert_peers_accept(warcs.files(archive))


def test_hosts_without_an_address_leave_word(tmp_path: Path) -> None:
    archive = fetch(tmp_path, "http://no-such-host.invalid", ["/gone"])
    kept = warcs.exchanges(warcs.files(archive))
    assert [one.kinds for one in kept] == [["metadata"]] * (1 + _RETRIES)
    assert all("no-such-host.invalid" in one.fields["failure"] for one in kept)
    assert not [one for one in kept if "WARC-IP-Address" in one.records[0][0]]


def test_tls_is_kept_as_it_is_inside(tmp_path: Path) -> None:
    with raw_server(lambda target, _times: (page(target),), tls=_tls(tmp_path)) as server:
        archive = fetch(
            tmp_path, server.base_url, ["/one", "/two"], "-s", "DOWNLOAD_VERIFY_CERTIFICATES=False",
        )  # fmt: skip
    assert server.base_url.startswith("https://")
    kept = warcs.exchanges(warcs.files(archive))
    assert [(one.request, one.received) for one in kept] == [(one.received, one.sent) for one in server.served]
    assert len(kept) == 2


def test_tls_that_ends_without_a_word_is_a_good_end(tmp_path: Path) -> None:
    # Python's sockets close so, as many servers do.
    answer = b"HTTP/1.1 200 OK\r\n\r\nas long as it takes"
    with raw_server(always(answer, Wait(0.1), End.CLOSE), tls=_tls(tmp_path)) as server:
        archive = fetch(tmp_path, server.base_url, ["/one"], "-s", "DOWNLOAD_VERIFY_CERTIFICATES=False")
    (kept,) = warcs.exchanges(warcs.files(archive))
    assert (kept.received, kept.truncated, kept.fields.get("failure")) == (answer, None, None)


@pytest.mark.parametrize(
    ("end", "outcome"), [(End.CLOSE, "slqncy/outcome/archived"), (End.RESET, "slqncy/check/rejected/incomplete")]
)
def test_a_story_is_not_read_from_a_part_of_it(end: End, outcome: str, tmp_path: Path) -> None:
    def answers(target: str, _times: int) -> Sequence[Step]:
        if target == "/szxw/1.html":
            return (b"HTTP/1.1 200 OK\r\n\r\n" + story_page(1, text_of(1)).encode(), Wait(0.2), end)
        return (page(links("/szxw/1.html")),) if target == "/szxw/" else (page("", "404 Not Found"),)

    with raw_server(answers) as server:
        result = crawl(tmp_path, server.base_url, "sections=szxw")
    assert f"'{outcome}': 1," in result.errors, result.errors
    assert not verify(tmp_path, full=True).defects


def test_certificates_that_nobody_vouches_for_leave_word(tmp_path: Path) -> None:
    with raw_server(lambda target, _times: (page(target),), tls=_tls(tmp_path)) as server:
        archive = fetch(tmp_path, server.base_url, ["/one"])
    kept = warcs.exchanges(warcs.files(archive))
    assert not server.served
    assert {tuple(one.kinds) for one in kept} <= {("metadata",), ("request", "metadata")}
    assert all("certificate" in one.fields["failure"] for one in kept)


def test_ipv6(tmp_path: Path) -> None:
    try:
        with raw_server(lambda target, _times: (page(target),), "::1") as server:
            archive = fetch(tmp_path, server.base_url, ["/one"])
    except OSError as error:
        pytest.skip(f"no IPv6 on this machine: {error}")
    (kept,) = warcs.exchanges(warcs.files(archive))
    assert (kept.request, kept.received) == (server.served[0].received, server.served[0].sent)
    assert kept.records[1][0]["WARC-IP-Address"] == "::1"
    warcs.assert_peers_accept(warcs.files(archive))


def test_without_a_limit_all_is_kept(tmp_path: Path) -> None:
    answer = page("很长的一页" * 200_000)
    with raw_server(always(answer)) as server:
        archive = fetch(tmp_path, server.base_url, ["/long"], "-s", "DOWNLOAD_MAXSIZE=0")
    (kept,) = warcs.exchanges(warcs.files(archive))
    assert (kept.received, kept.truncated) == (answer, None)


def test_addresses_of_any_characters(tmp_path: Path) -> None:
    targets = [
        "/新闻?标题=中国",
        "/a|b",
        '/"c"',
        "/<d>",
        "/{e}",
        "/^`\\",
        "/[f]",
        "/%zz%00",
        "/ g",
        "/#h",
        "/?i=<j>&k=;'",
    ]
    with raw_server(lambda target, _times: (page(target),)) as server:
        archive = fetch(tmp_path, server.base_url, targets)
    kept = warcs.exchanges(warcs.files(archive))
    assert len(kept) == len(targets)
    said = [(server.base_url + one.target, one.received, one.sent) for one in server.served]
    assert sorted((one.uri, one.request, one.received) for one in kept) == sorted(said)
    warcs.assert_peers_accept(warcs.files(archive))


def test_a_run_that_is_told_to_stop_keeps_what_came(tmp_path: Path) -> None:
    body = "到一半 ".encode() * 100
    steps = (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", body, Wait(60))
    with raw_server(always(*steps)) as server:
        command = _command(tmp_path, server.base_url, ["/slow"])
        run = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *command, "-s", "DOWNLOAD_TIMEOUT=60"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not (server.served and len(server.served[0].sent) > len(body)):
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGTERM)
        run.wait(30)
    (kept,) = warcs.exchanges(warcs.files(tmp_path / "archive"))
    assert kept.received == server.served[0].sent
    assert kept.truncated == "unspecified"
    assert "told to stop" in kept.fields["failure"]
    warcs.assert_peers_accept(warcs.files(tmp_path / "archive"))


def test_a_crawl_keeps_all_it_asked_for(tmp_path: Path) -> None:
    """robots.txt, sitemaps, lists and stories, and what they were asked for as."""

    def answers(target: str, _times: int) -> Sequence[Step]:
        site = server.base_url
        known = {
            "/robots.txt": f"User-agent: *\nDisallow: /secret/\nSitemap: {site}/sitemap.xml\n",
            "/sitemap.xml": f"<urlset><url><loc>{site}/szxw/2.html</loc></url></urlset>",
            "/": links("/szxw/1.html", "/secret/3.html"),
            "/szxw/1.html": story_page(1, text_of(1)),
            "/szxw/2.html": story_page(2, text_of(2)),
        }
        return (page(known[target]),) if target in known else (page(f"no {target}", "404 Not Found"),)

    with raw_server(answers) as server:
        result = crawl(tmp_path, server.base_url)
    assert result.status == 0, result.errors
    kept = warcs.exchanges(warcs.files(tmp_path))
    assert [one.received for one in kept] == [served.sent for served in server.served]
    kinds = {one.uri.removeprefix(server.base_url): one.fields.get("kind") for one in kept}
    assert kinds["/robots.txt"] is None
    assert (kinds["/"], kinds["/sitemap.xml"], kinds["/szxw/1.html"]) == ("front", "sitemap", "story")
    assert (kinds["/szxw/2.html"], "/secret/3.html" in kinds) == ("story", False)
    (story,) = [one for one in kept if one.uri.endswith("/szxw/1.html")]
    assert story.fields["page"] == "http://www.slqncy.com/szxw/1.html"
    assert [headers["WARC-Type"] for headers, _ in story.records] == ["request", "response", "metadata"]
    assert len({headers["WARC-Date"] for headers, _ in story.records}) == 1
    answer = story.record("response")[0]["WARC-Record-ID"]
    assert [story.record(kind)[0]["WARC-Concurrent-To"] for kind in ("request", "metadata")] == [answer] * 2
    assert not [one for one in kept if any(headers.get("WARC-IP-Address") != "127.0.0.1" for headers, _ in one.records)]
    warcs.assert_peers_accept(warcs.files(tmp_path))


def _tls(directory: Path) -> SSLContext:
    return server_context("127.0.0.1", Certificate.SELF_SIGNED, directory)
