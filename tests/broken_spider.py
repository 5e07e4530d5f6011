"""A spider with a defect."""

from typing import Any, NoReturn

from slqncy.spiders.stories import StoriesSpider


class BrokenSpider(StoriesSpider):
    def _read_story(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("a defect")
