"""Whatever goes wrong in a course of syncs, the days of ad accounts and profiles arrive.

Courses of pins are in `test_pin_sequences.py`, those with every fault in `fault_tests/test_fault_table.py`.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.fault_table.columns import COLUMNS
from integration_tests.fault_table.sync_sequence import LONGEST_LOOKBACK_DAYS, FaultSequence, InjectedFault
from integration_tests.fault_table.world import DAYS_OF_HISTORY
from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.days import last_final_day
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import APPEND, MERGE, StreamSequence, SyncSequence, seeds
from integration_tests.support.worlds import small_world

PROFILE = "user_account/analytics"
SPLITS = ("user_account_analytics_by_content_type", "user_account_analytics_by_app_type")
LATE_PARTS = {SPLITS[0]: "ORGANIC", SPLITS[1]: "TABLET"}


@pytest.mark.parametrize(
    ("kind", "kill"), [("history", 0.6), ("history", 0.8), ("history", 0.95), ("report", 0.5), ("report", 0.8)]
)
def test_days_whose_tasks_never_ended_stay_unread(kind: str, kill: float) -> None:
    """A sync reads days again that have other numbers, and is killed when it has read some of them."""
    [column] = [column for column in COLUMNS if column.name == kind]
    halves = Fault(FaultKind.REPORT_FAILED, level=column.level, times=None, more_than=8)
    injected_faults = [InjectedFault(1, 1, f"killed after {kill:.0%}", lambda _: None, kill=kill)]
    if kind == "report":
        injected_faults.append(InjectedFault(0, 1, "no long reports", lambda sim: sim.add_fault(halves)))
    FaultSequence((column,), MERGE, LONGEST_LOOKBACK_DAYS, (0, 2, 0), injected_faults).run()


@pytest.mark.parametrize("kill", [1, 0.7, 0.9])
def test_old_days_of_which_one_of_two_reports_is_rejected_stay_unread(kill: float) -> None:
    """The days are older than those that each sync reads again, and the other report on them is read."""
    column = replace(next(column for column in COLUMNS if column.name == "conversions"), days=DAYS_OF_HISTORY)
    rejected = Fault("forbidden", on=column.steps[0], every=2, times=None)
    injected_fault = InjectedFault(
        0, 0, "every second report is rejected", lambda sim: sim.add_fault(rejected), kill=kill
    )
    FaultSequence((column,), MERGE, 0, (0, 9, 0), (injected_fault,)).run()


class ProfileCourse(StreamSequence):
    """Syncs of one stream of the user's profile."""

    def __init__(self, stream: str, destination: str, start: int = 20) -> None:
        super().__init__(stream, destination, World(boards=0, ad_accounts=1), start=start)

    def sync(self, day: int, late: Mapping[str, int] | None = None, *, fails: bool = False, kill: float = 1) -> None:
        """Run a sync some days after the first one.

        Args:
            day: how many days after the first one.
            late: for how many of its newest days a part of the profile has no row yet.
            fails: whether all requests fail.
            kill: the share of its messages after which the sync is killed.
        """

        def prepare(sim: Simulator) -> None:
            sim.alter(PROFILE, _without_newest(sim.world.today, late or {}))
            if fails:
                sim.add_fault(Fault("503", on=PROFILE, times=None))

        output = self.read(day, prepare, kill)
        if kill == 1 and not fails:
            assert_succeeded(output, [self._stream])


def _without_newest(today: date, late: Mapping[str, int]) -> Callable[[Any, Any], Any]:
    """Parts lack their newest days: those of a response, or the one that the request is about."""

    def alter(entry: Any, body: Any) -> Any:
        return {
            part: {
                **found,
                "daily_metrics": [day for day in found["daily_metrics"] if day["date"] <= until(entry, part)],
            }
            for part, found in body.items()
        }

    def until(entry: Any, part: str) -> str:
        names = {part, *entry.values("content_type")}
        return str(today - timedelta(days=max((days for name, days in late.items() if name in names), default=0)))

    return alter


