"""Settings of every test session: the day on which it plays, Ctrl-C, and the Pinterest of Airbyte's standard tests.

`airbyte-cdk connector test` writes those tests into `.tmp/`, which no other conftest.py looks after.
"""

import json
import logging
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from enum import Enum
from pathlib import Path

import pytest

from integration_tests.network_guard.clock import play_on_the_test_day

STANDARD_TESTS = "test_airbyte_standards.py"
DAY = play_on_the_test_day()
_MARKS = re.compile(r"[^\w.:/+ -]+|[ ]{2,}")
_LONGEST_ID = 60

# A shell starts what it runs in the background with Ctrl-C ignored, and the processes of tests would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Load the local Pinterest for the standard tests alone."""
    if any(Path(argument).name == STANDARD_TESTS for argument in config.args):
        config.pluginmanager.import_plugin("integration_tests.standard_pinterest")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case of several values by them, as far as a line is readable; leave any other to pytest."""
    if isinstance(val, str | bytes | int | float | Enum | type | Callable) or val is None:  # type: ignore[arg-type]
        return None
    with suppress(TypeError, ValueError):
        return _MARKS.sub(" ", json.dumps(val, default=_named)).strip()[:_LONGEST_ID] or "empty"
    return None


def _named(val: object) -> object:
    """The name of an object or its text, without its place in memory."""
    if isinstance(val, set | frozenset):
        return sorted(val)
    if isinstance(val, date | range | BaseException) and str(val):
        return str(val)
    if isinstance(val, bytes):
        return val.decode("latin-1")
    name = getattr(val, "__name__", "") or getattr(val, "name", "")
    return name if name and isinstance(name, str) else type(val).__name__


def pytest_report_header() -> str:
    """Tell the day."""
    return f"tests play on {DAY} (TEST_DAY)"


@pytest.fixture(autouse=True)
def _no_log_level_of_another_test() -> None:
    """A command that a test or a fixture calls in this process leaves the framework's logger as it has set it."""
    logging.getLogger("airbyte").setLevel(logging.INFO)
