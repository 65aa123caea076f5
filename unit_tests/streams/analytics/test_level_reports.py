"""There is a stream for each level of Pinterest's reports, with a key that fits its rows."""

from integration_tests.support.truth.reports import REPORT_STREAMS
from source_pinterest.columns import AD_COLUMNS, ASYNC_COLUMNS
from source_pinterest.config.options import choices
from source_pinterest.config.reports import is_targeting
from source_pinterest.streams.analytics.level_reports import REPORTS
from unit_tests.streams.pinterest import Pinterest

TARGETING = ("TARGETING_TYPE", "TARGETING_VALUE")


def test_every_level_has_its_stream_under_the_name_that_users_know() -> None:
    assert {stream.stream_name(): stream.level for stream in REPORTS} == {
        name: stream.level for name, stream in REPORT_STREAMS.items()
    }
    assert {stream.level for stream in REPORTS} == set(choices("custom_reports", "level"))


def test_keys_and_columns_are_what_the_level_has(pinterest: Pinterest) -> None:
    for stream in REPORTS:
        subject = pinterest.stream(stream)
        spec = subject.spec
        refused = AD_COLUMNS if spec.level.startswith("PRODUCT_ITEM") else frozenset()
        is_broken_down = is_targeting(spec.level) or spec.level == "KEYWORD"
        declared = set(subject.get_json_schema()["properties"])

        assert (*subject.primary_key, subject.cursor_field) == (*REPORT_STREAMS[subject.name].key, "DATE"), stream
        assert set(subject.primary_key) <= declared, stream
        assert set(spec.columns) <= ASYNC_COLUMNS - refused, stream
        assert {"AD_ACCOUNT_ID", *spec.ids} & ASYNC_COLUMNS <= set(spec.columns), stream
        assert len(spec.columns) > 50, stream
        assert spec.body["columns"] == list(spec.columns), stream
        assert not set(spec.columns) & set(TARGETING), f"{stream}: they come unasked"
        assert (set(TARGETING) <= declared) is is_broken_down, stream
        for column in ("TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"):
            assert (column in spec.columns) is not is_broken_down, stream
            assert (column in declared) is not is_broken_down, stream


def test_exactly_targeting_levels_name_targeting_types_at_most_five_a_request(pinterest: Pinterest) -> None:
    for stream in REPORTS:
        variants = pinterest.stream(stream).spec.variants
        named = [name for variant in variants for name in variant.get("targeting_types", ())]

        assert all(len(variant.get("targeting_types", ())) <= 5 for variant in variants), stream
        assert len(named) == len(set(named)), stream
        assert len(named) >= 12 if is_targeting(stream.level) else variants == [{}], stream
        assert ("MEDIA_TYPE" in named) is (stream.level == "PRODUCT_ITEM_TARGETING"), stream
        assert ("AUDIENCE_MULTIPLIER" in named) is (stream.level == "CAMPAIGN_TARGETING"), stream
