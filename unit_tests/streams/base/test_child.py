"""Each parent gets its slice, and a parent listing that fails costs only its own children."""

from typing import Any

import pytest

from source_pinterest.api.errors import ConfigError, PinterestError, RejectedError, UnavailableError
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream
from source_pinterest.streams.business import BusinessMembers
from source_pinterest.streams.organic.boards import BoardSections
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins
from unit_tests.streams.pinterest import Pinterest, refused, run_of


def test_each_parent_is_a_slice_of_flat_ids_and_is_read_once_for_all_children(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2", "3")
    for board, sections in (("1", ("8", "9")), ("2", ("7",)), ("3", ())):
        pinterest.lists(f"boards/{board}/sections", *sections)
    pinterest.tasks(BoardPins)

    for _ in range(2):
        slices = pinterest.tasks(BoardSectionPins)
        assert [dict(one) for one in slices] == [
            {"board_id": "1", "board_section_id": "8"},
            {"board_id": "1", "board_section_id": "9"},
            {"board_id": "2", "board_section_id": "7"},
        ]
        assert all(one.extra_fields == {} and one.cursor_slice == {} for one in slices)
    assert [len(pinterest.asked(path)) for path in ("boards", "boards/1/sections", "boards/2/sections")] == [1, 1, 1]


TO_BOARD, TO_SECTION = (
    ForeignKey("boards", ("board_id",)),
    ForeignKey("board_sections", ("board_id", "board_section_id")),
)


@pytest.mark.parametrize(
    ("child", "keys"),
    [
        (BoardSectionPins, (TO_BOARD, TO_SECTION)),
        (BoardPins, (TO_BOARD, TO_SECTION)),  # to the section it declares itself
        (BusinessMembers, (ForeignKey("business_employers", ("business_id",), "the business is the user itself"),)),
    ],
)
def test_a_child_names_all_its_parents_and_what_it_declares(
    pinterest: Pinterest, child: type[PinterestStream], keys: tuple[ForeignKey, ...]
) -> None:
    assert pinterest.stream(child).foreign_keys == keys


def test_a_listing_that_fails_is_one_slice_that_raises(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2", "3")
    pinterest.lists("boards/1/sections", "8")
    pinterest.answers("boards/2/sections", refused(503))
    pinterest.lists("boards/3/sections", "9")
    first, failed, last = pinterest.tasks(BoardSectionPins)

    assert (first["board_section_id"], last["board_section_id"]) == ("8", "9")
    assert dict(failed) == {"board_id": "2"}
    assert isinstance(failed.error, UnavailableError)
    with pytest.raises(UnavailableError):
        pinterest.read(BoardSectionPins, failed)


def test_a_board_that_is_gone_when_its_sections_are_listed_is_left_out(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.lists("boards", "1", "2")
    pinterest.answers("boards/1/sections", refused(404, 40))
    pinterest.lists("boards/2/sections", "9")
    pinterest.lists("boards/2/sections/9/pins", "1")
    stream = pinterest.stream(BoardSectionPins)
    for one in run_of(stream).tasks():
        list(run_of(stream).read(one))

    assert "board_section_pins: 1 is left out" in caplog.text


@pytest.mark.parametrize(
    ("child", "answer", "error"),
    [(BoardSections, refused(403, 29), ConfigError), (BoardSectionPins, refused(400, 1), RejectedError)],
)
def test_a_failure_of_a_whole_parent_reaches_children_and_grandchildren(
    pinterest: Pinterest, child: type[PinterestStream], answer: dict[str, Any], error: type[PinterestError]
) -> None:
    pinterest.answers("boards", answer)
    [failed] = pinterest.tasks(child)

    with pytest.raises(error):
        pinterest.read(child, failed)


def test_a_fatal_error_of_a_parent_ends_the_generator(pinterest: Pinterest) -> None:
    pinterest.answers("boards", refused(401, 2))

    with pytest.raises(ConfigError):
        pinterest.tasks(BoardPins)
