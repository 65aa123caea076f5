"""These functions build the faulty response that replaces a correct one.

`instead` answers without looking at the request any further; `spoiled` damages the answer the request deserved.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.calls import errors
from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.faults.alterations import Row, each_row, with_field
from integration_tests.simulator.faults.script import Fault, FaultKind, Hint
from integration_tests.simulator.reports import downloads
from integration_tests.simulator.reports.jobs import ReportStatus, poll_answer
from integration_tests.simulator.server.reply import Reply, rejection
from integration_tests.simulator.server.request_log import Entry

_HTML = b"<html><head><title>Sorry</title></head><body><h1>Sorry, not now</h1></body></html>"


def instead(fault: Fault) -> Reply | None:
    """The answer that a fault gives by itself, None if it waits for the proper one."""
    make = _INSTEAD.get(fault.kind)
    return make(fault) if make else None


def spoiled(fault: Fault, reply: Reply, entry: Entry) -> Reply:
    """The damaged answer; its connection may be damaged later on."""
    damage = _DAMAGED_BODIES.get(fault.kind)
    return Reply(reply.status, damage(reply.body, entry), reply.headers) if damage else reply


def _rate_limited(fault: Fault) -> Reply:
    reply = rejection(errors.rate_limited())
    seconds = f"{fault.seconds:g}"
    told: dict[str, dict[str, str]] = {
        Hint.RESET: {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": seconds},
        Hint.RETRY_AFTER: {"Retry-After": seconds},
        Hint.NONE: {},
    }
    reply.headers = told[fault.hint]
    return reply


def _report(**told: str) -> bytes:
    """A report of which Pinterest tells no link and no size."""
    return orjson.dumps({**told, "url": None, "size": None})


def _status(status: int, message: str) -> Callable[[Fault], Reply]:
    return lambda _fault: rejection(ApiError(status, status, message))


def _rejecting(error: Callable[[], ApiError]) -> Callable[[Fault], Reply]:
    return lambda _fault: rejection(error())


def _gateway(status: int, body: bytes = _HTML, media_type: str = "text/html") -> Callable[[Fault], Reply]:
    """What stands in front of Pinterest answers instead of it."""
    return lambda _fault: Reply(status, body, media_type=media_type)


_INSTEAD: Mapping[str, Callable[[Fault], Reply]] = {
    FaultKind.RATE_LIMITED: _rate_limited,
    FaultKind.RETRY_AFTER_400: lambda fault: rejection(
        errors.bad_request(f"The service is busy. Retry after {fault.seconds:g} seconds")
    ),
    FaultKind.LAST_90_DAYS_400: _rejecting(errors.last_90_days),
    FaultKind.TRANSIENT_400: _rejecting(errors.something_went_wrong),
    FaultKind.EMPTY_400: _gateway(400, b""),
    FaultKind.ACCOUNT_REJECTED_400: _rejecting(errors.no_billing_profile),
    FaultKind.NOT_FOR_CLIENT_400: _rejecting(errors.not_for_client),
    FaultKind.SERVER_ERROR: _status(500, "An unexpected error occurred."),
    FaultKind.BAD_GATEWAY_HTML: _gateway(502),
    FaultKind.FORBIDDEN_HTML: _gateway(403),
    FaultKind.NOT_FOUND_HTML: _gateway(404),
    FaultKind.FORBIDDEN_WITHOUT_WORDS: _gateway(403, b'{"error": "Forbidden"}', "application/json"),
    FaultKind.NOT_FOUND_EMPTY: _gateway(404, b""),
    FaultKind.UNAVAILABLE: _status(503, "Service unavailable."),
    FaultKind.GATEWAY_TIMEOUT: _status(504, "Gateway timeout."),
    FaultKind.MISSING_SCOPE: _rejecting(errors.missing_scope),
    FaultKind.RESTRICTED: _rejecting(NoAccess.RESTRICTED.error),
    FaultKind.ERROR_WITH_200: lambda _fault: Reply(200, rejection(errors.something_went_wrong()).body),
    FaultKind.FORBIDDEN: _rejecting(errors.forbidden),
    FaultKind.PINNER_DENIED: _gateway(403, b'{"error": {"type": "PINNER_DATA_ACCESS_DENIED"}}', "application/json"),
    FaultKind.UNAUTHORIZED: _rejecting(errors.unauthorized),
    FaultKind.GONE: _rejecting(errors.board_not_found),
    FaultKind.TOO_LARGE: lambda fault: rejection(ApiError(fault.status, fault.status, "Too large.")),
    FaultKind.REPORT_DOES_NOT_EXIST: lambda _fault: Reply(200, poll_answer(ReportStatus.DOES_NOT_EXIST)),
    FaultKind.REPORT_IN_PROGRESS: lambda _fault: Reply(200, poll_answer(ReportStatus.IN_PROGRESS)),
    FaultKind.REPORT_IN_PROGRESS_400: _rejecting(lambda: ApiError(400, 1105, "The report is still processing.")),
    FaultKind.REPORT_UNKNOWN_STATUS: lambda _fault: Reply(200, _report(report_status="QUEUED")),
    FaultKind.REPORT_WITHOUT_STATUS: lambda _fault: Reply(200, _report()),
    FaultKind.DOWNLOAD_EXPIRED: lambda _fault: downloads.expired_link(),
    FaultKind.DOWNLOAD_503: lambda _fault: downloads.slow_down(),
}


def _page_with_own_bookmark(body: bytes, entry: Entry) -> bytes:
    """A page with the bookmark that leads to it."""
    return orjson.dumps({**orjson.loads(body), "bookmark": entry.values("bookmark")[0]})


def _changed_report(**changes: Callable[[Any], Any]) -> Callable[[bytes, Entry], bytes]:
    """A report with other values in these fields; an error stays what it is."""

    def damage(body: bytes, _entry: Entry) -> bytes:
        report = orjson.loads(body)
        return orjson.dumps(
            {name: changes[name](value) if name in changes else value for name, value in report.items()}
        )

    return damage


def _rows_with_times(row: Row) -> list[Row]:
    return [with_field(with_field(row, "DATE", lambda day: f"{day}T08:00:00"), "date", lambda day: f"{day}T08:00:00")]


def _rows_of_another_day(row: Row) -> list[Row]:
    return [with_field(with_field(row, "DATE", _in_another_year), "date", _in_another_year), row]


def _in_another_year(day: str) -> str:
    return f"2016{day[4:]}"  # which has a 29 February, too


def _with_rows(change: Callable[[Row], list[Row]]) -> Callable[[bytes, Entry], bytes]:
    return lambda body, _entry: orjson.dumps(each_row(orjson.loads(body), change))


_DAMAGED_BODIES: Mapping[str, Callable[[bytes, Entry], bytes]] = {
    FaultKind.TRUNCATED_JSON: lambda body, _entry: body[: max(1, len(body) // 2)],
    FaultKind.DOWNLOAD_TRUNCATED: lambda body, _entry: body[: max(1, len(body) // 2)],
    FaultKind.MALFORMED_JSON: lambda body, _entry: body[:-1] + b",}}",
    FaultKind.EMPTY_BODY: lambda _body, _entry: b"",
    FaultKind.OTHER_FORM: lambda body, _entry: orjson.dumps({"result": orjson.loads(body)}),
    FaultKind.REPEATED_BOOKMARK: _page_with_own_bookmark,
    FaultKind.ROWS_WITH_TIMES: _with_rows(_rows_with_times),
    FaultKind.ROWS_OF_ANOTHER_DAY: _with_rows(_rows_of_another_day),
    FaultKind.ROWS_OF_ANOTHER_ID: _with_rows(lambda row: [with_field(row, "CAMPAIGN_ID", lambda _: "1"), row]),
    FaultKind.ROWS_OF_ANOTHER_ACCOUNT: _with_rows(lambda row: [with_field(row, "AD_ACCOUNT_ID", lambda _: "1")]),
    FaultKind.REPORT_IN_LOWER_CASE: _changed_report(report_status=str.lower),
    FaultKind.REPORT_WITHOUT_LINK: _changed_report(url=lambda _: None, size=lambda _: None),
}
