"""Does a custom report mean what its owner entered, under the stream name that saved states know?"""

import json
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date
from pinterestsdk.models.ad_ads_analytics_async_targeting_types import AdAdsAnalyticsAsyncTargetingTypes
from pinterestsdk.models.ad_group_summary_status import AdGroupSummaryStatus
from pinterestsdk.models.campaign_summary_status import CampaignSummaryStatus
from pinterestsdk.models.conversion_report_attribution_type import ConversionReportAttributionType
from pinterestsdk.models.granularity import Granularity as GranularityOfTheApi
from pinterestsdk.models.metrics_reporting_level import MetricsReportingLevel
from pinterestsdk.models.pin_promotion_summary_status import PinPromotionSummaryStatus
from pinterestsdk.models.product_group_summary_status import ProductGroupSummaryStatus

from source_pinterest import limits
from source_pinterest.columns import AD_COLUMNS, ASYNC_COLUMNS, REACH_COLUMNS
from source_pinterest.config import Config, report_levels
from source_pinterest.config.attribution import ATTRIBUTION_TYPES
from source_pinterest.config.custom_reports import CustomReport, read_custom_reports
from source_pinterest.config.report_levels import LEVELS, is_targeting, may_be_finer, reach_of
from source_pinterest.granularity import Granularity
from unit_tests.configs import TODAY
from unit_tests.report_configs import report

SAMPLES = Path(__file__).parents[2] / "integration_tests/sample_configs"


def read(**fields: Any) -> CustomReport:
    reports, _ = read_custom_reports([report(**fields)], TODAY)
    return reports[0]


def sample(name: str) -> tuple[CustomReport, ...]:
    raw = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return Config.from_mapping(raw, TODAY).custom_reports


def test_four_fields_make_a_report() -> None:
    assert read() == CustomReport(
        name="Weekly",
        level="CAMPAIGN",
        granularity=Granularity.WEEK,
        columns=("SPEND_IN_DOLLAR",),
        targeting_types=(),
        click_window_days=None,
        engagement_window_days=None,
        view_window_days=None,
        conversion_report_time=None,
        attribution_types=(),
        start_date=None,
        campaign_statuses=(),
        ad_group_statuses=(),
        ad_statuses=(),
        product_group_statuses=(),
    )


