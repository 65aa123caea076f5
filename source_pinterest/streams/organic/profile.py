"""The user's profile."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import ClassVar

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import BUSINESS_ACCOUNT, MalformedAnswerError
from source_pinterest.api.rows import ListPage, Record, one_item, parse_json
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.engine.pages import Page
from source_pinterest.engine.slices import END, START, failure_of, window_slice
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import DaysRead, ProfileCursor, planned_window
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.history import PlannedWindow
from source_pinterest.state.period import DayRange, Period
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.base.listing import within
from source_pinterest.streams.base.stream import Sync
from source_pinterest.streams.organic.base import TEXT, OrganicStream


class UserAccount(OrganicStream):
    """The user's profile as it is. https://developers.pinterest.com/docs/api/v5/user_account-get."""

    path_template = "user_account"
    page_size = None
    cost = "1 a sync"
    scopes = ("user_accounts:read",)

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """The profile, as a page of its own."""
        return one_item(chunks)


STILL_COUNTING = frozenset({"PROCESSING", "ESTIMATE"})

PART = "part"
"""Where a row has the key under which the answer holds it."""


def days_shown(rows: Iterable[Record]) -> list[Date]:
    """The days of rows, without those that are none."""
    found = []
    for row in rows:
        with suppress(ValueError, TypeError):
            found.append(parse_day(row["date"]))
    return found


def days_counting(rows: Iterable[Record]) -> list[Date]:
    """The days whose numbers Pinterest still counts."""
    return days_shown(row for row in rows if row.get("data_status") in STILL_COUNTING)


def _days_read(window: DateWindow, answers: list[list[Record]]) -> DaysRead | None:
    """What the answers about a window held: a day that one of them does not reach yet is not settled."""
    shown = [days for answer in answers if (days := days_shown(answer))]
    if not shown:
        return None
    counting = [days_before(day, 1) for answer in answers for day in days_counting(answer)]
    settled = min((window.end, *map(max, shown), *counting))
    return DaysRead(newest=min(window.end, max(map(max, shown))), settled=settled)


class ProfileAnalytics(OrganicStream, ABC):
    """Daily metrics of the user's own profile."""

    primary_key: str | list[str] = ["date"]  # noqa: RUF012 - an attribute of the framework's
    cursor_field = "date"
    path_template = "user_account/analytics"
    page_size = None
    scopes = ("user_accounts:read",)
    access = BUSINESS_ACCOUNT
    cost = f"1 for {limits.ANALYTICS_WINDOW_DAYS} days"
    checkpoint: ProfileCursor
    split: ClassVar[str] = ""
    """What the parts differ by, and the field that names them; empty for the profile as a whole."""
    days = DayRange(limits.SYNC_HISTORY_DAYS)

    def new_cursor(self, period: Period, store: StateStore) -> ProfileCursor:
        """The last settled day of each profile."""
        return ProfileCursor(store, period.settled_by_age(), self.config.today)

    def slices(self) -> Iterator[StreamSlice]:
        """The days that are still to be read."""
        unread: list[tuple[StreamSlice, list[DateWindow]]] = []
        for owner in super().slices():
            if failure_of(owner):
                yield owner
            else:
                unread.append((owner, self.checkpoint.unread(owner.get(ACCOUNT_KEY))))
        estimate = Estimate.of_profiles((windows for _, windows in unread), len(self.calls()))
        estimate.log(self.name, self.shared.organic_pace())
        for owner, windows in unread:
            for window in windows:
                yield window_slice(owner.partition, PlannedWindow(window), {})

    def calls(self) -> list[dict[str, str]]:
        """What each call of a window asks for beside its days."""
        return [{}]

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Read the days, part by part: without a split, all is the only part.

        Raises:
            MalformedAnswerError: there are none.
        """
        parts = parse_json(b"".join(chunks))
        if not isinstance(parts, dict) or not (self.split or "all" in parts):
            raise MalformedAnswerError("Analytics come part by part, or stand under the key all.")
        items: list[Record] = []
        for part, metrics in parts.items():
            days = metrics.get("daily_metrics") if isinstance(metrics, dict) else None
            if not isinstance(days, list) or not all(isinstance(day, dict) and day.get("date") for day in days):
                raise MalformedAnswerError("A part holds daily metrics.")
            items += [{PART: part, **day} for day in days]
        return ListPage(items)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, DaysRead | None]:
        """The days of a window; the cursor stops before the first that Pinterest is still counting, or does not show.

        Where each day is emitted once, those after the cursor wait for the next sync.
        """
        answers = list(self.rows(stream_slice))
        days = _days_read(planned_window(stream_slice).window, answers)
        rows = sorted(itertools.chain.from_iterable(answers), key=lambda row: str(row["date"]))
        if days and self.checkpoint.emits_once:
            days = DaysRead(days.settled, days.settled)
            rows = [row for row in rows if str(row["date"]) <= str(days.settled)]
        yield from self.to_pages(rows)
        return days

    @abstractmethod
    def rows(self, stream_slice: StreamSlice) -> Iterator[list[Record]]:
        """The days of a window, answer by answer."""

    def asked(self, stream_slice: StreamSlice, more: Mapping[str, str]) -> list[Record]:
        """What one call about a window gives."""
        start, end = planned_window(stream_slice).window.as_pair()
        params = {**self.request_params(stream_slice=stream_slice), START: start, END: end, **more}
        records = self.records(self.client.get(self.path_template, params, self.parse).value, stream_slice)
        return list(within(records, planned_window(stream_slice).window, "date", self.notices))


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


class SplitAnalytics(ProfileAnalytics, ABC):
    """One row per day and part of the profile's activity."""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.split, "date"]
        self.stamped = {self.split: _SPLITS[self.split]}
        super().__init__(sync)

    def calls(self) -> list[dict[str, str]]:
        """The only call names the split."""
        return [{"split_field": self.split.upper()}]

    def rows(self, stream_slice: StreamSlice) -> Iterator[list[Record]]:
        """The days of each part; all metrics are named, because Pinterest's "all of them" does not go with a split."""
        for call in self.calls():
            asked = self.asked(stream_slice, {**call, "metric_types": ",".join(METRICS)})
            yield [{self.split: call.get(self.split, row.pop(PART)), **row} for row in asked]


class UserAccountAnalytics(ProfileAnalytics):
    """Daily metrics of the user's own profile. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    def rows(self, stream_slice: StreamSlice) -> Iterator[list[Record]]:
        """The days of a window, answer by answer."""
        yield [row for row in self.asked(stream_slice, {}) if row.pop(PART) == "all"]


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

    cost = f"2 for {limits.ANALYTICS_WINDOW_DAYS} days"

    split = "content_type"

    def calls(self) -> list[dict[str, str]]:
        """A call for each content type."""
        return [{self.split: content_type} for content_type in ("PAID", "ORGANIC")]
