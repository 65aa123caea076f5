"""By what may the synchronous endpoints break the numbers of an entity down, and which rows does that make?

https://developers.pinterest.com/docs/api/v5/campaign_targeting_analytics-get and its sisters. The values and the
numbers of a type are those of the reports.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
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


def broken_down(subject: Subject, targeting_types: Iterable[str]) -> Iterator[Subject]:
    """An entity, once for each value of each type."""
    for targeting_type in targeting_types:
        for value in VALUES[targeting_type]:
            number = mix(subject.number, crc32(f"{targeting_type}={value}".encode()))
            yield replace(subject, number=number, fixed={**subject.fixed, TYPE: targeting_type, VALUE: value})
