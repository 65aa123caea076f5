"""docs/development/operations.md has each operation of the API that reads. Closed endpoints say what they need."""

import inspect
import re
from collections import defaultdict

from integration_tests.simulator.contract import is_newer, method_name, sdk_call, sdk_paths
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.support.documents import DOCS
from source_pinterest.streams import STREAMS
from tools.stream_table import operation_of

PAGE = (DOCS / "development" / "operations.md").read_text(encoding="utf-8")
CLOSED = re.compile(r"not (be )?available to all apps|/using-beta-and-restricted-features/")
"""Pinterest's words for an endpoint that is in beta or restricted."""


def reads() -> dict[str, str]:
    """The path of each operation that reads, by its method: those of `pinterestsdk` and newer ones of the simulator."""
    newer = {method_name(one.operation_id): one.path for one in ENDPOINTS if is_newer(one.operation_id)}
    return sdk_paths("GET") | newer


def test_the_page_has_the_path_of_each_operation_that_reads_once_and_no_other() -> None:
    told = re.findall(r"`(/[^`]*)`", PAGE)
    assert sorted(told) == sorted(reads().values()), "in docs/development/operations.md"


def test_the_page_has_each_operation_that_reads_by_post_as_the_contract_has_it() -> None:
    told = re.findall(r"^\| `POST (/\S+)` \|", PAGE, flags=re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) <= set(sdk_paths("POST").values())
    called = {one.path for one in CREATE_REPORTS}
    assert called <= set(told)


def test_the_row_of_a_path_names_the_streams_that_are_made_of_it() -> None:
    paths, made = reads(), defaultdict[str, list[str]](list)
    for stream in STREAMS:
        if path := paths.get(method_name(operation_of(stream))):  # that of a report is no GET
            made[path].append(f"`{stream.stream_name()}`")
    told = re.findall(r"^\| `(/\S*)` \| (`.*) \|$", PAGE, flags=re.MULTILINE)
    rows = {path: ", ".join(streams) for path, streams in made.items()}
    assert dict(told) == rows, "in the table of docs/development/operations.md"


def test_streams_of_endpoints_in_beta_or_restricted_declare_what_they_need() -> None:
    told = {
        stream: inspect.getdoc(sdk_call(operation_of(stream))) or ""
        for stream in STREAMS
        if not is_newer(operation_of(stream))
    }
    closed = [stream for stream, text in told.items() if CLOSED.search(text)]
    assert closed
    assert [stream for stream in closed if stream.access is None] == []
