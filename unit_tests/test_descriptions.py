"""`discover` describes every field, however deep, and names its unit. Each foreign key leads to a record."""

import logging
import re
from collections import Counter

import pytest

from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from source_pinterest.columns import ASYNC_COLUMNS, SYNC_COLUMNS
from source_pinterest.config.options import choices
from source_pinterest.config.reports import unsuitable_columns
from source_pinterest.source import SourcePinterest
from tools.stream_pages import simulated
from tools.stream_table import every_stream
from unit_tests.configs import config
from unit_tests.field_types import nodes
from unit_tests.report_configs import report

LONGEST_DESCRIPTION = 240
GRANULARITIES = ("TOTAL", "DAY", "HOUR", "WEEK", "MONTH")
REPORTS = [
    *(
        report(name=level, level=level, columns=sorted(ASYNC_COLUMNS - unsuitable_columns(level)))
        for level in choices("custom_reports", "level")
    ),
    *(report(name=f"by {granularity}", granularity=granularity) for granularity in GRANULARITIES),
]
EVERYTHING = config(organic_per_ad_account=True, analytics_columns=sorted(SYNC_COLUMNS), custom_reports=REPORTS)


@pytest.fixture(scope="module", params=[config(), EVERYTHING], ids=["default", "everything"])
def discovered(request: pytest.FixtureRequest) -> dict[tuple[str, str], str | None]:
    """What each field is said to mean, by its stream and its path; the items of a list are what the list holds."""
    catalog = SourcePinterest().discover(logging.getLogger("airbyte"), request.param)
    return {
        (stream.name, path): node.get("description")
        for stream in catalog.streams
        for path, node in nodes(dict(stream.json_schema)).items()
        if path and not path.endswith("[]")
    }


def words(text: str) -> set[str]:
    """The words of a name or of a sentence, without plural endings."""
    return {word.removesuffix("s") for word in re.findall(r"[a-z0-9]+", text.lower().replace("_", " "))}


EMPTY_WORDS = words("the of a an or and in to for by on is it its this that with as what whether which whose")


def test_each_field_has_a_short_description_of_its_own(discovered: dict[tuple[str, str], str | None]) -> None:
    counts = Counter((stream, text) for (stream, _), text in discovered.items())
    for (stream, path), text in discovered.items():
        assert text, (stream, path)
        assert re.fullmatch(r"(?:[A-Z0-9]|iOS )[^\n]*\.", text), (stream, path)
        assert len(text) <= LONGEST_DESCRIPTION, (stream, path)
        assert counts[stream, text] == 1, (stream, path)
        assert len(words(text) - words(path.split(".")[-1]) - EMPTY_WORDS) >= 2, "it says more than the name"


def test_the_unit_of_an_amount_in_millionths_is_named(discovered: dict[tuple[str, str], str | None]) -> None:
    micro = [field for field in discovered if "micro" in field[1].split(".")[-1].lower().split("_")]
    assert micro
    assert [field for field in micro if "in millionths of the " not in str(discovered[field])] == []


def test_each_key_leads_to_a_record_of_the_simulated_world() -> None:
    """That these are the records which a sync brings, whole syncs show."""
    assert_foreign_keys_hold(every_stream(), simulated())
