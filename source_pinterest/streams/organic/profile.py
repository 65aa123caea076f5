"""The user's profile, and daily metrics of it, as a whole and by parts.

Pinterest shows the last days late, and still counts them. A day is final after a week, with a row or without one.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from typing import ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import ListPage, Record, list_in, one_item, parse_body
from source_pinterest.api.errors import BUSINESS_ACCOUNT, form_error
from source_pinterest.dates import DateWindow
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import END, START, Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import DayRange, Setup
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.analytics.rows import Expected, RowGate
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.organic.base import TEXT, OrganicStream

_PROVISIONAL = frozenset({"PROCESSING", "ESTIMATE"})
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
    checkpoint: DayCursor
    split: ClassVar[str] = ""
    """The field that names the part of a row; empty for the profile as a whole."""
    days = DayRange(limits.SYNC_HISTORY_DAYS, final_after=limits.ORGANIC_FINAL_AFTER_DAYS)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.gate = RowGate(self)

    def new_cursor(self, setup: Setup, store: StateStore) -> DayCursor:
        """Return a cursor over the days of each profile."""
        return DayCursor(store, self.period_of(setup))

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each window of days that is unread."""
        owners = list(super().tasks())
        yield from (owner for owner in owners if owner.error)
        readable = {owner.get(ACCOUNT_KEY): owner for owner in owners if not owner.error}
        unread: list[tuple[Task, list[DateWindow]]] = []
        for account in self.checkpoint.oldest_first(readable):
            windows = self.checkpoint.unread(account)
            self.checkpoint.expect(account, ((window, 1) for window in windows))
            unread.append((readable[account], windows))
        estimate = Estimate.of_profiles((windows for _, windows in unread), len(self.request_variants()))
        estimate.log(self.name, self.shared.organic_pace())
        for owner, windows in unread:
            for window in windows:
                yield Task(owner.parents, self.read_days, window)

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

    def read_days(self, task: Task) -> Generator[Bundle, None, None]:
        """Yield the days of a window."""
        rows = sorted(self.rows(task, task.days), key=lambda row: str(row["date"]))
        if self.checkpoint.emits_once:
            warn_of_provisional(self, provisional_days(rows))
        yield from self.to_bundles(rows)

    @abstractmethod
    def rows(self, task: Task, window: DateWindow) -> Iterator[Record]:
        """Yield the days of a window."""

    def request_rows(self, task: Task, window: DateWindow, more: Mapping[str, str]) -> list[Record]:
        """Return the rows of one request about a window, made with `more` parameters."""
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

    def rows(self, task: Task, window: DateWindow) -> Iterator[Record]:
        """Yield the days of each part. Metrics are named one by one, because ALL can't be combined with a split."""
        for variant in self.request_variants():
            for row in self.request_rows(task, window, {**variant, "metric_types": ",".join(METRICS)}):
                yield {self.split: variant.get(self.split, row.pop(PART)), **row}


class UserAccountAnalytics(ProfileAnalytics):
    """Daily metrics of the user's own profile. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    def rows(self, task: Task, window: DateWindow) -> Iterator[Record]:
        """Yield the days of the profile as a whole."""
        for row in self.request_rows(task, window, {}):
            del row[PART]
            yield row


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


def provisional_days(rows: Iterable[Record]) -> list[str]:
    """Return the day of each row that Pinterest still counts."""
    return [str(row["date"]) for row in rows if row.get("data_status") in _PROVISIONAL]


def warn_of_provisional(stream: PinterestStream, days: Collection[str]) -> None:
    """Warn of days that are old enough to be final, and that Pinterest still counts."""
    if days:
        told = f"Pinterest still counts {len(days):,} rows of days up to {max(days)}. They are emitted now, and not "
        stream.notices.warn(told, f"{told}again, since the destination appends.")
