"""When the watchdog is told that all is well."""

from __future__ import annotations

import faulthandler
from typing import TYPE_CHECKING, Any

from slqncy.extensions import watchdog

if TYPE_CHECKING:
    import pytest


def test_work_of_our_own_may_take_its_time_and_counts_as_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def beat(timeout: float, **_: Any) -> None:
        told.append(f"within {timeout}")

    monkeypatch.setattr(watchdog, "create_looping_call", lambda _: None)  # takes a reactor
    monkeypatch.setattr(faulthandler, "dump_traceback_later", beat)
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", lambda: told.append("not now"))
    dog = watchdog.Watchdog(40)
    with dog.patience():
        assert not told, "it does not watch yet"
    dog._descriptor = 2
    with dog.patience():
        assert told == ["not now"]
    assert told == ["not now", "within 40"]
