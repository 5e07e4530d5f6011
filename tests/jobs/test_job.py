"""What is made of shards is made whole, once, whoever is killed."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveDamagedError, ArchiveError, ArchiveLockedError
from slqncy.jobs import job as job_module
from slqncy.jobs.engine import elsewhere
from slqncy.jobs.job import job

if TYPE_CHECKING:
    from pathlib import Path

    from distributed import Client, Scheduler


def write(shard: int, output: Path) -> None:
    (output / "number").write_text(str(shard))


def refuse(shard: int, output: Path) -> None:
    if shard == 3:
        raise ArchiveDamagedError(f"shard {shard} cannot be read")
    write(shard, output)


def end_the_worker(shard: int, output: Path) -> None:
    (output / str(shard)).touch()
    os.kill(os.getpid(), signal.SIGKILL)


def allow_failures(most: int, dask_scheduler: Scheduler) -> int:
    """Workers that a shard may end, and is given to another one still; gives how many it was."""
    before, dask_scheduler.allowed_failures = dask_scheduler.allowed_failures, most
    return int(before)


def numbers(outputs: list[Path]) -> list[str]:
    return [(output / "number").read_text() for output in outputs]


def test_outputs_stand_in_the_order_of_the_shards(client: Client, tmp_path: Path) -> None:
    with job(tmp_path / "job", {}, client) as work:
        assert numbers(work.each("step", write, range(20))) == [str(number) for number in range(20)]
        assert not list(work.folder.glob("step/.*"))
    assert not (tmp_path / "job").exists()


def test_a_killed_worker_loses_nothing(client: Client, tmp_path: Path, deaths: Path) -> None:
    with job(tmp_path / "job", {}, client) as work:
        assert numbers(work.each("step", write, range(20))) == [str(number) for number in range(20)]
    assert (deaths / "step").exists()


def test_who_runs_it_again_goes_on_with_what_is_missing(client: Client, tmp_path: Path) -> None:
    with suppress(ArchiveDamagedError), job(tmp_path / "job", [1], client) as work:
        first, second, _ = work.each("step", write, range(3))
        raise ArchiveDamagedError("later on")
    (first / "number").write_text("as it was made")
    shutil.rmtree(second)
    with job(tmp_path / "job", [1], client) as work:
        assert numbers(work.each("step", write, range(3))) == ["as it was made", "1", "2"]


def test_what_a_shard_is_refused_for_is_raised(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamagedError, match="shard 3"), job(tmp_path / "job", [1], client) as work:
        work.each("step", refuse, range(5))


@pytest.mark.parametrize(("said", "code"), [([2], ""), ([1], "another")])
def test_another_job_begins_anew(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[int], code: str
) -> None:
    with pytest.raises(ArchiveDamagedError), job(tmp_path / "job", [1], client) as work:
        work.each("step", refuse, [1, 3])
    if code:
        monkeypatch.setattr(job_module, "code_hash", lambda: code)
    with job(tmp_path / "job", said, client) as work:
        assert not (work.folder / "step").exists()


def test_a_shard_that_ends_every_worker_ends_the_job(client: Client, tmp_path: Path) -> None:
    before = client.run_on_scheduler(allow_failures, most=0)
    try:
        with (
            pytest.raises(ArchiveError, match="a shard has ended 1 workers"),
            job(tmp_path / "job", {}, client) as work,
        ):
            work.each("step", end_the_worker, [0])
    finally:
        client.run_on_scheduler(allow_failures, most=before)
    assert before == 3


def test_a_worker_of_another_version_is_refused(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "code_hash", lambda: "another")
    with pytest.raises(ArchiveError, match="another version of slqncy"), job(tmp_path / "job", {}, client) as work:
        work.each("step", write, [0])


def test_one_process_does_it(client: Client, tmp_path: Path) -> None:
    with job(tmp_path / "job", {}, client):
        with (
            pytest.raises(ArchiveLockedError, match="another process is doing this job"),
            job(tmp_path / "job", {}, client),
        ):
            pass
        assert (tmp_path / "job").exists()


def test_the_workers_of_a_scheduler_elsewhere_do_it(client: Client, tmp_path: Path) -> None:
    with elsewhere(client.scheduler.address) as other, job(tmp_path / "job", {}, other) as work:
        assert numbers(work.each("step", write, [7])) == ["7"]


def test_a_scheduler_that_is_none_is_named() -> None:
    with pytest.raises(ArchiveError, match="nothing-here: no scheduler answers"), elsewhere("nothing-here"):
        pass
