"""Options of the form are read as they are meant, hidden ones included."""

from typing import Any

import pytest
from pinterestsdk import ProductCategoryRegion, TrendsSupportedRegion

from source_pinterest.config import Config, attribution_of
from source_pinterest.config.options import (
    PRODUCT_TREND_REGIONS,
    TREND_REGIONS,
    regions_of,
    without_blanks,
    without_blanks_inside,
)
from unit_tests.configs import OAUTH, SECRETS, TODAY, config
from unit_tests.test_spec import HIDDEN, OPTIONS

FILLED: dict[str, Any] = {"a": "text", "b": 0, "c": False, "d": [], "e": {}}


def test_what_is_null_or_blank_is_left_out_and_texts_are_stripped() -> None:
    assert without_blanks({**FILLED, "a": " text\n", "f": None, "g": "", "h": " \t"}) == FILLED


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"a": {"b": " ", "c": " x ", "d": None}}, {"a": {"c": "x"}}),
        ({"a": [{"b": None, "c": {"d": "", "e": 1}}, {}]}, {"a": [{"c": {"e": 1}}, {}]}),
        ([[{"a": None}], {"b": 2}], [[{}], {"b": 2}]),
        (FILLED, FILLED),
        (7, 7),
        (" a text that is no option's ", " a text that is no option's "),
        (None, None),
    ],
)
def test_so_are_options_within_options_and_lists(value: Any, left: Any) -> None:
    assert without_blanks_inside(value) == left


def asked(**options: Any) -> dict[str, Any]:
    return attribution_of(Config.from_mapping(config(**options), TODAY))


def test_pinterests_own_attribution_is_not_asked_for() -> None:
    assert asked() == {}


def test_chosen_attribution_is_asked_for() -> None:
    assert asked(attribution_window="7/7/0", conversion_report_time="TIME_OF_CONVERSION") == {
        "click_window_days": 7,
        "engagement_window_days": 7,
        "view_window_days": 0,
        "conversion_report_time": "TIME_OF_CONVERSION",
    }


VALUES = {"account_id": "549761668032", "request_timeout_seconds": 30.5, "report_timeout_minutes": 15}
FLAT = {key: value for key, value in OAUTH.items() if key != "auth_method"} | {"access_token": "false-access-token"}


def test_what_the_form_shows_needs_no_mention() -> None:
    assert Config.from_mapping(config(account_ids=["12"], status=["PAUSED"], max_wait_minutes=5), TODAY).notices == ()


@pytest.mark.parametrize("key", sorted(HIDDEN - set(FLAT)))
def test_a_hidden_option_is_named_with_its_value_and_what_it_does(key: str) -> None:
    [notice] = Config.from_mapping(config(**{key: VALUES.get(key, 3)}), TODAY).notices

    assert notice == (
        f"{OPTIONS[key]['title']} ({key}) is set to {VALUES.get(key, 3)}. The form hides this option. "
        f"{OPTIONS[key]['description']}"
    )


def test_credentials_outside_their_place_are_named_without_a_value() -> None:
    notices = Config.from_mapping(FLAT, TODAY).notices

    assert [notice.partition(".")[0] for notice in notices] == [
        "Client ID (client_id) is set",
        "Client Secret (client_secret) is set",
        "Refresh Token (refresh_token) is set",
        "Access Token (access_token) is set",
    ]
    assert [secret for secret in (*SECRETS, OAUTH["client_id"]) if secret in " ".join(notices)] == []


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_hidden_option_without_a_value_is_not_set(blank: str | None) -> None:
    assert Config.from_mapping(config(num_workers=blank, account_id=blank), TODAY).notices == ()


def test_the_regions_are_those_of_the_api() -> None:
    assert set(TREND_REGIONS) == {one.value for one in TrendsSupportedRegion}
    assert set(PRODUCT_TREND_REGIONS) == {one.value for one in ProductCategoryRegion}
    assert set(PRODUCT_TREND_REGIONS) < set(TREND_REGIONS)


@pytest.mark.parametrize(
    ("countries", "regions"),
    [
        ((), ()),
        (("US",), ("US",)),
        (("DE",), ("DE",)),
        (("AT",), ("DE+AT+CH",)),
        (("MX", "CL"), ("MX+AR+CO+CL", "MX")),
        (("GB", "IE"), ("GB+IE",)),
        (("JP", "NZ"), ("AU+NZ",)),
    ],
)
def test_a_country_is_in_the_smallest_region_that_has_it(countries: tuple[str, ...], regions: tuple[str, ...]) -> None:
    assert regions_of(countries, TREND_REGIONS) == regions


@pytest.mark.parametrize("regions", [("AR+CO", "CO"), ("CO", "AR+CO")])
def test_the_order_of_the_regions_decides_nothing(regions: tuple[str, ...]) -> None:
    assert regions_of(("CO",), regions) == ("CO",)


def test_a_region_that_lacks_trends_of_products_is_none() -> None:
    assert regions_of(("DE", "IE", "US"), PRODUCT_TREND_REGIONS) == ("GB+IE", "US")
