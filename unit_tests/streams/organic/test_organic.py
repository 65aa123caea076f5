"""Organic content is read for the right owner. Pins and rankings are read in every shape that they may have."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import Access, SliceError, UnavailableError
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.pins import BoardPins, Pins
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, list_bundles, page, records_of, slice_of, state_of

ASK_OWNER = "Ask the ad account's owner for it"


def test_accounts_without_an_owner_are_read_each(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page(["1", {"id": "2", "owner": None}, {"id": "3", "owner": {}}]))

    assert [each["ad_account_id"] for each in pinterest.tasks(Boards)] == ["1", "2", "3"]


def test_the_account_is_part_of_key_and_schema_only_if_the_option_is_on(mock: requests_mock.Mocker) -> None:
    for stream in [stream for stream in STREAMS if issubclass(stream, OrganicStream)]:
        plain, per_account = (Pinterest(mock, organic_per_ad_account=on).stream(stream) for on in (False, True))
        own_key = plain.primary_key

        assert per_account.primary_key == ["ad_account_id", *own_key], stream
        assert "ad_account_id" not in plain.get_json_schema()["properties"], stream
        (name, schema), *others = per_account.get_json_schema()["properties"].items()
        assert (name, schema["type"]) == ("ad_account_id", ["null", "string"]), stream
        assert dict(others) == plain.get_json_schema()["properties"], stream
        assert per_account.get_json_schema() is per_account.get_json_schema(), stream
        of_owner = {key._replace(fields=("ad_account_id", *key.fields)) for key in plain.foreign_keys}
        assert set(per_account.foreign_keys) == {ForeignKey("ad_accounts", ("ad_account_id",)), *of_owner}, stream
        assert per_account.access == (
            plain.access or Access("the role Admin or Analyst on the ad account", ASK_OWNER)
        ), stream


PATH = "user_account/analytics/top_pins"
EVERYTHING = slice_of({})


CAPPED = refused(400, 1, "Pagination beyond 100000 items is not supported")
NEW = "2026-02-02T00:00:00"
BOARD = slice_of({"board_id": "1"}, {"board_pins_modified_at": NEW})


@pytest.mark.parametrize(
    ("listed", "left"),
    [
        (page(["2", "3"]), {"2": NEW}),
        (page([{"id": "2"}, {"name": "without its id"}]), {"1": NEW, "2": NEW}),
        (refused(503), {"1": NEW, "2": NEW}),
    ],
    ids=["whole", "with a gap", "failed"],
)
def test_boards_that_are_gone_are_forgotten_only_after_a_whole_listing(
    mock: requests_mock.Mocker, listed: dict[str, Any], left: dict[str, str]
) -> None:
    pinterest = Pinterest(mock, state_of("board_pins", boards={"1": NEW, "2": NEW}))
    pinterest.answers("boards", listed)
    pinterest.stream(BoardPins).select()
    pinterest.tasks(BoardPins)

    assert pinterest.stream(BoardPins).checkpoint.state == {"boards": left}


def test_pins_of_unknown_age_are_analysed(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, pin_analytics_max_age_days=30)
    pinterest.answers("pins", page([{"id": "1", "created_at": "2012-01-01T00:00:00"}, {"id": "2"}]))

    pins = pinterest.stream(Pins)
    pins.ids.get(())

    assert list(pins.listed.recent(())) == ["2"]


def test_beyond_the_cap_of_pins_sections_are_read_and_the_rest_is_warned_of(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1", "2"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "7", "8", "9")
    pinterest.answers("boards/1/sections/7/pins", refused(404, 40))
    pinterest.lists("boards/1/sections/8/pins", "2", "3")
    pinterest.answers("boards/1/sections/9/pins", page(["4"], "c"), page(["3", "5"]))
    records: list[dict[str, Any]] = []
    with pytest.raises(SliceError, match=r"board 1 has more pins .* 5 were read.* beyond 100000 items") as raised:
        records.extend(records_of(list_bundles(pinterest.stream(BoardPins), BOARD)))

    assert raised.value.is_isolated
    of_board = [(record["id"], record["board_id"], record["board_pins_modified_at"]) for record in records]
    assert of_board == [(pin, "1", NEW) for pin in "12345"]


def test_a_section_that_fails_fails_the_board(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "8")
    pinterest.answers("boards/1/sections/8/pins", refused(503))

    with pytest.raises(UnavailableError):
        list(list_bundles(pinterest.stream(BoardPins), BOARD))
