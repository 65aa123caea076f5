"""`TargetingOperation` defines the requests and responses of the four targeting endpoints.

https://developers.pinterest.com/docs/api/v5/campaign_targeting_analytics-get: one object with the rows under `data`,
the numbers of each under `metrics`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.analytics.targeting import BETA_TYPES, MOST_TYPES, TYPE, TYPES, VALUE, broken_down
from integration_tests.simulator.calls.errors import forbidden
from integration_tests.simulator.calls.operation import Arguments
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Parameter,
)
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World


@dataclass(frozen=True)
class TargetingOperation(AnalyticsOperation):
    """One targeting endpoint."""

    def accepted(self) -> tuple[Parameter, ...]:
        types = Choice("targeting_types", values=TYPES[self.level])
        return (
            *super().accepted(),
            CommaArray("targeting_types", required=True, item=types, max_items=MOST_TYPES[self.level]),
        )

    def permit(self, world: World, arguments: Arguments) -> None:
        super().permit(world, arguments)
        if not BETA_TYPES.isdisjoint(arguments["targeting_types"]):
            raise forbidden()

    def wrapped(self, rows: bytes) -> bytes:
        return b'{"data":[' + rows + b"]}"

    def columns(self, arguments: Arguments) -> tuple[str, ...]:
        return (*super().columns(arguments), TYPE, VALUE)

    def subjects(self, world: World, account: int, arguments: Arguments, ids: Sequence[str]) -> Iterator[Subject]:
        """Each entity by type and value; an id is on a row only where its column is asked for."""
        types = tuple(dict.fromkeys(arguments["targeting_types"]))
        for subject in super().subjects(world, account, arguments, ids):
            yield from broken_down(replace(subject, row_key=""), types)

    def shown(self, row: Record) -> Record:
        metrics = {name: value for name, value in row.items() if name not in {TYPE, VALUE}}
        return {"targeting_type": row[TYPE], "targeting_value": row[VALUE], "metrics": metrics}
