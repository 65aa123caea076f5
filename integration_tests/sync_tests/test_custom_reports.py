"""A custom report holds what it promises, whatever its level, granularity and filters."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from integration_tests.simulator import ReportRequest
from integration_tests.simulator.reports.request import TARGETING_VALUES
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, without_nulls
from integration_tests.support.commands import run_here
from integration_tests.support.days import ago
from integration_tests.support.expected_records import by_key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated
from source_pinterest.config.options import choices
from source_pinterest.source import SourcePinterest

STREAM = "custom__mine"
SAID = r'Pinterest answered "The attribution windows .* can not be combined\." \(HTTP 400, code 1, request id \d+\)'
ADVICE = r"Change the report's columns, filters or attribution windows\."
CREATE = "analytics/create_report"
COLUMNS = ("CAMPAIGN_ID", "AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT")
DAY_KEY = ("CAMPAIGN_ID", "DATE")
MIXED = dict.fromkeys(("ACTIVE", "PAUSED", "DRAFT", "ARCHIVED"), 1)
sim = simulated(lambda: World(boards=0, ad_accounts=1, campaigns=4, statuses=MIXED, hour_column="HOUR"))


def report(**fields: Any) -> dict[str, Any]:
    """A custom report, with fields added or replaced."""
    columns = ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"]
    return {"name": "Mine", "level": "CAMPAIGN", "granularity": "DAY", "columns": columns, **fields}


def read(sim: Simulator, since: date, state: dict[str, Any] | None = None, **fields: Any) -> Output:
    config = sim.config(start_date=since.isoformat(), custom_reports=[report(**fields)])
    output = run_sync(sim, [STREAM], config=config, state=state)
    assert_succeeded(output, [STREAM])
    return output


def bodies(sim: Simulator) -> list[dict[str, Any]]:
    return [entry.body for entry in sim.calls(CREATE) if entry.body]


def held(sim: Simulator, key: Sequence[str], **request: Any) -> dict[tuple[Any, ...], Record]:
    """What the simulator's own, unlimited report holds."""
    order = ReportRequest(**{"level": "CAMPAIGN", "columns": COLUMNS, "end_date": sim.world.today, **request})
    return by_key(key, sim.world.report(order))


def assert_rows(output: Output, key: Sequence[str], expected: dict[tuple[Any, ...], Record]) -> None:
    """Every row is there, whole and once."""
    emitted = output.records[STREAM]
    assert expected
    assert len(emitted) == len(expected)
    assert by_key(key, emitted) == {found: without_nulls(row) for found, row in expected.items()}


@pytest.mark.parametrize("granularity", ["WEEK", "MONTH"])
def test_buckets_are_whole_and_the_running_one_is_read_again(sim: Simulator, granularity: str) -> None:
    first = read(sim, ago(sim, 150), granularity=granularity)
    starts = sorted({row["DATE"] for row in first.records[STREAM]})
    begin = date.fromisoformat(min(body["start_date"] for body in bodies(sim)))
    assert ago(sim, 150) <= begin
    assert begin.day == 1 if granularity == "MONTH" else begin.weekday() == 0
    assert_rows(first, DAY_KEY, held(sim, DAY_KEY, granularity=granularity, start_date=begin))
    [entry] = first.states[STREAM]["states"]
    assert entry["cursor"] == {"DATE": str(ago(sim, 0)), "from": str(begin)}
    sim.log.clear()
    second = read(sim, ago(sim, 150), first.states, granularity=granularity)
    again = min(row["DATE"] for row in second.records[STREAM])
    assert again in starts
    assert max(row["DATE"] for row in second.records[STREAM]) == starts[-1]
    assert again > starts[0]


def test_a_total_says_which_days_it_is_about(sim: Simulator) -> None:
    since = ago(sim, 150)
    output = read(sim, since, granularity="TOTAL")
    expected = held(sim, ("CAMPAIGN_ID",), granularity="TOTAL", start_date=since)
    days = {"START_DATE": since.isoformat(), "END_DATE": sim.world.today.isoformat()}
    assert_rows(output, ("CAMPAIGN_ID",), {key: {**row, **days} for key, row in expected.items()})


def test_the_hour_is_part_of_the_key(sim: Simulator) -> None:
    output = read(sim, ago(sim, 30), granularity="HOUR")
    key = (*DAY_KEY, "HOUR")
    expected = held(sim, key, granularity="HOUR", start_date=ago(sim, 7)).values()
    assert_rows(output, key, by_key(key, ({**row, "HOUR": str(row["HOUR"])} for row in expected)))


def test_more_targeting_types_than_a_report_takes_are_split_into_several(sim: Simulator) -> None:
    types = [name for name in TARGETING_VALUES if name not in {"MEDIA_TYPE", "LOCAL_ADS_STORE_CODE"}][:7]
    since, key = ago(sim, 20), (*DAY_KEY, "TARGETING_TYPE", "TARGETING_VALUE")
    output = read(sim, since, level="CAMPAIGN_TARGETING", targeting_types=types)
    assert sorted(len(body["targeting_types"]) for body in bodies(sim)) == [2, 5]
    request = {"level": "CAMPAIGN_TARGETING", "start_date": since, "targeting_types": tuple(types)}
    assert_rows(output, key, held(sim, key, **request))


