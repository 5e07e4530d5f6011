"""The one real story: a page of www.slqncy.com as text, kept byte for byte in seed.txt."""

from __future__ import annotations

import re
from datetime import datetime
from importlib.resources import files

from .story import DemoStory
from .writing import BEIJING

BANNER = re.compile(r"本篇文章\d+字,读完约\d+分钟")
SEED_SECTION, SEED_NUMBER = "szxw", 9538


def read_seed() -> DemoStory:
    """The seed as a story; ValueError if seed.txt is not banner, body, title and address."""
    banner, *paragraphs, title, address = (files(__package__) / "seed.txt").read_text("utf-8").split("\n\n")
    if not (
        BANNER.fullmatch(banner)
        and title.startswith("标题:")
        and address == f"地址:http://www.slqncy.com/{SEED_SECTION}/{SEED_NUMBER}.html"
    ):
        raise ValueError("seed.txt does not have the shape of a story page")
    return DemoStory(
        title=title.removeprefix("标题:"),
        paragraphs=tuple(paragraphs),
        title_lines=(),
        byline="张彪朱晓",
        authors=("张彪", "朱晓"),
        publication="",
        source_name="东渚晚报",
        published=datetime(2020, 3, 16, 9, 21, tzinfo=BEIJING),
        keywords=("科技城", "科技创新"),
    )
