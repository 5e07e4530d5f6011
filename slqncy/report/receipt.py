"""The receipt of a run's manners: what left this machine, and how long each host was left alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from slqncy.report.tally import Spans
from slqncy.run_report import HostReceipt, Politeness

_TOO_MANY, _UNAVAILABLE = 429, 503
_DIGITS = 3
"""Of seconds: milliseconds are what clocks of two machines agree on."""


class Purpose(StrEnum):
    """What a request is for; each has one."""

    PAGES = "pages"
    ROBOTS = "robots"
    REDIRECTS = "redirects"
    RETRIES = "retries"
    WEB_ARCHIVE = "web_archive"


class Exchange(NamedTuple):
    """A request and what came of it."""

    host: str
    """scheme://host:port"""
    slot: str
    """Hosts that share one are left alone together."""
    purpose: Purpose
    began: float
    bytes_sent: int
    """0 where no connection came about."""
    bytes_received: int
    status: int
    """0 where there is none."""
    hold: float = 0.0
    """Seconds for which the answer asks that the slot be left alone."""


@dataclass
class _Host:
    receipt: HostReceipt = field(default_factory=HostReceipt)
    gaps: Spans = field(default_factory=Spans)
    in_flight: int = 0
    ended: float | None = None
    """When its last exchange was over."""


class Receipt:
    """Keeps count; times are in seconds of one clock that never goes back.

    A request begins when it is handed to the network, before there is a connection: gaps are measured too short rather
    than too long.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """In which an exchange was going on, overlaps counted twice."""
        self._said = Politeness()
        self._hosts: dict[str, _Host] = {}
        self._held_until: dict[str, float] = {}
        """By slot."""

    def begin(self, host: str, slot: str, at: float) -> None:
        """A request is about to leave."""
        of_host = self._hosts.setdefault(host, _Host())
        if of_host.ended is not None:
            of_host.gaps.add(0.0 if of_host.in_flight else at - of_host.ended)
        of_host.in_flight += 1
        of_host.receipt.most_in_flight = max(of_host.receipt.most_in_flight, of_host.in_flight)
        if at < self._held_until.pop(slot, at):
            self._said.retry_after_kept -= 1

    def end(self, exchange: Exchange, at: float) -> None:
        """Its answer is there, or there will be none."""
        of_host = self._hosts[exchange.host]
        of_host.in_flight -= 1
        of_host.ended = at
        self.seconds += at - exchange.began
        said, receipt = self._said, of_host.receipt
        if not exchange.bytes_sent:
            said.unsent += 1
            return
        said.requests += 1
        setattr(said, exchange.purpose, getattr(said, exchange.purpose) + 1)
        said.answers_429 += exchange.status == _TOO_MANY
        said.answers_503 += exchange.status == _UNAVAILABLE
        if exchange.hold:
            said.retry_after += 1
            # Until something is sent too early.
            said.retry_after_kept += 1
            self._held_until[exchange.slot] = max(self._held_until.get(exchange.slot, at), at + exchange.hold)
        receipt.requests += 1
        for total in (said, receipt):
            total.bytes_sent += exchange.bytes_sent
            total.bytes_received += exchange.bytes_received

    def politeness(self, *, delay_asked: float, delay_longest: float) -> Politeness:
        """The receipt so far, with the pauses in seconds that were asked for and gone up to."""
        said = self._said
        said.delay_asked, said.delay_longest = round(delay_asked, _DIGITS), round(delay_longest, _DIGITS)
        for host, kept in sorted(self._hosts.items()):
            kept.receipt.least_gap, kept.receipt.median_gap = _rounded(kept.gaps.least), _rounded(kept.gaps.median)
            said.hosts[host] = kept.receipt
        return said


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, _DIGITS)
