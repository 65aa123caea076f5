"""`AnalyticsOperation` defines the requests and responses of the synchronous analytics endpoints.

https://developers.pinterest.com/docs/api/v5/campaigns-analytics: a bare array of flat rows. They differ in the level
and in how the entities are named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from integration_tests.simulator.ads import entities
from integration_tests.simulator.analytics.columns import SYNC_COLUMNS
from integration_tests.simulator.analytics.day_rows import Attribution, DayRows
from integration_tests.simulator.analytics.subjects import Subject, subjects
from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.calls.operation import Arguments, Call, Operation
from integration_tests.simulator.calls.parameters import Choice, CommaArray, Day, Parameter
from integration_tests.simulator.calls.rules import recent_days
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World

_STATUSES = ("AD_GROUP_ENTITY_STATUS", "CAMPAIGN_ENTITY_STATUS")
_STATUS_NUMBERS = {"ACTIVE": 1, "PAUSED": 2, "ARCHIVED": 3, "DRAFT": 4, "DELETED_DRAFT": 5}
WINDOW_DAYS = ("0", "1", "7", "14", "30", "60")
REPORT_PARAMETERS = (
    Day("start_date", required=True),
    Day("end_date", required=True),
    CommaArray("columns", required=True, item=Choice("columns", values=SYNC_COLUMNS)),
    Choice("granularity", required=True, values=("TOTAL", "DAY", "WEEK", "MONTH")),
    Choice("click_window_days", values=WINDOW_DAYS, default="30"),
    Choice("engagement_window_days", values=WINDOW_DAYS, default="30"),
    Choice("view_window_days", values=WINDOW_DAYS, default="1"),
    Choice(
        "conversion_report_time",
        values=("TIME_OF_AD_ACTION", "TIME_OF_CONVERSION"),
        default="TIME_OF_AD_ACTION",
    ),
)


@dataclass(frozen=True)
class AnalyticsOperation(Operation):
    """One analytics endpoint; `level` is "ad_accounts" or a kind of entity."""

    category: str = "ads_analytics"
    scopes: tuple[str, ...] = ("ads:read",)
    parameters: tuple[Parameter, ...] = ()
    level: str = field(kw_only=True)

    def accepted(self) -> tuple[Parameter, ...]:
        return (*REPORT_PARAMETERS, *self.parameters)

    def permit(self, world: World, arguments: Arguments) -> None:
        super().permit(world, arguments)
        recent_days(world, arguments)

    def answer(self, call: Call) -> bytes:
        arguments = call.arguments
        check_windows(call)
        account = entities.account_of(call.world, arguments)
        ids = _entity_ids(self.level, arguments)
        return self.wrapped(b",".join(self._chunks(call, account, ids)))

    def wrapped(self, rows: bytes) -> bytes:
        """The answer that holds the rows."""
        return b"[" + rows + b"]"

    def columns(self, arguments: Arguments) -> tuple[str, ...]:
        """What a row holds."""
        return tuple(arguments["columns"])

    def subjects(self, world: World, account: int, arguments: Arguments, ids: Sequence[str]) -> Iterator[Subject]:
        """What the rows are about."""
        del arguments
        return subjects(world, self.level, account, ids)

    def shown(self, row: Record) -> Record:
        """A row as this endpoint shows it, with statuses as whole numbers."""
        return {
            name: _STATUS_NUMBERS[value] if name.endswith("ENTITY_STATUS") else value for name, value in row.items()
        }

    def _chunks(self, call: Call, account: int, ids: Sequence[str]) -> Iterator[bytes]:
        """The rows entity by entity, so that a large answer is never held as objects."""
        arguments = call.arguments
        maker = DayRows(call.world, self.columns(arguments), attribution_of(arguments))
        for subject in self.subjects(call.world, account, arguments, ids):
            days = arguments["start_date"], arguments["end_date"], arguments["granularity"]
            rows = list(map(self.shown, maker.rows(subject, *days)))
            if rows:
                yield orjson.dumps(rows)[1:-1]


def check_windows(call: Call) -> None:
    """Reject attribution windows that do not go together. Some reports have none, or none for engagements.

    Raises:
        ApiError: 400.
    """
    names = ("click_window_days", "engagement_window_days", "view_window_days")
    windows = tuple(int(call.arguments[name]) for name in names if name in call.arguments)
    if windows in call.settings.rejected_windows:
        raise ApiError(400, 1, f"The attribution windows {windows} can not be combined.")


def attribution_of(arguments: Arguments) -> Attribution:
    return Attribution(
        int(arguments["click_window_days"]),
        int(arguments["engagement_window_days"]),
        int(arguments["view_window_days"]),
        arguments["conversion_report_time"],
    )


def _entity_ids(level: str, arguments: Arguments) -> Sequence[str]:
    if level == "ad_accounts":
        return ()
    return tuple(arguments[f"{level.removesuffix('s')}_ids"])
