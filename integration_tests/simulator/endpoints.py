"""This module collects the operations that the local Pinterest serves.

Each folder has its table; one more operation is one more entry there, beside the function that makes its answer.
Parameters as in Pinterest's OpenAPI document: https://developers.pinterest.com/docs/api/v5/
"""

from integration_tests.simulator.ads.endpoints import AD_ENDPOINTS
from integration_tests.simulator.analytics.endpoints import ANALYTICS_ENDPOINTS
from integration_tests.simulator.business import BUSINESS_ENDPOINTS
from integration_tests.simulator.calls.operation import Operation
from integration_tests.simulator.lists.endpoints import LIST_ENDPOINTS
from integration_tests.simulator.organic.endpoints import ORGANIC_ENDPOINTS
from integration_tests.simulator.reports.operations import CREATE_REPORT, CREATE_REPORTS, GET_REPORTS
from integration_tests.simulator.resources import RESOURCE_ENDPOINTS
from integration_tests.simulator.trends import TREND_ENDPOINTS

__all__ = ["CREATE_REPORT", "CREATE_REPORTS", "ENDPOINTS"]

ENDPOINTS: tuple[Operation, ...] = (
    *ORGANIC_ENDPOINTS,
    *AD_ENDPOINTS,
    *ANALYTICS_ENDPOINTS,
    *LIST_ENDPOINTS,
    *BUSINESS_ENDPOINTS,
    *RESOURCE_ENDPOINTS,
    *TREND_ENDPOINTS,
    *GET_REPORTS,
)
"""All but `CREATE_REPORTS`, which are called with a body."""
