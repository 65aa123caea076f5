"""`discover` describes every field, however deep."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from source_pinterest.columns import ASYNC_COLUMNS, SYNC_COLUMNS
from source_pinterest.config.reports import LEVELS, refused_columns
from source_pinterest.source import SourcePinterest
from source_pinterest.streams import STREAMS
from unit_tests.configs import config
from unit_tests.field_types import nodes
from unit_tests.report_configs import report

LONGEST_DESCRIPTION = 240
GRANULARITIES = ("TOTAL", "DAY", "HOUR", "WEEK", "MONTH")


def every_column(level: str) -> list[str]:
    return sorted(ASYNC_COLUMNS - refused_columns(level))


CONFIGS = {
    "default": config(),
    "per_ad_account": config(organic_per_ad_account=True),
    "every_column": config(
        analytics_columns=sorted(SYNC_COLUMNS),
        custom_reports=[
            *(report(name=f"of {level}", level=level, columns=every_column(level)) for level in LEVELS),
            *(report(name=f"by {granularity}", granularity=granularity) for granularity in GRANULARITIES),
        ],
    ),
}

Descriptions = Mapping[str, str | None]


def descriptions(schema: Mapping[str, Any]) -> Descriptions:
    """What each field is said to mean, by its path."""
    return {
        path: node.get("description")
        for path, node in nodes(dict(schema)).items()
        if path and not path.endswith("[]")  # the items of a list are what the list is said to hold
    }


@pytest.fixture(scope="module", params=CONFIGS)
def discovered(request: pytest.FixtureRequest) -> Mapping[str, Descriptions]:
    catalog = SourcePinterest().discover(logging.getLogger("airbyte"), CONFIGS[request.param])
    return {stream.name: descriptions(stream.json_schema) for stream in catalog.streams}


def fields(discovered: Mapping[str, Descriptions]) -> Iterator[tuple[str, str, str]]:
    """The stream, the path and the description of each field that has one."""
    for stream, found in discovered.items():
        for path, description in found.items():
            if description:
                yield stream, path, description


def words(text: str) -> set[str]:
    """The words of a name or of a sentence, without plural endings."""
    return {word.removesuffix("s") for word in re.findall(r"[a-z0-9]+", text.lower().replace("_", " "))}


EMPTY_WORDS = words("the of a an or and in to for by on is it its this that with as what whether which whose")


def test_every_stream_is_looked_at(discovered: Mapping[str, Descriptions]) -> None:
    assert {stream.stream_name() for stream in STREAMS} <= discovered.keys()
    assert all(discovered.values())


def test_every_field_has_a_description(discovered: Mapping[str, Descriptions]) -> None:
    assert [
        f"{stream}: {path}" for stream, found in discovered.items() for path, text in found.items() if not text
    ] == []


def test_no_two_fields_of_a_stream_share_a_description(discovered: Mapping[str, Descriptions]) -> None:
    counts = Counter((stream, description) for stream, _, description in fields(discovered))

    assert [repeated for repeated, count in counts.items() if count > 1] == []


def test_a_description_says_more_than_the_name(discovered: Mapping[str, Descriptions]) -> None:
    """Two words at least are neither in the field's name nor empty."""
    empty = [
        (stream, path, description)
        for stream, path, description in fields(discovered)
        if len(words(description) - words(path.split(".")[-1]) - EMPTY_WORDS) < 2
    ]

    assert empty == []


def test_a_description_is_one_short_line_that_ends(discovered: Mapping[str, Descriptions]) -> None:
    wrong = [
        (stream, path, description)
        for stream, path, description in fields(discovered)
        if not re.fullmatch(r"(?:[A-Z0-9]|iOS )[^\n]*\.", description) or len(description) > LONGEST_DESCRIPTION
    ]

    assert wrong == []


UNITS = [
    ("campaigns", "daily_spend_cap", "millionths of the ad account's currency"),
    ("ad_groups", "bid_in_micro_currency", "millionths of the ad account's currency"),
    ("billing_invoices", "amount_tax_micro_currency", "millionths of the invoice's currency"),
    ("campaigns", "created_time", "epoch seconds UTC"),
    ("conversion_tags", "last_fired_time_ms", "epoch milliseconds UTC"),
    ("boards", "created_at", "without a time zone"),
    ("pins", "media.duration", "milliseconds"),
    ("pin_analytics", "metrics.SAVE_RATE", "a share from 0 to 1"),
    ("user_account", "monthly_views", "-1"),
    ("ad_groups", "lifetime_frequency_cap", "-1"),
    ("ad_groups", "feed_profile_id", '"0"'),
    ("campaigns", "lifetime_spend_cap", "0 if there is no cap"),
    ("campaigns", "end_time", "null if it runs on"),
    ("catalogs_feeds", "created_at", "without a time zone"),
    ("board_pins", "board_pins_modified_at", "added by the connector"),
    ("user_account_analytics_by_source", "source", "YOUR_PINS or OTHER_PINS"),
    ("campaign_targeting_analytics", "TARGETING_TYPE", "never add them up"),
    ("product_item_report", "PRODUCT_ITEM_ID", "advertised product"),
]


def test_units_and_stand_ins_are_named(discovered: Mapping[str, Descriptions]) -> None:
    for stream, path, said in UNITS:
        assert said in str(discovered[stream][path]), (stream, path)


def test_micro_amounts_of_any_stream_name_their_unit(discovered: Mapping[str, Descriptions]) -> None:
    micro = [
        (path, description)
        for _, path, description in fields(discovered)
        if "micro" in path.split(".")[-1].lower().split("_")
    ]

    assert micro
    assert [found for found in micro if "in millionths of the " not in found[1]] == []
