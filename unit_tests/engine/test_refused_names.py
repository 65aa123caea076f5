"""Does a name that Pinterest refuses cost itself alone, in a bounded number of calls, and is it said once?"""

import logging
from collections.abc import Collection

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import BadRequestError
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.refused_names import Names, RefusedNames, named_in
from unit_tests.threads import PATIENCE_SECONDS, in_thread

COLUMNS = tuple(f"COLUMN_{number}" for number in range(112))
WANTED = {"columns": ("ENTITY_ID", *COLUMNS)}


class Picky:
    """A Pinterest that refuses some names, in some words."""

    def __init__(self, bad: Collection[str], says: str = "Invalid request: {bad} can not be had") -> None:
        self.bad, self.says = frozenset(bad), says
        self.calls: list[Names] = []
        self.probes: list[Names] = []
        self.names = RefusedNames(Notices("campaign_analytics"), needed=("ENTITY_ID",))

    def answer(self, names: Names) -> Names:
        bad = [name for group in names.values() for name in group if name in self.bad]
        if bad or "*" in self.bad:
            raise BadRequestError("campaign_analytics", self.says.format(bad=", ".join(bad)))
        return names

    def call(self, names: Names) -> Names:
        self.calls.append(names)
        return self.answer(names)

    def probe(self, names: Names) -> Names:
        self.probes.append(names)
        return self.answer(names)

    def ask(self, wanted: Names = WANTED) -> Names:
        return self.names.request(wanted, self.call, self.probe)


def without(*bad: str) -> Names:
    return {"columns": tuple(name for name in WANTED["columns"] if name not in bad)}


@pytest.mark.parametrize(
    "says",
    [
        "columns {bad} is not supported",
        "Invalid request: '{bad}' is not one of ['COLUMN_1', 'COLUMN_2', 'COLUMN_3']",
        "{bad} is not a valid column. Allowed values are: COLUMN_1, COLUMN_2, COLUMN_3",
        "Metric {bad} is not available at level KEYWORD",
    ],
)
def test_a_name_in_the_message_is_left_out_at_once_and_for_good(says: str, caplog: pytest.LogCaptureFixture) -> None:
    picky = Picky({"COLUMN_7"}, says)
    with caplog.at_level(logging.WARNING):
        assert picky.ask() == without("COLUMN_7")
        assert picky.ask() == without("COLUMN_7")

    assert (len(picky.calls), len(picky.probes)) == (3, 0)
    [warning] = caplog.records
    for words in ("campaign_analytics", "COLUMN_7", picky.says.split("{bad}")[1]):
        assert words in warning.getMessage()


def test_a_part_of_another_name_is_not_meant() -> None:
    assert Picky({"COLUMN_70"}).ask() == without("COLUMN_70")


def test_names_of_several_messages_are_left_out_one_after_the_other() -> None:
    picky = Picky({"COLUMN_7"}, "No {bad}")
    picky.ask()
    picky.bad = frozenset({"COLUMN_9"})

    assert picky.ask() == without("COLUMN_7", "COLUMN_9")


@pytest.mark.parametrize("bad", [(0,), (111,), (3, 90), (10, 11, 12)])
def test_names_that_no_message_names_are_found_by_halves(
    bad: tuple[int, ...], caplog: pytest.LogCaptureFixture
) -> None:
    guilty = [f"COLUMN_{number}" for number in bad]
    picky = Picky(guilty, "Invalid parameters")
    with caplog.at_level(logging.WARNING):
        assert picky.ask() == without(*guilty)
        assert picky.ask() == without(*guilty)

    assert len(picky.calls) == 3
    assert len(picky.probes) <= limits.PROBES_FOR_REFUSED_NAMES
    said = f"Pinterest refuses {', '.join(sorted(guilty))}, so the rows come without them. Invalid parameters."
    assert caplog.messages == [f"campaign_analytics: {said}"]


def test_calls_are_bounded_and_what_they_do_not_clear_is_left_out() -> None:
    picky = Picky(COLUMNS[::2], "Invalid parameters")
    found = picky.ask()

    assert not set(found["columns"]) & picky.bad
    assert "ENTITY_ID" in found["columns"]
    assert len(picky.probes) == limits.PROBES_FOR_REFUSED_NAMES


def test_a_refusal_for_another_reason_is_raised_after_few_calls_and_costs_no_column() -> None:
    picky = Picky({"*"}, "The moon is full")
    with pytest.raises(BadRequestError, match="moon"):
        picky.ask()

    assert len(picky.probes) == 2
    picky.bad = frozenset()
    assert picky.ask() == WANTED


def test_a_refusal_that_the_small_call_does_not_meet_is_not_about_names() -> None:
    picky = Picky({"*"})
    with pytest.raises(BadRequestError):
        picky.names.request(WANTED, picky.call, picky.probes.append)

    assert len(picky.probes) == 1


def test_what_no_call_can_do_without_is_never_left_out() -> None:
    with pytest.raises(BadRequestError):
        Picky({"ENTITY_ID"}).ask()


def test_a_parameter_is_never_left_without_a_name() -> None:
    picky = Picky({"GENDER"})
    with pytest.raises(BadRequestError):
        picky.ask({"columns": ("ENTITY_ID",), "targeting_types": ("GENDER",)})


@pytest.mark.parametrize("says", ["{bad} is in beta", "Invalid parameters"])
def test_targeting_types_are_left_out_like_columns(says: str) -> None:
    picky = Picky({"GEO"}, says)
    wanted = {"columns": ("ENTITY_ID", "CTR"), "targeting_types": ("AGE", "GEO", "GENDER")}

    assert picky.ask(wanted) == {"columns": ("ENTITY_ID", "CTR"), "targeting_types": ("AGE", "GENDER")}


@pytest.mark.parametrize("bad", [("CTR",), ("CTR", "GEO"), ("CTR", "CPC", "AGE", "GEO")])
def test_columns_and_targeting_types_may_both_be_to_blame(bad: tuple[str, ...]) -> None:
    wanted = {"columns": ("ENTITY_ID", "CTR", "CPC", "CPM"), "targeting_types": ("AGE", "GEO", "GENDER", "REGION")}
    picky = Picky(bad, "Invalid parameters")
    found = picky.ask(wanted)

    assert found == {parameter: tuple(n for n in group if n not in bad) for parameter, group in wanted.items()}
    assert len(picky.calls) == 2, "all of them are found before the call is made again"
    assert all(probe.keys() == wanted.keys() for probe in picky.probes)


@pytest.mark.parametrize(
    ("named", "of", "is_meant"),
    [(1, 1, True), (2, 2, False), (1, 3, True), (2, 3, False), (5, 10, True), (6, 10, False)],
)
def test_a_message_that_names_more_than_half_only_lists_them(named: int, of: int, is_meant: bool) -> None:
    message = f"Invalid request: {' '.join(COLUMNS[:named])}"

    assert named_in(message, COLUMNS[:of]) == (set(COLUMNS[:named]) if is_meant else set())


def test_what_one_worker_has_learned_another_need_not_find_out() -> None:
    picky = Picky({"COLUMN_50"}, "Invalid parameters")
    workers = [in_thread(picky.ask) for _ in range(4)]

    assert all(worker.result(PATIENCE_SECONDS) == without("COLUMN_50") for worker in workers)
    assert len(picky.probes) <= limits.PROBES_FOR_REFUSED_NAMES / 2
