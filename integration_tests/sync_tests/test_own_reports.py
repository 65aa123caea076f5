"""Reports with endpoints of their own are read whole, in any form of their files."""

from collections.abc import Iterator

import pytest

from integration_tests.simulator import DOWNLOAD, Fault
from integration_tests.simulator.contract import violations
from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, assert_understandable
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import OWN_REPORT_KEYS
from integration_tests.sync_tests.own_reports import BRANDS, CREATE, DAYS, MIX, ago, read, world

POLL = {name: operation.replace("create", "get") for name, operation in CREATE.items()}

each_stream = pytest.mark.parametrize("stream", OWN_REPORT_KEYS)
of_each_kind = pytest.mark.parametrize("stream", [MIX, BRANDS])


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(world()) as simulator:
        yield simulator


@each_stream
def test_every_row_arrives_under_its_key(sim: Simulator, stream: str) -> None:
    output = read(sim, stream)
    assert_succeeded(output, [stream])
    assert len({record["CAMPAIGN_ID"] for record in output.records[stream]}) > 2
    assert_exact(output, sim, [stream], start=ago(sim, DAYS))
    assert violations(sim.log) == []


@each_stream
def test_a_list_of_rows_has_the_same_rows(stream: str) -> None:
    with Simulator(world(own_report_form="list")) as sim:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        expected = sim.expected(stream, start=ago(sim, DAYS))
        found = [
            {name: value for name, value in record.items() if value is not None} for record in output.records[stream]
        ]
        told = {key: {name: value for name, value in row.items() if value is not None} for key, row in expected.items()}
        assert_same(stream, found, told)


@of_each_kind
@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_a_file_of_unknown_form_costs_the_days_and_says_so(stream: str, destination: str) -> None:
    with Simulator(world(own_report_form="cells")) as sim:
        output = read(sim, stream, destination=destination)
        assert output.status(stream) == "INCOMPLETE"
        assert not output.records[stream]
        [error, *_] = output.errors_of(stream)
        assert error.failure_type.value == "system_error"
        assert "in a form that this version of the connector does not know" in str(error.message)
        assert_understandable(str(error.message))
        sim.world.own_report_form = "entity"
        second = read(sim, stream, state=output.states, destination=destination)
        assert_succeeded(second, [stream])
        assert second.records[stream]


@of_each_kind
@pytest.mark.parametrize("empty", ["{}", "[]"])
def test_an_empty_report_is_no_failure(stream: str, empty: str) -> None:
    with Simulator(world(active_percent=0, empty_report=empty)) as sim:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        assert not output.records[stream]


@of_each_kind
@pytest.mark.parametrize("kind", ["503", "truncated_json", "report_failed", "report_does_not_exist"])
def test_a_report_whose_order_or_poll_fails_once_is_whole(sim: Simulator, stream: str, kind: str) -> None:
    for operation in (CREATE[stream], POLL[stream]):
        sim.add_fault(Fault(kind, on="*" if kind.startswith("report") else operation))
    output = read(sim, stream)
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream], start=ago(sim, DAYS))
    assert any(entry.fault for entry in sim.log)


@of_each_kind
@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("entity", "download_cut"),
        ("entity", "download_expired"),
        ("list", "download_truncated"),
        ("list", "download_cut"),
    ],
)
def test_a_file_that_breaks_once_is_whole(stream: str, form: str, kind: str) -> None:
    with Simulator(world(own_report_form=form), faults=[Fault(kind)]) as sim:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        assert len(output.records[stream]) == len(sim.expected(stream, start=ago(sim, DAYS)))
        assert [entry for entry in sim.calls(DOWNLOAD) if entry.fault]


@of_each_kind
def test_what_fails_for_good_is_owed(sim: Simulator, stream: str) -> None:
    sim.add_fault(Fault("500", on=CREATE[stream], times=None))
    first = read(sim, stream, max_retries=0)
    assert first.status(stream) == "INCOMPLETE"
    with Simulator(sim.world) as healthy:
        second = read(healthy, stream, state=first.states)
        assert_succeeded(second, [stream])
        assert_exact(second, healthy, [stream], start=ago(healthy, DAYS))


@pytest.mark.parametrize(("stream", "reports"), [(MIX, 5), (BRANDS, 3 * 2)])
def test_a_first_sync_asks_as_little_as_it_may(sim: Simulator, stream: str, reports: int) -> None:
    """913 days in windows of 186 days, or of 52 weeks with two requests each."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, stream, start_date=None)
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream])
    assert len(sim.calls(CREATE[stream])) == reports * sim.world.ad_accounts
