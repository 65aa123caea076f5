"""Break the numbers of an entity down by targeting type and value.

https://developers.pinterest.com/docs/api/v5/campaign_targeting_analytics-get and its sisters. The values and the
numbers of a type are those of the reports.
"""

from collections.abc import Iterable, Iterator, Mapping
from zlib import crc32

from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.reports.request import TARGETING_VALUES
from integration_tests.simulator.world.seeding import mix

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
