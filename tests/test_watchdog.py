"""When the watchdog is told that all is well."""

from __future__ import annotations

import faulthandler
from typing import TYPE_CHECKING, Any

from slqncy.extensions import watchdog

if TYPE_CHECKING:
    import pytest


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_gets_on_is_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[float] = []
    clock = Clock()

    def beat(*_: Any, **__: Any) -> None:
        beats.append(clock.now)

    monkeypatch.setattr(watchdog, "monotonic", clock)
    monkeypatch.setattr(watchdog, "create_looping_call", lambda _: None)  # takes a reactor
    monkeypatch.setattr(faulthandler, "dump_traceback_later", beat)
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", lambda: None)
    dog = watchdog.Watchdog(40)
    dog.progress()
    assert not beats, "it does not watch yet"
    dog._descriptor = 2
    dog.progress()
    clock.now += 0.5
    dog.progress()
    clock.now += 0.6
    dog.progress()
    assert beats == [100.0, 101.1], "once a second, however often it is told"
