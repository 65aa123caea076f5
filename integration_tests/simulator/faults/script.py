"""The fault script selects the requests that fail and the kind of each failure.

A test scripts faults in one line each: `Fault("503", on="campaigns/list", after=2, times=3)`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from integration_tests.simulator.server.request_log import Entry


class FaultKind(StrEnum):
    """Everything that the simulator can do wrong."""

    RATE_LIMITED = "rate_limited"
    RETRY_AFTER_400 = "retry_after_400"
    LAST_90_DAYS_400 = "last_90_days_400"
    TRANSIENT_400 = "transient_400"
    EMPTY_400 = "400_empty"
    ACCOUNT_REJECTED_400 = "account_rejected_400"
    NOT_FOR_CLIENT_400 = "not_for_client_400"
    SERVER_ERROR = "500"
    BAD_GATEWAY_HTML = "502_html"
    FORBIDDEN_HTML = "403_html"
    NOT_FOUND_HTML = "404_html"
    FORBIDDEN_WITHOUT_WORDS = "403_without_words"
    NOT_FOUND_EMPTY = "404_empty"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    TRUNCATED_JSON = "truncated_json"
    MALFORMED_JSON = "malformed_json"
    EMPTY_BODY = "empty_body"
    OTHER_FORM = "other_form"
    CUT_BODY = "cut_body"
    RESET_BEFORE_BODY = "reset_before_body"
    RESET_INSIDE_BODY = "reset_inside_body"
    RESET_AFTER_BODY = "reset_after_body"
    NEVER_ANSWERS = "never_answers"
    SLOW = "slow"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_REVOKED = "token_revoked"
    MISSING_SCOPE = "missing_scope"
    RESTRICTED = "restricted"
    ERROR_WITH_200 = "error_with_200"
    FORBIDDEN = "forbidden"
    PINNER_DENIED = "pinner_denied"
    UNAUTHORIZED = "unauthorized"
    GONE = "gone"
    REPEATED_BOOKMARK = "repeated_bookmark"
    EMPTY_PAGE_WITH_BOOKMARK = "empty_page_with_bookmark"
    TOO_LARGE = "too_large"
    ACCOUNT_VANISHES = "account_vanishes"
    PIN_CAP = "pin_cap"
    ROWS_WITH_TIMES = "rows_with_times"
    ROWS_OF_ANOTHER_DAY = "rows_of_another_day"
    ROWS_OF_ANOTHER_ID = "rows_of_another_id"
    ROWS_OF_ANOTHER_ACCOUNT = "rows_of_another_account"
    REPORT_FAILED = "report_failed"
    REPORT_CANCELLED = "report_cancelled"
    REPORT_EXPIRED = "report_expired"
    REPORT_DOES_NOT_EXIST = "report_does_not_exist"
    REPORT_SLOW = "report_slow"
    REPORT_IN_PROGRESS = "report_in_progress"
    REPORT_IN_PROGRESS_400 = "report_in_progress_400"
    REPORT_IN_LOWER_CASE = "report_in_lower_case"
    REPORT_UNKNOWN_STATUS = "report_unknown_status"
    REPORT_WITHOUT_STATUS = "report_without_status"
    REPORT_WITHOUT_LINK = "report_without_link"
    DOWNLOAD_CUT = "download_cut"
    DOWNLOAD_TRUNCATED = "download_truncated"
    DOWNLOAD_EXPIRED = "download_expired"
    DOWNLOAD_503 = "download_503"


HTML_PAGES = (FaultKind.BAD_GATEWAY_HTML, FaultKind.FORBIDDEN_HTML, FaultKind.NOT_FOUND_HTML)
"""Answers of what stands in front of Pinterest."""

DOWNLOAD = "report/download"
"""What a fault or a test calls the download of a report, which is no operation of the API."""

_POLLS = ("analytics/get_report", "analytics/get_mmm_report", "analytics/get_conversion_product_report")
_ORDERS = ("analytics/create_report", "analytics/create_mmm_report", "analytics/create_conversion_product_report")
REPORT_STEPS: Mapping[str, tuple[str, ...]] = {
    **{kind: _POLLS for kind in FaultKind if kind.startswith("report_")},
    **{kind: (DOWNLOAD,) for kind in FaultKind if kind.startswith("download_")},
    FaultKind.REPORT_SLOW: _ORDERS,
}
"""What can only go wrong with asynchronous reports, and the operations that it may hit: one step of a report."""
_OUTSIDE_THE_API = {"", "oauth/token", DOWNLOAD}
_LASTING: frozenset[str] = frozenset({FaultKind.ACCOUNT_VANISHES, FaultKind.PIN_CAP})
_EFFECTS = _LASTING | {FaultKind.TOKEN_EXPIRED, FaultKind.TOKEN_REVOKED, FaultKind.SLOW, FaultKind.REPORT_SLOW}


class Hint(StrEnum):
    """How a rate_limited answer tells for how long to wait."""

    RESET = "reset"  # x-ratelimit-reset: 2
    RETRY_AFTER = "retry_after"  # Retry-After: 2
    NONE = "none"


@dataclass(frozen=True)
class Fault:
    """One scripted fault: which calls it hits, from when on, and how often."""

    kind: str  # a `FaultKind`, or its text
    on: str = "*"  # an operationId, or `DOWNLOAD`; "*" is every operation but oauth/token
    path: str = ""  # a substring of the path, such as a board's id
    pin: str = ""  # the id of a pin whose analytics are requested, alone or among others
    entity: str = ""  # the id of an entity that analytics are asked of, alone or among others
    account: str = ""  # the ad account of the path, the query or the report; for account_vanishes, the one that goes
    after: int = 0  # so many matching calls are answered properly first
    times: int | None = 1  # None: every call from then on
    lasts: float | None = None  # so many seconds after its first hit it is over; None: never
    seconds: float = 1  # to wait (rate_limited, retry_after_400) or to be slow for
    hint: str = Hint.RESET
    every: int = 1  # of the calls from `after` on, only each so-manieth is hit
    status: int = 401  # with which a revoked token (400 or 401) or a call that is too large (413, 414, 431) is rejected
    items: int = 100_000  # how many pins a list shows under pin_cap
    level: str = ""  # of the report, where only those of one level are hit
    more_than: int = 0  # so many rows of an analytics request, or days of a report: smaller ones are answered properly

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", FaultKind(self.kind))
        object.__setattr__(self, "hint", Hint(self.hint))

    def covers(self, entry: Entry) -> bool:
        own_account = self.kind is FaultKind.ACCOUNT_VANISHES or self.account in {"", entry.account}
        paged = self.kind is not FaultKind.REPEATED_BOOKMARK or bool(entry.values("bookmark"))
        narrowed = self.path in entry.path and self.level in {"", entry.level}
        narrowed = narrowed and (not self.more_than or entry.size > self.more_than)
        narrowed = narrowed and self.entity in {"", *entry.entities}
        narrowed = narrowed and self.pin in {"", *entry.values("pin_ids"), *entry.path.split("/")}
        return self._is_named(entry.operation_id) and own_account and paged and narrowed

    def _is_named(self, operation_id: str) -> bool:
        if self.kind in REPORT_STEPS and operation_id not in REPORT_STEPS[self.kind]:
            return False
        everywhere = self.kind in REPORT_STEPS or operation_id not in _OUTSIDE_THE_API
        return operation_id == self.on or (self.on == "*" and everywhere)


@dataclass
class _Progress:
    fault: Fault
    seen: int = 0
    fired: int = 0
    began: float | None = None

    def is_due(self, now: float) -> bool:
        self.seen += 1
        if self.seen <= self.fault.after:
            return False
        if (self.seen - self.fault.after - 1) % self.fault.every:
            return False
        self.began = now if self.began is None else self.began
        if self.fault.lasts is not None and now >= self.began + self.fault.lasts:
            return False
        self.fired += 1
        lasting = self.fault.times is None or self.fault.kind in _LASTING
        return lasting or self.fired <= (self.fault.times or 0)


@dataclass
class FaultScript:
    """The faults of a simulator, in the order in which they were scripted."""

    _progress: list[_Progress] = field(default_factory=list)

    def add(self, faults: Iterable[Fault]) -> None:
        self._progress.extend(map(_Progress, faults))

    def clear(self) -> None:
        self._progress.clear()

    def due(self, entry: Entry) -> list[Fault]:
        """The faults that hit this call: at most one that spoils the answer, and what else happens at that moment."""
        due: list[Fault] = []
        for progress in self._progress:
            if progress.fault.covers(entry) and progress.is_due(entry.time):
                due.append(progress.fault)
                if progress.fault.kind not in _EFFECTS:
                    break
        return due

    def fired(self, kind: str) -> int:
        """How often faults of a kind have hit a call."""
        return sum(min(p.fired, p.fault.times or p.fired) for p in self._progress if p.fault.kind == kind)
