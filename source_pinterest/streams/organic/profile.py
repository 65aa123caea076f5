"""The user's profile, and daily metrics of it, as a whole and by parts.

Pinterest still counts the last days. The cursor stops before the first day that is provisional, or missing and young.
"""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import ClassVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import BUSINESS_ACCOUNT, form_error
from source_pinterest.api.rows import ListPage, Record, list_in, one_item, parse_body
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.engine.pages import Page
from source_pinterest.engine.tasks import END, START, Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import DaysRead, ProfileCursor
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import DayRange, PeriodPlan
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.analytics.rows import Expected, RowGate
from source_pinterest.streams.base.stream import Sync
from source_pinterest.streams.organic.base import TEXT, OrganicStream

PROVISIONAL = frozenset({"PROCESSING", "ESTIMATE"})
"""Values of `data_status` for days that Pinterest still counts."""

PART = "part"
"""The field of a row that holds the key of its part in the response."""

METRICS = (
    "ENGAGEMENT",
    "ENGAGEMENT_RATE",
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "OUTBOUND_CLICK_RATE",
    "PIN_CLICK",
    "PIN_CLICK_RATE",
    "SAVE",
    "SAVE_RATE",
)
_SPLITS = {
    "app_type": {**TEXT, "description": "Kind of device that the activity was on, such as MOBILE, TABLET or WEB."},
    "source": {**TEXT, "description": "Whose pins the activity was on: YOUR_PINS or OTHER_PINS."},
    "pin_format": {**TEXT, "description": "Format of the pins, paid or organic, such as ORGANIC_IMAGE or ADS_VIDEO."},
    "owned_content": {**TEXT, "description": "Whether the pins lead to a claimed website: CLAIMED or OTHER."},
    "content_type": {**TEXT, "description": "Whether the activity was on ads (PAID) or not (ORGANIC)."},
}
"""Schemas of the fields that name a part."""


class UserAccount(OrganicStream):
    """The user's current profile. https://developers.pinterest.com/docs/api/v5/user_account-get."""

    path_template = "user_account"
    page_size = None
    cost = "one request in a sync"
    scopes = ("user_accounts:read",)

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Return the profile as a page."""
        return one_item(chunks)


class ProfileAnalytics(OrganicStream, ABC):
    """Daily metrics of the user's own profile."""

    primary_key: str | list[str] = ["date"]  # noqa: RUF012 - an attribute of the framework's
    cursor_field = "date"
    path_template = "user_account/analytics"
    page_size = None
    scopes = ("user_accounts:read",)
    access = BUSINESS_ACCOUNT
    needs_user_token = True
    cost = f"one request for each {limits.ANALYTICS_WINDOW_DAYS} days"
    checkpoint: ProfileCursor
    split: ClassVar[str] = ""
    """The field that names the part of a row; empty for the profile as a whole."""
    days = DayRange(limits.SYNC_HISTORY_DAYS)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.gate = RowGate(self)

    def new_cursor(self, plan: PeriodPlan, store: StateStore) -> ProfileCursor:
        """Return a cursor over the days of each profile."""
        return ProfileCursor(store, self.period_of(plan))

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each window of days that is unread."""
        unread: list[tuple[Task, list[DateWindow]]] = []
        for owner in super().tasks():
            if owner.error:
                yield owner
            else:
                unread.append((owner, self.checkpoint.unread(owner.get(ACCOUNT_KEY))))
        estimate = Estimate.of_profiles((windows for _, windows in unread), len(self.request_variants()))
        estimate.log(self.name, self.shared.organic_pace())
        for owner, windows in unread:
            for window in windows:
                yield Task(owner.partition, self.read_days, window)

    def request_variants(self) -> list[dict[str, str]]:
        """Return the extra parameters of each request about a window."""
        return [{}]

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Read the days of all parts. Without a split, `all` is the only part that counts.

        Raises:
            MalformedResponseError: the body holds no daily metrics.
        """
        parts = parse_body(chunks)
        if not isinstance(parts, dict) or not (self.split or "all" in parts):
            raise form_error(parts, "The analytics have no parts, or none under the key all.", "all")
        items: list[Record] = []
        for part, metrics in parts.items() if self.split else [("all", parts["all"])]:
            replaced = self.notices.replacement
            days = list_in(metrics, "daily_metrics", replaced) if isinstance(metrics, dict) else None
            if not isinstance(days, list) or not all(isinstance(day, dict) and day.get("date") for day in days):
                raise form_error(parts, "A part of the analytics has no daily_metrics with dates.", "daily_metrics")
            items += [{PART: part, **day} for day in days]
        return ListPage(items)

    def read_days(self, task: Task) -> Generator[Page, None, DaysRead]:
        """Yield the days of a window, and return which are final.

        If each day is emitted once, days that are not final are left to the next sync.
        """
        responses = list(self.rows(task))
        days = _days_read(task.days, responses, self.checkpoint.last_idle_day)
        rows = sorted(itertools.chain.from_iterable(responses), key=lambda row: str(row["date"]))
        if self.checkpoint.emits_once:
            rows = [row for row in rows if str(row["date"]) <= str(days.settled)]
        yield from self.to_pages(rows)
        return days

    @abstractmethod
    def rows(self, task: Task) -> Iterator[list[Record]]:
        """Yield the days of a window, one list for each response."""

    def request_rows(self, task: Task, more: Mapping[str, str]) -> list[Record]:
        """Return the rows of one request about a window, made with `more` parameters."""
        window = task.days
        start, end = window.as_pair()
        params = {**self.request_params(stream_slice=task), START: start, END: end, **more}
        expected = Expected(key=("date",) if self.split in more else (PART, "date"), days=window, day="date")

        def parse(chunks: Iterator[bytes]) -> ListPage:
            return ListPage(self.gate.records(self.parse(chunks).items, expected))

        return self.records(self.client.get(self.path_template, params, parse).value, task)


