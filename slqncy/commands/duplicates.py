"""`scrapy duplicates`: which stories have copies and rewrites, and in what those differ."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING

from slqncy.cli import ArchiveCommand, UsageError, names_of, never_found
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.clusters import Cluster, Clusters

_PIPED = (100, 24)
"""Columns and lines where there is no terminal."""


class Command(ArchiveCommand):
    """Exit status 0, 65 for an address the archive has never heard of or damage, 74 without an archive."""

    arguments = "[URL|ID]"
    takes_arguments = True
    about = "List stories with their copies and rewrites, or lay those of one story side by side with it"
    example = "scrapy duplicates\nscrapy duplicates slqncy/szxw/9538"

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print all clusters, the largest first, or one of them with its texts."""
        from slqncy.archive.clusters import Clusters

        if len(args) > 1:
            raise UsageError("name one URL, or one id such as slqncy/szxw/9538, or nothing for a list of all")
        with closing(Clusters(root)) as clusters:
            if not args:
                _print(_all(clusters))
            elif (cluster := clusters.of(names_of(args[0]))) is None:
                print(visible(never_found(args[0])))
                return ExitStatus.DATA
            elif cluster.links:
                _print(_one(clusters, cluster))
            else:
                print(visible(f"{cluster.known.url}: no copies and no rewrites"))
        return ExitStatus.OK


def _print(pieces: Iterator[str]) -> None:
    for piece in pieces:
        print(piece, end="")


def _all(clusters: Clusters) -> Iterator[str]:
    from slqncy.display.clusters import told

    stories = copies = rewrites = 0
    for listed in clusters.largest_first():
        yield from told(listed)
        stories += 1
        copies += listed.copies.total()
        rewrites += listed.rewrites.total()
    yield f"{stories} stories with copies or rewrites: {copies} in duplicates/, {rewrites} in rewrites/\n"


def _one(clusters: Clusters, cluster: Cluster) -> Iterator[str]:
    from slqncy.display.clusters import beside, told_member, told_original
    from slqncy.display.columns import Columns
    from slqncy.display.terminal import shows_colours

    story = lru_cache(1)(clusters.story)
    yield told_original(cluster.original, story(cluster.original))
    yield from (told_member(link, clusters.member(link)) for link in cluster.links)
    colour = shows_colours(sys.stdout)
    columns = Columns(shutil.get_terminal_size(_PIPED).columns, colour=colour)
    for link in cluster.links:
        yield from beside(columns, link, story(link.original), clusters.member(link))
