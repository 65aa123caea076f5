"""Days before the tests' own, and states that have them."""

from airbyte_cdk.models import AirbyteStateMessage

from source_pinterest.dates import DateWindow, days_before
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import configured, state_of

DEDUP, APPEND = configured("incremental", "append_dedup"), configured("incremental", "append")


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def window(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(days_before(TODAY, first_ago), days_before(TODAY, last_ago))


def known(stream: str, first_ago: int, last_ago: int, *missing: DateWindow) -> list[AirbyteStateMessage]:
    """The state of a stream that has these days of account 11, without the missing ones."""
    owed = [one.as_pair() for one in missing]
    return state_of(stream, "11", DATE=ago(last_ago), missing=owed, **{"from": ago(first_ago)})
