"""Options of the form are read as they are meant, hidden ones included."""

from typing import Any

import pytest
from pinterestsdk import ProductCategoryRegion, TrendsSupportedRegion

from source_pinterest.config import Config, attribution_of
from source_pinterest.config.options import (
    ATTRIBUTION_WINDOWS,
    PRODUCT_TREND_REGIONS,
    TREND_REGIONS,
    AttributionWindow,
    regions_of,
    without_blanks_inside,
)
from unit_tests.configs import OAUTH, SECRETS, TODAY, config
from unit_tests.test_spec import HIDDEN, OPTIONS


def read(**options: Any) -> Config:
    return Config.from_mapping(config(**options), TODAY)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"a": {"b": " ", "c": " x ", "d": None}}, {"a": {"c": "x"}}),
        ({"a": [{"b": None, "c": {"d": "", "e": 1}}, {}]}, {"a": [{"c": {"e": 1}}, {}]}),
        (" a text that is no option's ", " a text that is no option's "),
    ],
)
def test_nested_options_are_stripped_too(value: Any, left: Any) -> None:
    assert without_blanks_inside(value) == left


def test_only_chosen_attribution_is_requested() -> None:
    assert attribution_of(read()) == {}
    assert attribution_of(read(attribution_window="7/7/0", conversion_report_time="TIME_OF_CONVERSION")) == {
        "click_window_days": 7,
        "engagement_window_days": 7,
        "view_window_days": 0,
        "conversion_report_time": "TIME_OF_CONVERSION",
    }


def test_the_windows_that_others_saw_are_offered_and_those_of_earlier_versions_work() -> None:
    whole = {f"{a}/{b}/{c}" for a in (1, 7, 30, 60) for b in (1, 7, 30, 60) for c in (1, 7, 30, 60) if a >= b >= c}
    offered = list(ATTRIBUTION_WINDOWS)
    assert offered[0] == "30/30/1"
    assert set(offered[: len(whole) + 2]) == {*whole, "7/0/0", "1/0/0"}

    days = (0, 1, 7, 14, 30, 60)
    for click, view in [(click, view) for click in days for view in days if view <= click]:
        window = read(attribution_window=f"{click}/{click}/{view}").attribution_window
        assert window == AttributionWindow(click, click, view)


VALUES = {"account_id": "549761668032", "request_timeout_seconds": 30.5, "report_timeout_minutes": 15}
FLAT = {key: value for key, value in OAUTH.items() if key != "auth_method"} | {"access_token": "false-access-token"}


def test_a_hidden_option_is_named_with_its_value_and_what_it_does() -> None:
    assert read(account_ids=["12"], max_wait_minutes=5, num_workers=" ", account_id=None).notices == ()
    for key in HIDDEN - set(FLAT):
        [notice] = read(**{key: VALUES.get(key, 3)}).notices

        assert notice.startswith(f"{OPTIONS[key]['title']} ({key}) is set to {VALUES.get(key, 3)}."), key
        assert notice.endswith(OPTIONS[key]["description"]), key


def test_credentials_outside_their_place_are_named_without_a_value() -> None:
    notices = Config.from_mapping(FLAT, TODAY).notices

    assert [notice.partition(".")[0] for notice in notices] == [
        "Client ID (client_id) is set",
        "Client Secret (client_secret) is set",
        "Refresh Token (refresh_token) is set",
        "Access Token (access_token) is set",
    ]
    assert [secret for secret in (*SECRETS, OAUTH["client_id"]) if secret in " ".join(notices)] == []


def test_the_regions_are_those_of_the_api() -> None:
    assert set(TREND_REGIONS) == {one.value for one in TrendsSupportedRegion}
    assert set(PRODUCT_TREND_REGIONS) == {one.value for one in ProductCategoryRegion}
    assert set(PRODUCT_TREND_REGIONS) < set(TREND_REGIONS)


@pytest.mark.parametrize(
    ("countries", "regions", "found"),
    [
        ((), TREND_REGIONS, ()),
        (("MX", "CL"), TREND_REGIONS, ("MX+AR+CO+CL", "MX")),
        (("JP", "NZ"), TREND_REGIONS, ("AU+NZ",)),
        (("DE", "IE", "US"), PRODUCT_TREND_REGIONS, ("GB+IE", "US")),
        (("CO",), ("AR+CO", "CO"), ("CO",)),
    ],
)
def test_a_country_is_in_the_smallest_region_that_has_it(
    countries: tuple[str, ...], regions: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert regions_of(countries, regions) == found
