"""Entries in the catalog that cannot be read as they stand."""

import pytest

from integration_tests.support.assertions import assert_exact, assert_failed
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import read_with_main, run_catalog, run_sync
from integration_tests.support.worlds import simulated

OTHERS = ("campaigns", "campaign_analytics")
sim = simulated(lambda: World(boards=0, campaigns=3, ad_groups=2, ads=2))


def place_of_last(output: Output, kind: str, stream: str) -> int:
    """Where the last message of a kind about a stream stands."""
    places = []
    for place, message in enumerate(output.messages):
        if kind == "state" and message.state:
            name = message.state.stream.stream_descriptor.name
        elif kind == "status" and message.trace and message.trace.stream_status:
            name = message.trace.stream_status.stream_descriptor.name
        elif kind == "error" and message.trace and message.trace.error and message.trace.error.stream_descriptor:
            name = message.trace.error.stream_descriptor.name
        else:
            continue
        places += [place] if name == stream else []
    return places[-1]


def test_an_unknown_stream_fails_after_all_others_were_read(sim: Simulator) -> None:
    unknown = "keyword_forecasts"
    output = read_with_main(sim, [unknown, *OTHERS])

    assert_exact(output, sim, OTHERS)
    assert [output.status(stream) for stream in OTHERS] == ["COMPLETE", "COMPLETE"]
    assert output.exit_code == 1
    assert_failed(output, unknown, "config_error", f"{unknown} is not a stream of this connector")
    assert len(output.errors_of(unknown)) == 1
    assert output.statuses[unknown] == ["INCOMPLETE"]
    assert output.errors[-1].failure_type.value == "config_error"
    assert not output.warnings()
    states = [place_of_last(output, "state", stream) for stream in OTHERS]
    assert max(states) < place_of_last(output, "status", unknown) < place_of_last(output, "error", unknown)


def test_a_catalog_of_unknown_streams_alone_costs_no_call(sim: Simulator) -> None:
    output = run_sync(sim, ["keyword_forecasts", "custom__gone"])

    for stream in ("keyword_forecasts", "custom__gone"):
        assert_failed(output, stream, "config_error", f"{stream} is not a stream")
    assert not sim.log


@pytest.mark.parametrize("namespaces", [(None, None), (None, "one")], ids=str)
def test_a_name_that_stands_twice_is_rejected_before_the_first_call(
    sim: Simulator, namespaces: tuple[str | None, ...]
) -> None:
    catalog = catalog_of(["campaigns", "campaign_analytics", "campaign_analytics"])
    for configured, namespace in zip(catalog.streams[1:], namespaces, strict=True):
        configured.stream.namespace = namespace
    output = run_catalog(sim, catalog)

    assert output.exit_code == 1
    [error] = output.errors
    assert error.failure_type.value == "config_error"
    assert "The catalog names campaign_analytics more than once" in str(error.message)
    assert not sim.log


def test_a_namespace_is_warned_of_and_its_stream_read_without_one(sim: Simulator) -> None:
    catalog = catalog_of(OTHERS)
    catalog.streams[0].stream.namespace = "ours"
    output = run_catalog(sim, catalog)

    assert output.exit_code == 0
    assert_exact(output, sim, OTHERS)
    assert {message.record.namespace for message in output.messages if message.record} == {None}
    [warning] = output.warnings()
    assert "campaigns: the catalog has it in the namespace ours" in warning
