"""What distinguishes one report stream from another, as data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.columns import AD_ACCOUNT_ID, DATE, ENTITY_ID, HOUR
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.tasks import END, START, batches
from source_pinterest.reporting.client import ANALYTICS_REPORTS, ReportEndpoint, ReportRequest
from source_pinterest.state.period import DayRange, fingerprint


@dataclass(frozen=True, kw_only=True)
class ReportSpec:
    """What distinguishes one report stream from another.

    Attributes:
        level: Pinterest's name of the level.
        ids: the columns with the ids that identify a row.
        may_lack_ids: whether a row may lack some of them. It then has the id under which the file lists it in its key.
        columns: the columns to request, see `requested`.
        history_days: how many days back the reports go.
        window_days: how many days one may cover.
        breakdowns: the columns of the key that divide an entity, such as targeting values. They may be empty.
        granularity: the time that a row covers.
        endpoint: creates the reports.
        fields: other fields of all requests, such as attribution windows.
        variants: the fields in which the requests for one window differ.
        own_start: the first day, if it is not the one of the connection.
    """

    level: str
    ids: tuple[str, ...]
    columns: tuple[str, ...]
    history_days: int = limits.ASYNC_HISTORY_DAYS
    window_days: int = limits.REPORT_WINDOW_DAYS
    may_lack_ids: bool = False
    breakdowns: tuple[str, ...] = ()
    granularity: Granularity = Granularity.DAY
    endpoint: ReportEndpoint = ANALYTICS_REPORTS
    fields: Mapping[str, Any] = field(default_factory=dict)
    variants: Sequence[Mapping[str, Any]] = ({},)
    own_start: Date | None = None

    @property
    def is_total(self) -> bool:
        """Whether a row covers all days of a report. Each sync then reads them all."""
        return self.granularity is Granularity.TOTAL

    @property
    def day_range(self) -> DayRange:
        return DayRange(self.history_days, self.granularity, self.own_start, self.endpoint.first_day)

    @property
    def times(self) -> tuple[str, ...]:
        """The columns that hold the time that a row covers."""
        if self.is_total:
            return ()
        return (DATE, HOUR) if self.granularity is Granularity.HOUR else (DATE,)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that distinguish the rows of a file."""
        entity = (ENTITY_ID,) if self.may_lack_ids else ()
        return (*self.ids, *entity, *self.breakdowns, *self.times)

    @property
    def stamped(self) -> Mapping[str, str]:
        """The columns that the connector adds to the key, each with the request's parameter that it repeats."""
        return {"START_DATE": START, "END_DATE": END} if self.is_total else {}

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which rows have no key. The files of analytics reports list the ids of entities too."""
        return (*self.breakdowns, *self.times) if self.endpoint.path == ANALYTICS_REPORTS.path else self.key

    @property
    def body(self) -> dict[str, Any]:
        fixed = {"level": self.level, "granularity": self.granularity.value, "columns": list(self.columns)}
        return {**fixed, **self.fields}

    @property
    def digest(self) -> str:
        """A digest of all parameters that change the numbers of a day."""
        return fingerprint({**self.body, "variants": list(self.variants)})

    @property
    def cost(self) -> str:
        """The requests of a sync, for the documentation."""
        ordered = "one request" if len(self.variants) == 1 else f"{len(self.variants)} requests"
        span = f"each ad account and {self.window_days} days"
        return f"{ordered} for {span} to order the report, and a few to ask whether it is ready"

    def requests(self, account: str, window: DateWindow) -> list[ReportRequest]:
        bodies = ({**self.body, **variant} for variant in self.variants)
        return [ReportRequest(account, window, body, i, self.endpoint) for i, body in enumerate(bodies)]


def requested(ids: Sequence[str], columns: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the ids, the ad account and the columns, each once, without those that are not known at a level."""
    return tuple(column for column in dict.fromkeys((*ids, AD_ACCOUNT_ID, *columns)) if column in known)


def variants_of(targeting_types: Sequence[str], **statuses: Sequence[str]) -> list[dict[str, Any]]:
    """Return the fields of the requests that together name all values, in batches of as many as Pinterest takes.

    Args:
        targeting_types: the targeting types; none if the rows are not broken down.
        statuses: the statuses of entities by the field that lists them; none for entities of any status.
    """
    values_of = {
        "targeting_types": batches(targeting_types, limits.TARGETING_TYPES_PER_REPORT),
        **{name: batches(values, limits.STATUSES_PER_REPORT) for name, values in statuses.items()},
    }
    chosen = {name: [list(batch) for batch in in_batches] for name, in_batches in values_of.items() if in_batches}
    return [dict(zip(chosen, variant, strict=True)) for variant in product(*chosen.values())]
