"""How is an asynchronous report ordered, and what does a poll answer?

https://developers.pinterest.com/docs/api/v5/analytics-create_report and analytics-get_report.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from integration_tests.simulator import ads
from integration_tests.simulator.analytics import Attribution
from integration_tests.simulator.downloads import DOWNLOAD_HOST, file_size
from integration_tests.simulator.errors import bad_request
from integration_tests.simulator.faults import FaultKind
from integration_tests.simulator.fields import Field, read_fields
from integration_tests.simulator.operation import Arguments, Call, Operation
from integration_tests.simulator.report_fields import FILTERS, REPORT_FIELDS
from integration_tests.simulator.report_jobs import ReportStatus
from integration_tests.simulator.report_request import ReportRequest
from integration_tests.simulator.report_rules import REPORT_RULES


@dataclass(frozen=True)
class CreateReport(Operation):
    """POST, with everything in its JSON body."""

    method: ClassVar[str] = "POST"
    fields: ClassVar[tuple[Field, ...]] = REPORT_FIELDS

    def read_body(self, body: Any) -> dict[str, Any]:
        return read_fields(self.fields, body)

    def answer(self, call: Call) -> bytes:
        request = _request(call.arguments)
        windows = request.attribution[:3]
        if windows in call.refused_windows:
            raise bad_request(f"The attribution windows {windows} can not be combined.")
        delay = sum(fault.seconds for fault in call.faults if fault.kind is FaultKind.REPORT_SLOW)
        job = call.reports.create(call.arguments["ad_account_id"], request, delay)
        return orjson.dumps({"report_status": ReportStatus.IN_PROGRESS, "token": job.token, "message": None})


@dataclass(frozen=True)
class GetReport(Operation):
    """The poll: the status of a job, and a download link once it has finished."""

    def answer(self, call: Call) -> bytes:
        job = call.reports.by_token(call.arguments["token"])
        if job is None or job.account_id != call.arguments["ad_account_id"]:
            return _status(ReportStatus.DOES_NOT_EXIST)
        status = call.reports.status(job)
        if status is not ReportStatus.FINISHED:
            return _status(status)
        url = f"http://{DOWNLOAD_HOST}:{call.port}{call.reports.link(job)}"
        account = ads.account_of(call.layout, call.arguments)
        return orjson.dumps(
            {"report_status": status, "url": url, "size": file_size(call.layout, account, job.request)},
        )


def _status(status: ReportStatus) -> bytes:
    return orjson.dumps({"report_status": status, "url": None, "size": None})


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
        start_hour=arguments["start_hour"],
        end_hour=arguments["end_hour"],
    )


CREATE_REPORT = CreateReport(
    "analytics/create_report", "/ad_accounts/{ad_account_id}/reports", "ads_analytics", ("ads:read",), (),
    rules=REPORT_RULES,
)
