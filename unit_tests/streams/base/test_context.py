"""The streams of a sync share what they should, each at the pace of its own quota."""

from source_pinterest import limits
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.pins import Pins
from unit_tests.streams.pinterest import Pinterest


def test_each_stream_is_there_once(pinterest: Pinterest) -> None:
    sync = pinterest.sync

    assert sync.stream(Boards) is sync.stream(Boards)
    assert isinstance(sync.stream(Pins), Pins)


def test_paces_are_those_of_the_quotas_of_ads_and_of_organic_analytics(pinterest: Pinterest) -> None:
    per_minute = limits.REQUESTS_PER_MINUTE

    assert pinterest.sync.analytics_pace() == per_minute["ads_analytics"] / 60
    assert pinterest.sync.organic_pace() == per_minute["org_analytics"] / 60
