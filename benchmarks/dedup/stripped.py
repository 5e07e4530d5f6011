"""The data as the archive would have it: with what stands around the stories taken off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slqncy.extract.boilerplate import strip
from slqncy.sites import load_site

if TYPE_CHECKING:
    from benchmarks.dedup.data import Data, Doc

SITE = load_site("slqncy")


def without_boilerplate(data: Data) -> Data:
    """The same stories and questions, stripped."""
    stories = {name: _stripped(doc) for name, doc in data.stories.items()}
    return replace(
        data,
        stories=stories,
        variants=[replace(variant, doc=_stripped(variant.doc)) for variant in data.variants],
        hard_negatives=[replace(negative, doc=_stripped(negative.doc)) for negative in data.hard_negatives],
        bulletins=[replace(bulletin, doc=_stripped(bulletin.doc)) for bulletin in data.bulletins],
        lookalikes=[
            replace(pair, first=stories[pair.first.id], second=stories[pair.second.id]) for pair in data.lookalikes
        ],
    )


def _stripped(doc: Doc) -> Doc:
    lines = [line for line in map(str.strip, doc.text.splitlines()) if line]
    return replace(doc, text="\n".join(strip(lines, doc.title, SITE).paragraphs))
