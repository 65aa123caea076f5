"""Each operation of the API that reads is a stream, or has a reason."""

from integration_tests.simulator.contract import sdk_reads
from integration_tests.tools.operation_reasons import CALLED_FOR, LISTED_BY, REASONS
from integration_tests.tools.operation_table import rows, streams_by_method
from source_pinterest.streams import STREAMS

BY_REPORT = {
    "analytics_create_report",
    "analytics_create_mmm_report",
    "analytics_create_conversion_product_report",
}
"""What a stream is made of that is no GET."""


def test_the_operations_are_those_of_the_contract() -> None:
    reads = sdk_reads()

    assert reads["boards_list_pins"] == "/boards/{board_id}/pins"
    assert "analytics_create_report" not in reads
    assert len(set(reads.values())) == len(reads) > 130


def test_it_is_said_what_becomes_of_each_operation() -> None:
    told = dict(rows())

    assert {path.strip("`") for path in told} == set(sdk_reads().values())
    assert all(told.values())


def test_nothing_is_said_of_an_operation_twice_or_of_one_that_there_is_not() -> None:
    told = [*streams_by_method(), *CALLED_FOR, *LISTED_BY, *REASONS]

    assert len(told) == len(set(told))
    assert set(told) == {*sdk_reads(), *BY_REPORT}


def test_streams_that_are_named_exist() -> None:
    assert {*LISTED_BY.values()} <= {stream.stream_name() for stream in STREAMS}
