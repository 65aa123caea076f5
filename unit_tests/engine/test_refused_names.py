"""A name that Pinterest's message refuses is left out with one warning; a message without a name fails the request."""

import logging
from collections.abc import Collection

import pytest

from source_pinterest.api.errors import BadRequestError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.refused_names import Names, RefusedNames, named_in

COLUMNS = tuple(f"COLUMN_{number}" for number in range(112))
WANTED = {"columns": ("ENTITY_ID", *COLUMNS)}
DAYS, LATER = DateWindow.from_pair(["2026-11-01", "2026-11-07"]), DateWindow.from_pair(["2026-11-08", "2026-11-25"])


class Picky:
    """A Pinterest that refuses some names, in some words."""

    def __init__(self, bad: Collection[str], says: str = "Invalid request: {bad} can not be had") -> None:
        self.bad, self.says = frozenset(bad), says
        self.calls: list[Names] = []
        self.names = RefusedNames(Notices("campaign_analytics"), needed=("ENTITY_ID",))

    def call(self, names: Names) -> Names:
        self.calls.append(names)
        bad = [name for group in names.values() for name in group if name in self.bad]
        if bad or "*" in self.bad:
            raise BadRequestError("campaign_analytics", self.says.format(bad=", ".join(bad)))
        return names

    def ask(self, wanted: Names = WANTED, account: str = "11", days: DateWindow = DAYS) -> Names:
        return self.names.request(account, days, wanted, self.call)


def without(*bad: str) -> Names:
    return {"columns": tuple(name for name in WANTED["columns"] if name not in bad)}


@pytest.mark.parametrize(
    "says",
    [
        "columns {bad} is not supported",
        "'{bad}' is not one of ['COLUMN_1', 'COLUMN_2', 'COLUMN_3']",
        "Columns {bad} are not available.",
        "Parameter 'metric_types' (value {bad}) is not one of COLUMN_1, COLUMN_2, COLUMN_3",
        "{bad} is not a valid column. Allowed values are: COLUMN_1, COLUMN_2, COLUMN_3",
        "Metric {bad} is not available at level KEYWORD",
    ],
)
def test_a_name_that_is_refused_twice_is_left_out_for_good(says: str, caplog: pytest.LogCaptureFixture) -> None:
    picky = Picky({"COLUMN_7"}, says)
    with caplog.at_level(logging.WARNING):
        assert picky.ask() == without("COLUMN_7")
        assert picky.ask() == without("COLUMN_7")

    assert picky.calls == [WANTED, WANTED, without("COLUMN_7"), without("COLUMN_7")]
    [warning] = caplog.records
    for words in ("campaign_analytics", "COLUMN_7", picky.says.split("{bad}")[1]):
        assert words in warning.getMessage()


def test_a_name_that_is_refused_once_is_asked_for_again(caplog: pytest.LogCaptureFixture) -> None:
    """One response may only mention it in passing."""
    picky = Picky({"COLUMN_7"})
    picky.names.request("11", DAYS, WANTED, lambda names: picky.call(names) if not picky.calls else names)

    assert picky.names.of("11") == frozenset()
    assert not caplog.messages


def test_what_is_refused_to_one_account_is_asked_for_another(caplog: pytest.LogCaptureFixture) -> None:
    picky = Picky({"COLUMN_7"})
    assert picky.ask(account="11") == without("COLUMN_7")
    picky.bad = frozenset()
    assert picky.ask(account="12") == WANTED
    assert picky.ask(account="11") == picky.ask(account="11", days=LATER) == without("COLUMN_7")

    told = "so the rows of ad account 11 for {} come without them. Invalid request: COLUMN_7 can not be had."
    assert [message.partition(", ")[2] for message in caplog.messages] == [told.format(DAYS), told.format(LATER)]


def test_what_one_account_was_refused_twice_is_asked_for_once_for_each_other_account() -> None:
    picky = Picky({"COLUMN_7"})
    picky.ask(account="11")
    picky.calls.clear()

    assert picky.ask(account="12") == without("COLUMN_7")
    assert picky.calls == [WANTED, without("COLUMN_7")]


def test_a_part_of_another_name_is_not_meant() -> None:
    assert Picky({"COLUMN_70"}).ask() == without("COLUMN_70")


def test_names_of_several_messages_are_left_out_one_after_the_other() -> None:
    picky = Picky({"COLUMN_7"}, "No {bad}")
    picky.ask()
    picky.bad = frozenset({"COLUMN_9"})

    assert picky.ask() == without("COLUMN_7", "COLUMN_9")


def test_a_refusal_that_names_nothing_is_raised_at_once_and_costs_no_name() -> None:
    picky = Picky({"COLUMN_7"}, "Invalid parameters")
    with pytest.raises(BadRequestError, match="Invalid parameters"):
        picky.ask()

    assert picky.calls == [WANTED]
    picky.bad = frozenset()
    assert picky.ask() == WANTED


def test_what_no_call_can_do_without_is_never_left_out() -> None:
    with pytest.raises(BadRequestError):
        Picky({"ENTITY_ID"}).ask()


def test_a_parameter_is_never_left_without_a_name() -> None:
    picky = Picky({"GENDER"})
    with pytest.raises(BadRequestError):
        picky.ask({"columns": ("ENTITY_ID",), "targeting_types": ("GENDER",)})


def test_targeting_types_are_left_out_like_columns() -> None:
    picky = Picky({"GEO"}, "{bad} is in beta")
    wanted = {"columns": ("ENTITY_ID", "CTR"), "targeting_types": ("AGE", "GEO", "GENDER")}

    assert picky.ask(wanted) == {"columns": ("ENTITY_ID", "CTR"), "targeting_types": ("AGE", "GENDER")}


@pytest.mark.parametrize(
    ("named", "of", "is_meant"),
    [(1, 1, True), (2, 2, False), (1, 3, True), (2, 3, False), (5, 10, True), (6, 10, False)],
)
def test_a_message_that_names_more_than_half_only_lists_them(named: int, of: int, is_meant: bool) -> None:
    message = f"Invalid request: {' '.join(COLUMNS[:named])}"

    assert named_in(message, COLUMNS[:of]) == (set(COLUMNS[:named]) if is_meant else set())


def test_a_name_that_another_worker_has_learned_meanwhile_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    picky = Picky({"COLUMN_50"})
    others = [picky.ask]

    def call(names: Names) -> Names:
        if others:
            others.pop()()
        return picky.call(names)

    assert picky.names.request("11", DAYS, WANTED, call) == without("COLUMN_50")
    assert len(caplog.messages) == 1
