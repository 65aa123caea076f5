"""A pin that Pinterest does not show is a record, and one that it shows has its largest picture."""

from email.utils import formatdate
from typing import Any

import pytest

from source_pinterest.streams.ads.ad_pins import AdPins
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page

NOON = 1_780_315_200
NEWEST = {"id": "2", "pin_id": 9, "created_time": NOON + 500}
ADS = {"json": {"items": [{"id": "1", "pin_id": 9, "created_time": 5}], "bookmark": None}}


def read(pinterest: Pinterest, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of an account with one ad, whose pin has these answers."""
    pinterest.answers("ad_accounts/11/ads", ADS)
    pinterest.answers("pins/9", *answers)
    pinterest.stream(AdPins).select()
    [task] = pinterest.tasks(AdPins)
    records = pinterest.read(AdPins, task)
    assert pinterest.asked("pins/9")[0] == {"ad_account_id": ["11"]}
    return records


def picture(width: int | None, url: str) -> dict[str, Any]:
    return {"width": width, "url": url}


@pytest.mark.parametrize(("status", "code"), [(403, 29), (403, 1), (404, 50), (401, 7), (401, 29)])
def test_a_pin_that_pinterest_does_not_show_is_a_record(pinterest: Pinterest, status: int, code: int) -> None:
    [record] = read(pinterest, refused(status, code))

    assert record == {"pin_id": "9", "ad_account_id": "11", "ad_created_time": 5, "is_readable": False}


@pytest.mark.parametrize(
    ("media", "image_url", "video_cover_url"),
    [
        (None, None, None),
        ("a text", None, None),
        (
            {"images": {"150x": picture(150, "small"), "600x": picture(600, "large"), "o": picture(None, "?")}},
            "large",
            None,
        ),
        ({"images": {"236x": picture("236", "small"), "600x": picture(600, "large")}}, "large", None),
        ({"images": {"600x": picture(600, "still")}, "cover_image_url": "cover"}, "still", "cover"),
        ({"items": [None, {"cover_image_url": "cover"}, {"images": {"a": picture(1, "x")}}]}, "x", "cover"),
        ({"images": {}, "items": []}, None, None),
    ],
)
def test_the_first_picture_is_shown_in_its_largest_size(
    pinterest: Pinterest, media: Any, image_url: str | None, video_cover_url: str | None
) -> None:
    [record] = read(pinterest, {"json": {"id": 9, "board_id": 8, "media": media}})

    assert record["is_readable"] is True
    assert (record["pin_id"], record["board_id"], record.get("media")) == ("9", "8", media)
    assert (record.get("image_url"), record.get("video_cover_url")) == (image_url, video_cover_url)


def test_the_first_page_of_a_long_list_says_until_when_the_edits_of_ads_are_known(pinterest: Pinterest) -> None:
    """The list takes ten minutes. An ad on its first page may be edited meanwhile, before the newest one is made."""
    pages = ((page([{"id": "1", "pin_id": 8, "created_time": 5}], "next"), 0), (page([NEWEST]), 600))
    dated = ({**answer, "headers": {"Date": formatdate(NOON + later, usegmt=True)}} for answer, later in pages)
    pinterest.answers("ad_accounts/11/ads", *dated)
    pinterest.stream(AdPins).select()

    assert [task["pin_id"] for task in pinterest.tasks(AdPins)] == ["8", "9"]
    assert pinterest.stream(AdPins).checkpoint.state["states"][0]["cursor"]["ad_created_time"] == NOON - 300
