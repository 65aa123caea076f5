"""The user's profile, and its daily metrics, in total and split.

Pinterest shows the last days late, and still counts them. A day is final after a week, with a row or without one.
"""

from abc import ABC
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import Page, Record, list_in, parse_body
from source_pinterest.api.errors import BUSINESS_ACCOUNT, FormError
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import END, START, Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import DayRange
from source_pinterest.streams.analytics.row_validation import ExpectedRows, admitted
from source_pinterest.streams.base.declaration import ReadPriority
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
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
VIDEO_METRICS = (
    "VIDEO_MRC_VIEW",
    "VIDEO_10S_VIEW",
    "QUARTILE_95_PERCENT_VIEW",
    "VIDEO_V50_WATCH_TIME",
    "VIDEO_START",
    "VIDEO_AVG_WATCH_TIME",
)
"""The metrics that only videos have, of pins and in rankings."""
_SPLITS = {
    "app_type": {**TEXT, "description": "Kind of device that the activity was on, such as MOBILE, TABLET or WEB."},
    "source": {**TEXT, "description": "Whose pins the activity was on: YOUR_PINS or OTHER_PINS."},
    "pin_format": {**TEXT, "description": "Format of the pins, paid or organic, such as ORGANIC_IMAGE or ADS_VIDEO."},
    "owned_content": {**TEXT, "description": "Whether the pins lead to a claimed website: CLAIMED or OTHER."},
    "content_type": {**TEXT, "description": "Whether the activity was on ads (PAID) or not (ORGANIC)."},
}
"""Schemas of the fields that name a part."""


class UserStream(PinterestStream, ABC):
    """A profile."""

    path_template = "user_account"
    page_size = None
    list_field = None
    scopes = ("user_accounts:read",)
    businesses: frozenset[str] = frozenset()
    """The id of the user, once it is listed, if the user is a business."""

    def collect(self, page: Page, task: Task) -> list[str]:
        self.businesses |= {user["id"] for user in page.items if user.get("account_type") == "BUSINESS"}
        return super().collect(page, task)


class UserAccount(UserStream, OrganicStream):
    """The user's current profile. https://developers.pinterest.com/docs/api/v5/user_account-get."""

    rank = ReadPriority.ADS
    cost = "one request in a sync"


