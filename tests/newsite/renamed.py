"""The demo site as another one: other host name, other folders, other names of files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from slqncy.demo import DemoSite, build_site

if TYPE_CHECKING:
    from slqncy.demo.site import DemoResponse

HOST = "www.qinghexinwen.com"
_SECTIONS = {b"szxw": b"shizheng", b"bdxw": b"bendi-xinwen", b"kjxw": b"keji", b"nbxw": b"neibu"}


@dataclass(frozen=True)
class Renamed:
    """What `respond` gives is the demo site's page of the old path, with all addresses on it renamed."""

    story_file: bytes = rb"content_\1.shtml"
    """What 9538.html is called."""
    site: DemoSite = field(default_factory=build_site)

    def respond(self, target: str) -> DemoResponse:
        """The answer to GET `target`."""
        response = self.site.respond(self._old(target))
        headers = {name: value for name, value in response.headers.items() if name not in {"ETag", "Last-Modified"}}
        return replace(response, headers=headers, body=self.renamed(response.body))

    def renamed(self, text: bytes) -> bytes:
        """A text with new addresses for old ones."""
        text = text.replace(b"slqncy.com", HOST.removeprefix("www.").encode())
        for old, new in _SECTIONS.items():
            text = text.replace(old + b"/", new + b"/")
        return re.sub(rb"(?<![0-9_])([0-9]{2,6})\.html", self.story_file, text)

    def _old(self, target: str) -> str:
        path, mark, query = target.partition("?")
        return self._paths.get(path, path) + mark + query

    @cached_property
    def _paths(self) -> dict[str, str]:
        paths = (path.partition("?")[0] for path in self.site.paths)
        return {self.renamed(path.encode()).decode(): path for path in paths}
