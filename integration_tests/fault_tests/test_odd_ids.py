"""An id, a day or a window of which analytics can't be read costs as little as its destination allows."""

import random
from collections.abc import Callable, Collection
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_failed, assert_succeeded
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import World
from integration_tests.support.sync_sequences import APPEND, MERGE, StreamSequence

STREAM, ANALYTICS, IDS = "campaign_analytics", "campaigns/analytics", 300
PLACES: dict[str, Callable[[int], Collection[int]]] = {
    "front": range,
    "spread": lambda count: range(0, IDS, IDS // count),
    "end": lambda count: range(IDS - count, IDS),
}


class CampaignCourse(StreamSequence):
    """Daily syncs of one account with 300 campaigns, in two requests or more."""

    def __init__(self, destination: str, ids: int = IDS, *, days: int = 9, **options: Any) -> None:
        world = World(boards=0, ad_accounts=1, shared_ad_accounts=0, campaigns=ids)
        super().__init__(STREAM, destination, world, start=days)
        self.options |= options
        self.ids = [str(found) for (found,) in world.expected("campaigns")]

    def sync(self, day: int, *faults: Fault, kill: float = 1) -> Output:
        return self.read(day, kill=kill, faults=faults)

    @property
    def requests(self) -> int:
        """The requests for analytics of the last sync."""
        return sum(entry.operation_id == ANALYTICS for entry in self.log)

    def of_others(self, odd: Collection[str]) -> dict[Any, Any]:
        """The rows of all but some ids."""
        return {key: row for key, row in self.expected_records().items() if str(row["CAMPAIGN_ID"]) not in odd}


def about(kind: FaultKind, ids: Collection[str]) -> list[Fault]:
    return [Fault(kind, on=ANALYTICS, entity=one, times=None) for one in ids]


@pytest.mark.parametrize("destination", [APPEND, MERGE])
@pytest.mark.parametrize(
    ("count", "place", "workers"),
    [(5, "front", 1), (13, "end", 10), (30, "spread", 1)],
)
def test_rejected_ids_are_skipped_and_named(count: int, place: str, workers: int, destination: str) -> None:
    sequence = CampaignCourse(destination, num_workers=workers)
    odd = [sequence.ids[at] for at in PLACES[place](count)]
    kinds = (FaultKind.FORBIDDEN, FaultKind.GONE, FaultKind.ACCOUNT_REJECTED_400)
    for day, kind in enumerate(kinds):
        output = sequence.sync(day, *about(kind, odd))
        assert_succeeded(output, [STREAM])
        sequence.assert_complete(sequence.of_others(odd))
        assert all(
            any(f"{one} of ad account" in text and "clear the stream" in text for text in output.warnings())
            for one in odd
        )
        assert sequence.requests <= 20 + 12 * count
    assert not {row["CAMPAIGN_ID"] for row in sequence.arrived.values()} & set(odd)


@pytest.mark.parametrize(("ids", "most_requests"), [(20, 7), (1_000, 40)])
def test_an_account_of_which_all_ids_are_rejected_is_rejected(ids: int, most_requests: int) -> None:
    sequence = CampaignCourse(MERGE, ids)
    output = sequence.sync(0, Fault(FaultKind.FORBIDDEN, on=ANALYTICS, times=None))

    assert_succeeded(output, [STREAM])
    [warning] = [text for text in output.warnings() if "is skipped" in text]
    assert f"{sequence.world.account_id(0)} is skipped" in warning
    assert sequence.requests <= most_requests


@pytest.mark.parametrize("workers", [1, 10])
@pytest.mark.parametrize("destination", [APPEND, MERGE])
def test_rejected_ids_that_are_answered_last_are_skipped_too(destination: str, workers: int) -> None:
    """The last fifty ids are rejected, and are answered late."""
    sequence = CampaignCourse(destination, num_workers=workers)
    odd = sequence.ids[-50:]
    slow = Fault(FaultKind.SLOW, on=ANALYTICS, entity=odd[-1], times=2, seconds=0.1)
    for day in range(3):
        assert_succeeded(sequence.sync(day, slow, *about(FaultKind.GONE, odd)), [STREAM])
        sequence.assert_complete(sequence.of_others(odd))


@pytest.mark.parametrize("destination", [APPEND, MERGE])
def test_a_request_without_an_answer_fails_as_a_whole_and_comes_once_it_is_answered(destination: str) -> None:
    """Where rows are replaced, the account's other requests are read. Where they are kept, none is emitted."""
    sequence = CampaignCourse(destination)
    for day in range(2):
        output = sequence.sync(day, *about(FaultKind.SERVER_ERROR, [sequence.ids[30]]))
        assert_failed(output, STREAM, "transient_error", sequence.world.account_id(0))
        assert bool(sequence.arrived) == (destination == MERGE)
    assert_succeeded(sequence.sync(2), [STREAM])
    sequence.assert_complete()


@pytest.mark.parametrize("destination", [APPEND, MERGE])
@pytest.mark.parametrize("percent", [60, 80])
def test_six_days_of_frequent_503s_lose_no_row_and_double_none(percent: int, destination: str) -> None:
    sequence, dice = CampaignCourse(destination, max_retries=1), random.Random(percent)  # noqa: S311 - to be repeated
    for day in range(6):
        storm = [Fault("503", on=ANALYTICS, after=call) for call in range(400) if dice.randrange(100) < percent]
        sequence.sync(day, *storm)
    assert_succeeded(sequence.sync(6), [STREAM])
    sequence.assert_complete()
