"""Documents of the Dolma toolkit, https://github.com/allenai/dolma/blob/main/docs/data-format.md.

It wants an id once in a source, the same in every release; so there is one document a story: what the site says now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from slqncy.records import json_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.export.selection import Selection
    from slqncy.records import Story


def lines(selection: Selection) -> Iterator[bytes]:
    """A document a line."""
    return (json_line(document(story)) for story in selection)


def document(story: Story) -> dict[str, Any]:
    """The story as a document; `created` is a time, a day or "", as it was published."""
    metadata = msgspec.to_builtins(story)
    return {
        "id": metadata.pop("id"),
        "text": metadata.pop("text"),
        "source": story.site,
        "added": story.date_downloaded,
        "created": story.date_published,
        "metadata": metadata,
    }
