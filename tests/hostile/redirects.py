"""Cases 32 to 41: redirects, and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.certificates import Certificate
from tests.hostile.case import FRONT, Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import html, redirect
from tests.hostile.texts import plain_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.hostile.case import Answer
    from tests.raw_server import Step

_OFF_SITE = (Outcome.FAILED_OFF_SITE,)
_LOOPBACK = (
    "127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "0x7f000001", "2130706433", "017700000001", "127.1", "0177.0.0.1",
    "127.0.0.1.", "localhost", "LOCALHOST", "１２７.０.０.１", "127.0.0.1%2e",
)  # fmt: skip
_FILE = "file:///etc/passwd"


def _to(location: str) -> Answer:
    def answer(asked: Asked) -> Iterable[Step]:
        places = {"base_url": asked.base_url, "path": asked.path, "port": asked.elsewhere.partition(":")[2]}
        return (redirect(location.format(**places)),)

    return answer


def _next_hop(asked: Asked) -> Iterable[Step]:
    hop = int(asked.target.rpartition("/")[2]) if "/hop/" in asked.target else 0
    return (redirect(f"/hop/{asked.number}/{hop + 1}"),)


def _refresh(target: str) -> Answer:
    def answer(asked: Asked) -> Iterable[Step]:
        head = f'<meta http-equiv="refresh" content="0; url={target.format(path=asked.path)}">'
        return (html(plain_page(asked.number, head=head).encode()),)

    return answer


def _to_another_site_with_a_cookie(asked: Asked) -> Iterable[Step]:
    location = f"Location: http://{asked.elsewhere}/".encode()
    return (html(b"", location, b"Set-Cookie: session=secret; Path=/", status=b"302 Found"),)


def _to_plain_http(asked: Asked) -> Iterable[Step]:
    return (redirect(asked.base_url.replace("https:", "http:") + asked.path),)


REDIRECTS = (
    Case(32, "redirect to itself", (Outcome.FAILED_REDIRECTS,), _to("{path}")),
    Case(
        33, "endless chain of redirects", (Outcome.FAILED_REDIRECTS,), _next_hop,
        pages={r"/hop/{number}/\d+": _next_hop},
    ),
    Case(34, "redirect to file:", _OFF_SITE, _to(_FILE)),
    Case(34, "redirect to file://localhost", _OFF_SITE, _to("file://localhost/etc/passwd")),
    Case(35, "redirect to data:", _OFF_SITE, _to("data:text/html,<h1>x</h1>")),
    Case(36, "redirect to javascript:", _OFF_SITE, _to("javascript:alert(1)")),
    *(Case(37, f"redirect to {host}", _OFF_SITE, _to(f"http://{host}:{{port}}/")) for host in _LOOPBACK),
    Case(37, "redirect to 0.0.0.0", _OFF_SITE, _to("http://0.0.0.0:{port}/")),
    Case(37, "redirect to the site's name at 127.0.0.1", _OFF_SITE, _to("http://www.slqncy.com@127.0.0.1:{port}/")),
    *(
        Case(38, f"site at {host}", (Outcome.FAILED_FORBIDDEN_ADDRESS,), host=host, subject=FRONT)
        # Loopback only: where the guard fails, nothing else on the network is to be asked.
        for host in ("localhost", "127.0.0.2", "0x7f000001")
    ),
    Case(39, "meta refresh to itself", (Outcome.ARCHIVED,), _refresh("{path}")),
    Case(39, "meta refresh to file:", (Outcome.ARCHIVED,), _refresh(_FILE)),
    Case(40, "redirect to another site, with a cookie", _OFF_SITE, _to_another_site_with_a_cookie),
    Case(
        41, "redirect from https to http", (Outcome.FAILED_REDIRECTS, Outcome.FAILED_OFF_SITE), _to_plain_http,
        certificate=Certificate.GOOD,
    ),
)  # fmt: skip
