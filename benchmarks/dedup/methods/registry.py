"""The methods by name; a module is imported when one of its methods is wanted."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.dedup.methods.protocol import Method

METHODS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ours": ("ours", "Ours", {}),
    "exact": ("exact", "Exact", {}),
    "datasketch-0.5": ("datasketch_lsh", "Datasketch", {"threshold": 0.5}),
    "datasketch-0.8": ("datasketch_lsh", "Datasketch", {"threshold": 0.8}),
    # Bands divide the permutations; half of the pairs at .42 and .71 share one.
    "rensa-0.5": ("rensa_lsh", "Rensa", {"threshold": 0.5, "bands": 32}),
    "rensa-0.8": ("rensa_lsh", "Rensa", {"threshold": 0.8, "bands": 16}),
    "simhash-tf": ("simhash_scan", "SimHash", {}),
    "simhash-idf": ("simhash_scan", "SimHashIdf", {}),
    "text-dedup": ("textdedup", "TextDedup", {}),
}
"""Module, class and arguments."""


def chosen(wanted: list[str]) -> list[str]:
    """The methods of the given names; the part before a dash stands for all that begin with it."""
    names = []
    for want in wanted:
        found = [name for name in METHODS if want == name or name.startswith(f"{want}-")]
        if not found:
            raise ValueError(f"no method {want!r}; there are {', '.join(METHODS)}")
        names += found
    return names


def maker(name: str) -> Callable[[], Method]:
    """What makes an empty index. ImportError where its library is missing."""
    module, kind, arguments = METHODS[name]
    return partial(getattr(import_module(f"benchmarks.dedup.methods.{module}"), kind), **arguments)
