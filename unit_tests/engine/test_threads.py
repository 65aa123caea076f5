"""Python switches threads rarely enough that a worker parses its page without interruption."""

import sys

import pytest

from source_pinterest.engine.output import tune_threads


def test_a_waiting_thread_asks_for_its_turn_twenty_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(sys, "setswitchinterval", told.append)
    tune_threads()

    assert told == [0.05]
