"""Addresses are sorted as all tools sort them."""

from __future__ import annotations

from random import Random

import pytest

from slqncy.wacz.surt import surt
from tests.peers import output_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.slqncy.com/szxw/9538.html", "com,slqncy)/szxw/9538.html"),
        ("https://WWW3.Example.org", "org,example)/"),
        ("http://a.example:8080/", "example,a:8080)/"),
        ("https://a.example:443/x", "example,a)/x"),
        ("https://a.example:80/x", "example,a:80)/x"),
        ("http://127.0.0.1:41577/szxw/", "1,0,0,127:41577)/szxw"),
        ("http://me:secret@a.example/", "example,a)/"),
        ("http://a.example/%E4%B8%AD%E6%96%87/%7Eb?q=%E4%B8%AD", "example,a)/%e4%b8%ad%e6%96%87/~b?q=%e4%b8%ad"),
        ("http://a.example/中文", "example,a)/%e4%b8%ad%e6%96%87"),
        ("http://中文.example/", "example,xn--fiq228c)/"),
        ("http://a.example//b/./c/../d//", "example,a)/b/d"),
        ("http://a.example/?b=2&a=1&b=1", "example,a)/?a=1&b=1&b=2"),
        ("http://a.example/?", "example,a)/"),
        ("http://a.example/?sid=0123456789abcdef0123456789ABCDEF", "example,a)/"),
        ("http://a.example/#part", "example,a)/"),
        ("dns:a.example", "dns:a.example"),
    ],
)
def test_the_key_of_an_address(url: str, expected: str) -> None:
    assert surt(url) == expected


_HOSTS = (
    "www.slqncy.com", "WWW2.Example.COM", "127.0.0.1", "1.2.3", "3232235777", "0177.0.0.1", "0x7f.1", "999.1.1.1",
    "www.", "a..b", "x.", "例え.jp", "%77ww.a.com", "a_b.com", "www1.www2.a.com", "xn--fiq228c.com", "u:p@h.com",
    ".a.com",
)  # fmt: skip
_PORTS = ("", "", "", ":80", ":443", ":8080", ":")
_PIECES = (
    "a", "B", "/", "//", ".", "..", "/../", "%2e", "%E4%B8%AD", "%25E4", "中", "?", "&", "=", "sid=", "0" * 32,
    "a" * 24, "jsessionid=", "PHPSESSID=", "ASPSESSIONIDabcdefgh=", "cfid=1", "&cftoken=2", "(", ")", "/(", ")/",
    ".aspx", "%3F",
    "%23", "%2F", "%20", "%", "%zz", "+", ";", "~", "'", '"', "\\", "|", ":", "@", "#", "[", "<",
)  # fmt: skip


def _address(random: Random) -> str:
    path, query = ("".join(random.choices(_PIECES, k=random.randrange(8))) for _ in range(2))
    return "".join(
        (
            random.choice(("http://", "https://", "http://https://")), random.choice(_HOSTS), random.choice(_PORTS),
            random.choice(("", f"/{path}")), random.choice(("", f"?{query}")),
        )
    )  # fmt: skip


def test_twenty_thousand_odd_addresses_have_the_keys_that_the_internet_archive_gives_them() -> None:
    random = Random(1)
    urls = [_address(random) for _ in range(20_000)]
    program = "import sys, surt\nfor line in sys.stdin: print(surt.surt(line[:-1]))"
    keys = output_of("python", "-W", "ignore", "-c", program, given="".join(f"{url}\n" for url in urls))
    expected = dict(zip(urls, keys.splitlines(), strict=True))
    assert {url: surt(url) for url in urls} == expected
