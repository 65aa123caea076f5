"""A Pinterest that behaves as others have recorded it is read completely.

Rate limit headers and feeds' times of the recorded form, closed betas, rejected names, a CDN that rejects long
addresses, a passing error at every twentieth call, reports of the finest grain, `[]` for an empty one, a feature that
the app has not. Every row that the server holds is there once.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, NoAccess
from integration_tests.support.assertions import assert_same, assert_understandable, keys_of, upserted
from integration_tests.support.catalogs import ADS_ANALYTICS, CURSOR_FIELDS
from integration_tests.support.expected_records import KEYS, Key
from integration_tests.support.expected_records.reports import OWN_REPORT_KEYS, REPORT_KEYS
from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, run_sync
from tools.stream_table import every_stream

REJECTED = ("SPEND_IN_MICRO_DOLLAR", "VIDEO_START", "GEO")
"""A column, a metric of pins and a targeting type."""
RARE = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE")
"""Targeting types that are not open to all apps, and not requested."""
SHUT_OUT = ("lead_forms", "order_lines")
DAYS = 91
DAY_SECONDS = 86_400
MOST_DAYS = 10
GOING_ON = tuple(stream for stream, key in KEYS.items() if {"DATE", "date"} & set(key) or stream in CURSOR_FIELDS)
"""Streams that go on from their state. The others are read completely each day, and are left to the large test."""


def world(**sizes: Any) -> World:
    """A few of everything, with numbers for the days on both sides of where reports begin, and one account without."""
    few: dict[str, Any] = {"boards": 2, "pins_per_board": 2, "sections_per_board": 1, "pins_per_section": 1, "feeds": 3}
    of_ads = {"campaigns": (2, 0), "ad_groups": (2, 0), "ads": (2, 0), "active_percent": 5}
    found = World(**{**few, **of_ads, **sizes}, report_grain="ad", empty_report="[]")
    found.first_day = found.today - timedelta(days=DAYS)
    return found


@contextmanager
def as_recorded(of: World, **settings: Any) -> Iterator[Simulator]:
    """A Pinterest as it was recorded, and as it may be."""
    no_access = {f"{stream}/list": NoAccess.RESTRICTED for stream in SHUT_OUT}
    with Simulator(
        of,
        faults=[Fault("transient_400", times=None, every=20)],
        long_url_status=400,
        rejected_names=REJECTED,
        no_access=no_access,
        **settings,
    ) as sim:
        yield sim


def read(sim: Simulator, streams: Sequence[str] = tuple(KEYS), **options: Any) -> Output:
    """The streams, from the last days that only reports have."""
    config = sim.config(
        start_date=str(sim.world.today - timedelta(days=DAYS)),
        lookback_days=0,
        max_wait_minutes=0,
    )
    return run_sync(sim, streams, config=config, **options)


def held(sim: Simulator, stream: str) -> dict[Key, Record]:
    """What can be had of a stream: without what is rejected."""
    with_reports = stream in (*REPORT_KEYS, *OWN_REPORT_KEYS, *ADS_ANALYTICS)
    start = sim.world.today - timedelta(days=DAYS if with_reports else SYNCHRONOUS_DAYS)
    rows = sim.expected(stream, start=start)
    taken = {key: row for key, row in rows.items() if row.get("TARGETING_TYPE") not in (*RARE, *REJECTED)}
    return {key: _without_rejected(stream, row) for key, row in taken.items()}


def _without_rejected(stream: str, row: Record) -> Record:
    """A row without the names that are rejected; a ranking of pins is not asked by metrics."""
    if stream == "pin_analytics":
        return {**row, "metrics": _without_rejected("", row["metrics"])}
    return {name: value for name, value in row.items() if name not in REJECTED}


def test_the_recorded_pinterest_is_read_whole() -> None:
    of_every_kind = world(catalogs=3, catalog_product_groups=4)
    with as_recorded(of_every_kind, profile="ample") as sim:
        output = read(sim)
        for stream in KEYS:
            if stream in SHUT_OUT:
                assert_shut_out(output, stream)
            else:
                assert output.status(stream) == "COMPLETE", [error.message for error in output.errors_of(stream)]
                assert_whole(stream, output.records[stream], sim)
        assert_foreign_keys_hold(every_stream(), output.records)


def test_the_recorded_pinterest_is_read_over_several_days_of_quota() -> None:
    """A day that waits for nothing ends where a quota does, here three tenths of a trial's; the next one continues.

    Pinterest's clock stands still within a day, so that no minute ends while a slow machine reads.
    """
    noon = time.time()
    still: dict[str, Any] = {"clock": lambda: noon, "report_seconds": 0}
    assert read_over_days(GOING_ON, world(), profile="trial", daily_share=0.3, **still) > 1


@pytest.mark.full_size
@pytest.mark.parametrize("profile", ["standard", "trial"])
def test_every_stream_of_the_recorded_pinterest_is_read_within_quotas(profile: str) -> None:
    read_over_days(tuple(KEYS), world(pins_per_board=40), profile=profile)


def read_over_days(streams: Sequence[str], of: World, **quota: Any) -> int:
    """Read day after day until nothing is left, and look at all that came; returns how many days it took."""
    with as_recorded(of, **quota) as sim:
        syncs = [read(sim, streams)]
        while short_of_quota(syncs[-1]) and len(syncs) < MOST_DAYS:
            sim.advance(DAY_SECONDS)
            state = {name: state for sync in syncs for name, state in sync.states.items()}
            syncs.append(read(sim, streams, state=state))

        assert len(syncs) < MOST_DAYS
        for stream in set(streams) - set(SHUT_OUT):
            assert syncs[-1].status(stream) == "COMPLETE", [error.message for error in syncs[-1].errors_of(stream)]
            assert_whole(stream, united(stream, syncs), sim)
        return len(syncs)


def short_of_quota(output: Output) -> bool:
    """Whether a stream stopped for a quota, and says when it continues."""
    stopped = [error for error in output.errors if "allows no more" in str(error.message)]
    for error in stopped:
        assert_understandable(str(error.message))
    return bool(stopped)


def united(stream: str, syncs: Sequence[Output]) -> list[Record]:
    """What a destination holds after all of them: the last full refresh, or the newest row of each key."""
    for sync in syncs:
        assert max(keys_of(stream, sync.records[stream]).values(), default=1) == 1, stream
    is_replaced = not ({"DATE", "date"} & set(KEYS[stream]) or stream in CURSOR_FIELDS)
    return upserted(stream, *(syncs[-1:] if is_replaced else syncs))


def assert_whole(stream: str, records: Iterable[Record], sim: Simulator) -> None:
    """All that the server holds, once.

    Days of product groups that only reports have are left aside: in such a report the numbers are those of ads.
    """
    if stream == "product_group_analytics":
        first = str(sim.world.today - timedelta(days=SYNCHRONOUS_DAYS))
        records = [record for record in records if record["DATE"] >= first]
    assert_same(stream, records, held(sim, stream))


def assert_shut_out(output: Output, stream: str) -> None:
    """The stream is incomplete, in one sentence that does not ask for another consent."""
    assert output.status(stream) == "INCOMPLETE"
    [error] = output.errors_of(stream)
    assert_understandable(str(error.message))
    assert "Sign in again" not in str(error.message)
