"""These operations create an asynchronous report and return its status; the table of them stands at the end.

https://developers.pinterest.com/docs/api/v5/analytics-create_report and analytics-get_report.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from integration_tests.simulator.ads import entities
from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION, Attribution
from integration_tests.simulator.analytics.operation import check_windows
from integration_tests.simulator.calls.fields import Field, read_fields
from integration_tests.simulator.calls.operation import Arguments, Call, Operation
from integration_tests.simulator.calls.parameters import Text
from integration_tests.simulator.faults.script import FaultKind
from integration_tests.simulator.reports.downloads import DOWNLOAD_HOST, file_size
from integration_tests.simulator.reports.fields import (
    FILTERS,
    MMM_FIELDS,
    MMM_RULES,
    OBJECTIVES_BY_DEFAULT,
    PRODUCT_FIELDS,
    PRODUCT_RULES,
    REPORT_FIELDS,
    REPORT_RULES,
)
from integration_tests.simulator.reports.jobs import ReportStatus, poll_answer
from integration_tests.simulator.reports.request import ReportRequest


@dataclass(frozen=True)
class CreateReport(Operation):
    """POST, with everything in its JSON body."""

    method: ClassVar[str] = "POST"
    fields: ClassVar[tuple[Field, ...]] = REPORT_FIELDS

    def read_body(self, body: Any) -> dict[str, Any]:
        return read_fields(self.fields, body)

    def request(self, arguments: Arguments) -> ReportRequest:
        return _request(arguments)

    def answer(self, call: Call) -> bytes:
        request = self.request(call.arguments)
        check_windows(call)
        delay = sum(fault.seconds for fault in call.faults if fault.kind is FaultKind.REPORT_SLOW)
        job = call.reports.create(call.arguments["ad_account_id"], request, delay)
        status = call.reports.status(job)
        message = "This job has already finished processing" if status is ReportStatus.FINISHED else None
        return orjson.dumps({"report_status": status, "token": job.token, "message": message})


@dataclass(frozen=True)
class CreateMarketingMixReport(CreateReport):
    fields: ClassVar[tuple[Field, ...]] = MMM_FIELDS

    def request(self, arguments: Arguments) -> ReportRequest:
        return _short_request(self.operation_id, arguments, targeting_types=arguments["targeting_types"])


@dataclass(frozen=True)
class CreateProductReport(CreateReport):
    fields: ClassVar[tuple[Field, ...]] = PRODUCT_FIELDS

    def request(self, arguments: Arguments) -> ReportRequest:
        attribution = DEFAULT_ATTRIBUTION._replace(
            click_window_days=arguments["click_window_days"],
            view_window_days=arguments["view_window_days"],
            conversion_report_time=arguments["conversion_report_time"],
        )
        objectives = arguments["campaign_objective_types"] or OBJECTIVES_BY_DEFAULT
        return _short_request(
            self.operation_id,
            arguments,
            attribution=attribution,
            breakdown=arguments["conversion_product_breakdown"],
            attribution_type=arguments["conversion_product_attribution_type"],
            filters={"campaign_objective_types": objectives},
        )


@dataclass(frozen=True)
class GetReport(Operation):
    """The poll: the status of a job, and a download link once it has finished."""

    created_by: str = "analytics/create_report"

    def answer(self, call: Call) -> bytes:
        job = call.reports.by_token(call.arguments["token"])
        if (
            job is None
            or job.account_id != call.arguments["ad_account_id"]
            or job.request.operation_id != self.created_by
        ):
            return poll_answer(ReportStatus.DOES_NOT_EXIST)
        status = call.reports.status(job)
        if status is not ReportStatus.FINISHED:
            return poll_answer(status)
        url = f"http://{DOWNLOAD_HOST}:{call.port}{call.reports.link(job)}"
        account = entities.account_of(call.world, call.arguments)
        return poll_answer(status, url, file_size(call.world, account, job.request))


def _request(arguments: Arguments) -> ReportRequest:
    attribution = Attribution(
        arguments["click_window_days"],
        arguments["engagement_window_days"],
        arguments["view_window_days"],
        arguments["conversion_report_time"],
    )
    return ReportRequest(
        level=arguments["level"],
        start_date=arguments["start_date"],
        end_date=arguments["end_date"],
        columns=arguments["columns"],
        granularity=arguments["granularity"],
        targeting_types=arguments["targeting_types"] or (),
        attribution=attribution,
        filters={name: arguments[name] for name in FILTERS if arguments[name] is not None},
    )


def _short_request(operation_id: str, arguments: Arguments, **more: Any) -> ReportRequest:
    names = ("level", "start_date", "end_date", "columns", "granularity")
    return ReportRequest(operation_id=operation_id, **{name: arguments[name] for name in names}, **more)


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
