"""The clock of a test process: `time.time` and `datetime.now` begin at noon (UTC) of the day on which tests play.

TEST_DAY names that day, by default a fixed one. From noon on the clock runs as usual. The monotonic clock is not set.
The processes that a test starts inherit how far their clock is ahead of the machine's, so that all of them agree.
"""

import os
import time
from datetime import datetime

import time_machine

DAY = "TEST_DAY"
FIXED_DAY = "2026-11-25"
SECONDS_AHEAD = "TEST_CLOCK_SECONDS_AHEAD"
"""Environment variables; the second is derived from the first."""


def play_on_the_test_day() -> str:
    """Set the clock of this process and of its children, and return the day."""
    day = os.environ.setdefault(DAY, FIXED_DAY)
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    os.environ.setdefault(SECONDS_AHEAD, str(noon.timestamp() - time.time()))
    follow_the_parent()
    return day


def follow_the_parent() -> None:
    """Set the clock as the process has it that started this one, if that is a test."""
    if SECONDS_AHEAD in os.environ and not time_machine.escape_hatch.is_travelling():
        time_machine.travel(time.time() + float(os.environ[SECONDS_AHEAD])).start()
        time.time()  # the clock begins to run when it is first read
