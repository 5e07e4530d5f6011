"""The processes that do the work: of this machine, or those of a Dask scheduler elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client

_PATIENCE = 30
"""Seconds in which a scheduler has to answer, and the first of its workers to be there."""


@contextmanager
def local(workers: int) -> Iterator[Client]:
    """So many processes of this machine, which end with the block. Raises ModuleNotFoundError without Dask."""
    from distributed import Client, LocalCluster  # noqa: PLC0415  # an extra

    # All that it listens at is on loopback, at free ports; its own choice for the dashboard is 8787.
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def elsewhere(scheduler: str) -> Iterator[Client]:
    """The workers of a scheduler, by its address. Raises ModuleNotFoundError without Dask, ArchiveError for none."""
    from distributed import Client  # noqa: PLC0415  # an extra

    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"{scheduler}: no scheduler answers; `dask scheduler` starts one, and says its address"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise ArchiveError(f"{scheduler}: has no workers; `dask worker {scheduler}` starts one") from error
        yield client
