"""The rows of the table are the faults, with the required ending on each kind of stream.

A cell says how a stream ends whose first, middle or last call is hit once, or from there on for some seconds, and after
`permanent` how it ends if every call except the first is hit: see `outcomes.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.outcomes import NOWHERE, CallPosition, ExpectedOutcome, Spread, read_cell
from integration_tests.fault_table.world import small_world
from integration_tests.simulator import HTML_PAGES, FaultKind, Hint, Rotation

_NAMES = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, and how it ends.

    Attributes:
        fault: what the table calls it.
        kind: of the simulator's fault.
        ends: the outcome, by column.
        details: what else the fault takes.
        rejects: whether it is about one board or ad account, even permanently.
        spreads: which calls of other streams it hits as well.
        settings: of the simulator.
        config: of the connection.
        on_all: whether it is run on every kind of stream, also on kinds of one sort with the same outcome.
    """

    fault: str
    kind: FaultKind
    ends: Mapping[str, str]
    details: Mapping[str, Any] = field(default_factory=dict)
    rejects: bool = False
    spreads: Spread = Spread.NOWHERE
    settings: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    on_all: bool = False

    def texts(self) -> dict[str, str]:
        """Its cells, by kind of stream."""
        return {column: self.ends.get(column, NOWHERE) for column in _NAMES}

    def run_on(self) -> list[Column]:
        """The kinds of stream that it is run on: of kinds of one sort with the same outcome, the first."""
        texts = self.texts()
        first = {(column.sort, texts[column.name]): column for column in reversed(COLUMNS)}
        return [
            column
            for column in COLUMNS
            if texts[column.name] != NOWHERE and (self.on_all or first[column.sort, texts[column.name]] is column)
        ]

    def cell(self, column: str) -> dict[CallPosition, ExpectedOutcome]:
        """How it ends on a kind of stream, by place."""
        return read_cell(self.ends.get(column, NOWHERE))


def everywhere(ending: str) -> dict[str, str]:
    """The same cell in each column."""
    return dict.fromkeys(_NAMES, ending)


_PASSES = "exact; permanent: transient"
_UNKNOWN = "system; permanent: system"
_IN_A_FILE = "exact, exact, system"
_HARMLESS = "exact; permanent: exact"
_PAGED = ("list", "child list", "catalog list", "entity")
_OF_A_PARENT = ("child list", "catalog list", "entity", "keywords", "product groups", "varied list")
_REPORTS = tuple(column.name for column in COLUMNS if column.takes_reports)
_OF_DAYS = tuple(name for name in _REPORTS if name != "conversions")  # these are of weeks, whose form is not known
_HALVED = "exact, exact, skipped; permanent: skipped"
"""A rejection of several ids that passes with the next request. The last account has one campaign alone."""
_NOT_ALLOWED = {
    **everywhere("config; permanent: config"),
    **dict.fromkeys(_REPORTS, "config, config, exact; permanent: config"),
}
"""A report's file lies elsewhere, where no token is looked at."""
_TOO_LARGE = {
    **everywhere("transient; permanent: transient"),
    "analytics": "exact, exact, transient; permanent: transient",
    **dict.fromkeys(_REPORTS, "exact, transient, exact; permanent: transient"),
}
"""A request for many ids is split in halves. A list, a poll and one id can't be: the last account has one campaign."""

_passing = partial(Row, ends=everywhere(_PASSES))


_OF_ALL = {"account": "", "path": ""}
"""A fault of all boards and ad accounts."""


def _lasting(fault: str, kind: FaultKind, seconds: int, ends: Mapping[str, str], **more: Any) -> Row:
    """A fault that hits every call of a board or an ad account for a while; the time between two tries passes at once.

    It is played on each kind of stream by itself: the pauses of one would shorten what hits another. Not played is a
    minute at the first call of marketing mix, of which Pinterest takes five a minute: that quota would be waited for.
    """
    details = {"times": None, "lasts": seconds, **more}
    return Row(fault=fault, kind=kind, details=details, spreads=Spread.EVERYWHERE, ends=ends)


_throttled = partial(_passing, kind=FaultKind.RATE_LIMITED, spreads=Spread.QUOTA)
_of_a_report = partial(Row, ends=dict.fromkeys(_REPORTS, _PASSES))

