"""Custom reports as the user defines them, and the names of their streams."""

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
from source_pinterest.config import Config, reports
from source_pinterest.config.options import ATTRIBUTION_TYPES
from source_pinterest.config.reports import (
    LEVELS,
    CustomReport,
    is_targeting,
    may_be_finer,
    reach_of,
    read_custom_reports,
    refuse_shared_tables,
)
from source_pinterest.dates import Granularity
from unit_tests.configs import TODAY, sample
from unit_tests.report_configs import read_report, report


def sampled(name: str) -> tuple[CustomReport, ...]:
    return Config.from_mapping(sample(name), TODAY).custom_reports


def test_four_fields_make_a_report() -> None:
    assert read_report() == CustomReport(
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
    monthly, ages, items = sampled("custom_reports")

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
        campaign_statuses=reports.CAMPAIGN_STATUSES,
        ad_group_statuses=("RUNNING",),
        ad_statuses=("APPROVED", "PAUSED"),
    )
    assert set(ages.targeting_types) == {"AGE_BUCKET", "GENDER", "COUNTRY", "REGION", "GEO", "LOCATION"}
    assert (items.level, items.granularity) == ("PRODUCT_ITEM", Granularity.TOTAL)
    assert items.product_group_statuses == ("RUNNING", "PAUSED")


def test_a_report_that_an_older_form_saved_means_what_it_meant() -> None:
    (weekly,) = sampled("oauth_nested_with_access_token")

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
        read_report(name=name)
    assert raised.value.message == (
        "Custom Reports: the Name of report 1 is longer than 200 characters, or holds a line break or another control "
        "character. Give it another name."
    )


def test_any_other_name_is_taken() -> None:
    for name in ["x" * 200, "[/bold] 50 % off", "Grüße 👩\u200d💻", "日本"]:
        assert read_report(name=name).name == name, name


def test_a_stream_has_the_name_that_states_know() -> None:
    for name, stream_name in [
        ("MyReport One", "custom__my_report _one"),
        ("Weekly campaigns", "custom__weekly campaigns"),
        ("weekly", "custom_weekly"),
        ("ROAS by Age7Group", "custom_roas by _age7_group"),
        (" Padded ", "custom_ _padded "),
    ]:
        assert read_report(name=name).stream_name == stream_name, (name, stream_name)


@pytest.mark.parametrize("reports", [[], [None, ""]])
def test_a_list_without_reports_holds_none(reports: list[Any]) -> None:
    assert read_custom_reports(reports, TODAY) == ((), ())


def test_reports_keep_their_order() -> None:
    reports, _ = read_custom_reports([report(name="b"), report(name="a")], TODAY)

    assert [each.name for each in reports] == ["b", "a"]


def test_null_blank_and_unknown_fields_mean_nothing() -> None:
    open_fields = dict.fromkeys(set(CustomReport.__dataclass_fields__) - set(report()))

    assert (
        read_report(**open_fields)
        == read_report(**dict.fromkeys(open_fields, " "))
        == read_report(window_in_days=7)
        == read_report()
    )


def test_words_count_in_any_case_and_lists_once_in_the_documented_order() -> None:
    chosen = read_report(
        level="ad_group_targeting ",
        granularity="day",
        targeting_types=["gender", "KEYWORD", "GENDER"],
        campaign_statuses=["archived", "RUNNING", None, "ARCHIVED"],
    )

    assert (chosen.level, chosen.granularity) == ("AD_GROUP_TARGETING", Granularity.DAY)
    assert chosen.targeting_types == ("KEYWORD", "GENDER")
    assert chosen.campaign_statuses == ("RUNNING", "ARCHIVED")


def test_a_window_is_a_whole_number() -> None:
    for days in limits.ATTRIBUTION_WINDOWS_DAYS:
        chosen = read_report(click_window_days=days, engagement_window_days=days, view_window_days=float(days))

        assert (chosen.click_window_days, chosen.engagement_window_days, chosen.view_window_days) == (
            days,
            days,
            days,
        ), days
        assert isinstance(chosen.view_window_days, int), days
        assert read_report(click_window_days=None).click_window_days is None, days