class SplitAnalytics(ProfileAnalytics, ABC):
    """One row per day and part of the profile's activity."""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.split, "date"]
        self.stamped = {self.split: _SPLITS[self.split]}
        super().__init__(sync)

    def request_variants(self) -> list[dict[str, str]]:
        """Return the parameter that asks for the split; one request is enough."""
        return [{"split_field": self.split.upper()}]

    def rows(self, task: Task) -> Iterator[list[Record]]:
        """Yield the days of each part. Metrics are named one by one, because ALL can't be combined with a split."""
        for variant in self.request_variants():
            rows = self.request_rows(task, {**variant, "metric_types": ",".join(METRICS)})
            yield [{self.split: variant.get(self.split, row.pop(PART)), **row} for row in rows]


class UserAccountAnalytics(ProfileAnalytics):
    """Daily metrics of the user's own profile. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    def rows(self, task: Task) -> Iterator[list[Record]]:
        """Yield the days of a window, in one list."""
        rows = self.request_rows(task, {})
        for row in rows:
            del row[PART]
        yield rows


class UserAccountAnalyticsByAppType(SplitAnalytics):
    """Daily metrics of the profile by app type. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "app_type"


class UserAccountAnalyticsBySource(SplitAnalytics):
    """Daily metrics of the profile by own pins and those of others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "source"


class UserAccountAnalyticsByPinFormat(SplitAnalytics):
    """Daily metrics of the profile by pin format. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "pin_format"


class UserAccountAnalyticsByOwnedContent(SplitAnalytics):
    """Daily metrics of the profile by pins of claimed sites and others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "owned_content"


class UserAccountAnalyticsByContentType(SplitAnalytics):
    """Daily metrics of the profile, paid and organic apart. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    cost = f"two requests for each {limits.ANALYTICS_WINDOW_DAYS} days"

    split = "content_type"

    def request_variants(self) -> list[dict[str, str]]:
        """Return a request for each content type."""
        return [{self.split: content_type} for content_type in ("PAID", "ORGANIC")]


def days_of(rows: Iterable[Record]) -> list[Date]:
    """Return the days of rows."""
    return [parse_day(row["date"]) for row in rows]


def provisional_days_of(rows: Iterable[Record]) -> list[Date]:
    """Return the days whose numbers Pinterest still counts."""
    return days_of(row for row in rows if row.get("data_status") in PROVISIONAL)


def _days_read(window: DateWindow, responses: list[list[Record]], last_idle_day: Date) -> DaysRead:
    """Return which days of a window were read, and which of them are final.

    A day is final only if every response with recent rows reaches it and no response calls it or an earlier day
    provisional. A day that is old enough need not be reached: Pinterest leaves out days without activity.
    """
    last_days = [max(days) for rows in responses if (days := days_of(rows))]
    reached = min((day for day in last_days if day >= last_idle_day), default=last_idle_day)
    before_provisional = [days_before(day, 1) for rows in responses for day in provisional_days_of(rows)]
    newest = min(window.end, max(last_days)) if last_days else None
    return DaysRead(newest, settled=min((window.end, reached, *before_provisional)))
