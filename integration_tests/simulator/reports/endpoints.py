"""This table lists the operations on asynchronous reports."""

from integration_tests.simulator.calls.parameters import Text
from integration_tests.simulator.reports.fields import MMM_RULES, PRODUCT_RULES
from integration_tests.simulator.reports.operations import (
    CreateMarketingMixReport,
    CreateProductReport,
    CreateReport,
    GetReport,
)
from integration_tests.simulator.reports.rules import REPORT_RULES

_ADS = ("ads:read",)
_TOKEN = (Text("token", required=True),)
_REPORTS = "/ad_accounts/{ad_account_id}/reports"
_MMM = "/ad_accounts/{ad_account_id}/mmm_reports"
_PRODUCTS = f"{_REPORTS}/brand_category_sku"

CREATE_REPORT = CreateReport("analytics/create_report", _REPORTS, "ads_analytics", _ADS, (), rules=REPORT_RULES)
CREATE_MMM_REPORT = CreateMarketingMixReport(
    "analytics/create_mmm_report", _MMM, "ads_analytics", _ADS, (), rules=MMM_RULES
)
CREATE_PRODUCT_REPORT = CreateProductReport(
    "analytics/create_conversion_product_report", _PRODUCTS, "ads_analytics", _ADS, (), rules=PRODUCT_RULES
)
CREATE_REPORTS = (CREATE_REPORT, CREATE_MMM_REPORT, CREATE_PRODUCT_REPORT)
"""The operations that are called with a body."""

GET_REPORTS = (
    GetReport("analytics/get_report", _REPORTS, "ads_analytics", _ADS, _TOKEN),
    GetReport("analytics/get_mmm_report", _MMM, "ads_read", _ADS, _TOKEN, created_by=CREATE_MMM_REPORT.operation_id),
    GetReport(
        "analytics/get_conversion_product_report",
        _PRODUCTS,
        "ads_read",
        _ADS,
        _TOKEN,
        created_by=CREATE_PRODUCT_REPORT.operation_id,
    ),
)