@pytest.mark.parametrize("stream", SPLITS)
@pytest.mark.parametrize(
    ("destination", "late"), [(APPEND, (4, 5)), (APPEND, (5, 6)), (APPEND, (6, 3)), (MERGE, (5, 6))], ids=str
)
def test_a_part_of_the_profile_that_lags_loses_no_day(stream: str, late: tuple[int, int], destination: str) -> None:
    """Its days are absent from responses, and come when the days of the other parts have long been final."""
    sequence, part = ProfileCourse(stream, destination), LATE_PARTS[stream]
    sequence.sync(0)
    sequence.sync(3, {part: late[0]})
    sequence.sync(4, {part: late[1]})
    sequence.sync(5)
    sequence.sync(6)
    sequence.assert_complete()


@pytest.mark.parametrize("stream", SPLITS)
def test_a_part_of_the_profile_without_activity_delays_no_other(stream: str) -> None:
    sequence, part = ProfileCourse(stream, MERGE), LATE_PARTS[stream]
    for day in (0, 1, 9):
        sequence.sync(day, {part: 100})
        assert str(sequence.world.today) in {row["date"] for row in sequence.arrived.values()}


@pytest.mark.parametrize("seed", seeds(8))
def test_a_course_of_a_profile_loses_nothing(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - to be repeated
    stream = dice.choice([*SPLITS, "user_account_analytics", "user_account_analytics_by_source"])
    sequence = ProfileCourse(stream, dice.choice([APPEND, MERGE]), start=dice.choice([7, 20, 60]))
    parts = {SPLITS[0]: ["ORGANIC", "PAID"], SPLITS[1]: ["TABLET", "WEB"]}.get(stream, ["all", "YOUR_PINS"])
    day = 0
    for _ in range(dice.choice([3, 5, 8])):
        late = {part: dice.choice([0, 0, 2, 3, 4, 5, 6]) for part in parts}
        sequence.sync(day, late, fails=dice.random() < 0.15, kill=dice.choice([1, 1, dice.random()]))
        day += dice.choice([0, 1, 1, 1, 2, 3, 9, 30])
    sequence.sync(day)
    sequence.sync(day + 1)
    sequence.assert_complete()


MOVING_DAYS = 7
REACHING_NOTHING = {
    "it fails": lambda account: [Fault("503", account=account, on=on, times=None) for on in ANALYTICS],
    "the quota ends before it": lambda account: [
        Fault("rate_limited", account=account, on=on, times=None, seconds=7_200) for on in ANALYTICS
    ],
}
ANALYTICS = (
    *("campaigns/analytics", "analytics/create_report", "ad_account_targeting_analytics/get"),
    *(PROFILE, "pins/analytics", "multi_pins/analytics"),
)
OF_OWNERS = ("user_account_analytics", "pin_analytics")
OF_ACCOUNTS = ("campaign_analytics", "advertiser_report", "ad_account_targeting_analytics", *OF_OWNERS)


@pytest.mark.parametrize("stream", OF_ACCOUNTS)
@pytest.mark.parametrize(("destination", "why"), [(APPEND, "the quota ends before it"), (MERGE, "it fails")])
def test_days_of_an_account_that_the_first_sync_did_not_reach_arrive(stream: str, destination: str, why: str) -> None:
    """Each sync begins a week ago, and the first two reach nothing of one account."""
    world = small_world(days=30, boards=1, pins_per_board=2, sections_per_board=0, campaigns=2)
    accounts, begun = [world.account_id(index) for index in range(2)], world.today
    faults = REACHING_NOTHING[why](accounts[1])
    owners = accounts if stream in OF_OWNERS else []
    sequence = StreamSequence(stream, destination, world, start=MOVING_DAYS, owners=owners)
    for day in (0, 1, 6, 7):
        sequence.options["start_date"] = str(begun + timedelta(days=day - MOVING_DAYS))
        output = sequence.read(day, faults=faults if day < 2 else [])
        assert output.status(stream) == ("INCOMPLETE" if day < 2 else "COMPLETE"), output.text()
    sequence.assert_complete()


def _bucket(granularity: str, day: date) -> tuple[date, date]:
    """The first and the last day of the week, month or day that a day lies in."""
    if granularity == "WEEK":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if granularity == "MONTH":
        return day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day, day


@pytest.mark.parametrize(
    ("stream", "days_back", "destination"),
    [
        ("custom_week", 7, APPEND),
        ("custom_week", 7, MERGE),
        ("custom_week", 0, APPEND),  # the first whole week is still to come, and ever is by the start date of the day
        ("custom_week", 0, MERGE),
        ("custom_month", 7, APPEND),
        ("custom_month", 0, MERGE),
        ("custom_month", 30, APPEND),
        ("custom_month", 30, MERGE),
        ("campaign_analytics", 1, APPEND),
        ("pin_analytics", 1, APPEND),
        ("user_account_analytics", 1, APPEND),
    ],
)
def test_days_come_though_the_start_date_moves_on_with_each_sync(stream: str, days_back: int, destination: str) -> None:
    """A script sets the start date. The first week, month or day that begins at the first one or after it is kept."""
    sizes = {"boards": 1, "pins_per_board": 2, "sections_per_board": 0, "ad_accounts": 1, "campaigns": 1}
    world = small_world(days=30, active_percent=100, **sizes)
    granularity = stream.removeprefix("custom_").upper()
    report = {"name": granularity, "level": "CAMPAIGN", "granularity": granularity, "columns": ["SPEND_IN_DOLLAR"]}
    options: dict[str, Any] = {"custom_reports": [report]} if "custom" in stream else {}
    options |= {"lookback_days": 0} if destination == MERGE else {}
    sequence, begun_on = SyncSequence(world, [stream], destination, options), world.today
    first: date | None = None
    came: set[str] = set()
    for day in range(0, 45, 3):
        start = begun_on + timedelta(days=day - days_back)
        sequence.options["start_date"] = str(start)
        output = sequence.read(day)
        assert_succeeded(output, [stream])
        begun, ended = _bucket(granularity, start)
        whole = begun if begun == start else ended + timedelta(days=1)
        first = first or whole
        came |= {row.get("DATE") or row["date"] for row in output.records.get(stream, ())}
    assert first
    last = last_final_day(stream, world.today) if destination == APPEND else world.today
    days = (first + timedelta(days=age) for age in range((last - first).days + 1))
    buckets = {_bucket(granularity, day) for day in days}
    assert came == {str(begun) for begun, ended in buckets if destination == MERGE or ended <= last}


def test_an_account_that_no_sync_could_read_is_skipped() -> None:
    """The quota ends before the first sync has read anything, and later one account rejects."""
    stream, world = "campaign_analytics", small_world(days=9, campaigns=1)
    sequence, odd = StreamSequence(stream, MERGE, world, start=9), world.account_id(1)
    for day, fault in enumerate(
        [
            Fault("rate_limited", on="campaigns/analytics", times=None, seconds=7_200),
            *[Fault(FaultKind.FORBIDDEN, on="campaigns/analytics", times=None, account=odd)] * 2,
        ]
    ):
        output = sequence.read(day, faults=[fault])
        assert output.status(stream) == ("COMPLETE" if day else "INCOMPLETE"), output.text()
        assert day == 0 or any(odd in text for text in output.warnings())


def test_an_account_that_rejects_is_not_remembered() -> None:
    """It then begins where the start date is by that time, and no warning tells of days before it."""
    stream, world = "campaign_analytics", small_world(days=90, campaigns=2)
    sequence, begun = StreamSequence(stream, MERGE, world), world.today
    rejection = Fault(FaultKind.FORBIDDEN, on="campaigns/analytics", account=world.account_id(1), times=None)
    for day, faults in ((0, [rejection]), (50, [])):
        sequence.options["start_date"] = str(begun + timedelta(days=day - MOVING_DAYS))
        output = sequence.read(day, faults=faults)
        assert output.status(stream) == "COMPLETE"
    since = begun + timedelta(days=50 - MOVING_DAYS)
    read, held = (
        sorted(row["DATE"] for row in found if row["AD_ACCOUNT_ID"] == world.account_id(1))
        for found in (output.records[stream], world.expected(stream, start=since).values())
    )
    assert read == held != []
    assert not output.warnings()


@pytest.mark.parametrize("destination", [APPEND, MERGE])
def test_one_rejection_makes_no_first_day_forgotten(destination: str) -> None:
    """The account was never reached, and then rejects once. A script moves the start date on."""
    stream, world = "campaign_analytics", small_world(days=40, campaigns=2)
    sequence, begun, odd = (
        StreamSequence(stream, destination, world, start=MOVING_DAYS),
        world.today,
        world.account_id(1),
    )
    faults = [
        Fault("503", on="campaigns/analytics", account=odd, times=None),
        Fault(FaultKind.FORBIDDEN, on="campaigns/analytics", account=odd, times=None),
    ]
    for day in range(4):
        sequence.options["start_date"] = str(begun + timedelta(days=9 * day - MOVING_DAYS))
        sequence.read(9 * day, faults=faults[day : day + 1])
    sequence.assert_complete()


LAG_DAYS = 4
"""Pinterest shows the newest days so late."""

each_organic_stream = pytest.mark.parametrize("stream", ["user_account_analytics", *SPLITS, "pin_analytics"])


def late_sequence(stream: str, destination: str, start: int, **options: int) -> StreamSequence:
    sequence = StreamSequence(
        stream, destination, World(boards=1, pins_per_board=3, organic_lag_days=LAG_DAYS), start=start
    )
    sequence.options |= options if destination == MERGE else {}
    return sequence


@each_organic_stream
@pytest.mark.parametrize(("destination", "days", "newest"), [(APPEND, (0, 3, 3), 7), (MERGE, (0, 10), LAG_DAYS)])
def test_a_day_that_pinterest_shows_late_arrives(
    stream: str, destination: str, days: tuple[int, ...], newest: int
) -> None:
    """Where rows are merged, days are read again until they are final, which is after a week."""
    sequence = late_sequence(stream, destination, 20, lookback_days=0)
    *earlier, last = days
    first, *_ = [sequence.read(day) for day in earlier]
    sequence.world.organic_lag_days = 0
    output = sequence.read(last)
    assert_succeeded(output, [stream])
    assert not [text for one in sequence.outputs for text in one.warnings()]
    begun = sequence.world.today - timedelta(days=last)
    assert max(row["date"] for row in first.records[stream]) == str(begun - timedelta(days=newest))
    sequence.assert_complete()
    if destination == MERGE:
        assert min(row["date"] for row in output.records[stream]) == str(begun - timedelta(days=7))


@each_organic_stream
@pytest.mark.parametrize("destination", [APPEND, MERGE])
def test_an_earlier_start_date_is_read_back_once(stream: str, destination: str) -> None:
    sequence = late_sequence(stream, destination, 40, lookback_days=3)
    sequence.world.organic_lag_days = 0
    early = sequence.options["start_date"]
    sequence.options["start_date"] = str(sequence.world.today - timedelta(days=15))
    sequence.read(0)
    sequence.options["start_date"] = early
    output = sequence.read(0)
    assert_succeeded(output, [stream])
    assert min(row["date"] for row in output.records[stream]) == output.states[stream]["from"] == early
    sequence.assert_complete()
    again = {row["date"] for row in sequence.read(0).records[stream]}
    week = {str(sequence.world.today - timedelta(days=age)) for age in range(8)}
    assert again == (week if destination == MERGE else set())
