"""Each parent gets its slice, and a parent listing that fails costs only its own children."""

import pytest

from source_pinterest.api.errors import ConfigError, RejectedError, UnavailableError
from source_pinterest.engine.slices import failure_of
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream
from source_pinterest.streams.business import BusinessMembers
from source_pinterest.streams.organic.boards import BoardSections
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins
from unit_tests.streams.pinterest import Pinterest, refused


def test_each_parent_is_a_slice_of_flat_ids(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2")
    pinterest.lists("boards/1/sections", "8", "9")
    pinterest.lists("boards/2/sections", "7")

    assert [dict(one) for one in pinterest.slices(BoardSectionPins)] == [
        {"board_id": "1", "board_section_id": "8"},
        {"board_id": "1", "board_section_id": "9"},
        {"board_id": "2", "board_section_id": "7"},
    ]
    assert all(one.extra_fields == {} and one.cursor_slice == {} for one in pinterest.slices(BoardSectionPins))


def test_parents_are_read_once_for_all_children(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2")
    for board in "12":
        pinterest.lists(f"boards/{board}/sections", "8")
    for child in (BoardPins, BoardSectionPins, BoardSectionPins):
        pinterest.slices(child)

    assert [len(pinterest.asked(path)) for path in ("boards", "boards/1/sections", "boards/2/sections")] == [1, 1, 1]


TO_BOARD, TO_SECTION = (
    ForeignKey("boards", ("board_id",)),
    ForeignKey("board_sections", ("board_id", "board_section_id")),
)


@pytest.mark.parametrize(
    ("child", "keys"),
    [
        (BoardSections, (TO_BOARD,)),
        (BoardSectionPins, (TO_BOARD, TO_SECTION)),
        (BoardPins, (TO_BOARD, TO_SECTION)),  # to the section it declares itself
        (BusinessMembers, (ForeignKey("business_employers", ("business_id",), "the business is the user itself"),)),
    ],
)
def test_a_child_names_all_its_parents_and_what_it_declares(
    pinterest: Pinterest, child: type[PinterestStream], keys: tuple[ForeignKey, ...]
) -> None:
    assert pinterest.stream(child).foreign_keys == keys


def test_no_parents_make_no_slices(pinterest: Pinterest) -> None:
    pinterest.lists("boards")

    assert pinterest.slices(BoardSectionPins) == []


def test_a_listing_that_fails_is_one_slice_that_raises(pinterest: Pinterest) -> None:
    pinterest.lists("boards", "1", "2", "3")
    pinterest.lists("boards/1/sections", "8")
    pinterest.answers("boards/2/sections", refused(503))
    pinterest.lists("boards/3/sections", "9")
    first, failed, last = pinterest.slices(BoardSectionPins)

    assert (first["board_section_id"], last["board_section_id"]) == ("8", "9")
    assert dict(failed) == {"board_id": "2"}
    assert isinstance(failure_of(failed), UnavailableError)
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
    for one in stream.stream_slices():
        list(stream.read_pages(one))

    assert "board_section_pins: 1 is left out" in caplog.text


def test_a_failure_of_the_grandparent_reaches_the_grandchild(pinterest: Pinterest) -> None:
    pinterest.answers("boards", refused(400, 1))
    [failed] = pinterest.slices(BoardSectionPins)

    with pytest.raises(RejectedError):
        pinterest.read(BoardSectionPins, failed)


def test_a_parent_that_refuses_as_a_whole_fails_the_child(pinterest: Pinterest) -> None:
    pinterest.answers("boards", refused(403, 29))
    [failed] = pinterest.slices(BoardPins)

    with pytest.raises(ConfigError):
        pinterest.read(BoardPins, failed)


def test_a_fatal_error_of_a_parent_ends_the_generator(pinterest: Pinterest) -> None:
    pinterest.answers("boards", refused(401, 2))

    with pytest.raises(ConfigError):
        pinterest.slices(BoardPins)
