"""A custom report that works, and one for each way to define one wrongly."""

from typing import Any

from source_pinterest.config.reports import CustomReport, read_custom_reports
from unit_tests.configs import TODAY, BadConfig, config


def report(**fields: Any) -> dict[str, Any]:
    """A custom report that works, with fields added or replaced."""
    return {"name": "Weekly", "level": "CAMPAIGN", "granularity": "WEEK", "columns": ["SPEND_IN_DOLLAR"], **fields}


def read_report(**fields: Any) -> CustomReport:
    """What that report means."""
    reports, _ = read_custom_reports([report(**fields)], TODAY)
    return reports[0]


def reporting(*reports: Any) -> dict[str, Any]:
    return config(custom_reports=list(reports))


BAD_REPORTS = (
    BadConfig("reports-no-list", "custom_reports", config(custom_reports=report()), ("list",)),
    BadConfig("report-text", "custom_reports", reporting("Weekly"), ("report 1 of the list has no Name",)),
    BadConfig("report-name-blank", "custom_reports", reporting(report(name=" ")), ("report 1", "Name")),
    BadConfig("report-name-twice", "custom_reports", reporting(report(), report()), ("'Weekly' and 'Weekly'",)),
    BadConfig(
        "report-stream-twice",
        "custom_reports",
        reporting(report(name="weekly"), report(name="Daily"), report(name="WEEKLY")),
        ("'weekly' and 'WEEKLY'", "the stream custom_weekly."),
    ),
    BadConfig("report-level-missing", "custom_reports", reporting(report(level="")), ("'Weekly', Level: this is",)),
    BadConfig(
        "report-level-unknown", "custom_reports", reporting(report(level="AD")), ("'Weekly', Level: 'AD'", "KEYWORD")
    ),
    BadConfig(
        "report-granularity-unknown",
        "custom_reports",
        reporting(report(granularity="WEEKLY")),
        ("'Weekly', Granularity: 'WEEKLY'", "TOTAL, DAY, HOUR, WEEK, MONTH"),
    ),
    BadConfig("report-columns-missing", "custom_reports", reporting(report(columns=None)), ("Columns: this is",)),
    BadConfig("report-columns-empty", "custom_reports", reporting(report(columns=["DATE"])), ("at least one metric",)),
    BadConfig("report-columns-text", "custom_reports", reporting(report(columns="CTR,CPC")), ("'Weekly', Columns",)),
    BadConfig(
        "report-column-words",
        "custom_reports",
        reporting(report(columns=["SPEND_IN_DOLLAR", "WEB LEADS"])),
        ("'Weekly', Columns: Pinterest has no column WEB LEADS.",),
    ),
    BadConfig(
        "report-column-of-an-ad",
        "custom_reports",
        reporting(report(level="PRODUCT_ITEM", columns=["AD_NAME", "CTR", "PIN_PROMOTION_ID"])),
        ("'Weekly', Columns", "PRODUCT_ITEM has no column AD_NAME, PIN_PROMOTION_ID,"),
    ),
    BadConfig(
        "report-ad-status-of-product-items",
        "custom_reports",
        reporting(report(level="PRODUCT_ITEM_TARGETING", ad_statuses=["PAUSED"])),
        ("'Weekly', Ad Statuses: level PRODUCT_ITEM_TARGETING",),
    ),
    BadConfig(
        "report-targeting-unknown",
        "custom_reports",
        reporting(report(level="CAMPAIGN_TARGETING", targeting_types=["AGE"])),
        ("'Weekly', Targeting Types: 'AGE'", "AGE_BUCKET"),
    ),
    BadConfig(
        "report-targeting-without-its-level",
        "custom_reports",
        reporting(report(level="KEYWORD", targeting_types=["KEYWORD"])),
        ("'Weekly', Targeting Types: level KEYWORD", "_TARGETING"),
    ),
    BadConfig(
        "report-media-type",
        "custom_reports",
        reporting(report(level="CAMPAIGN_TARGETING", targeting_types=["MEDIA_TYPE"])),
        ("MEDIA_TYPE exists at level PRODUCT_ITEM_TARGETING only",),
    ),
    BadConfig(
        "report-audience-multiplier",
        "custom_reports",
        reporting(report(level="AD_GROUP_TARGETING", targeting_types=["GENDER", "AUDIENCE_MULTIPLIER"])),
        ("AUDIENCE_MULTIPLIER exists at level CAMPAIGN_TARGETING only",),
    ),
    BadConfig(
        "report-window-unknown",
        "custom_reports",
        reporting(report(click_window_days=10)),
        ("'Weekly', Click Window Days: 10", "0, 1, 7, 14, 30, 60"),
    ),
    BadConfig("report-window-two", "custom_reports", reporting(report(view_window_days=[1, 7])), ("[1, 7]",)),
    BadConfig(
        "report-window-bool", "custom_reports", reporting(report(engagement_window_days=True)), ("Engagement", "True")
    ),
    BadConfig(
        "report-report-time",
        "custom_reports",
        reporting(report(conversion_report_time="NOON")),
        ("'Weekly', Conversion Report Time: 'NOON'",),
    ),
    BadConfig(
        "report-attribution-type",
        "custom_reports",
        reporting(report(attribution_types=["FAMILY"])),
        ("'Weekly', Attribution Types: 'FAMILY'",),
    ),
    *(
        BadConfig(
            f"report-{key}",
            "custom_reports",
            reporting(report(**{key: ["PAUSED", "BUSY"]})),
            (f"'Weekly', {title}: 'BUSY'",),
        )
        for key, title in {
            "campaign_statuses": "Campaign Statuses",
            "ad_group_statuses": "Ad Group Statuses",
            "ad_statuses": "Ad Statuses",
            "product_group_statuses": "Product Group Statuses",
        }.items()
    ),
    BadConfig(
        "report-start-date-future", "custom_reports", reporting(report(start_date="2026-07-03")), ("in the future",)
    ),
)
