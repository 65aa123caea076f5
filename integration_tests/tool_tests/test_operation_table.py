"""Each operation of the API that reads is a stream, or has a reason. Streams of closed endpoints say what they need."""

import inspect
import re

from integration_tests.simulator.contract import is_newer, sdk_call
from integration_tests.tools.operation_table import CALLED_FOR, LISTED_BY, REASONS, reads, streams_by_method
from integration_tests.tools.stream_table import operation_of
from source_pinterest.streams import STREAMS

BY_REPORT = {
    "analytics_create_report",
    "analytics_create_mmm_report",
    "analytics_create_conversion_product_report",
}
"""What a stream is made of that is no GET."""

CLOSED = re.compile(r"not (be )?available to all apps|/using-beta-and-restricted-features/")
"""Pinterest's words for an endpoint that is in beta or restricted."""


def test_each_operation_is_told_once_and_no_other() -> None:
    told = [*streams_by_method(), *CALLED_FOR, *LISTED_BY, *REASONS]

    assert len(told) == len(set(told))
    assert set(told) == {*reads(), *BY_REPORT}


def test_streams_of_endpoints_in_beta_or_restricted_declare_what_they_need() -> None:
    told = {
        stream: inspect.getdoc(sdk_call(operation_of(stream))) or ""
        for stream in STREAMS
        if not is_newer(operation_of(stream))
    }
    closed = [stream for stream, text in told.items() if CLOSED.search(text)]
    assert closed
    assert [stream for stream in closed if stream.access is None] == []
