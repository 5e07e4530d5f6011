"""What texts are found by: pairs of neighbouring characters, as most Chinese words are of two.

A trigram index finds nothing by two letters, and one of words only what its dictionary knows. One letter is what pairs
begin with: all letters in the index, too, would make it a third larger, and save 20 ms of such a question.
"""

from __future__ import annotations

import re
from itertools import pairwise

_RUN = re.compile(r"[^\W_]+")
_FACET = "\ue000"
"""No letter, so that no pair begins with it."""


def grams(*texts: str) -> set[str]:
    """The pairs of letters and digits in some texts, and those that no other follows, so that each begins a gram."""
    found: set[str] = set()
    for text in texts:
        for run in runs(text):
            found.update(map("".join, pairwise(run)))
            found.add(run[-1])
    return found


def runs(text: str) -> list[str]:
    """The runs of letters and digits in a text, without regard to case."""
    return _RUN.findall(text.casefold())


def facet(name: str, value: str) -> str:
    """What a page is found by that is not in its text: site, section, an author. Letters and digits of ASCII."""
    return f"{_FACET}{name}{value.encode().hex()}"


def query(words: list[str], facets: list[str]) -> str:
    """An FTS5 query for the pages that may hold all these words; those with these facets.

    A word of one or two letters is in each that it finds; longer ones are to be looked for in the texts.
    """
    found = {term for word in words for run in runs(word) for term in _terms(run)}
    return " ".join([*map('"{}"'.format, facets), *sorted(found)])


def _terms(run: str) -> list[str]:
    if len(run) == 1:
        return [f'"{run}"*']
    return [f'"{one}{other}"' for one, other in pairwise(run)]
