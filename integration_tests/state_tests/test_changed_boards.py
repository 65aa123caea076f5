"""The pins of a board are listed again only when the board says that they have changed."""

from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault
from integration_tests.simulator.faults.alterations import lacking, without
from integration_tests.simulator.organic.places import board_id
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, upserted
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated

STREAMS = ("board_pins", "board_section_pins")
LISTS = {"board_pins": "boards/list_pins", "board_section_pins": "board_sections/list_pins"}
LATER = "2026-05-01T08:00:00"

each_stream = pytest.mark.parametrize("stream", STREAMS)
sim = simulated(lambda: World(boards=4, sections_per_board=(2, 0), pins_per_board=3, pins_per_section=2))


def boards_asked(sim: Simulator, stream: str, since: int) -> set[str]:
    """The boards whose pins were listed after so many calls."""
    return {entry.path_parameters["board_id"] for entry in sim.log[since:] if entry.operation_id == LISTS[stream]}


def of_board(sim: Simulator, stream: str, *boards: str) -> dict[Any, Any]:
    return {key: record for key, record in sim.expected(stream).items() if key[0] in boards}


def boards_in(output: Output, stream: str) -> dict[str, str]:
    """The boards of the state, with their times."""
    boards: dict[str, str] = output.states[stream]["boards"]
    return boards


def times(sim: Simulator) -> dict[str, str]:
    return {board["id"]: board["board_pins_modified_at"] for board in sim.world.records("boards")}


def test_everything_is_read_at_first_and_nothing_when_nothing_moved(sim: Simulator) -> None:
    first = run_sync(sim, STREAMS)
    assert_succeeded(first, STREAMS)
    assert_exact(first, sim, STREAMS)
    assert boards_in(first, "board_pins") == boards_in(first, "board_section_pins") == times(sim)

    calls = len(sim.log)
    second = run_sync(sim, STREAMS, state=first.states)
    assert_succeeded(second, STREAMS)
    assert not second.records
    assert second.states == first.states
    assert [entry.operation_id for entry in sim.log[calls:] if entry.operation_id != "oauth/token"] == ["boards/list"]


@each_stream
def test_a_board_that_has_moved_is_listed_again(sim: Simulator, stream: str) -> None:
    first = run_sync(sim, [stream])
    sim.world.edit_board(2, LATER)
    calls = len(sim.log)
    second = run_sync(sim, [stream], state=first.states)

    assert_same(stream, second.records[stream], of_board(sim, stream, board_id(2)))
    assert {record["board_pins_modified_at"] for record in second.records[stream]} == {LATER}
    assert boards_asked(sim, stream, calls) == {board_id(2)}
    assert boards_in(second, stream) == times(sim)


@each_stream
@pytest.mark.parametrize("rejection", ["forbidden", "unauthorized"])
def test_rejected_boards_in_front_stop_no_other_one_and_make_no_later_sync_incomplete(
    stream: str, rejection: str
) -> None:
    with Simulator(World(boards=5, sections_per_board=1, pins_per_board=1)) as sim:
        boards = [board["id"] for board in sim.world.records("boards")]
        faults = [Fault(rejection, on=LISTS[stream], path=board, times=None) for board in boards[:3]]
        sim.add_faults(faults)
        first = run_sync(sim, [stream])
        assert_succeeded(first, [stream])
        assert {record["board_id"] for record in first.records[stream]} == set(boards[3:])

        second = run_sync(sim, [stream], state=first.states)
        assert_succeeded(second, [stream])
        assert boards_asked(sim, stream, 0) == set(boards)
        sim.clear_faults()
        third = run_sync(sim, [stream], state=second.states)
        assert_same(stream, third.records[stream], of_board(sim, stream, *boards[:3]))


def test_a_board_without_a_time_of_its_last_change_is_listed_by_each_sync(sim: Simulator) -> None:
    sim.alter("boards/list", lacking(board_id(1), "board_pins_modified_at"))
    first = run_sync(sim, ["board_pins"])
    calls = len(sim.log)
    run_sync(sim, ["board_pins"], state=first.states)
    assert boards_asked(sim, "board_pins", calls) == {board_id(1)}


def test_a_move_while_pins_are_listed_is_seen_the_next_time(sim: Simulator) -> None:
    stream = "board_section_pins"
    before = times(sim)
    sim.after(LISTS[stream], 1, lambda world: world.edit_board(0, LATER))
    first = run_sync(sim, [stream])
    assert boards_in(first, stream) == before

    second = run_sync(sim, [stream], state=first.states)
    assert_same(stream, second.records[stream], of_board(sim, stream, board_id(0)))


def test_a_board_that_moved_before_the_second_page_of_boards_is_listed_again() -> None:
    """The list may lag: what moved in the last five minutes before its first page came does not count as read."""
    with Simulator(World(boards=4, pins_per_board=1), page_cap=2) as sim:
        sim.world.edit_board(0, (sim.world.now - timedelta(minutes=1)).isoformat())
        sim.after("boards/list", 1, lambda _: sim.advance(600))
        first = run_sync(sim, ["board_pins"])
    assert set(boards_in(first, "board_pins")) == {board_id(number) for number in (1, 2, 3)}


def test_a_board_of_which_one_section_failed_is_read_again(sim: Simulator) -> None:
    sim.add_fault(Fault("503", on="board_sections/list_pins", path=board_id(0), after=1, times=1))
    first = run_sync(sim, ["board_section_pins"], config=sim.config(max_retries=0, num_workers=1))
    assert_failed(first, "board_section_pins", "transient_error")
    assert board_id(0) not in boards_in(first, "board_section_pins")

    second = run_sync(sim, ["board_section_pins"], state=first.states)
    assert_same(
        "board_section_pins", second.records["board_section_pins"], of_board(sim, "board_section_pins", board_id(0))
    )


def test_a_board_of_which_a_pin_came_without_its_id_is_read_again(sim: Simulator) -> None:
    stream = "board_pins"
    victim = next(iter(sim.expected(stream).values()))["id"]
    sim.alter(LISTS[stream], without("id", victim))
    first = run_sync(sim, [stream])
    sim.clear_alterations()
    second = run_sync(sim, [stream], state=first.states)

    assert victim not in {record["id"] for record in first.records[stream]}
    assert_same(stream, upserted(stream, first, second), sim.expected(stream))


def test_a_rejected_section_of_a_board_with_too_many_pins_stops_no_other_section() -> None:
    world = World(boards=1, sections_per_board=3, pins_per_board=2, pins_per_section=2)
    with Simulator(world, page_cap=1) as sim:
        rejected, *others = (section["id"] for section in sim.world.records("board_sections"))
        cap = Fault("pin_cap", on="boards/list_pins", items=1, times=None)
        sim.add_faults([cap, Fault("forbidden", on="board_sections/list_pins", path=rejected, times=None)])
        output = run_sync(sim, ["board_pins"])
        assert_failed(output, "board_pins", "system_error", "more pins than Pinterest lists")
        assert {record.get("board_section_id") for record in output.records["board_pins"]} >= set(others)
