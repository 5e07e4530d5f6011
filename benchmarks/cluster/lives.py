"""Workers that are killed or put to sleep while they crawl a fleet, and go on, until a round of theirs is over."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.cluster.process import TooLongError, said, wait
from slqncy.exitcodes import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from benchmarks.cluster.process import Crawl, Life

_POLL = 0.02


class Strike(NamedTuple):
    """When a worker is killed, or put to sleep, and for how long it stays away."""

    requests: int
    """So many answers of the sites after the strike before."""
    seconds: float
    """So long after that."""
    away: float
    """Seconds until its next life begins, or it wakes."""
    how: signal.Signals = signal.SIGKILL
    """Or SIGTERM, or SIGSTOP, which puts it to sleep."""


@dataclass(slots=True)
class Lives:
    """What became of the workers of a round."""

    statuses: Counter[int] = field(default_factory=Counter)
    """Exit statuses, negative for the signal that ended a life."""
    struck: int = 0
    """Signals that ended a life."""
    sleeps: int = 0
    """Times that a worker was put to sleep."""
    failed: list[str] = field(default_factory=list)
    """The last words of workers that ended by themselves, with anything but 0 or 75."""


def live(
    job: Crawl, workers: int, strikes: Iterator[Strike], random: Random, answered: Callable[[], int], *, longest: float
) -> Lives:
    """Crawl until a worker says that the round is over and all others have ended.

    Each strike meets a worker that `random` chooses among the living. One that ends by itself before, told to come
    again (75), begins its next life at once. Raises TooLongError after so many seconds.
    """
    result, began = Lives(), time.monotonic()
    living = {name: job.start(name) for name in (f"worker-{number}" for number in range(1, workers + 1))}
    away: dict[str, float] = {}
    asleep: dict[str, float] = {}
    strike, since, due = next(strikes, None), answered(), 0.0
    while not result.statuses[ExitStatus.OK] and not result.failed:
        now = time.monotonic()
        if now - began > longest:
            raise TooLongError("\n".join(map(said, living.values())))
        _bury(living, away, result)
        for name in [name for name, until in away.items() if now >= until]:
            del away[name]
            living[name] = job.start(name)
        for name in [name for name, until in asleep.items() if now >= until]:
            del asleep[name]
            living[name].process.send_signal(signal.SIGCONT)
        if strike and not due and answered() - since >= strike.requests:
            due = now + strike.seconds
        if strike and due and now >= due and (awake := sorted(living.keys() - asleep.keys())):
            name = random.choice(awake)
            if strike.how is signal.SIGSTOP:
                living[name].process.send_signal(strike.how)
                asleep[name] = now + strike.away
                result.sleeps += 1
            elif living[name].end(strike.how):
                away[name] = time.monotonic() + strike.away
                result.struck += 1
                _ended(living.pop(name), result)
            strike, since, due = next(strikes, None), answered(), 0.0
        time.sleep(_POLL)
    for name in asleep:
        living[name].process.send_signal(signal.SIGCONT)
    wait(living.values(), longest)
    _bury(living, away, result)
    return result


def _bury(living: dict[str, Life], away: dict[str, float], result: Lives) -> None:
    """Take out those that have ended by themselves."""
    for name in [name for name, life in living.items() if life.poll() is not None]:
        status = _ended(living.pop(name), result)
        if status == ExitStatus.TEMPORARY:
            away[name] = 0.0


def _ended(life: Life, result: Lives) -> int:
    assert life.status is not None
    result.statuses[life.status] += 1
    if life.status > 0 and life.status != ExitStatus.TEMPORARY:
        result.failed.append(said(life))
    return life.status
