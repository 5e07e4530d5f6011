"""Text files as the site's own pages read: banner, paragraphs, title and address, with a blank line between."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slqncy.export.selection import Selection
    from slqncy.records import Story

_PLAIN = re.compile(r"-|[a-z0-9_][a-z0-9_~-]{0,63}")
"""What may be part of a file's name as it is: nothing that leads elsewhere, is too long, or differs by case only.

Nor is it what a shell's `*` makes an option of; - alone stands for no section.
"""


def write(selection: Selection, directory: Path) -> None:
    """A file for each version: site/section/story_id.vN.txt."""
    for story in selection:
        path = directory / path_of(story)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(as_page(story))


def path_of(story: Story) -> Path:
    """Where the file of a version goes; what may not be part of a name is hashed."""
    site, section, number = story.id.split("/")
    return Path(_name(site), _name(section), f"{_name(number)}.v{story.version}.txt")


def _name(part: str) -> str:
    # No plain name has a dot.
    return part if _PLAIN.fullmatch(part) else f"sha256.{hashlib.sha256(part.encode()).hexdigest()[:32]}"


def as_page(story: Story) -> str:
    """The text of its page. A page that declared no count gets no banner: we declare nothing in its place."""
    is_declared = story.declared_chars is not None and story.declared_minutes is not None
    banner = [f"本篇文章{story.declared_chars}字,读完约{story.declared_minutes}分钟"] if is_declared else []
    return "\n\n".join([*banner, *story.text.split("\n"), f"标题:{story.title}", f"地址:{story.canonical_url}"])
