"""Which operations on asynchronous reports does the local Pinterest serve?"""

from integration_tests.simulator.calls.parameters import Text
from integration_tests.simulator.reports.operations import CreateReport, GetReport
from integration_tests.simulator.reports.rules import REPORT_RULES

_ADS = ("ads:read",)
_REPORTS = "/ad_accounts/{ad_account_id}/reports"

GET_REPORT = GetReport("analytics/get_report", _REPORTS, "ads_analytics", _ADS, (Text("token", required=True),))
CREATE_REPORT = CreateReport("analytics/create_report", _REPORTS, "ads_analytics", _ADS, (), rules=REPORT_RULES)
"""The one operation that is called with a body."""
