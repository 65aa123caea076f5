"""A custom report that works, and one for each way to define one wrongly."""

from typing import Any

from source_pinterest.config import Config
from source_pinterest.config.reports import CustomReport
from unit_tests.configs import TODAY, BadConfig, bad, config


def report(**fields: Any) -> dict[str, Any]:
    """A custom report that works, with fields added or replaced."""
    return {"name": "Weekly", "level": "CAMPAIGN", "granularity": "WEEK", "columns": ["SPEND_IN_DOLLAR"], **fields}


def read_report(**fields: Any) -> CustomReport:
    """What that report means."""
    return read_reports(report(**fields)).custom_reports[0]


def read_reports(*reports: Any) -> Config:
    """A config with these custom reports, as it is read."""
    return Config.from_mapping(reporting(*reports), TODAY)


def reporting(*reports: Any) -> dict[str, Any]:
    return config(custom_reports=list(reports))


def bad_report(*says: str, **fields: Any) -> BadConfig:
    """A config with a custom report of which some fields can't be used."""
    return BadConfig("custom_reports", reporting(report(**fields)), says)


MIX, PRODUCTS = "marketing_mix_report", "brand_category_sku_reports"
BAD_REPORTS = (
    bad(MIX, ["COUNTRY"], "enter the fields by their names"),
    bad(MIX, {"level": "CAMPAIGN"}, "Marketing Mix Report, Level: 'CAMPAIGN'"),
    bad(MIX, {"targeting_types": ["REGION"]}, "Marketing Mix Report, Targeting Types: 'REGION'"),
    bad(
        MIX,
        {"columns": ["A B"]},
        "Marketing Mix Report, Columns: 'A B' can't be used",
    ),
    bad(PRODUCTS, {"granularity": "DAY"}, "Brand, Category and SKU Reports, Granularity: 'DAY'"),
    bad(PRODUCTS, {"attribution_type": "ALL"}, "Brand, Category and SKU Reports, Attribution Type: 'ALL'"),
    bad("custom_reports", report(), "list"),
    bad("custom_reports", ["Weekly"], "report 1 of the list has no Name"),
    bad("custom_reports", [report(), report(name=" ")], "report 2 of the list has no Name"),
    bad("custom_reports", [report(), report()], "'Weekly' and 'Weekly'"),
    bad(
        "custom_reports",
        [report(name="weekly"), report(name="Daily"), report(name="WEEKLY")],
        "'weekly' and 'WEEKLY' would both become the table custom_weekly.",
    ),
    bad_report("'Weekly', Level: this is missing", level=""),
    bad_report("'Weekly', Level: 'AD'", "KEYWORD", level="AD"),
    bad_report("'Weekly', Granularity: 'WEEKLY'", "TOTAL, DAY, HOUR, WEEK, MONTH", granularity="WEEKLY"),
    bad_report("'Weekly', Columns: this is missing", columns=None),
    bad_report("at least one metric", columns=["DATE"]),
    bad_report("'Weekly', Columns: enter a list", columns="CTR,CPC"),
    bad_report(
        "'Weekly', Columns: 'WEB LEADS' can't be used",
        columns=["SPEND_IN_DOLLAR", "WEB LEADS"],
    ),
    bad_report("Types: 'AGE'", "AGE_BUCKET", level="CAMPAIGN_TARGETING", targeting_types=["AGE"]),
    bad_report("'Weekly', Click Window Days: 10", "0, 1, 7, 14, 30, 60", click_window_days=10),
    bad_report("'Weekly', View Window Days: [1, 7]", view_window_days=[1, 7]),
    bad_report("'Weekly', Engagement Window Days: True", engagement_window_days=True),
    bad_report("'Weekly', Conversion Report Time: 'NOON'", conversion_report_time="NOON"),
    bad_report("'Weekly', Attribution Types: 'FAMILY'", attribution_types=["FAMILY"]),
    bad_report("'Weekly', Campaign Statuses: 'BUSY'", campaign_statuses=["PAUSED", "BUSY"]),
    bad_report("'Weekly', Ad Group Statuses: 'BUSY'", ad_group_statuses=["PAUSED", "BUSY"]),
    bad_report("'Weekly', Ad Statuses: 'BUSY'", ad_statuses=["PAUSED", "BUSY"]),
    bad_report("'Weekly', Product Group Statuses: 'BUSY'", product_group_statuses=["PAUSED", "BUSY"]),
    bad_report("'Weekly', Start Date: 2026-07-03 is in the future", start_date="2026-07-03"),
)
