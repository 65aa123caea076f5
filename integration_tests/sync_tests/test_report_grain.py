"""Each row of a report comes under a key of its own, however fine its level is and whatever ids its rows hold.

No document says whether a product group, a product item or a keyword has one row a day or one for each of its ads.
"""

from datetime import timedelta
from typing import Any

import pytest

from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded
from integration_tests.support.expected_records.reports import REPORT_KEYS
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

STREAMS = (
    "product_group_report",
    "product_group_targeting_report",
    "product_item_report",
    "product_item_targeting_report",
    "keyword_report",
)
KEYWORDS = "keyword_report"
DAYS = 3
DEDUP, APPEND = "append_dedup", "append"


def world(**options: Any) -> World:
    """A few days of two accounts: in the first each ad group has one ad, in the second it has two."""
    sizes = {"campaigns": 2, "ad_groups": 2, "ads": (2, 4), "product_groups": 2, "product_items": 2, "keywords": 2}
    found = World(**{"boards": 0, "active_percent": 100, **sizes, **options})
    found.first_day = found.first_day if "first_day" in options else found.today - timedelta(days=DAYS - 1)
    return found


def read(sim: Simulator, *streams: str, destination: str = DEDUP, **options: Any) -> Output:
    start = str(sim.world.today - timedelta(days=DAYS))
    config = sim.config(**{"start_date": start, **options})
    return run_sync(sim, streams, config=config, destination=destination)


def held(sim: Simulator, stream: str) -> dict[Any, Any]:
    """What a perfect sync holds, of the targeting types that every account has."""
    return {
        key: row for key, row in sim.expected(stream).items() if row.get("TARGETING_TYPE") != "LOCAL_ADS_STORE_CODE"
    }


@pytest.mark.parametrize(("grain", "ids"), [("entity", "asked"), ("ad", "all")])
def test_every_row_comes_once_under_a_key_without_nulls(grain: str, ids: str) -> None:
    few = {"ad_accounts": 1, "ad_groups": 1, "ads": 2, "product_groups": 1, "product_items": 1}
    with Simulator(world(report_grain=grain, report_ids=ids, **few)) as sim:
        output = read(sim, *STREAMS)
        assert_succeeded(output, STREAMS)
        assert not output.warnings()
        for stream in STREAMS:
            assert_same(stream, output.records[stream], held(sim, stream))
            for record in output.records[stream]:
                assert all(isinstance(record[part], str) for part in REPORT_KEYS[stream])


@pytest.mark.parametrize("item_column", ["PRODUCT_ITEM_ID", ""])
def test_rows_without_ids_and_targeting_have_the_entity_of_their_object_as_key(item_column: str) -> None:
    bare = world(report_ids="none", keyword_targeting=False, product_item_column=item_column)
    with Simulator(bare) as sim:
        output = read(sim, "product_group_report", "product_item_report", KEYWORDS)
        assert_succeeded(output, ["product_group_report", "product_item_report", KEYWORDS])
        assert_exact(output, sim, ["product_group_report", "product_item_report", KEYWORDS])
        assert {record["TARGETING_VALUE"] for record in output.records[KEYWORDS]} == {""}


def test_older_days_of_product_groups_keep_their_key_where_it_repeats() -> None:
    stream, older = "product_group_analytics", 95
    columns = ["AD_ACCOUNT_ID", "SPEND_IN_DOLLAR"]
    with Simulator(world(report_grain="ad", first_day=None, product_groups=1, ad_accounts=1, ads=4)) as sim:
        start, border = (sim.world.today - timedelta(days=days) for days in (older, 89))
        output = read(sim, stream, start_date=str(start), analytics_columns=columns, lookback_days=30)
        assert_succeeded(output, [stream])
        emitted = [record for record in output.records[stream] if record["DATE"] >= str(border)]
        assert_same(stream, emitted, sim.expected(stream, wanted_columns=columns))
        in_reports = len(output.records[stream]) - len(emitted)
        dates = {"start": start, "end": border - timedelta(days=1)}
        assert in_reports == len(list(sim.world.records("product_group_report", wanted_columns=columns, **dates)))
