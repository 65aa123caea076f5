"""Targeting analytics: the numbers of an entity by targeting type and value, and the four endpoints that serve them.

https://developers.pinterest.com/docs/api/v5/campaign_targeting_analytics-get and its sisters: one object with the rows
under `data`, the numbers of each under `metrics`. The values and the numbers of a type are those of the reports.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.calls.errors import forbidden
from integration_tests.simulator.calls.operation import Arguments
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Parameter,
)
from integration_tests.simulator.reports.request import TARGETING_VALUES
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

VALUES: Mapping[str, tuple[str | int, ...]] = {
    **TARGETING_VALUES,
    "CREATIVE_TYPE": ("REGULAR", "VIDEO"),
    "QUIZ_RESULT": ("2893100000000",),
}
BETA_TYPES = frozenset({"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS"})
_USUAL = (
    *("KEYWORD", "APPTYPE", "GENDER", "LOCATION", "PLACEMENT", "COUNTRY", "TARGETED_INTEREST", "PINNER_INTEREST"),
    *("AUDIENCE_INCLUDE", "GEO", "AGE_BUCKET", "REGION", "AGE_BUCKET_AND_GENDER"),
)
TYPES: Mapping[str, tuple[str, ...]] = {
    "ad_accounts": _USUAL,
    "campaigns": (*_USUAL, "CREATIVE_TYPE", "AUDIENCE_MULTIPLIER"),
    "ad_groups": (*_USUAL, "CREATIVE_ENHANCEMENTS"),
    "ads": (*_USUAL, "QUIZ_RESULT"),
}
MOST_TYPES = {"ad_accounts": 15, "campaigns": 14, "ad_groups": 14, "ads": 14}
TYPE, VALUE = "TARGETING_TYPE", "TARGETING_VALUE"
_OTHERS = "others"


def broken_down(subject: Subject, targeting_types: Iterable[str]) -> Iterator[Subject]:
    """An entity, once for each value of each type.

    The values of a type share the entity's numbers out among them; a value that stands alone has a part of them.
    """
    for targeting_type in targeting_types:
        values = VALUES[targeting_type]
        told = values if len(values) > 1 else (*values, _OTHERS)
        weights = [32 + mix(subject.number, crc32(f"{targeting_type}={value}".encode())) % 96 for value in told]
        yield from subject.divided(weights, [{TYPE: targeting_type, VALUE: value} for value in values])


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
        """Each entity by type and value; an id is on a row only where its column is requested."""
        types = tuple(dict.fromkeys(arguments["targeting_types"]))
        for subject in super().subjects(world, account, arguments, ids):
            yield from broken_down(replace(subject, row_key=""), types)

    def shown(self, row: Record) -> Record:
        metrics = {name: value for name, value in row.items() if name not in {TYPE, VALUE}}
        return {"targeting_type": row[TYPE], "targeting_value": row[VALUE], "metrics": super().shown(metrics)}
