"""Which names a message of Pinterest refuses; a name is left out once it was refused twice."""

import pytest

from source_pinterest.api.errors import BadRequestError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import Ask, Asks, Names, RefusedNames, named_in
from source_pinterest.engine.progress import Notices

COLUMNS = tuple(f"COLUMN_{number}" for number in range(112))
WANTED = Ask("11", (), DateWindow.from_pair(["2026-11-01", "2026-11-07"]), {"columns": ("ENTITY_ID", *COLUMNS)})


@pytest.mark.parametrize("name", ["COLUMN_7", "COLUMN_70"])
@pytest.mark.parametrize(
    "says",
    [
        "columns {} is not supported",
        "Parameter 'metric_types' (value {}) is not one of COLUMN_1, COLUMN_2, COLUMN_3",
        "{} is not a valid column. Allowed values are: COLUMN_1, COLUMN_2, COLUMN_3",
        "Metric {} is not available at level KEYWORD",
    ],
)
def test_a_message_refuses_the_name_that_it_does_not_list_as_allowed(says: str, name: str) -> None:
    assert named_in(says.format(name), COLUMNS) == {name}


@pytest.mark.parametrize(("named", "of", "is_meant"), [(1, 1, True), (2, 2, False), (5, 10, True), (6, 10, False)])
def test_a_message_that_names_more_than_half_only_lists_them(named: int, of: int, is_meant: bool) -> None:
    message = f"Invalid request: {' '.join(COLUMNS[:named])}"

    assert named_in(message, COLUMNS[:of]) == (set(COLUMNS[:named]) if is_meant else set())


@pytest.mark.parametrize(("times", "is_left_out"), [(1, False), (2, True)])
def test_a_name_is_left_out_once_it_was_refused_twice(times: int, is_left_out: bool) -> None:
    """One response may only mention it in passing."""
    sent: list[Names] = []

    def send(ask: Ask) -> Names:
        sent.append(ask.names)
        if len(sent) <= times:
            raise BadRequestError.unexplained("Invalid request: COLUMN_7")
        return ask.names

    refused = RefusedNames(Notices("campaign_analytics"), ("ENTITY_ID",))
    [names] = Asks(refused=refused).read(WANTED, send)
    assert ("COLUMN_7" not in names["columns"]) is is_left_out
    assert sent == [WANTED.names] * times + [names]