def test_a_targeting_level_is_broken_down_by_all_that_every_account_has() -> None:
    for level in LEVELS:
        chosen = set(read_report(level=level).targeting_types)

        assert bool(chosen) is is_targeting(level), level
        assert chosen <= set(reports.TARGETING_TYPES), level
        assert not chosen & {"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"}, level
        assert ("AUDIENCE_MULTIPLIER" in chosen) is (level == "CAMPAIGN_TARGETING"), level
        assert ("MEDIA_TYPE" in chosen) is (level == "PRODUCT_ITEM_TARGETING"), level


def test_a_targeting_type_can_be_had_at_some_level() -> None:
    for name in reports.TARGETING_TYPES:
        level = reports.ONLY_LEVEL_OF_TARGETING_TYPE.get(name, "PIN_PROMOTION_TARGETING")

        assert read_report(level=level, targeting_types=[name]).targeting_types == (name,), name


def test_a_start_date_beyond_the_reach_of_the_report_is_told() -> None:
    for level, granularity, earliest in [
        ("CAMPAIGN", "DAY", "2023-12-31"),
        ("AD_GROUP_TARGETING", "TOTAL", "2023-12-31"),
        ("PRODUCT_ITEM", "DAY", "2026-04-01"),
        ("PRODUCT_ITEM_TARGETING", "MONTH", "2026-04-01"),
        ("CAMPAIGN", "HOUR", "2026-06-24"),
        ("PRODUCT_ITEM", "HOUR", "2026-06-24"),
    ]:
        fields = {"level": level, "granularity": granularity}
        _, notices = read_custom_reports([report(**fields, start_date="2019-02-01T00:00:00Z")], TODAY)
        (kept,), silence = read_custom_reports([report(**fields, start_date=earliest)], TODAY)

        assert str(kept.start_date) == earliest, (level, granularity, earliest)
        assert silence == (), (level, granularity, earliest)
        (notice,) = notices
        assert [part for part in ("'Weekly', Start Date", "2019-02-01", earliest) if part not in notice] == [], (
            level,
            granularity,
            earliest,
        )


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


def test_choices_are_those_of_the_api() -> None:
    for ours, pinterests in [
        (LEVELS, MetricsReportingLevel),
        ([granularity.value for granularity in Granularity], GranularityOfTheApi),
        (reports.TARGETING_TYPES, AdAdsAnalyticsAsyncTargetingTypes),
        (reports.CAMPAIGN_STATUSES, CampaignSummaryStatus),
        (reports.AD_GROUP_STATUSES, AdGroupSummaryStatus),
        (reports.AD_STATUSES, PinPromotionSummaryStatus),
        (reports.PRODUCT_GROUP_STATUSES, ProductGroupSummaryStatus),
        (ATTRIBUTION_TYPES, ConversionReportAttributionType),
    ]:
        assert sorted(ours) == sorted(choice.value for choice in pinterests), (ours, pinterests)


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (("weekly campaigns", "weekly_campaigns"), "custom_weekly_campaigns"),
        (("weekly-campaigns", "weekly campaigns"), "custom_weekly_campaigns"),
        (("umsatz_größe", "umsatz_grö?e"), "custom_umsatz_gr__e"),
        ((60 * "a" + "1", 60 * "a" + "2"), f"custom_{56 * 'a'}"),
    ],
)
def test_names_are_compared_as_destinations_compare_them(names: tuple[str, str], table: str) -> None:
    read, _ = read_custom_reports([report(name=name) for name in names], TODAY)

    with pytest.raises(AirbyteTracedException) as refused:
        refuse_shared_tables(read)
    assert refused.value.message == (
        f"Custom Reports: {names[0]!r} and {names[1]!r} would both become the table {table}. Give one of them another "
        "Name."
    )
    refuse_shared_tables(read[1:])


def test_names_that_differ_within_63_characters_have_tables_of_their_own() -> None:
    names = ("weekly_campaigns", "weekly__campaigns", 55 * "a" + "1", 55 * "a" + "2")
    refuse_shared_tables(read_custom_reports([report(name=name) for name in names], TODAY)[0])
