"""Each operation of the API that reads is a stream, or has a reason."""

from integration_tests.simulator.contract import sdk_reads
from integration_tests.tools.operation_table import CALLED_FOR, LISTED_BY, REASONS, rows, streams_by_method
from source_pinterest.streams import STREAMS

BY_REPORT = {
    "analytics_create_report",
    "analytics_create_mmm_report",
    "analytics_create_conversion_product_report",
}
"""What a stream is made of that is no GET."""


def test_each_operation_is_told_once_and_no_other() -> None:
    reads = sdk_reads()
    told = [*streams_by_method(), *CALLED_FOR, *LISTED_BY, *REASONS]

    assert reads["boards_list_pins"] == "/boards/{board_id}/pins"
    assert len(told) == len(set(told))
    assert set(told) == {*reads, *BY_REPORT}
    assert {path.strip("`") for path, text in rows() if text} == set(reads.values())
    assert {*LISTED_BY.values()} <= {stream.stream_name() for stream in STREAMS}
