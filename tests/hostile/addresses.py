"""Cases 50 to 52 and 64: addresses that lists show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.case import Asked, Case
from tests.hostile.outcomes import Outcome
from tests.hostile.say import html
from tests.hostile.texts import plain_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.raw_server import Step

_NOT_ASKED, _ARCHIVED = (Outcome.NOT_ASKED,), (Outcome.ARCHIVED,)


def _reused(asked: Asked) -> Iterable[Step]:
    # Another story of this range, at the same address.
    story = asked.number + 100 * (asked.times > 0)
    return (html(plain_page(story).replace(f"{story}.html", f"{asked.number}.html").encode()),)


ADDRESSES = (
    Case(50, "10 KB long", _NOT_ASKED, links=("/szxw/" + "x" * 10_000 + "{number}.html",)),
    Case(50, "control characters", _ARCHIVED, links=(" \x01{base_url}/szxw/\t{number}\n.html\x1f ",)),
    Case(
        50, "escaped control characters", _NOT_ASKED,
        links=("/szxw/{number}%0d%0aX-Y:%20z.html", "/szxw/{number}%00.html"),
    ),
    Case(50, "user and password", _ARCHIVED, links=("http://user:secret@www.slqncy.com{path}",)),
    Case(50, "the site's name as user", _NOT_ASKED, links=("http://www.slqncy.com@{elsewhere}{path}",)),
    Case(50, "homograph host", _NOT_ASKED, links=("http://www.slqnсу.com{path}", "http://xn--www-5cd.slqncy.com{path}")),
    Case(50, "other schemes", _NOT_ASKED, links=("file://{path}", "ftp://www.slqncy.com{path}", "gopher:{path}")),
    Case(50, "broken ports and brackets", _NOT_ASKED, links=("http://[::1{path}", "http://www.slqncy.com:99999{path}")),
    Case(
        51, "same story on several hosts", _ARCHIVED,
        links=("{path}", "http://www.slqncy.com{path}", "http://slqncy.com{path}", "http://m.slqncy.com{path}",
               "http://wap.slqncy.com{path}", "https://www.slqncy.com{path}?from=wap#top", "//slqncy.com{path}"),
    ),
    Case(52, "number used again for another story", (Outcome.SECOND_VERSION,), _reused, runs=2),
    Case(64, "path out of the site", _NOT_ASKED, links=("/szxw/..%2f..%2f..%2fetc%2f{number}",)),
    Case(
        64, "path with dots", _NOT_ASKED,
        links=("/../../../../etc/{number}/passwd", "/szxw/%2e%2e/%2e%2e/etc/{number}"),
    ),
    Case(64, "name of 300 bytes", _NOT_ASKED, links=("/szxw/" + "新" * 100 + "{number}.html",)),
)  # fmt: skip