@pytest.mark.parametrize(
    ("level", "field", "title", "key"),
    [
        ("ADVERTISER", "campaign_statuses", "Campaign Statuses", ("AD_ACCOUNT_ID", "DATE")),
        ("CAMPAIGN", "ad_statuses", "Ad Statuses", DAY_KEY),
    ],
)
def test_seven_statuses_above_their_level_are_rejected_and_six_are_summed_up(
    sim: Simulator, tmp_path: Path, level: str, field: str, title: str, key: tuple[str, ...]
) -> None:
    seven = list(choices("custom_reports", field)[:7])
    config = sim.config(start_date=str(ago(sim, 20)), custom_reports=[report(level=level, **{field: seven})])
    (file := tmp_path / "config.json").write_bytes(orjson.dumps(config))
    says = f"'Mine', {title}: 7 statuses are chosen, but Pinterest takes 6 at most at level {level}."
    [checked] = run_here(sim, "check", "--config", str(file)).messages
    assert checked.connectionStatus
    assert says in str(checked.connectionStatus.message)
    assert says in str(run_sync(sim, [STREAM], config=config).errors[0].message)
    assert not sim.calls(CREATE)
    output = read(sim, ago(sim, 20), level=level, **{field: seven[:6]})
    assert_rows(output, key, filtered_rows(sim, key, level, **{field: seven[:6]}))


def filtered_rows(
    sim: Simulator, key: Sequence[str], level: str, **filters: list[str]
) -> dict[tuple[Any, ...], Record]:
    columns = [name for name in COLUMNS if level != "ADVERTISER" or name != "CAMPAIGN_ID"]
    some = {name: tuple(values) for name, values in filters.items()}
    return held(sim, key, level=level, columns=tuple(columns), start_date=ago(sim, 20), filters=some)


def test_all_statuses_that_there_are_filter_nothing(sim: Simulator) -> None:
    key, every = ("AD_ACCOUNT_ID", "DATE"), choices("custom_reports", "campaign_statuses")
    output = read(sim, ago(sim, 20), level="ADVERTISER", campaign_statuses=list(every))
    assert_rows(output, key, filtered_rows(sim, key, "ADVERTISER"))
    assert ["campaign_statuses" in body for body in bodies(sim)] == [False]


def test_seven_statuses_at_their_level_are_two_requests_without_a_shared_row(sim: Simulator) -> None:
    seven = [status for status in choices("custom_reports", "campaign_statuses") if status != "PAUSED"]
    output = read(sim, ago(sim, 20), campaign_statuses=seven)
    assert sorted(len(body["campaign_statuses"]) for body in bodies(sim)) == [1, 6]
    assert_rows(output, DAY_KEY, filtered_rows(sim, DAY_KEY, "CAMPAIGN", campaign_statuses=seven))


def test_age_and_gender_are_a_part_of_the_key(sim: Simulator) -> None:
    columns = ["AGE_BUCKET", "GENDER", "SPEND_IN_DOLLAR"]
    key = ("AD_ACCOUNT_ID", "AGE_BUCKET", "GENDER", "DATE")
    fields = {"level": "ADVERTISER", "columns": columns}
    output = read(sim, ago(sim, 20), **fields)
    requested = held(sim, key, level="ADVERTISER", columns=("AD_ACCOUNT_ID", *columns), start_date=ago(sim, 20))
    assert_rows(output, key, requested)
    assert not output.warnings()
    streams = SourcePinterest().streams(sim.config(custom_reports=[report(**fields)]))
    assert [stream.primary_key for stream in streams if stream.name == STREAM] == [list(key)]
    rejected = run_sync(sim, ["campaign_analytics"], config=sim.config(analytics_columns=columns))
    says = "Analytics Columns: AGE_BUCKET and GENDER may split the rows of an ad account. .* to Custom Reports."
    assert re.search(says, str(rejected.errors[0].message))


def test_a_report_that_pinterest_rejects_fails_alone() -> None:
    with Simulator(World(boards=0, ad_accounts=1, campaigns=2), rejected_windows=[(1, 1, 1)]) as sim:
        windows = {"click_window_days": 1, "engagement_window_days": 1, "view_window_days": 1}
        reports = [report(**windows), report(name="Fine")]
        config = sim.config(start_date=ago(sim, 20).isoformat(), custom_reports=reports)
        streams = (STREAM, "custom__fine", "campaigns", "keyword_report")
        output = run_sync(sim, streams, config=config)
        assert_failed(output, STREAM, "config_error", "change the columns, filters or attribution windows")
        [error] = output.errors_of(STREAM)
        assert re.search(rf"^Pinterest rejects the report on .* of ad account \d+. {SAID}. ", str(error.message))
        for stream in streams[1:]:
            assert output.status(stream) == "COMPLETE"
            assert output.records[stream]
        assert_same("campaigns", output.records["campaigns"], sim.expected("campaigns"))
