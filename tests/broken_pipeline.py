"""A pipeline with a defect."""

from typing import Any, NoReturn


class Broken:
    def process_item(self, item: Any) -> NoReturn:
        raise RuntimeError("a defect")
