"""A small news site, with hostile cases among its stories."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from tests.hostile.case import FRONT, Asked, Case, story_path
from tests.hostile.say import html, sized
from tests.hostile.texts import good_page, links_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.hostile.case import Answer
    from tests.raw_server import Step

_FIRST = 9000
"""Number of the first case's story; good stories count from 1."""
_GOOD_AROUND = 3
"""Good stories in the list before the first case, and behind the last one."""


class HostileSite:
    """Gives an answer to every request target.

    The list shows good stories, and between any two of them a case.
    """

    base_url = ""

    def __init__(self, cases: Sequence[Case], elsewhere: str) -> None:
        self.numbers = {case: number for number, case in enumerate(cases, _FIRST)}
        self.good = range(1, 2 * _GOOD_AROUND + len(cases))
        self._elsewhere = elsewhere
        self._pages = [
            (re.compile(pattern.replace("{number}", str(number))), number, answer)
            for case, number in self.numbers.items()
            for pattern, answer in _pages_of(case, number).items()
        ]

    def answer(self, target: str, times: int) -> Iterable[Step]:
        """What to say to a request that was made so many times before."""
        for pattern, number, answer in self._pages:
            if pattern.fullmatch(target):
                return answer(self._asked(number, target, times))
        return (self._own_page(target),)

    def links_of(self, case: Case) -> list[str]:
        """What the list shows of a case."""
        number = self.numbers[case]
        return [self._filled(link, number) for link in case.links]

    def subject_of(self, case: Case) -> str:
        """Target of the page whose outcome is the case's."""
        return self._filled(case.subject, self.numbers[case])

    def _own_page(self, target: str) -> bytes:
        if target == "/robots.txt":
            named = (
                self._filled(f"{{base_url}}{case.sitemap}", self.numbers[case]) for case in self.numbers if case.sitemap
            )
            rules = ["User-agent: *", "Disallow: /private/", *(f"Sitemap: {url}" for url in named)]
            return sized("\n".join(rules).encode(), b"Content-Type: text/plain")
        if target == "/":
            return html(links_page([FRONT]).encode())
        if target == FRONT:
            return html(links_page([escape(link) for link in self._listed()]).encode(), b"Set-Cookie: id=1; Path=/")
        match = re.fullmatch(rf"{FRONT}(\d+)\.html", target)
        if match and int(match[1]) in self.good:
            content_type, body = good_page(int(match[1]))
            return sized(body, f"Content-Type: {content_type}".encode())
        return html(b"<html><body><h1>404</h1></body></html>", status=b"404 Not Found")

    def _listed(self) -> list[str]:
        good = [story_path(number) for number in self.good]
        listed, rest = good[: _GOOD_AROUND - 1], iter(good[_GOOD_AROUND - 1 :])
        for case in self.numbers:
            listed += [next(rest), *self.links_of(case)]
        return [*listed, *rest]

    def _filled(self, pattern: str, number: int) -> str:
        return pattern.format(
            path=story_path(number), number=number, base_url=self.base_url, elsewhere=self._elsewhere
        )  # fmt: skip

    def _asked(self, number: int, target: str, times: int) -> Asked:
        return Asked(number, target, times, self.base_url, self._elsewhere)


def _pages_of(case: Case, number: int) -> dict[str, Answer]:
    pages = {**case.pages, re.escape(story_path(number)): case.answer}
    return {**pages, r"/robots\.txt": case.robots} if case.robots else pages
