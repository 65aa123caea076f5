"""The operation that each stream reads, as its docstring links to it, in the words of the simulator."""

from collections.abc import Mapping

from integration_tests.simulator.endpoints import ENDPOINTS
from source_pinterest.streams import STREAMS
from tools.stream_table import operation_of


def _method(operation_id: str) -> str:
    """The name of the operation's method in `pinterestsdk`."""
    return operation_id.replace("/", "_").replace("-", "_")


_SERVED = {_method(operation.operation_id): operation.operation_id for operation in ENDPOINTS}
OPERATIONS: Mapping[str, str] = {
    stream.stream_name(): _SERVED[_method(operation_of(stream))]
    for stream in STREAMS
    if _method(operation_of(stream)) in _SERVED
}
"""By the stream's name. Streams of reports are missing: their operation is no GET."""
