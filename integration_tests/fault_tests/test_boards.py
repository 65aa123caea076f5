"""A board that is gone, or has more pins than can be listed, leaves the others whole."""

from collections.abc import Iterator

import pytest

from integration_tests.simulator import Fault
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ORGANIC
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=3, ad_accounts=3, campaigns=4, ad_groups=4, ads=4, active_percent=25)) as simulator:
        yield simulator


# -- one board of several


def board(sim: Simulator, index: int) -> str:
    return list(sim.expected("boards"))[index][0]


@pytest.mark.parametrize(
    ("stream", "operation"),
    [
        ("board_sections", "board_sections/list"),
        ("board_pins", "boards/list_pins"),
        ("board_section_pins", "board_sections/list"),
        ("board_section_pins", "board_sections/list_pins"),
    ],
)
@pytest.mark.parametrize("kind", ["gone", "forbidden"])
def test_a_board_that_is_gone(sim: Simulator, stream: str, operation: str, kind: str) -> None:
    gone = board(sim, 1)
    sim.add_fault(Fault(kind, on=operation, path=gone, times=None))
    output = run_sync(sim, [stream])
    assert_succeeded(output, [stream])
    held = sim.expected(stream)
    expected = {key: record for key, record in held.items() if record["board_id"] != gone}
    assert 0 < len(expected) < len(held)
    assert_same(stream, output.records[stream], expected)
    assert output.warnings()
    assert all(stream in warning and gone in warning for warning in output.warnings())


def test_a_board_that_is_gone_while_all_is_read(sim: Simulator) -> None:
    gone = board(sim, 1)
    sim.add_fault(Fault("gone", path=gone, times=None))
    output = run_sync(sim, ORGANIC)
    assert_succeeded(output, ORGANIC)
    assert_exact(output, sim, ["boards"])
    for stream in ORGANIC[1:]:
        expected = {key: record for key, record in sim.expected(stream).items() if record["board_id"] != gone}
        assert_same(stream, output.records[stream], expected)


def test_many_boards_that_are_gone_do_not_stop_the_rest() -> None:
    with Simulator(World(boards=12, ad_accounts=0)) as sim:
        gone = {board(sim, index) for index in range(10)}
        sim.add_faults(Fault("gone", path=f"{identity}/", times=None) for identity in gone)
        output = run_sync(sim, ORGANIC, config=sim.config(num_workers=2))
        assert_succeeded(output, ORGANIC)
        for stream in ORGANIC[1:]:
            expected = {key: record for key, record in sim.expected(stream).items() if record["board_id"] not in gone}
            assert_same(stream, output.records[stream], expected)


# -- more pins than Pinterest lists


@pytest.mark.parametrize("listed_by_board", [True, False])
def test_a_board_with_more_pins_than_pinterest_lists(*, listed_by_board: bool) -> None:
    """The list ends after a page; the sections hold more, and what lies in none of them is out of reach."""
    world = World(
        boards=2,
        sections_per_board=2,
        pins_per_board=300,
        pins_per_section=260,
        section_pins_listed_by_board=listed_by_board,
        ad_accounts=0,
    )
    with Simulator(world) as sim:
        full = board(sim, 0)
        sim.add_fault(Fault("pin_cap", on="boards/list_pins", path=full, items=250))
        output = run_sync(sim, ["board_pins", "boards"])
        assert_failed(output, "board_pins", "system_error", full)
        assert output.status("boards") == "COMPLETE"
        emitted = {key_of("board_pins", record): record for record in output.records["board_pins"]}
        assert len(emitted) == len(output.records["board_pins"])
        of_other = {key: record for key, record in sim.expected("board_pins").items() if key[0] != full}
        assert {key: record for key, record in emitted.items() if key[0] != full}.keys() == of_other.keys()
        in_sections = {(key[0], key[2]) for key in sim.expected("board_section_pins") if key[0] == full}
        assert len(in_sections) == 2 * 260
        assert in_sections <= set(emitted)
        on_top = [key for key in emitted if key[0] == full and key not in in_sections]
        assert len(on_top) <= 250
        if not listed_by_board:
            assert len(on_top) == 250
        said = " ".join(str(error.message) for error in output.errors_of("board_pins"))
        assert f"{len(in_sections) + len(on_top):,} were read" in said


def test_many_boards_with_more_pins_than_pinterest_lists_do_not_stop_the_rest() -> None:
    world = World(boards=9, sections_per_board=0, pins_per_board=252, ad_accounts=0)
    with Simulator(world) as sim:
        full = [board(sim, index) for index in range(8)]
        sim.add_faults(Fault("pin_cap", on="boards/list_pins", path=identity, items=250) for identity in full)
        output = run_sync(sim, ["board_pins"], config=sim.config(num_workers=2))
        for identity in full:
            assert_failed(output, "board_pins", "system_error", identity)
        last = {key: record for key, record in sim.expected("board_pins").items() if key[0] not in full}
        assert {key_of("board_pins", record) for record in output.records["board_pins"]} >= set(last)
        assert len(output.records["board_pins"]) == 8 * 250 + 252
