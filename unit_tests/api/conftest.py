"""Pauses that take no time."""

import pytest


@pytest.fixture
def recorded_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which are noted and not slept."""
    pauses: list[float] = []
    monkeypatch.setattr("source_pinterest.api.retries.time.sleep", pauses.append)
    return pauses