ROWS = (
    _throttled(fault="429 with a time to wait", details={"seconds": 0.2}),
    _throttled(fault="429 without a time to wait", details={"hint": Hint.NONE}),
    Row(
        fault="429 for two hours",
        kind=FaultKind.RATE_LIMITED,
        details={"seconds": 7_200},
        spreads=Spread.QUOTA,
        ends={
            **everywhere("transient; permanent: transient"),
            **dict.fromkeys(_REPORTS, "transient, transient, exact; permanent: transient"),
        },
    ),
    _passing(
        fault='400 "Retry after 0.2 seconds"',
        kind=FaultKind.RETRY_AFTER_400,
        details={"seconds": 0.2},
        spreads=Spread.QUOTA,
    ),
    _passing(fault='400 "last 90 days" for a legal range', kind=FaultKind.LAST_90_DAYS_400),
    _passing(fault='400, code 12, "something went wrong"', kind=FaultKind.TRANSIENT_400),
    _passing(fault="400, an empty body", kind=FaultKind.EMPTY_400),
    Row(
        fault='400 "no billing profile"',
        kind=FaultKind.ACCOUNT_REJECTED_400,
        rejects=True,
        ends=dict.fromkeys(_REPORTS, "config, system, exact; permanent: system"),
    ),
    Row(
        fault='400 "not available for this client"',
        kind=FaultKind.NOT_FOR_CLIENT_400,
        rejects=True,
        ends={
            **dict.fromkeys(_REPORTS, "skipped, transient, exact; permanent: transient"),
            **dict.fromkeys(("history", "conversions"), "config, transient, exact; permanent: transient"),
        },
    ),
    _passing(fault="500", kind=FaultKind.SERVER_ERROR),
    *(_passing(fault=f"{kind.value[:3]}, an HTML page", kind=kind) for kind in HTML_PAGES),
    _passing(fault="403, JSON without a code or a message", kind=FaultKind.FORBIDDEN_WITHOUT_WORDS),
    _passing(fault="404, an empty body", kind=FaultKind.NOT_FOUND_EMPTY),
    _passing(fault="503", kind=FaultKind.UNAVAILABLE, on_all=True),
    _passing(fault="504", kind=FaultKind.GATEWAY_TIMEOUT),
    _lasting(fault="503 for 10 s", kind=FaultKind.UNAVAILABLE, seconds=10, ends=everywhere("exact")),
    _lasting(
        fault="503 for 60 s",
        kind=FaultKind.UNAVAILABLE,
        seconds=60,
        ends={
            **everywhere("transient"),
            **dict.fromkeys(_REPORTS, "transient, exact, transient"),
            "marketing mix": f"{NOWHERE}, exact, transient",
        },
    ),
    _passing(fault="truncated JSON", kind=FaultKind.TRUNCATED_JSON),
    _passing(fault="malformed JSON", kind=FaultKind.MALFORMED_JSON),
    _passing(fault="empty body", kind=FaultKind.EMPTY_BODY, on_all=True),
    *(
        # A report without a status is polled like one in progress, until its time is up.
        Row(
            fault=fault,
            kind=kind,
            ends={**everywhere(_UNKNOWN), **dict.fromkeys(_REPORTS, "system, exact, system; permanent: transient")},
        )
        for fault, kind in (
            ("JSON of another form", FaultKind.OTHER_FORM),
            ("an error with HTTP 200", FaultKind.ERROR_WITH_200),
        )
    ),
    _passing(fault="connection closed inside the body", kind=FaultKind.CUT_BODY),
    _passing(fault="connection reset before the body", kind=FaultKind.RESET_BEFORE_BODY),
    _lasting(
        fault="connections reset for 10 s", kind=FaultKind.RESET_BEFORE_BODY, seconds=10, ends=everywhere("exact")
    ),
    _lasting(
        fault="connections reset for 60 s",
        kind=FaultKind.RESET_BEFORE_BODY,
        seconds=60,
        **_OF_ALL,  # it is waited out as an outage only while no other request is answered
        ends={
            **everywhere("exact"),
            **dict.fromkeys(_REPORTS, "exact, exact, transient"),
            # While a creation waits, requests for recent days may be answered.
            **dict.fromkeys(("history", "conversions"), f"{NOWHERE}, exact, transient"),
            "marketing mix": f"{NOWHERE}, exact, transient",
        },
    ),
    _passing(fault="connection reset inside the body", kind=FaultKind.RESET_INSIDE_BODY),
    # Not permanent: each time, the next request on the connection may have been sent before the reset arrives.
    Row(fault="connection reset after the body", kind=FaultKind.RESET_AFTER_BODY, ends=everywhere("exact")),
    _passing(fault="no answer ever", kind=FaultKind.NEVER_ANSWERS, config={"request_timeout_seconds": 0.4}),
    Row(fault="slow answer", kind=FaultKind.SLOW, details={"seconds": 0.2}, ends=everywhere(_HARMLESS)),
    Row(
        fault="access token expires",
        kind=FaultKind.TOKEN_EXPIRED,
        spreads=Spread.EVERYWHERE,  # the call of another stream may come with the old token, and the fault hits none
        ends=everywhere("exact"),
    ),
    Row(
        fault="access token expires, refresh token is replaced",
        kind=FaultKind.TOKEN_EXPIRED,
        spreads=Spread.EVERYWHERE,
        settings={"refresh_rotation": Rotation.REVOKE},
        ends=everywhere("exact"),
    ),
    Row(
        fault="token revoked",
        kind=FaultKind.TOKEN_REVOKED,
        spreads=Spread.EVERYWHERE,
        ends={
            **everywhere("config; permanent: config"),
            **dict.fromkeys(_REPORTS, "config, config, —; permanent: config"),
        },
    ),
    Row(fault="401, a permission is missing", kind=FaultKind.MISSING_SCOPE, ends=_NOT_ALLOWED),
    Row(fault="401, a restricted feature", kind=FaultKind.RESTRICTED, ends=_NOT_ALLOWED),
    Row(
        fault="403",
        kind=FaultKind.FORBIDDEN,
        rejects=True,
        ends={
            **everywhere("skipped; permanent: skipped"),
            **dict.fromkeys(("list", "ranking"), "config, transient, transient; permanent: transient"),
            **dict.fromkeys(_OF_A_PARENT, "skipped, transient, transient; permanent: transient"),
            "product groups": "transient; permanent: transient",  # the other ad groups of the account are read
            **dict.fromkeys(_REPORTS, "skipped, transient, exact; permanent: transient"),
            **dict.fromkeys(("history", "conversions"), "config, transient, exact; permanent: transient"),
            "profile days": "config; permanent: config",
            "pin days": "pin skipped; permanent: pin skipped",
            "analytics": _HALVED,
            "pins of ads": "marked; permanent: marked",
        },
    ),
    Row(
        fault="403, a board or pin of a user without a business account",
        kind=FaultKind.PINNER_DENIED,
        rejects=True,
        ends={
            "list": "config, transient, transient; permanent: transient",
            "child list": "skipped, transient, transient; permanent: transient",
            "pin days": "pin skipped; permanent: pin skipped",
            "pins of ads": "marked; permanent: marked",
        },
    ),
    Row(
        fault="401, code 7",
        kind=FaultKind.UNAUTHORIZED,
        ends={"pin days": "pin skipped; permanent: pin skipped"},
    ),
    Row(
        fault="403, the config names the ad account",
        kind=FaultKind.FORBIDDEN,
        rejects=True,
        config={"account_ids": [small_world().account_id(number) for number in range(3)]},
        ends={
            **dict.fromkeys(
                ("entity", "keywords", "varied list"), "config, transient, transient; permanent: transient"
            ),
            "product groups": "transient; permanent: transient",
            "analytics": "exact, exact, config; permanent: config",
            "targeting": "config; permanent: config",
            **dict.fromkeys(_REPORTS, "config, transient, exact; permanent: transient"),
            "pins of ads": "marked; permanent: marked",
        },
    ),
    Row(
        fault="404",
        kind=FaultKind.GONE,
        rejects=True,
        ends={
            **everywhere("skipped; permanent: skipped"),
            **dict.fromkeys(("list", "ranking"), "config, transient, transient; permanent: transient"),
            **dict.fromkeys(_OF_A_PARENT, "skipped, transient, transient; permanent: transient"),
            "product groups": "skipped; permanent: skipped",
            "keywords": "skipped; permanent: transient",
            **dict.fromkeys(_REPORTS, "skipped, exact, exact; permanent: transient"),
            **dict.fromkeys(("history", "conversions"), "config, exact, exact; permanent: transient"),
            "profile days": "config; permanent: config",
            "pin days": "pin skipped; permanent: pin skipped",
            "analytics": _HALVED,
            "pins of ads": "marked; permanent: marked",
        },
    ),
    *(
        Row(fault=f"{status}, request too large", kind=FaultKind.TOO_LARGE, details={"status": status}, ends=_TOO_LARGE)
        for status in (413, 414, 431)
    ),
    Row(
        fault="repeated bookmark",
        kind=FaultKind.REPEATED_BOOKMARK,
        on_all=True,
        ends=dict.fromkeys(_PAGED, "system, system, —; permanent: system"),
    ),
    Row(
        fault="empty page with a bookmark",
        kind=FaultKind.EMPTY_PAGE_WITH_BOOKMARK,
        # The catalog list ends with such a page: a bookmark without a next page was seen live.
        ends=dict.fromkeys([kind for kind in _PAGED if kind != "catalog list"], "exact"),
    ),
    Row(
        fault="ad account gone",
        kind=FaultKind.ACCOUNT_VANISHES,
        rejects=True,
        spreads=Spread.EVERYWHERE,
        ends={
            **dict.fromkeys(("entity", "keywords", "product groups", "varied list"), "skipped, transient, transient"),
            **dict.fromkeys(("analytics", "targeting"), "skipped"),
            **dict.fromkeys(_REPORTS, "skipped, transient, —"),
            "history": NOWHERE,
        },
    ),
    Row(
        fault="cap of pins of a board",
        kind=FaultKind.PIN_CAP,
        details={"items": 2},
        ends={"child list": "system"},
    ),
    Row(
        fault="days of rows have a time",
        kind=FaultKind.ROWS_WITH_TIMES,
        ends={
            **dict.fromkeys(("analytics", "targeting", "profile days", "pin days"), _UNKNOWN),
            **dict.fromkeys(_OF_DAYS, _IN_A_FILE),
        },
    ),
    Row(
        fault="rows of another day",
        kind=FaultKind.ROWS_OF_ANOTHER_DAY,
        ends=dict.fromkeys(("analytics", "targeting", *_REPORTS, "profile days", "pin days"), _HARMLESS),
    ),
    Row(
        fault="rows of an ID that was not requested",
        kind=FaultKind.ROWS_OF_ANOTHER_ID,
        ends={"analytics": _UNKNOWN},
    ),
    Row(
        fault="rows of another ad account",
        kind=FaultKind.ROWS_OF_ANOTHER_ACCOUNT,
        ends={**dict.fromkeys(("analytics", "targeting"), _UNKNOWN), **dict.fromkeys(_REPORTS, _IN_A_FILE)},
    ),
    _of_a_report(fault="report failed", kind=FaultKind.REPORT_FAILED, on_all=True),
    _of_a_report(fault="report cancelled", kind=FaultKind.REPORT_CANCELLED),
    _of_a_report(fault="report expired", kind=FaultKind.REPORT_EXPIRED),
    _of_a_report(fault="report does not exist", kind=FaultKind.REPORT_DOES_NOT_EXIST),
    Row(
        fault="report slow",
        kind=FaultKind.REPORT_SLOW,
        details={"seconds": 0.5},
        ends=dict.fromkeys(_REPORTS, _HARMLESS),
    ),
    Row(
        fault="reports of more than 8 days fail",
        kind=FaultKind.REPORT_FAILED,
        details={"times": None, "more_than": 8},
        ends=dict.fromkeys([kind for kind in _OF_DAYS if kind != "history"], "exact"),  # which has 3 days in reports
    ),
    _of_a_report(fault="report in progress", kind=FaultKind.REPORT_IN_PROGRESS),
    _of_a_report(fault="report in progress with HTTP 400", kind=FaultKind.REPORT_IN_PROGRESS_400),
    _of_a_report(fault="report of an unknown status", kind=FaultKind.REPORT_UNKNOWN_STATUS),
    _of_a_report(fault="report without a status", kind=FaultKind.REPORT_WITHOUT_STATUS),
    Row(
        fault="status of a report in lower case",
        kind=FaultKind.REPORT_IN_LOWER_CASE,
        ends=dict.fromkeys(_REPORTS, _HARMLESS),
    ),
    # Not permanent: it then has no rows.
    Row(
        fault="report finished without link and size",
        kind=FaultKind.REPORT_WITHOUT_LINK,
        ends=dict.fromkeys(_REPORTS, "exact"),
    ),
    _of_a_report(fault="download cut", kind=FaultKind.DOWNLOAD_CUT),
    _of_a_report(fault="download truncated", kind=FaultKind.DOWNLOAD_TRUNCATED),
    _of_a_report(fault="download expired", kind=FaultKind.DOWNLOAD_EXPIRED),
    _of_a_report(fault="download 503", kind=FaultKind.DOWNLOAD_503),
)
