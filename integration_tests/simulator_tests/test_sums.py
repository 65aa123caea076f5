"""The numbers of an account are the sums of its campaigns', theirs of their ad groups', theirs of their ads'."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from integration_tests.simulator import REPORT_COLUMNS, SYNC_COLUMNS, Kind, ReportRequest
from integration_tests.simulator.analytics.magnitudes import COUNTS_AND_AMOUNTS
from integration_tests.simulator.faults.alterations import truncated
from integration_tests.simulator.reports.rows import report_rows
from integration_tests.simulator_tests.small_worlds import NOW, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

_CAPS = {"CAMPAIGN_LIFETIME_SPEND_CAP", "CAMPAIGN_DAILY_SPEND_CAP"}
_OF_BOTH = tuple(
    name for name in SYNC_COLUMNS if name in COUNTS_AND_AMOUNTS and name in REPORT_COLUMNS and name not in _CAPS
)
_OF_REPORTS = tuple(name for name in REPORT_COLUMNS if name in COUNTS_AND_AMOUNTS and name not in _CAPS)
_DAYS = 5
Sums = Counter[tuple[str, str]]

sizes = st.integers(1, 9)
worlds = st.builds(
    small_world,
    seed=st.integers(1, 1_000),
    boards=st.just(1),
    ad_accounts=st.just(1),
    campaigns=sizes,
    ad_groups=sizes,
    ads=st.integers(0, 20),
    product_groups=st.integers(1, 3),
    active_percent=st.sampled_from([5, 50, 80, 99, 100]),
    full_rows=st.booleans(),
    row_form=st.sampled_from(["plain", "recorded"]),
    first_day=st.just(NOW.date() - timedelta(days=_DAYS)),
)


def summed(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The sum of each column by day; what is 0 is left out."""
    sums: Sums = Counter()
    for row in rows:
        metrics = row.get("metrics", row)
        for name, value in metrics.items():
            if name in COUNTS_AND_AMOUNTS:
                sums[metrics["DATE"], name] += value or 0
    return +sums


def in_requests(api: Client, world: World, columns: Sequence[str] = _OF_BOTH) -> dict[str, Sums]:
    """The sums of each level of requests, and of the genders of campaigns."""
    asked = {"start_date": str(world.first_day), "end_date": str(world.today), "columns": ",".join(columns)}
    ids = {kind: [world.entity_id(kind, 0, index) for index in range(world.count(kind, 0))] for kind in Kind}
    answers = {"account": api.call("ad_account/analytics", **asked)}
    for kind, named in ids.items():
        answers[kind] = api.call(f"{kind}/analytics", **asked, **{f"{kind.removesuffix('s')}_ids": named or ["1"]})
    of_campaigns = {"campaign_ids": ids[Kind.CAMPAIGNS], "targeting_types": "GENDER"}
    asked["columns"] += ",CAMPAIGN_ID"
    answers["genders"] = api.call("campaign_targeting_analytics/get", **asked, **of_campaigns)
    bodies = {level: answer.json() for level, answer in answers.items()}
    return {level: summed(body["data"] if isinstance(body, dict) else body) for level, body in bodies.items()}


def in_reports(world: World, columns: Sequence[str]) -> dict[str, Sums]:
    """The sums of each level of reports, of the parts of ad groups, and of the genders of ads."""
    assert world.first_day
    of = {"start_date": world.first_day, "end_date": world.today, "columns": tuple(columns)}
    levels = ("ADVERTISER", "CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "PRODUCT_ITEM", "KEYWORD")
    requests = {level: ReportRequest(level=level, **of) for level in levels}
    requests["genders"] = ReportRequest(level="PIN_PROMOTION_TARGETING", targeting_types=("GENDER",), **of)
    return {name: summed(row.record for row in report_rows(world, 0, request)) for name, request in requests.items()}


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(
    world=worlds,
    both=st.sets(st.sampled_from(_OF_BOTH), min_size=1, max_size=5),
    more=st.sets(st.sampled_from(_OF_REPORTS), max_size=5),
    restated=st.lists(st.integers(0, _DAYS), max_size=2),
)
def test_numbers_add_up_from_level_to_level_each_day_at_every_revision(
    world: World, both: set[str], more: set[str], restated: list[int]
) -> None:
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        before: Sums = Counter()
        for days_back in [None, *restated]:
            if days_back is not None:
                world.restate(days_back)
            requests, reports = in_requests(api, world, sorted(both)), in_reports(world, sorted({*both, *more}))
            account, of_reports = requests["account"], reports["ADVERTISER"]

            assert before <= account, "late conversions make no number less"
            before = account
            assert {level for level, sums in requests.items() if sums != account} == set()
            assert account.items() <= of_reports.items()
            assert reports.pop("KEYWORD") <= of_reports, "some numbers come from no keyword"
            assert {level for level, sums in reports.items() if sums != of_reports} == set()


def test_a_deleted_ad_keeps_its_share_of_the_past() -> None:
    world = small_world(ad_accounts=1, campaigns=2, ad_groups=2, ads=4)
    before = world.expected("ad_analytics")
    world.deleted_entities.add(world.entity_id(Kind.ADS, 0, 3))
    assert world.expected("ad_analytics") == before


def test_a_truncated_answer_and_a_level_that_is_restated_later_break_the_sums() -> None:
    world = small_world(ad_accounts=1, campaigns=2, ad_groups=2, ads=4, first_day=NOW.date() - timedelta(days=_DAYS))
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        sim.alter("ads/analytics", truncated(kept=8))
        cut = in_requests(api, world)
        sim.clear_alterations()
        world.restate(3, not_yet=[Kind.ADS])
        late = in_requests(api, world)

    assert cut[Kind.AD_GROUPS] == cut[Kind.CAMPAIGNS] == cut["account"] > cut[Kind.ADS]
    assert late[Kind.AD_GROUPS] == late[Kind.CAMPAIGNS] == late["account"]
    wrong = {key for key in late["account"] if late["account"][key] != late[Kind.ADS][key]}
    assert {day for day, _ in wrong} == {str(world.today - timedelta(days=days)) for days in range(4)}
    assert {name for _, name in wrong} >= {"TOTAL_CONVERSIONS"}
