"""Reports with endpoints of their own are read whole, in each known form of their files."""

from collections.abc import Iterator

import pytest

from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded, assert_understandable
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import OWN_REPORT_KEYS
from integration_tests.sync_tests.own_reports import BRANDS, CREATE, DAYS, MIX, ago, read, world

of_each_kind = pytest.mark.parametrize("stream", [MIX, BRANDS])


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(world()) as simulator:
        yield simulator


def test_every_row_arrives_under_its_key(sim: Simulator) -> None:
    for stream in OWN_REPORT_KEYS:
        output = read(sim, stream)
        assert_succeeded(output, [stream])
        assert len({record["CAMPAIGN_ID"] for record in output.records[stream]}) > 2
        assert_exact(output, sim, [stream], start=ago(sim, DAYS))


@of_each_kind
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
def test_a_file_of_unknown_form_costs_the_days_and_says_so(stream: str) -> None:
    with Simulator(world(own_report_form="cells")) as sim:
        output = read(sim, stream)
        assert output.status(stream) == "INCOMPLETE"
        assert not output.records[stream]
        [error, *_] = output.errors_of(stream)
        assert error.failure_type.value == "system_error"
        assert "in a form that this version of the connector does not know" in str(error.message)
        assert_understandable(str(error.message))
        sim.world.own_report_form = "entity"
        second = read(sim, stream, state=output.states)
        assert_succeeded(second, [stream])
        assert second.records[stream]


@pytest.mark.parametrize(("stream", "reports"), [(MIX, 5), (BRANDS, 3 * 2)])
def test_a_first_sync_asks_as_little_as_it_may(sim: Simulator, stream: str, reports: int) -> None:
    """913 days in windows of 186 days, or of 52 weeks with two requests each."""
    sim.world.first_day = ago(sim, 5)
    output = read(sim, stream, start_date=None)
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream])
    assert len(sim.calls(CREATE[stream])) == reports * sim.world.ad_accounts