def test_every_field_is_read() -> None:
    monthly, ages, items = sample("custom_reports")

    assert monthly == CustomReport(
        name="MyReport One",
        level="CAMPAIGN",
        granularity=Granularity.MONTH,
        columns=("CAMPAIGN_NAME", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"),
        click_window_days=7,
        engagement_window_days=7,
        view_window_days=0,
        conversion_report_time="TIME_OF_CONVERSION",
        attribution_types=("INDIVIDUAL",),
        start_date=Date(2025, 3, 1),
        campaign_statuses=report_levels.CAMPAIGN_STATUSES,
        ad_group_statuses=("RUNNING",),
        ad_statuses=("APPROVED", "PAUSED"),
    )
    assert set(ages.targeting_types) == {"AGE_BUCKET", "GENDER", "COUNTRY", "REGION", "GEO", "LOCATION"}
    assert (items.level, items.granularity) == ("PRODUCT_ITEM", Granularity.TOTAL)
    assert items.product_group_statuses == ("RUNNING", "PAUSED")


def test_a_report_that_an_older_form_saved_means_what_it_meant() -> None:
    (weekly,) = sample("oauth_nested_with_access_token")

    assert weekly == CustomReport(
        name="Weekly campaigns",
        level="CAMPAIGN",
        granularity=Granularity.WEEK,
        columns=("SPEND_IN_DOLLAR",),
        click_window_days=30,
        engagement_window_days=30,
        view_window_days=30,
        conversion_report_time="TIME_OF_AD_ACTION",
        attribution_types=("INDIVIDUAL", "HOUSEHOLD"),
        start_date=Date(2024, 5, 1),
    )


@pytest.mark.parametrize("name", ["x" * 201, "a\nb", "a\x1b[2Jb", "a\x00b", "a\u2028b", "a\u0085b", "\ud83d"])
def test_a_name_that_is_too_long_or_can_not_be_written_is_refused(name: str) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        read(name=name)
    assert raised.value.message == (
        "Custom Reports: the Name of report 1 is longer than 200 characters, or holds a line break or another control "
        "character. Give it another name."
    )


@pytest.mark.parametrize("name", ["x" * 200, "[/bold] 50 % off", "Grüße 👩\u200d💻", "日本"])
def test_any_other_name_is_taken(name: str) -> None:
    assert read(name=name).name == name


@pytest.mark.parametrize(
    ("name", "stream_name"),
    [
        ("MyReport One", "custom__my_report _one"),
        ("Weekly campaigns", "custom__weekly campaigns"),
        ("weekly", "custom_weekly"),
        ("ROAS by Age7Group", "custom_roas by _age7_group"),
        (" Padded ", "custom_ _padded "),
    ],
)
def test_a_stream_has_the_name_that_states_know(name: str, stream_name: str) -> None:
    assert read(name=name).stream_name == stream_name


@pytest.mark.parametrize("reports", [[], [None, ""]])
def test_a_list_without_reports_holds_none(reports: list[Any]) -> None:
    assert read_custom_reports(reports, TODAY) == ((), ())


def test_reports_keep_their_order() -> None:
    reports, _ = read_custom_reports([report(name="b"), report(name="a")], TODAY)

    assert [each.name for each in reports] == ["b", "a"]


def test_null_blank_and_unknown_fields_mean_nothing() -> None:
    open_fields = dict.fromkeys(set(CustomReport.__dataclass_fields__) - set(report()))

    assert read(**open_fields) == read(**dict.fromkeys(open_fields, " ")) == read(window_in_days=7) == read()


def test_words_count_in_any_case_and_lists_once_in_the_documented_order() -> None:
    chosen = read(
        level="ad_group_targeting ",
        granularity="day",
        targeting_types=["gender", "KEYWORD", "GENDER"],
        campaign_statuses=["archived", "RUNNING", None, "ARCHIVED"],
    )

    assert (chosen.level, chosen.granularity) == ("AD_GROUP_TARGETING", Granularity.DAY)
    assert chosen.targeting_types == ("KEYWORD", "GENDER")
    assert chosen.campaign_statuses == ("RUNNING", "ARCHIVED")


def test_columns_keep_their_order_without_what_comes_unasked() -> None:
    columns = ["ctr", "DATE", "TARGETING_VALUE", "SPEND_IN_DOLLAR", "TARGETING_TYPE", "CTR"]

    assert read(columns=columns).columns == ("CTR", "SPEND_IN_DOLLAR")


def test_a_column_that_no_document_lists_is_taken_with_a_notice() -> None:
    (report_read,), (notice,) = read_custom_reports([report(columns=["WEB_LEAD_ROA", "CTR"])], TODAY)

    assert report_read.columns == ("WEB_LEAD_ROA", "CTR")
    assert notice.startswith(
        "Custom Reports: 'Weekly', Columns: Pinterest's documents don't list WEB_LEAD_ROA (did you mean "
        "WEB_LEAD_ROAS?) here."
    )


@pytest.mark.parametrize("level", ["KEYWORD", "CAMPAIGN_TARGETING", "PRODUCT_ITEM_TARGETING"])
def test_how_many_people_were_reached_does_not_go_with_parts_of_an_entity(level: str) -> None:
    columns = ["TOTAL_IMPRESSION_USER", "CTR", "TOTAL_IMPRESSION_FREQUENCY"]
    (report_read,), (notice,) = read_custom_reports([report(level=level, columns=columns)], TODAY)

    assert report_read.columns == ("CTR",)
    assert notice == (
        "Custom Reports: 'Weekly', Columns: TOTAL_IMPRESSION_USER, TOTAL_IMPRESSION_FREQUENCY does not go with level "
        f"{level} and is left out."
    )


def test_a_column_in_doubt_and_one_that_is_left_out_are_both_told() -> None:
    columns = ["TOTAL_IMPRESSION_USER", "TOTAL_HUGS"]
    _, notices = read_custom_reports([report(level="KEYWORD", columns=columns)], TODAY)

    assert ["don't list TOTAL_HUGS here" in notices[0], "TOTAL_IMPRESSION_USER does not go" in notices[1]] == [True] * 2


def test_every_column_of_reports_can_be_asked_for() -> None:
    assert set(read(columns=sorted(ASYNC_COLUMNS)).columns) == ASYNC_COLUMNS


@pytest.mark.parametrize("level", ["PRODUCT_ITEM", "PRODUCT_ITEM_TARGETING"])
def test_product_items_have_every_column_but_those_of_an_ad(level: str) -> None:
    possible = ASYNC_COLUMNS - AD_COLUMNS - (REACH_COLUMNS if level.endswith("_TARGETING") else set())

    assert set(read(level=level, columns=sorted(possible)).columns) == possible


@pytest.mark.parametrize("days", limits.ATTRIBUTION_WINDOWS_DAYS)
def test_a_window_is_a_whole_number(days: int) -> None:
    chosen = read(click_window_days=days, engagement_window_days=days, view_window_days=float(days))

    assert (chosen.click_window_days, chosen.engagement_window_days, chosen.view_window_days) == (days, days, days)
    assert isinstance(chosen.view_window_days, int)
    assert read(click_window_days=None).click_window_days is None


@pytest.mark.parametrize("level", LEVELS)
def test_a_targeting_level_is_broken_down_by_all_that_every_account_has(level: str) -> None:
    chosen = set(read(level=level).targeting_types)

    assert bool(chosen) is is_targeting(level)
    assert chosen <= set(report_levels.TARGETING_TYPES)
    assert not chosen & {"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"}
    assert ("AUDIENCE_MULTIPLIER" in chosen) is (level == "CAMPAIGN_TARGETING")
    assert ("MEDIA_TYPE" in chosen) is (level == "PRODUCT_ITEM_TARGETING")


@pytest.mark.parametrize("name", report_levels.TARGETING_TYPES)
def test_a_targeting_type_can_be_had_at_some_level(name: str) -> None:
    level = report_levels.ONLY_LEVEL_OF_TARGETING_TYPE.get(name, "PIN_PROMOTION_TARGETING")

    assert read(level=level, targeting_types=[name]).targeting_types == (name,)


@pytest.mark.parametrize(
    ("level", "granularity", "earliest"),
    [
        ("CAMPAIGN", "DAY", "2023-12-31"),
        ("AD_GROUP_TARGETING", "TOTAL", "2023-12-31"),
        ("PRODUCT_ITEM", "DAY", "2026-04-01"),
        ("PRODUCT_ITEM_TARGETING", "MONTH", "2026-04-01"),
        ("CAMPAIGN", "HOUR", "2026-06-24"),
        ("PRODUCT_ITEM", "HOUR", "2026-06-24"),
    ],
)
def test_a_start_date_beyond_the_reach_of_the_report_is_moved_and_told(
    level: str, granularity: str, earliest: str
) -> None:
    fields = {"level": level, "granularity": granularity}
    (moved,), notices = read_custom_reports([report(**fields, start_date="2019-02-01T00:00:00Z")], TODAY)
    (kept,), silence = read_custom_reports([report(**fields, start_date=earliest)], TODAY)

    assert moved == kept
    assert str(kept.start_date) == earliest
    assert silence == ()
    (notice,) = notices
    assert [part for part in ("'Weekly', Start Date", "2019-02-01", earliest) if part not in notice] == []


def test_a_report_in_hours_covers_fewer_days_whatever_its_level() -> None:
    assert reach_of("CAMPAIGN", Granularity.DAY) == (913, limits.REPORT_WINDOW_DAYS)
    assert reach_of("PRODUCT_ITEM", Granularity.WEEK) == (91, limits.PRODUCT_ITEM_WINDOW_DAYS)
    assert reach_of("CAMPAIGN", Granularity.HOUR) == reach_of("PRODUCT_ITEM_TARGETING", Granularity.HOUR) == (7, 3)


def test_keywords_and_products_may_have_several_rows_a_day() -> None:
    assert [level for level in LEVELS if may_be_finer(level)] == [
        "PRODUCT_GROUP",
        "PRODUCT_GROUP_TARGETING",
        "PRODUCT_ITEM",
        "PRODUCT_ITEM_TARGETING",
        "KEYWORD",
    ]


@pytest.mark.parametrize(
    ("ours", "pinterests"),
    [
        (LEVELS, MetricsReportingLevel),
        ([granularity.value for granularity in Granularity], GranularityOfTheApi),
        (report_levels.TARGETING_TYPES, AdAdsAnalyticsAsyncTargetingTypes),
        (report_levels.CAMPAIGN_STATUSES, CampaignSummaryStatus),
        (report_levels.AD_GROUP_STATUSES, AdGroupSummaryStatus),
        (report_levels.AD_STATUSES, PinPromotionSummaryStatus),
        (report_levels.PRODUCT_GROUP_STATUSES, ProductGroupSummaryStatus),
        (ATTRIBUTION_TYPES, ConversionReportAttributionType),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_choices_are_those_of_the_api(ours: Any, pinterests: Any) -> None:
    assert sorted(ours) == sorted(choice.value for choice in pinterests)
