"""The site over real HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from slqncy.demo import DemoServer, DemoSite, serve, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = "/szxw/9538.html"


@pytest.fixture
def server(site: DemoSite) -> Iterator[DemoServer]:
    with serving(site) as server:
        yield server


@pytest.fixture
def connection(server: DemoServer) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(urlsplit(server.base_url).netloc, timeout=5)
    yield connection
    connection.close()


def test_every_path_over_one_connection(site: DemoSite, server: DemoServer, connection: HTTPConnection) -> None:
    for path in site.paths:
        connection.request("GET", path, headers={"User-Agent": "probe"})
        answer, expected = connection.getresponse(), site.respond(path)
        assert (answer.status, answer.read()) == (expected.status, expected.body)
        assert answer.headers["Content-Type"] == expected.headers["Content-Type"]
    assert [(request.method, request.path) for request in server.requests] == [("GET", path) for path in site.paths]
    assert {request.user_agent for request in server.requests} == {"probe"}
    times = [request.at for request in server.requests]
    assert times == sorted(times)


def test_head_has_the_headers_alone(site: DemoSite, connection: HTTPConnection) -> None:
    connection.request("HEAD", SEED)
    answer = connection.getresponse()
    assert answer.read() == b""
    assert int(answer.headers["Content-Length"]) == len(site.respond(SEED).body)


@pytest.mark.parametrize(("header", "validator"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")])
def test_conditional_get(site: DemoSite, connection: HTTPConnection, header: str, validator: str) -> None:
    connection.request("GET", SEED, headers={header: site.respond(SEED).headers[validator]})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (304, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Mon, 02 Nov 2015 00:00:00 GMT"},
        {"If-Modified-Since": "no date"},
        {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ],
)
def test_conditional_get_of_a_changed_page(connection: HTTPConnection, headers: dict[str, str]) -> None:
    connection.request("GET", SEED, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.read()


def test_a_stopped_server_is_gone(site: DemoSite) -> None:
    with serve(site) as url:
        pass
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection(urlsplit(url).netloc, timeout=5).connect()


def test_a_client_that_hangs_up_is_no_error(server: DemoServer, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(20):
        hasty = HTTPConnection(urlsplit(server.base_url).netloc, timeout=5)
        hasty.request("GET", SEED)
        hasty.close()
    patient = HTTPConnection(urlsplit(server.base_url).netloc, timeout=5)
    patient.request("GET", "/")
    assert patient.getresponse().read()
    patient.close()
    assert capfd.readouterr().err == ""


def test_as_a_program_until_interrupted() -> None:
    with subprocess.Popen([sys.executable, "-m", "slqncy.demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        connection = HTTPConnection(urlsplit(run.stdout.readline().decode().strip()).netloc, timeout=5)
        connection.request("GET", "/robots.txt")
        assert connection.getresponse().status == 200
        connection.close()
        os.kill(run.pid, signal.SIGINT)
        assert (run.wait(timeout=5), run.stderr.read()) == (0, b"")