class ProfileAnalytics(OrganicStream, ABC):
    """Daily metrics of the user's own profile: one row per day, or per day and part of the activity."""

    key: tuple[str, ...] = ("date",)
    cursor_field = "date"
    path_template = "user_account/analytics"
    page_size = None
    scopes = ("user_accounts:read",)
    access = BUSINESS_ACCOUNT
    needs_user_token = True
    cost = f"one request for each {limits.ANALYTICS_WINDOW_DAYS} days"
    state_cursor: DayCursor
    split: ClassVar[str] = ""
    """The field that names the part of a row; empty for the whole profile."""
    variants: Sequence[Mapping[str, str]] = ()
    """The parameters in which the requests about a window differ. By default one request names the split, if any."""
    day_range = DayRange(limits.SYNC_HISTORY_DAYS, final_after=limits.ORGANIC_FINAL_AFTER_DAYS)

    def __init__(self, sync: SyncContext) -> None:
        if self.split:
            self.key, self.stamped = (self.split, "date"), {self.split: _SPLITS[self.split]}
        self.variants = self.variants or ({"split_field": self.split.upper()} if self.split else {},)
        super().__init__(sync)

    def new_cursor(self, store: StateStore) -> DayCursor:
        return DayCursor(store, self.period())

    def tasks(self) -> Iterator[Task]:
        owners = list(super().tasks())
        yield from (owner for owner in owners if owner.error)
        readable = {owner.get(ACCOUNT_KEY): owner for owner in owners if not owner.error}
        unread = self.state_cursor.begin(readable)
        for account, days in unread.items():
            self.state_cursor.plan(account, ((window, 1) for window in days))
        for account, days in unread.items():
            for window in days:
                yield Task(readable[account].parents, self.read_days, window)

    def parse(self, chunks: Iterator[bytes]) -> Page:
        """Read the days of all parts. Without a split, `all` is the only part that counts.

        Raises:
            MalformedResponseError: the body holds no daily metrics.
        """
        parts = parse_body(chunks)
        if not isinstance(parts, dict) or not (self.split or "all" in parts):
            raise FormError("The analytics have no parts, or none under the key all.")
        items: list[Record] = []
        for part in parts if self.split else ("all",):
            days = daily_metrics_in(parts[part])
            if days is None:
                raise FormError("A part of the analytics has no daily_metrics.")
            items += [{PART: part, **day} for day in days]
        return Page(items)

    def read_days(self, task: Task) -> Generator[RecordBatch, None, None]:
        """Yield the days of a window, from one request for each variant."""
        rows = [row for variant in self.variants for row in self._rows(task, variant)]
        rows.sort(key=lambda row: str(row["date"]))
        if self.state_cursor.period.final_days_only:
            warn_of_provisional(self, provisional_days(rows))
        yield from self.to_record_batches(rows)

    def _rows(self, task: Task, variant: Mapping[str, str]) -> Iterator[Record]:
        """Request a window, and yield its rows with their part. With a split, metrics are named one by one.

        Pinterest does not combine ALL of them with a split.
        """
        start, end = task.required_window.as_pair()
        metrics = {"metric_types": ",".join(METRICS)} if self.split else {}
        params = {**self.request_params(stream_slice=task), START: start, END: end, **variant, **metrics}
        expected = ExpectedRows(
            key=("date",) if self.split in variant else (PART, "date"), window=task.required_window, day="date"
        )

        def parse(chunks: Iterator[bytes]) -> Page:
            return Page(list(admitted(self.parse(chunks).items, expected, self.notices)))

        for row in self.records(self.client.send(self.path_template, params, parse).value, task):
            part = row.pop(PART)
            yield {self.split: variant.get(self.split, part), **row} if self.split else row


class UserAccountAnalytics(ProfileAnalytics):
    """Daily metrics of the user's own profile. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""


class UserAccountAnalyticsByAppType(ProfileAnalytics):
    """Daily metrics of the profile by app type. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "app_type"


class UserAccountAnalyticsBySource(ProfileAnalytics):
    """Daily metrics of the profile by own pins and those of others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "source"


class UserAccountAnalyticsByPinFormat(ProfileAnalytics):
    """Daily metrics of the profile by pin format. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "pin_format"


class UserAccountAnalyticsByOwnedContent(ProfileAnalytics):
    """Daily metrics of the profile by pins of claimed sites and others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "owned_content"


class UserAccountAnalyticsByContentType(ProfileAnalytics):
    """Daily metrics of the profile, split into paid and organic. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    cost = f"two requests for each {limits.ANALYTICS_WINDOW_DAYS} days"

    split = "content_type"
    variants = ({"content_type": "PAID"}, {"content_type": "ORGANIC"})


def daily_metrics_in(metrics: Any) -> list[Record] | None:
    """Return the days of an object that has daily metrics; None if it has none."""
    days = list_in(metrics, "daily_metrics") if isinstance(metrics, dict) else None
    return days if isinstance(days, list) and all(isinstance(day, dict) for day in days) else None


def provisional_days(rows: Iterable[Record]) -> list[str]:
    """Return the day of each row that Pinterest still counts."""
    return [str(row["date"]) for row in rows if row.get("data_status") in _PROVISIONAL]


def warn_of_provisional(stream: PinterestStream, days: Collection[str]) -> None:
    """Warn of days that are old enough to be final, and that Pinterest still counts."""
    if days:
        warning = f"Pinterest still counts {len(days):,} rows of days up to {max(days)}. They are emitted now, and not "
        stream.notices.warn(warning, f"{warning}again, since the destination appends.")
