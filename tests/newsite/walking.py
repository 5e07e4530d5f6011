"""Looking at a site as `scrapy newsite` does, without a network."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.guards.markup import Limits
from slqncy.newsite.plan import next_pages
from slqncy.newsite.sample import Headers, Sample, read_sample
from slqncy.newsite.stranger import stranger
from tests.newsite.renamed import HOST

if TYPE_CHECKING:
    from slqncy.demo.server import Responder

ADDRESS = stranger(f"http://{HOST}/")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def sample(body: str | bytes, path: str = "/", content_type: str = "text/html; charset=utf-8") -> Sample:
    """A page of the site."""
    data = body.encode() if isinstance(body, str) else body
    return read_sample(
        data, Headers(content_type), f"http://{HOST}{path}", ADDRESS, downloaded=NOW, limits=Limits()
    )  # fmt: skip


def walk(site: Responder, most: int = 24) -> tuple[list[Sample], list[str]]:
    """The pages that are read of a site, and the paths that are asked for."""
    samples: list[Sample] = []
    asked: list[str] = []
    wanted = [ADDRESS.home_url()]
    while wanted and len(asked) < most:
        for url in wanted[: most - len(asked)]:
            asked.append(url)
            parts = urlsplit(url)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            response = site.respond(target)
            if response.status == 200:
                samples.append(sample(response.body, target, response.headers["Content-Type"]))
        wanted = next_pages(samples, asked, ADDRESS)
    return samples, [url.removeprefix(f"http://{HOST}") for url in asked]
