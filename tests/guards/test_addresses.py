"""What is not on the public internet is not asked, whatever name, spelling or redirect leads there."""

from __future__ import annotations

import json
import socket
from ipaddress import ip_address

import pytest

from slqncy.guards.addresses import is_public, spelled
from tests.crawling import stories
from tests.guards.network import listening
from tests.guards.variants import LITERALS, NAMES, REDIRECTED, Led, crawl_network, crawl_redirects

PUBLIC = """
8.8.8.8 1.1.1.1 93.184.215.14 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255
2606:4700::1111 2a00:1450:4001::1 2408:8000::1 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
"""
OTHERS = """
0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.255
168.63.129.16 169.254.0.0 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.9 192.0.0.192 192.0.2.1
192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:0:0 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:c0a8:101::1 3fff::1
4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
"""
SPELLED = """
127.0.0.1 127.0.0.1. 127.1 127.0.1 2130706433 0x7f000001 0X7F.1 017700000001 0177.0.0.1 0x7f.0.0.1 127%2e1
127.0.0.1 １２７.０.０.１ 127。0．0｡1 ①②⑦.⓪.⓪.① %31%32%37.0.0.1 %EF%BC%91%EF%BC%92%EF%BC%97.1
0.0.0.0 0 0x0 0.0
8.0.0.1 010.0.0.1
::1 [::1] 0:0::0:1
::ffff:127.0.0.1 [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::ﬀﬀ:7f00:1]
fe80::1%eth0 [fe80::1%25eth0]
"""
"""Addresses, and how else they may be written."""
NAMES_ONLY = """
www.slqncy.com localhost 127.0.0.1.nip.io 256.1.1.1 1.2.3.4.5 0x 08.1.1.1 4294967296 ::g 1-2-3-4.test xn--fsqu00a.test
"""


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", OTHERS.split())
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("line", SPELLED.strip().splitlines())
def test_spellings_of_an_address(line: str) -> None:
    address, *others = line.split()
    assert {host: spelled(host) for host in (address, *others)} == dict.fromkeys(
        (address, *others), ip_address(address)
    )


@pytest.mark.parametrize(
    "host", [*NAMES_ONLY.split(), "", ".", "127.0.0.1 www.slqncy.com", "127.0.0.1\n", "127.0.0.1\0", "7" * 5000]
)
def test_names_are_no_addresses(host: str) -> None:
    assert spelled(host) is None


@pytest.fixture(scope="module")
def redirects(tmp_path_factory: pytest.TempPathFactory) -> Led:
    return crawl_redirects(tmp_path_factory.mktemp("redirects"))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Led:
    return crawl_network(tmp_path_factory.mktemp("network"))


def test_those_who_listen_would_hear() -> None:
    with listening() as listener:
        assert listener.connections() == 0
        socket.create_connection(("127.0.0.1", listener.port)).close()
        assert listener.connections() == 1


@pytest.mark.parametrize("way", REDIRECTED, ids=range(len(REDIRECTED)))
def test_a_redirect_out_of_the_site(redirects: Led, way: str) -> None:
    outcome = redirects.outcomes[way]
    assert (outcome.outcome, outcome.connections) == (REDIRECTED[way], 0)
    assert len(outcome.detail) < 300


@pytest.mark.parametrize("host", [*LITERALS, *NAMES])
def test_a_host_of_the_site_that_leads_elsewhere(network: Led, host: str) -> None:
    outcome = network.outcomes[host]
    assert (outcome.outcome, outcome.connections) == ("failed/forbidden_address", 0)
    assert "not on the public internet" in outcome.detail
    assert host in outcome.detail


def test_the_good_stories_are_had_all_the_same(redirects: Led, network: Led) -> None:
    for led in (redirects, network):
        assert led.result.status == 0, led.result.errors
        assert "Traceback" not in led.result.errors
        assert stories(led.archive).keys() == {"slqncy/szxw/1", "slqncy/szxw/2"}


def test_what_was_refused_is_counted_and_not_asked_again(network: Led) -> None:
    (report,) = (network.archive / "runs").glob("*.json")
    counters = json.loads(report.read_bytes())["counters"]
    assert counters["slqncy/guard/addresses"] == len(network.outcomes)
    assert "retry/count" not in counters
