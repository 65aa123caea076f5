"""Keys of organic streams, and what pin analytics keeps of the list of pins."""

from typing import Any

import pytest

from source_pinterest.api.bodies import Page
from source_pinterest.api.errors import Access
from source_pinterest.config import Config
from source_pinterest.engine.tasks import Task
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.listed_pins import ListedPins
from unit_tests.configs import TODAY, config
from unit_tests.streams.pinterest import Planned

ASK_OWNER = "Ask the ad account's owner for it"


def test_the_account_is_part_of_key_and_schema_only_if_the_option_is_on() -> None:
    for stream in [stream for stream in STREAMS if issubclass(stream, OrganicStream)]:
        plain, per_account = (Planned(organic_per_ad_account=on).stream(stream) for on in (False, True))

        assert per_account.primary_key == ["ad_account_id", *plain.primary_key], stream
        assert "ad_account_id" not in plain.get_json_schema()["properties"], stream
        (name, schema), *others = per_account.get_json_schema()["properties"].items()
        assert (name, schema["type"]) == ("ad_account_id", ["null", "string"]), stream
        assert dict(others) == plain.get_json_schema()["properties"], stream
        of_owner = {key._replace(fields=("ad_account_id", *key.fields)) for key in plain.foreign_keys}
        assert set(per_account.foreign_keys) == {ForeignKey("ad_accounts", ("ad_account_id",)), *of_owner}, stream
        assert per_account.access == (
            plain.access or Access("the role Admin or Analyst on the ad account", ASK_OWNER)
        ), stream


def listed(*pins: dict[str, Any], **options: Any) -> ListedPins:
    found = ListedPins(Config.from_mapping(config(**options), TODAY))
    found.add(Page([{"id": str(number), **pin} for number, pin in enumerate(pins)]), Task({}, lambda _: (yield)))
    return found


def test_pins_of_unknown_age_are_analysed() -> None:
    pins = listed({"created_at": "2012-01-01T00:00:00"}, {}, pin_analytics_max_age_days=30)
    assert list(pins.recent(())) == ["1"]


@pytest.mark.parametrize(
    ("kind", "is_picture", "is_video"),
    [("image", True, False), ("multiple_images", True, False), ("IMAGE", True, False), ("video", False, True),
     ("multiple_mixed", False, False), (None, False, False)],
)  # fmt: skip
def test_a_pin_is_a_picture_or_a_video_by_its_media_type(kind: str | None, *, is_picture: bool, is_video: bool) -> None:
    facts = listed({"media": {"media_type": kind}}).facts_of("0")
    assert (facts.is_picture, facts.is_video) == (is_picture, is_video)


@pytest.mark.parametrize(
    ("totals", "is_active"),
    [
        ({"90d": {"impression": 3, "save": 0}}, True),
        ({"90d": {"impression": "3"}}, True),
        ({"90d": {"impression": {"value": 0}}}, True),  # of a form that nobody has seen
        ({"90d": {"impression": 0, "save": 0.0, "pin_click": None, "clickthrough": "0"}}, False),
        ({"90d": {"impression": 0}, "lifetime_metrics": {"impression": 9}}, False),
        ({"lifetime_metrics": {"impression": 9}}, False),
        ({"90d": {}}, False),
        ({}, False),
        (None, False),
    ],
    ids=str,
)
def test_a_pin_is_active_if_a_total_of_90_days_is_not_zero(totals: Any, *, is_active: bool) -> None:
    pins = listed({"pin_metrics": totals})
    assert pins.is_active("0") is is_active
    assert pins.has_totals(None) is bool(totals and totals.get("90d"))
